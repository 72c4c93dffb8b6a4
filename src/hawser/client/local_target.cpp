#include "hawser/client/local_target.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

namespace hawser::client {

namespace {

constexpr std::uint32_t kPermissionBits = 0777;
constexpr std::size_t kNameMost = 255;  // NAME_MAX of every file system in use
constexpr int kTemporary = O_CREAT | O_NOFOLLOW | O_CLOEXEC;

// What is at the spot, if it may be replaced: nullopt if nothing is.
Result<std::optional<struct stat>> look_at_old(const Spot& spot) {
  struct stat old{};
  if (fstatat(spot.directory.number(), spot.name.c_str(), &old, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return std::nullopt;
    return local_failure("target");
  }
  if (S_ISREG(old.st_mode)) return old;
  if (S_ISDIR(old.st_mode)) return local_failure("target", EISDIR);
  return local_failure("target", S_ISLNK(old.st_mode) ? ELOOP : EEXIST);
}

// ".name.middle.part", the name cut so that it fits.
std::string temporary_name(const std::string& name, const std::string& middle) {
  const std::string end = "." + middle + ".part";
  return "." + name.substr(0, kNameMost - 1 - end.size()) + end;
}

// Names that differ only where they are cut must not meet.
std::string tag_for(const std::string& name, const std::string& tag) {
  constexpr std::size_t kRoomForTag = 100;
  if (name.size() + kRoomForTag < kNameMost) return tag;
  return tag + "-" + std::to_string(std::hash<std::string>()(name));
}

// The owner of the file that is replaced keeps it. Where that is not ours to give, its group is not
// the one that the permissions speak of.
std::uint32_t keep_owner(int file, const struct stat& old, std::uint32_t permissions) {
  struct stat own{};
  if (fstat(file, &own) != 0) return permissions;
  if (own.st_uid == old.st_uid && own.st_gid == old.st_gid) return permissions;
  if (fchown(file, old.st_uid, old.st_gid) == 0) return permissions;
  if (own.st_gid == old.st_gid || fchown(file, own.st_uid, old.st_gid) == 0) return permissions;
  return permissions & ~static_cast<std::uint32_t>(S_IRWXG);
}

}  // namespace

std::string random_letters() {
  constexpr std::string_view kLetters = "abcdefghijkmnpqrstuvwxyz23456789";
  std::array<std::uint8_t, 10> random{};
  std::string letters;
  if (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) return {};
  for (const std::uint8_t byte : random) letters += kLetters[byte % kLetters.size()];
  return letters;
}

std::uint32_t current_umask() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    constexpr std::string_view kField = "Umask:\t";
    if (!line.starts_with(kField)) continue;
    std::uint32_t mask = 0;
    const char* begin = line.data() + kField.size();
    if (std::from_chars(begin, line.data() + line.size(), mask, 8).ec == std::errc()) return mask;
  }
  const mode_t mask = umask(077);  // the only other way to learn it; for a moment it is stricter
  umask(mask);
  return mask;
}

Status write_all(const Descriptor& file, ByteView data) {
  while (!data.empty()) {
    const ssize_t written = ::write(file.number(), data.data(), data.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return local_failure("write");
    data = data.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<LocalTarget> LocalTarget::open(Spot spot,
                                      const std::optional<operations::local::Resume>& resume) {
  if (spot.name == ".") return local_failure("target", EISDIR);
  if (spot.name.size() > kNameMost) return local_failure("target", ENAMETOOLONG);
  HAWSER_TRY(look_at_old(spot));
  return resume ? go_on(std::move(spot), *resume) : make_new(std::move(spot));
}

Result<LocalTarget> LocalTarget::make_new(Spot spot) {
  constexpr int kTries = 100;
  for (int i = 0; i < kTries; ++i) {
    std::string name = temporary_name(spot.name, random_letters());
    Descriptor file(
        openat(spot.directory.number(), name.c_str(), kTemporary | O_EXCL | O_WRONLY, 0600));
    if (file.is_open()) {
      return LocalTarget(std::move(spot), std::move(name), std::move(file), 0, false);
    }
    if (errno != EEXIST) return local_failure("target");
  }
  return local_failure("target", EEXIST);
}

// In a directory that others write to, what lies there under our name may be theirs.
Result<LocalTarget> LocalTarget::go_on(Spot spot, const operations::local::Resume& resume) {
  std::string name = temporary_name(spot.name, tag_for(spot.name, resume.tag));
  Descriptor file(openat(spot.directory.number(), name.c_str(),
                         kTemporary | O_NONBLOCK | O_WRONLY | O_APPEND, 0600));
  struct stat facts{};
  if (!file.is_open() || fstat(file.number(), &facts) != 0) return local_failure("part");
  if (!S_ISREG(facts.st_mode) || facts.st_uid != geteuid() || facts.st_nlink != 1) {
    return local_failure("part", EEXIST);
  }
  if (flock(file.number(), LOCK_EX | LOCK_NB) != 0) return local_failure("part", EBUSY);
  auto size = static_cast<std::uint64_t>(facts.st_size);
  if (size > resume.most) {
    if (ftruncate(file.number(), 0) != 0) return local_failure("part");
    size = 0;
  }
  return LocalTarget(std::move(spot), std::move(name), std::move(file), size, true);
}

LocalTarget::~LocalTarget() {
  if (file_.is_open() && !is_kept_) unlinkat(spot_.directory.number(), temporary_.c_str(), 0);
}

Status LocalTarget::write(ByteView data) {
  HAWSER_TRY(write_all(file_, data));
  size_ += data.size();
  return {};
}

Status LocalTarget::finish(const Finish& finish) {
  Status status = take_shape(finish);
  if (status && finish.durability == Durability::synced && fsync(file_.number()) != 0) {
    status = local_failure("fsync");
  }
  const int directory = spot_.directory.number();
  const bool is_closed = file_.close();
  if (status && !is_closed) status = local_failure("close");
  if (status && renameat(directory, temporary_.c_str(), directory, spot_.name.c_str()) != 0) {
    status = local_failure("rename");
  }
  if (status && finish.durability == Durability::synced) {
    const Descriptor entries(openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fsync(entries.number()) != 0) return local_failure("fsync");
  }
  if (!status && !is_kept_) unlinkat(directory, temporary_.c_str(), 0);
  return status;
}

Status LocalTarget::take_shape(const Finish& finish) {
  using Rule = operations::LocalPermissions::Rule;
  const bool is_exact = finish.permissions.rule == Rule::exact;
  std::uint32_t bits = finish.permissions.bits;
  const auto old = HAWSER_TRY(look_at_old(spot_));
  if (!is_exact) bits = old ? old->st_mode : bits & ~finish.umask;
  if (old) bits = keep_owner(file_.number(), *old, bits);
  if (fchmod(file_.number(), bits & kPermissionBits) != 0) return local_failure("chmod");
  if (finish.times) {
    const timespec times[] = {{finish.times->access, 0}, {finish.times->modification, 0}};
    if (futimens(file_.number(), times) != 0) return local_failure("times");
  }
  return {};
}

}  // namespace hawser::client
