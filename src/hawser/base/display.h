// Text from a server is data: this is the one way in which it reaches a human. Control characters
// (C0, DEL, C1), bytes that are not UTF-8 and the bidirectional overrides are written as escapes.
#pragma once

#include <string>

#include "hawser/base/bytes.h"

namespace hawser {

enum class Lines { escape, keep };  // what becomes of newlines and tabs

// At most `max_bytes` of output, ending in "..." where something was cut.
std::string display(ByteView text, std::size_t max_bytes = 512, Lines lines = Lines::escape);

// The bytes in lower-case hex.
std::string hex(ByteView bytes);

}  // namespace hawser
