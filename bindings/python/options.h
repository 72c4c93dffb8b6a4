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
  nb::handle ca_signature_algorithms;
  bool checks_address;
};
client::HostKeyPolicy host_key_policy_from(const HostKeyArguments& arguments);

// None: empty. A callable is called as callable(way, number, name, size); what it raises is told
// and forgotten, for there is nobody to give it to.
transport::PacketTrace trace_from(nb::handle callable);

}  // namespace hawser::python
