// The keyword options of Session, from Python's words to the client's.
#pragma once

#include <nanobind/nanobind.h>

#include "hawser/client/connection.h"

namespace hawser::python {

namespace nb = nanobind;

// {'kex': 'a,b', 'cipher': ['c'], ...}: lists that replace the default offer. ValueError names what
// is unknown and what there is. With `compression` zlib is in the offer that they replace.
transport::Proposal proposal_from(nb::handle algorithms, bool compression);

struct HostKeyArguments {
  nb::handle sock;
  nb::handle host;
  nb::handle port;
  nb::handle known_hosts;
  nb::handle policy;
};
client::HostKeyPolicy host_key_policy_from(const HostKeyArguments& arguments);

}  // namespace hawser::python
