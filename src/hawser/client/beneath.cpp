#include "hawser/client/beneath.h"

#include <cerrno>
#include <string_view>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

namespace hawser::client {

namespace {

constexpr int kDirectory = O_PATH | O_DIRECTORY | O_CLOEXEC;

bool is_component(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('\0') == std::string_view::npos;
}

bool leads_beneath(std::string_view path) {
  for (;;) {
    const auto slash = path.find('/');
    if (!is_component(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

int open_beneath(int root, const std::string& path, Symlinks symlinks) {
  open_how how{};
  how.flags = kDirectory;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  // Links that the caller put into a tree of his own may lead anywhere.
  if (symlinks == Symlinks::follow) how.resolve = 0;
  return static_cast<int>(syscall(SYS_openat2, root, path.c_str(), &how, sizeof(how)));
}

// Kernels before 5.6 and some sandboxes have no openat2; a path may be longer than one call takes.
bool calls_for_components(int error_number) {
  return error_number == ENOSYS || error_number == EPERM || error_number == ENAMETOOLONG;
}

}  // namespace

std::unexpected<Error> local_failure(const char* where) {
  return local_failure(where, errno);
}

std::unexpected<Error> local_failure(const char* where, int error_number) {
  return fail(Errc::local_file, where, static_cast<std::uint32_t>(error_number));
}

Result<Beneath> Beneath::open(const std::string& path, Symlinks symlinks, Method method) {
  Descriptor root(::open(path.empty() ? "." : path.c_str(), kDirectory));
  if (!root.is_open()) return local_failure("directory");
  return Beneath(std::move(root), symlinks, method);
}

Result<Spot> Beneath::find(const std::string& path) {
  if (path.empty()) return Spot{HAWSER_TRY(open_directory(".")), "."};
  if (!leads_beneath(path)) return fail(Errc::name_unsafe, "path");
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return Spot{HAWSER_TRY(open_directory(".")), path};
  return Spot{HAWSER_TRY(open_directory(path.substr(0, slash))), path.substr(slash + 1)};
}

Result<Descriptor> Beneath::open_directory(const std::string& path) {
  if (method_ == Method::by_kernel) {
    Descriptor found(open_beneath(root_.number(), path, symlinks_));
    if (found.is_open()) return found;
    if (!calls_for_components(errno)) return local_failure("directory");
  }
  return walk(path);
}

Result<Descriptor> Beneath::walk(const std::string& path) {
  const int flags = kDirectory | (symlinks_ == Symlinks::refuse ? O_NOFOLLOW : 0);
  Descriptor here(openat(root_.number(), ".", kDirectory));
  for (std::size_t begin = 0; here.is_open() && begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    here = Descriptor(openat(here.number(), path.substr(begin, end - begin).c_str(), flags));
    begin = end + 1;
  }
  if (!here.is_open()) return local_failure("directory");
  return here;
}

}  // namespace hawser::client
