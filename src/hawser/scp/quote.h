// The command that starts the remote scp, with a path in it that stays one argument and is only a
// name, whatever it contains, for every shell that a server may run it by.
#pragma once

#include <string>
#include <string_view>

#include "hawser/base/result.h"

namespace hawser::scp {

enum class Direction : char { from_remote = 'f', to_remote = 't' };

struct CommandOptions {
  Direction direction;
  bool recursive = false;
  bool preserves = false;       // -p: times are sent, modes are set exactly
  bool into_directory = false;  // -d: the path must be a directory
};

// scp -f 'the path'. invalid_argument: the path is empty or contains NUL, CR or LF. Neither shells
// nor the protocol, whose records are lines, could be trusted with those.
Result<std::string> remote_command(const CommandOptions& options, std::string_view path);

// The word for sh, bash, dash, ash, zsh, csh and fish.
std::string quote(std::string_view word);

// The last component of a path, slashes at its end left out: the name under which the remote scp
// sends it. Empty for "/".
std::string_view last_name(std::string_view path);

}  // namespace hawser::scp
