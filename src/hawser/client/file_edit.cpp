#include "hawser/client/file_edit.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hawser/client/clock.h"
#include "hawser/client/descriptor.h"
#include "hawser/client/exit_gate.h"

namespace hawser::client {

namespace {

constexpr const char* kWhere = "file";

std::unexpected<Error> system_failure(int number = errno) {
  return fail(Errc::local_file, kWhere, static_cast<std::uint32_t>(number));
}

// flock knows no deadline, and a signal handler is not ours to set.
Status lock(int descriptor, Instant deadline) {
  constexpr int kBetweenTries = 10;  // milliseconds
  while (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK || now() >= deadline) return system_failure();
    const Away away;
    (void)poll(nullptr, 0, kBetweenTries);
  }
  return {};
}

// Whether the path still leads to the file that we have locked.
bool is_still_there(const struct stat& ours, const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 && status.st_dev == ours.st_dev &&
         status.st_ino == ours.st_ino;
}

Status write_all(int descriptor, ByteView content) {
  while (!content.empty()) {
    const ssize_t size = write(descriptor, content.data(), content.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return system_failure();
    content = content.subspan(static_cast<std::size_t>(size));
  }
  return fsync(descriptor) == 0 ? Status{} : system_failure();
}

// A file beside another one, gone again unless it takes that one's place.
class Replacement {
 public:
  explicit Replacement(const std::string& target) : target_(target) {
    const std::size_t name = target.rfind('/') + 1;
    folder_ = target.substr(0, name);
    path_ = folder_ + "." + target.substr(name) + ".XXXXXX";
    file_ = Descriptor(mkostemp(path_.data(), O_CLOEXEC));
  }
  ~Replacement() {
    if (file_.is_open()) (void)unlink(path_.c_str());
  }
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;

  // False where the folder takes no file of ours, or the owner cannot be kept.
  [[nodiscard]] bool becomes(const struct stat& old) const {
    return file_.is_open() && fchown(file_.number(), old.st_uid, old.st_gid) == 0 &&
           fchmod(file_.number(), old.st_mode & 07777) == 0;
  }

  Status write(ByteView content) const { return write_all(file_.number(), content); }

  // False where the target's name cannot be given to another file.
  Result<bool> take_place() {
    if (rename(path_.c_str(), target_.c_str()) != 0) {
      if (errno == EBUSY || errno == EXDEV || errno == EPERM || errno == EACCES) return false;
      return system_failure();
    }
    (void)file_.close();
    const Descriptor folder(open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.is_open()) (void)fsync(folder.number());  // not every file system can
    return true;
  }

 private:
  const std::string& target_;
  std::string folder_;
  std::string path_;
  Descriptor file_;
};

Status replace(int file, const struct stat& old, const std::string& path, ByteView before,
               ByteView after) {
  const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr),
                                                         std::free);
  if (real == nullptr) return system_failure();
  const std::string target = real.get();
  Replacement replacement(target);
  if (replacement.becomes(old)) {
    HAWSER_TRY(replacement.write(after));
    if (HAWSER_TRY(replacement.take_place())) return {};
  }
  const int why = errno;
  if (after.size() < before.size() || !equal(after.first(before.size()), before)) {
    return system_failure(why);
  }
  if (lseek(file, 0, SEEK_END) < 0) return system_failure();
  return write_all(file, after.subspan(before.size()));
}

}  // namespace

Result<Bytes> read_file(int descriptor, std::size_t most) {
  constexpr std::size_t kPiece = 64 * 1024;
  Bytes content;
  for (;;) {
    const std::size_t before = content.size();
    content.resize(before + kPiece);
    const ssize_t size = read(descriptor, content.data() + before, kPiece);
    content.resize(before + static_cast<std::size_t>(size > 0 ? size : 0));
    if (content.size() > most) return system_failure(EFBIG);
    if (size == 0) return content;
    if (size < 0 && errno != EINTR) return system_failure();
  }
}

Status edit_file(const FileEdit& edit, const std::function<Result<Bytes>(ByteView)>& change) {
  const Instant deadline = now() + edit.patience;
  for (;;) {
    const Descriptor file(
        open(edit.path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600));
    if (!file.is_open()) return system_failure();
    struct stat status{};
    if (fstat(file.number(), &status) != 0) return system_failure();
    if (S_ISCHR(status.st_mode)) return {};  // /dev/null remembers nothing
    if (!S_ISREG(status.st_mode)) return system_failure(EINVAL);
    HAWSER_TRY(lock(file.number(), deadline));
    if (!is_still_there(status, edit.path)) {
      if (now() >= deadline) return system_failure(EWOULDBLOCK);
      continue;
    }
    const Bytes before = HAWSER_TRY(read_file(file.number(), edit.most));
    const Bytes after = HAWSER_TRY(change(before));
    if (after == before) return {};
    if (after.size() > edit.most) return system_failure(EFBIG);
    return replace(file.number(), status, edit.path, before, after);
  }
}

}  // namespace hawser::client
