// What all transfers take of Python besides paths: switches, and functions that are told how they
// go.
#pragma once

#include "hawser/client/transfer.h"

#include "calls.h"
#include "gil.h"

namespace hawser::python {

// Calls Python code in the middle of a transfer, which ends with what that raises.
template <typename Call>
Status ask_python(Call&& call) {
  return with_gil([&]() -> Status {
    try {
      return call();
    } catch (nb::python_error& error) {
      return std::unexpected(keep_exception(nb::borrow(error.value())).error);
    }
  });
}

struct Listening {
  nb::handle callback;
  nb::handle on_file;
  nb::handle on_skip;
  nb::handle on_error;
};

// TypeError if one of them is neither callable nor None.
Listening listening_argument(nb::handle callback, nb::handle on_file, nb::handle on_skip,
                             nb::handle on_error);

// One file, or as many as there are: then nobody knows the bytes in all.
enum class Extent : std::uint8_t { file, tree };

inline Extent extent_of(bool is_recursive) {
  return is_recursive ? Extent::tree : Extent::file;
}

// Borrows what is listening. Sources are told in the style of one side, failures in that of the
// remote one.
client::TransferListeners listeners_for(const Listening& listening, PathStyle source_style,
                                        PathStyle remote_style, Extent extent = Extent::file);

struct Switches {
  bool recursive = false;
  bool preserve = false;
  bool resume = false;
};

client::TransferOptions options_for(const Switches& switches, client::TransferListeners listeners);

}  // namespace hawser::python
