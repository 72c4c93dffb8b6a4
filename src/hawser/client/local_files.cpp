#include "hawser/client/local_files.h"

#include <algorithm>
#include <cerrno>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "hawser/base/limits.h"
#include "hawser/operations/tree_copy.h"

namespace hawser::client {

namespace local = operations::local;
using operations::LocalAnswer;
using operations::LocalFacts;
using operations::LocalType;

namespace {

constexpr std::uint32_t kPermissionBits = 0777;

LocalType type_of(const struct stat& status) {
  if (S_ISREG(status.st_mode)) return LocalType::regular;
  if (S_ISDIR(status.st_mode)) return LocalType::directory;
  return S_ISLNK(status.st_mode) ? LocalType::symlink : LocalType::other;
}

LocalFacts facts_of(const struct stat& status) {
  LocalFacts facts;
  facts.type = type_of(status);
  facts.size = static_cast<std::uint64_t>(status.st_size);
  facts.permissions = status.st_mode & 07777;
  facts.times = {status.st_atime, status.st_mtime};
  facts.device = status.st_dev;
  facts.inode = status.st_ino;
  return facts;
}

LocalAnswer answer_with(const struct stat& status) {
  LocalAnswer answer;
  answer.facts = facts_of(status);
  return answer;
}

LocalAnswer answer_with(std::uint64_t size) {
  LocalAnswer answer;
  answer.size = size;
  return answer;
}

bool is_this_or_parent(std::string_view name) {
  return name == "." || name == "..";
}

}  // namespace

LocalFiles::LocalFiles(std::string root, Beneath beneath, Role role,
                       LocalTarget::Durability durability)
    : root_(std::move(root)),
      beneath_(std::move(beneath)),
      role_(role),
      durability_(durability),
      umask_(current_umask()) {}

Result<LocalFiles> LocalFiles::for_sources(const std::string& root) {
  auto beneath = HAWSER_TRY(Beneath::open(root, Symlinks::follow));
  return LocalFiles(root, std::move(beneath), Role::sources, LocalTarget::Durability::cached);
}

Result<LocalFiles> LocalFiles::for_targets(const std::string& root,
                                           LocalTarget::Durability durability,
                                           Beneath::Method method) {
  auto beneath = HAWSER_TRY(Beneath::open(root, Symlinks::refuse, method));
  return LocalFiles(root, std::move(beneath), Role::targets, durability);
}

std::string LocalFiles::path_of(const std::string& relative) const {
  return operations::join(root_, relative);
}

Result<LocalAnswer> LocalFiles::local(const operations::LocalRequest& request) {
  return std::visit(
      [this](const auto& wanted) {
        if constexpr (requires { wanted.path; }) failed_path_ = path_of(wanted.path);
        return answer(wanted);
      },
      request);
}

// looking -----------------------------------------------------------------------------------------

Result<LocalAnswer> LocalFiles::answer(const local::Look& request) {
  const Spot spot = HAWSER_TRY(beneath_.find(request.path));
  const bool follows = request.links == local::Look::Links::follow && role_ == Role::sources;
  struct stat status{};
  if (fstatat(spot.directory.number(), spot.name.c_str(), &status,
              follows ? 0 : AT_SYMLINK_NOFOLLOW) != 0) {
    return local_failure("stat");
  }
  return answer_with(status);
}

Result<LocalAnswer> LocalFiles::answer(const local::List& request) {
  const Spot spot = HAWSER_TRY(beneath_.find(request.path));
  const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  const int descriptor = openat(spot.directory.number(), spot.name.c_str(),
                                role_ == Role::sources ? flags : flags | O_NOFOLLOW);
  const auto close = [](DIR* stream) { closedir(stream); };
  const std::unique_ptr<DIR, decltype(close)> stream(descriptor < 0 ? nullptr
                                                                    : fdopendir(descriptor));
  if (!stream) return local_failure("directory");
  LocalAnswer answer;
  for (;;) {
    errno = 0;
    const dirent* entry = readdir(stream.get());
    if (entry == nullptr) break;
    if (is_this_or_parent(entry->d_name)) continue;
    if (answer.names.size() == limits::kTreeEntries) return local_failure("directory", EOVERFLOW);
    answer.names.emplace_back(entry->d_name);
  }
  if (errno != 0) return local_failure("directory");
  std::sort(answer.names.begin(), answer.names.end());
  return answer;
}

// reading -----------------------------------------------------------------------------------------

Result<LocalAnswer> LocalFiles::answer(const local::OpenSource& request) {
  const Spot spot = HAWSER_TRY(beneath_.find(request.path));
  // O_NONBLOCK: a pipe that somebody put there must not hold us up.
  const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (role_ == Role::sources ? 0 : O_NOFOLLOW);
  Descriptor file(openat(spot.directory.number(), spot.name.c_str(), flags));
  struct stat status{};
  if (!file.is_open() || fstat(file.number(), &status) != 0) return local_failure("open");
  if (S_ISDIR(status.st_mode)) return local_failure("open", EISDIR);
  if (!S_ISREG(status.st_mode)) return local_failure("open", EINVAL);
  (void)posix_fadvise(file.number(), 0, 0, POSIX_FADV_SEQUENTIAL);
  sources_.insert_or_assign(request.file, Open<Descriptor>{std::move(file), failed_path_});
  return answer_with(status);
}

Result<LocalAnswer> LocalFiles::answer(const local::ReadPiece& request) {
  const auto found = sources_.find(request.file);
  if (found == sources_.end()) return fail(Errc::internal, "local file");
  for (;;) {
    const ssize_t size = pread(found->second.file.number(), request.to.data(), request.to.size(),
                               static_cast<off_t>(request.offset));
    if (size >= 0) return answer_with(static_cast<std::uint64_t>(size));
    if (errno == EINTR) continue;
    failed_path_ = found->second.path;
    return local_failure("read");
  }
}

Result<LocalAnswer> LocalFiles::answer(const local::CloseSource& request) {
  sources_.erase(request.file);
  return LocalAnswer{};
}

// writing -----------------------------------------------------------------------------------------

Status LocalFiles::may_write() const {
  if (role_ == Role::targets) return {};
  return fail(Errc::internal, "local file");
}

Result<LocalAnswer> LocalFiles::answer(const local::OpenTarget& request) {
  HAWSER_TRY(may_write());
  Spot spot = HAWSER_TRY(beneath_.find(request.path));
  auto target = HAWSER_TRY(LocalTarget::open(std::move(spot), request.resume));
  const std::uint64_t size = target.size();
  targets_.erase(request.file);
  targets_.emplace(request.file, Open<LocalTarget>{std::move(target), failed_path_});
  return answer_with(size);
}

Result<LocalAnswer> LocalFiles::answer(const local::WritePiece& request) {
  const auto found = targets_.find(request.file);
  if (found == targets_.end()) return fail(Errc::internal, "local file");
  const Status written = found->second.file.write(request.data);
  if (written) return LocalAnswer{};
  failed_path_ = found->second.path;
  return std::unexpected(written.error());
}

Result<LocalAnswer> LocalFiles::answer(const local::FinishTarget& request) {
  const auto found = targets_.find(request.file);
  if (found == targets_.end()) return fail(Errc::internal, "local file");
  const Status finished =
      found->second.file.finish({request.permissions, request.times, umask_, durability_});
  failed_path_ = found->second.path;
  targets_.erase(found);
  if (!finished) return std::unexpected(finished.error());
  return LocalAnswer{};
}

Result<LocalAnswer> LocalFiles::answer(const local::DropTarget& request) {
  targets_.erase(request.file);
  return LocalAnswer{};
}

// trees -------------------------------------------------------------------------------------------

Result<LocalAnswer> LocalFiles::answer(const local::MakeDirectory& request) {
  HAWSER_TRY(may_write());
  const Spot spot = HAWSER_TRY(beneath_.find(request.path));
  const std::uint32_t bits = request.permissions.bits & kPermissionBits & ~umask_;
  if (mkdirat(spot.directory.number(), spot.name.c_str(), bits | S_IRWXU) == 0) {
    return LocalAnswer{};
  }
  if (errno != EEXIST) return local_failure("mkdir");
  struct stat status{};
  if (fstatat(spot.directory.number(), spot.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return local_failure("mkdir");
  }
  if (S_ISLNK(status.st_mode)) return local_failure("mkdir", ELOOP);
  if (!S_ISDIR(status.st_mode)) return local_failure("mkdir", ENOTDIR);
  found_directories_.insert(request.path);
  return LocalAnswer{};
}

Result<LocalAnswer> LocalFiles::answer(const local::FinishDirectory& request) {
  HAWSER_TRY(may_write());
  const bool was_there = found_directories_.erase(request.path) != 0;
  const bool is_exact = request.permissions.rule == operations::LocalPermissions::Rule::exact;
  const bool keeps_its_own = was_there && !is_exact;
  if (keeps_its_own && !request.times) return LocalAnswer{};
  const Spot spot = HAWSER_TRY(beneath_.find(request.path));
  const Descriptor directory(openat(spot.directory.number(), spot.name.c_str(),
                                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory.is_open()) return local_failure("directory");
  const std::uint32_t bits = request.permissions.bits & kPermissionBits & ~(is_exact ? 0 : umask_);
  if (!keeps_its_own && fchmod(directory.number(), bits) != 0) return local_failure("chmod");
  if (request.times) {
    const timespec times[] = {{request.times->access, 0}, {request.times->modification, 0}};
    if (futimens(directory.number(), times) != 0) return local_failure("times");
  }
  return LocalAnswer{};
}

// people ------------------------------------------------------------------------------------------

Result<LocalAnswer> LocalFiles::answer(const local::Report& request) {
  if (listeners_.on_progress) HAWSER_TRY(listeners_.on_progress(request));
  return LocalAnswer{};
}

Result<LocalAnswer> LocalFiles::answer(const local::Skip& request) {
  if (listeners_.on_skip) HAWSER_TRY(listeners_.on_skip(request));
  return LocalAnswer{};
}

Result<LocalAnswer> LocalFiles::answer(const local::Fault& request) {
  if (listeners_.on_fault) HAWSER_TRY(listeners_.on_fault(request));
  return LocalAnswer{};
}

}  // namespace hawser::client
