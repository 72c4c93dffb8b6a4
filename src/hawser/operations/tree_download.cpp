#include "hawser/operations/tree_download.h"

#include <cerrno>
#include <utility>

#include "hawser/operations/tree_file_job.h"

namespace hawser::operations {

namespace {

constexpr std::uint32_t kUsualDirectory = 0777;  // less the umask

// Of a path that no server has to take.
constexpr Error kTooLong{Errc::local_file, ENAMETOOLONG, "path"};

std::shared_ptr<TreeDirectory> directory_below(std::shared_ptr<TreeDirectory> above) {
  auto directory = std::make_shared<TreeDirectory>();
  directory->above = std::move(above);
  directory->is_ready = true;  // nothing is made in it before its turn
  return directory;
}

}  // namespace

TreeDownload::TreeDownload(const std::shared_ptr<SftpLink>& link, Spec spec)
    : TreeCopy(link), options_(spec.options), call_(link) {
  auto folder = std::make_unique<RemoteFolder>(link, std::move(spec.remote));
  Level top{std::move(spec.local),
            spec.attributes,
            std::move(folder),
            directory_below(nullptr),
            false,
            false,
            {}};
  levels_.push_back(std::move(top));
}

Result<TreeCopy::Walk> TreeDownload::walk() {
  while (!levels_.empty() && levels_.back().directory->is_left_out()) levels_.pop_back();
  if (levels_.empty()) return Walk::ended;
  Level& level = levels_.back();
  const bool has_moved = !has_room()      ? false
                         : !level.is_made ? open(level)
                         : level.unknown  ? HAWSER_TRY(look_at_unknown(level))
                                          : HAWSER_TRY(read_entry(level));
  if (has_moved) return Walk::moved;
  const bool wants_handle = level.is_second_try && !level.is_made;
  if (!is_alone() && !wants_handle) look_ahead();
  return Walk::waits;
}

void TreeDownload::abandon_walk() {
  call_.forget();
  levels_.clear();
}

// looking ahead -----------------------------------------------------------------------------------

// Lists what comes next in the order of the walk.
void TreeDownload::look_ahead() {
  unsigned left = limits::kTreeFoldersAhead;
  for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
    look_ahead_in(*level->folder, left);
  }
}

void TreeDownload::look_ahead_in(RemoteFolder& folder, unsigned& left) {
  for (const auto& below : folder.folders()) {
    if (left == 0) return;
    --left;
    (void)below->advance();
    look_ahead_in(*below, left);
  }
}

void TreeDownload::spare_handles() {
  for (Level& level : levels_) {
    for (const auto& folder : level.folder->folders()) folder->begin_again();
  }
}

// directories -------------------------------------------------------------------------------------

// False, here and below: it waits for the server.
bool TreeDownload::open(Level& level) {
  if (level.is_second_try && shared_link()->engine().is_letting_go()) return false;
  const auto state = level.folder->advance();
  if (state == RemoteFolder::State::waiting) return false;
  if (!level.folder->has_opened()) return try_again(level);
  const std::uint32_t bits = level.attributes.mode.value_or(kUsualDirectory) & kPermissionBits;
  add<LocalJob>(level.directory, local::MakeDirectory{level.local, {bits}}, level.remote(),
                level.local, LocalJob::Kind::makes_directory);
  level.is_made = true;
  return true;
}

// It could not be opened, perhaps for want of a handle: then that is tried when nothing else is
// open.
bool TreeDownload::try_again(Level& level) {
  const Error& error = level.folder->error();
  const bool says_nothing = error.code == Errc::sftp_status &&
                            error.detail == static_cast<std::uint32_t>(sftp::StatusCode::failure);
  if (says_nothing && !level.is_second_try) {
    if (has_jobs()) return false;
    spare_handles();
    level.folder->begin_again();
    level.is_second_try = true;
    return true;
  }
  add<FailedJob>(level.directory->above ? level.directory->above : level.directory,
                 local::Fault{level.remote(), level.local, error, {}}, level.folder->refusal());
  levels_.pop_back();
  return true;
}

Result<bool> TreeDownload::read_entry(Level& level) {
  switch (level.folder->advance()) {
    case RemoteFolder::State::failed:
      add<FailedJob>(level.directory,
                     local::Fault{level.remote(), level.local, level.folder->error(), {}},
                     level.folder->refusal());
      end_directory();
      return true;
    case RemoteFolder::State::ended:
      end_directory();
      return true;
    case RemoteFolder::State::ready:
      break;
    default:
      return false;
  }
  auto entry = level.folder->next();
  if (is_this_or_parent(entry.name)) return true;
  if (!is_plain(entry.name)) return fail(Errc::name_unsafe, "name in a directory");
  HAWSER_TRY(count_entry());
  std::string remote = join(level.remote(), entry.name);
  if (remote.size() > limits::kSftpPaths) {
    add<FailedJob>(level.directory,
                   local::Fault{std::move(remote), join(level.local, entry.name), kTooLong, {}});
  } else if (entry.attributes.has_type()) {
    HAWSER_TRY(take_entry(level, entry));
  } else {
    level.unknown = std::move(entry);
  }
  return true;
}

Result<bool> TreeDownload::look_at_unknown(Level& level) {
  const std::string path = join(level.remote(), level.unknown->name);
  const auto is_known =
      call_.ask(sftp::message::LinkStat{0, wire::Blob(as_bytes(path))}, sftp::Expected::attributes);
  if (is_known && !*is_known) return false;
  auto entry = *std::exchange(level.unknown, std::nullopt);
  if (!is_known) {
    add<FailedJob>(level.directory,
                   local::Fault{path, join(level.local, entry.name), is_known.error(), {}},
                   call_.refusal());
    return true;
  }
  entry.attributes = call_.answer().attributes;
  HAWSER_TRY(take_entry(level, entry));
  return true;
}

// A server that tells no types has at least files.
Status TreeDownload::take_entry(Level& level, const SftpAnswer::Name& entry) {
  const sftp::Attributes& attributes = entry.attributes;
  std::string remote = join(level.remote(), entry.name);
  if (attributes.is_directory()) {
    return begin_directory(level, level.folder->take_folder(remote), entry.name, attributes);
  }
  if (attributes.is_regular() || !attributes.has_type()) {
    begin_file(level, entry);
  } else {
    skip(level.directory, remote,
         attributes.is_symlink() ? local::Skip::Reason::symlink : local::Skip::Reason::special);
  }
  return {};
}

Status TreeDownload::begin_directory(const Level& above, std::unique_ptr<RemoteFolder> folder,
                                     const std::string& name, const sftp::Attributes& attributes) {
  if (levels_.size() == limits::kTreeDepth) {
    return fail(Errc::sftp_limit, "depth of the tree", limits::kTreeDepth);
  }
  Level level{join(above.local, name),
              attributes,
              std::move(folder),
              directory_below(above.directory),
              false,
              false,
              {}};
  levels_.push_back(std::move(level));
  return {};
}

void TreeDownload::begin_file(const Level& level, const SftpAnswer::Name& entry) {
  add<FileJob<FileDownload>>(
      level.directory, shared_link(),
      FileDownload::Spec{join(level.remote(), entry.name), join(level.local, entry.name), options_,
                         next_file(), entry.attributes.size},
      entry.attributes.size.value_or(0));
}

void TreeDownload::end_directory() {
  const Level level = std::move(levels_.back());
  levels_.pop_back();
  local::FinishDirectory finish{
      level.local, {level.attributes.mode.value_or(kUsualDirectory) & kPermissionBits}, {}};
  if (options_.preserves()) {
    if (level.attributes.mode) finish.permissions.rule = LocalPermissions::Rule::exact;
    finish.times = local_times(level.attributes);
  }
  add<LocalJob>(level.directory, std::move(finish), level.remote(), level.local);
}

}  // namespace hawser::operations
