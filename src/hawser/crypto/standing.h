// Whether an algorithm is offered by itself, or only to whoever names it.
#pragma once

#include <cstdint>

namespace hawser::crypto {

enum class Standing : std::uint8_t {
  by_default,
  on_request,
  legacy,  // known to be weak: for servers that have nothing better, and only by its name
};

}  // namespace hawser::crypto
