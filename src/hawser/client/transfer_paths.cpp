#include "hawser/client/transfer_paths.h"

#include <cerrno>
#include <cstdlib>
#include <memory>

#include <sys/stat.h>

#include "hawser/client/beneath.h"

namespace hawser::client {

namespace {

std::string without_slashes_at_the_end(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

Result<std::string> resolved(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr),
                                                         &std::free);
  if (!real) return local_failure("path");
  return std::string(real.get());
}

}  // namespace

LocalPlace split(const std::string& path) {
  const std::string whole = without_slashes_at_the_end(path);
  const auto slash = whole.rfind('/');
  if (slash == std::string::npos) return {"", whole};
  return {slash == 0 ? "/" : whole.substr(0, slash), whole.substr(slash + 1)};
}

std::string last_name(const std::string& path) {
  const std::string name = split(path).name;
  return name == "." || name == ".." ? "" : name;
}

Result<LocalPlace> place_for_download(const std::string& local, const std::string& name) {
  struct stat status{};
  if (stat(local.c_str(), &status) != 0) {
    const int why = errno;
    const bool is_dangling = lstat(local.c_str(), &status) == 0;
    if (why != ENOENT || is_dangling || last_name(local).empty()) return local_failure("path", why);
    return split(local);
  }
  if (S_ISDIR(status.st_mode)) {
    return LocalPlace{local, name, LocalPlace::Kind::directory};
  }
  if (!S_ISREG(status.st_mode)) return LocalPlace{local, "", LocalPlace::Kind::stream};
  if (lstat(local.c_str(), &status) == 0 && S_ISLNK(status.st_mode)) {
    return split(HAWSER_TRY(resolved(local)));
  }
  return split(local);
}

}  // namespace hawser::client
