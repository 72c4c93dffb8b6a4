#include "hawser/client/known_hosts_file.h"

#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hawser/base/limits.h"

namespace hawser::client {

namespace {

class File {
 public:
  File(const std::string& path, int flags)
      : descriptor_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

std::unexpected<Error> system_failure(const char* where) {
  return fail(Errc::invalid_argument, where, static_cast<std::uint32_t>(errno));
}

Result<Bytes> read_all(const std::string& path) {
  const File file(path, O_RDONLY | O_NONBLOCK);
  if (file.descriptor() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return Bytes{};
    return system_failure("known_hosts");
  }
  Bytes content;
  for (;;) {
    constexpr std::size_t kPiece = 64 * 1024;
    const std::size_t before = content.size();
    if (before > limits::kKnownHostsFile) {
      return fail(Errc::limit_passed, "known_hosts", EFBIG);
    }
    content.resize(before + kPiece);
    const ssize_t size = read(file.descriptor(), content.data() + before, kPiece);
    content.resize(before + static_cast<std::size_t>(size > 0 ? size : 0));
    if (size == 0) return content;
    if (size < 0 && errno != EINTR) return system_failure("known_hosts");
  }
}

bool ends_with_newline(int descriptor) {
  struct stat status{};
  if (fstat(descriptor, &status) != 0 || status.st_size == 0) return true;
  char last = '\n';
  return pread(descriptor, &last, 1, status.st_size - 1) != 1 || last == '\n';
}

}  // namespace

Result<keys::KnownHosts> read_known_hosts(const crypto::Engine& engine,
                                          const std::vector<std::string>& paths,
                                          std::string& failed_path) {
  keys::KnownHosts known_hosts;
  for (const std::string& path : paths) {
    const auto content = read_all(path);
    if (!content) {
      failed_path = path;
      return std::unexpected(content.error());
    }
    known_hosts.add(engine, *content, path);
  }
  return known_hosts;
}

Status append_known_host(const std::string& path, std::string_view host, std::uint16_t port,
                         ByteView key_blob) {
  const File file(path, O_RDWR | O_APPEND | O_CREAT);
  if (file.descriptor() < 0) return system_failure("known_hosts");
  if (flock(file.descriptor(), LOCK_EX) != 0) return system_failure("known_hosts");
  std::string line = keys::known_hosts_line(host, port, key_blob);
  if (line.empty()) {
    return fail(Errc::invalid_argument, "known_hosts", EINVAL);  // no line can name this host
  }
  if (!ends_with_newline(file.descriptor())) line.insert(0, "\n");
  const ssize_t written = write(file.descriptor(), line.data(), line.size());
  if (written != static_cast<ssize_t>(line.size()) || fsync(file.descriptor()) != 0) {
    return system_failure("known_hosts");
  }
  return {};
}

std::vector<std::string> default_known_hosts_paths() {
  std::vector<std::string> paths;
  const char* home = std::getenv("HOME");
  if (home == nullptr) {
    const passwd* entry = getpwuid(getuid());
    if (entry != nullptr) home = entry->pw_dir;
  }
  if (home != nullptr) paths.push_back(std::string(home) + "/.ssh/known_hosts");
  paths.emplace_back("/etc/ssh/ssh_known_hosts");
  return paths;
}

}  // namespace hawser::client
