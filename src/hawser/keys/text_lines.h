// The lines and words of the text files that keys stand in. Views into the text, nothing copied.
// Used inside keys/ only.
#pragma once

#include <algorithm>
#include <string_view>

namespace hawser::keys {

// Takes the first line off `rest`; neither LF nor CR LF is part of it. Requires: !rest.empty().
inline std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

inline constexpr std::string_view kBlank = " \t";

// Takes the next word off `rest`, with the blanks around it; "" if there is none.
inline std::string_view take_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlank), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(kBlank));
  rest.remove_prefix(word.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlank), rest.size()));
  return word;
}

}  // namespace hawser::keys
