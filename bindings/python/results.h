// What calls return besides bytes: RunResult, HostKey, Algorithms.
#pragma once

#include <nanobind/nanobind.h>

#include "hawser/client/connection.h"

namespace hawser::python {

namespace nb = nanobind;

struct RunResult {
  nb::bytes standard_output;
  nb::bytes standard_error;
  std::optional<operations::ChannelExit> exit;
};
struct HostKey {
  std::string type;
  Bytes blob;
  std::string fingerprint;
};
struct Algorithms {
  client::Facts facts;
};

// The status, or None if there is none; the signal's name, or None.
nb::object exit_status_of(const std::optional<operations::ChannelExit>& exit);
nb::object exit_signal_of(const std::optional<operations::ChannelExit>& exit);

HostKey make_host_key(std::string_view type, ByteView blob);

void bind_results(nb::module_& module);

}  // namespace hawser::python
