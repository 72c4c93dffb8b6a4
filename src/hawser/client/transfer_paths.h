// Where a transfer goes to, from the paths that the caller gave.
#pragma once

#include <string>

#include "hawser/base/result.h"

namespace hawser::client {

// The last name of a path, "" if it is none that something could be called after: ".", "..", "/".
std::string last_name(const std::string& path);

// A path as a directory and a name in it. A name of "" is the directory itself.
struct LocalPlace {
  std::string directory;  // "" is the working directory
  std::string name;
  enum class Kind : std::uint8_t {
    file_or_nothing,
    directory,
    stream
  } kind = Kind::file_or_nothing;
};

// As "directory/name" without looking at either.
LocalPlace split(const std::string& path);

// Where a download to `local` goes: into it under `name` if it is a directory. A symlink is
// replaced by what it leads to. kind is that of what is at `local`.
Result<LocalPlace> place_for_download(const std::string& local, const std::string& name);

}  // namespace hawser::client
