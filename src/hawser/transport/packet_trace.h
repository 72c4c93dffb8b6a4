// Who is told of each packet that comes and goes: which message, and how long; never what is in it.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "hawser/base/gather.h"

namespace hawser::transport {

enum class Way : std::uint8_t { in, out };

struct PacketSeen {
  Way way;
  std::uint8_t number;
  std::string_view name;  // wire::message_name()
  // Of the payload; left out for those messages of ours that may hold a password, whose length is
  // nobody's business either.
  std::optional<std::size_t> size;
};

// Called in the middle of things: it neither throws nor calls the session. Empty: nobody is told.
using PacketTrace = std::function<void(const PacketSeen&)>;

// Requires: `trace` is not empty.
void tell_of_packet(const PacketTrace& trace, Way way, std::uint8_t number, std::size_t size);

}  // namespace hawser::transport
