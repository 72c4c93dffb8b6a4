// The `sock` of a Session: a socket, a channel of another session, or any object that can recv and
// send.
#pragma once

#include <memory>
#include <utility>

#include <nanobind/nanobind.h>

#include "hawser/client/byte_stream.h"
#include "hawser/client/connection.h"

namespace hawser::python {

namespace nb = nanobind;

struct MadeStream {
  std::unique_ptr<client::ByteStream> stream;
  nb::handle object;  // what the stream keeps a reference to, if it does
};

// TypeError for what cannot be one, OSError for a socket that is not connected.
MadeStream make_stream(nb::handle sock);

// The address and port at the other end, "" and 0 if it has none.
std::pair<std::string, std::uint16_t> peer_of(nb::handle sock);

// Looks for signals if this is the main thread, which alone handles them; else empty.
client::Interrupt interrupt();

}  // namespace hawser::python
