// The long story behind an Error: what does not fit in 16 bytes. A session keeps one, bounded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hawser {

struct Report {
  std::string text;  // for people, server text in it already escaped (display.h)
  // no_common_algorithm: which list, and both sides' names
  std::string list;
  std::vector<std::string> ours;
  std::vector<std::string> theirs;
  // disconnected: the reason code of RFC 4253 11.1
  std::optional<std::uint32_t> disconnect_code;
};

}  // namespace hawser
