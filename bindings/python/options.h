// The keyword options of Session, from Python's words to the client's.
#pragma once

#include <nanobind/nanobind.h>

#include "hawser/client/connection.h"

namespace hawser::python {

namespace nb = nanobind;

struct HostKeyArguments {
  nb::handle sock;
  nb::handle host;
  nb::handle port;
  nb::handle known_hosts;
  nb::handle policy;
};
client::HostKeyPolicy host_key_policy_from(const HostKeyArguments& arguments);

}  // namespace hawser::python
