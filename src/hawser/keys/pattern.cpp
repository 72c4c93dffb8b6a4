#include "hawser/keys/pattern.h"

#include <algorithm>

namespace hawser::keys {

namespace {

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

// Greedy: a star that was passed is never tried again when a later one fails. That is right because
// a later star can take over whatever the earlier one could, and it bounds the work by the sizes
// multiplied, whatever the pattern.
bool matches_pattern(std::string_view pattern, std::string_view name) {
  constexpr std::size_t kNoStar = std::string_view::npos;
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t after_star = kNoStar;
  std::size_t star_ends = 0;  // the star stands for the name up to here
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      star_ends = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || lower(pattern[p]) == name[n])) {
      ++p;
      ++n;
    } else if (after_star != kNoStar) {
      p = after_star;
      n = ++star_ends;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace hawser::keys
