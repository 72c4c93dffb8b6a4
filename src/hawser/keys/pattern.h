// Patterns of names, as known_hosts, host certificates and lists of algorithms have them.
#pragma once

#include <string>
#include <string_view>

namespace hawser::keys {

std::string lower_case(std::string_view text);

// Whether the pattern, in which "*" stands for any letters and "?" for one, is this name. Capitals
// in the pattern do not matter. Requires: the name is in lower case.
bool matches_pattern(std::string_view pattern, std::string_view name);

}  // namespace hawser::keys
