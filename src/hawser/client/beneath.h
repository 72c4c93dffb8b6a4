// Names beneath a directory, opened so that none leads out of it: not by "..", not by an absolute
// path, and, where links are refused, not by a symlink that somebody put there meanwhile. The
// kernel sees to it (openat2) or, where it cannot, each component is opened on its own.
#pragma once

#include <string>

#include "hawser/base/result.h"
#include "hawser/client/descriptor.h"

namespace hawser::client {

// Whether symlinks are followed on the way to a name. The last component of a path never is.
enum class Symlinks : std::uint8_t { follow, refuse };

// Errc::local_file with the errno of now.
std::unexpected<Error> local_failure(const char* where);
std::unexpected<Error> local_failure(const char* where, int error_number);

// A name and the open directory that it stands in, to be used with the *at calls.
struct Spot {
  Descriptor directory;  // O_PATH
  std::string name;      // one component, or "." for the root itself
};

class Beneath {
 public:
  enum class Method : std::uint8_t { by_kernel, by_component };

  // The directory at `path` as the caller named it, "" for the working directory: symlinks in it
  // are followed.
  static Result<Beneath> open(const std::string& path, Symlinks symlinks,
                              Method method = Method::by_kernel);

  // Where the name at `path`, relative to the directory, stands or would stand. name_unsafe if the
  // path is absolute or has NUL or empty, "." or ".." components.
  Result<Spot> find(const std::string& path);

 private:
  Beneath(Descriptor root, Symlinks symlinks, Method method)
      : root_(std::move(root)), symlinks_(symlinks), method_(method) {}
  Result<Descriptor> open_directory(const std::string& path);
  Result<Descriptor> walk(const std::string& path);

  Descriptor root_;
  Symlinks symlinks_;
  Method method_;
};

}  // namespace hawser::client
