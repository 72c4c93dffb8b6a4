#include "hawser/client/key_file.h"

#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hawser/base/limits.h"
#include "hawser/client/descriptor.h"
#include "hawser/client/transfer_failure.h"

namespace hawser::client {

namespace {

std::unexpected<Failure> failed(const std::string& path, int error_number) {
  return std::unexpected(local_failure_at(path, error_number));
}

int write_all(int descriptor, ByteView content) {
  while (!content.empty()) {
    const ssize_t size = write(descriptor, content.data(), content.size());
    if (size < 0 && errno != EINTR) return errno;
    if (size > 0) content = content.subspan(static_cast<std::size_t>(size));
  }
  return fsync(descriptor) == 0 ? 0 : errno;
}

// So that the rename is on the disk, too. Not every file system can; the key is there either way.
void sync_folder(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const Descriptor opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.is_open()) (void)fsync(opened.number());
}

}  // namespace

Outcome<SecretBytes> read_key_file(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) return failed(path, errno);
  struct stat status{};
  if (fstat(file.number(), &status) != 0) return failed(path, errno);
  if (S_ISDIR(status.st_mode)) return failed(path, EISDIR);
  SecretBytes content(limits::kKeyFile + 1);
  std::size_t filled = 0;
  while (filled < content.size()) {
    const ssize_t size =
        read(file.number(), content.span().data() + filled, content.size() - filled);
    if (size < 0 && errno != EINTR) return failed(path, errno);
    if (size == 0) break;
    if (size > 0) filled += static_cast<std::size_t>(size);
  }
  if (filled > limits::kKeyFile) {
    return std::unexpected(explain(Error{Errc::key_damaged, 0, "key file size"}, Report{}));
  }
  content.resize(filled);
  return content;
}

Outcome<void> write_key_file(const std::string& path, ByteView content) {
  std::string temporary = path + ".XXXXXX";
  Descriptor file(mkostemp(temporary.data(), O_CLOEXEC));  // O_EXCL, mode 0600
  if (!file.is_open()) return failed(path, errno);
  int error_number = write_all(file.number(), content);
  if (error_number == 0 && !file.close()) error_number = errno;
  if (error_number == 0 && rename(temporary.c_str(), path.c_str()) != 0) error_number = errno;
  if (error_number != 0) {
    (void)unlink(temporary.c_str());
    return failed(path, error_number);
  }
  sync_folder(path);
  return {};
}

}  // namespace hawser::client
