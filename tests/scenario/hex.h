// Bytes written as hex in test tables.
#pragma once

#include "hawser/base/bytes.h"

namespace hawser::scenario {

// Blanks are skipped. Requires: an even number of lower-case digits.
inline Bytes unhex(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  Bytes out;
  unsigned held = 0;
  unsigned value = 0;
  for (const char digit : text) {
    if (digit == ' ' || digit == '\n') continue;
    value = value << 4 | static_cast<unsigned>(kDigits.find(digit));
    if (++held % 2 == 0) {
      out.push_back(static_cast<std::uint8_t>(value));
      value = 0;
    }
  }
  return out;
}

}  // namespace hawser::scenario
