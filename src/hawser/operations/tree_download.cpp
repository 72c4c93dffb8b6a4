#include "hawser/operations/tree_download.h"

#include <cerrno>
#include <utility>

namespace hawser::operations {

namespace {

constexpr AwaitPeer kAwaitReply{"SFTP reply", Patience::for_protocol};
constexpr std::uint32_t kUsualDirectory = 0777;  // less the umask

// Of a path that no server has to take.
constexpr Error kTooLong{Errc::local_file, ENAMETOOLONG, "path"};

bool is_this_or_parent(std::string_view name) {
  return name == "." || name == "..";
}

bool is_plain(std::string_view name) {
  return !name.empty() && name.find('/') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

}  // namespace

TreeDownload::TreeDownload(const std::shared_ptr<SftpLink>& link, Spec spec)
    : TreeCopy(link), options_(spec.options), call_(link) {
  levels_.push_back({std::move(spec.remote), std::move(spec.local), spec.attributes, {}, {}});
}

Result<Want> TreeDownload::step() {
  for (;;) {
    if (has_errand()) return errand();
    if (file_) {
      Want want = Done{};
      if (!HAWSER_TRY(copy_file(want))) return want;
      continue;
    }
    if (levels_.empty()) return Done{};
    Level& level = levels_.back();
    const bool has_moved = !level.directory ? HAWSER_TRY(open(level))
                           : level.unknown  ? HAWSER_TRY(look_at_unknown(level))
                                            : HAWSER_TRY(read_entry(level));
    if (!has_moved) return kAwaitReply;
  }
}

Status TreeDownload::supply_local(Result<LocalAnswer> answer) {
  if (has_errand()) return finish_errand(answer);
  const Status supplied = file_->supply(answer);
  return supplied ? supplied : fail_file(supplied.error());
}

void TreeDownload::cancel(session::Session& session, Inbox& /*inbox*/) {
  abandon();
  (void)link().flush(session);
}

void TreeDownload::abandon() {
  call_.forget();
  if (file_) file_->abandon();
  for (Level& level : levels_) {
    if (level.directory) level.directory->close();
  }
}

// files -------------------------------------------------------------------------------------------

void TreeDownload::begin_file(const Level& level, const SftpAnswer::Name& entry) {
  file_.emplace(shared_link(),
                FileDownload::Spec{join(level.remote, entry.name), join(level.local, entry.name),
                                   options_, LocalFile(), entry.attributes.size});
}

// False: it wants something.
Result<bool> TreeDownload::copy_file(Want& want) {
  auto wanted = file_->step();
  if (!wanted) {
    HAWSER_TRY(fail_file(wanted.error()));
    return true;
  }
  if (std::holds_alternative<Done>(*wanted)) {
    file_.reset();
    return true;
  }
  want = *std::move(wanted);
  return false;
}

Status TreeDownload::fail_file(const Error& error) {
  file_->abandon();
  const FileDownload::Spec spec = file_->spec();
  const SftpRefusal refusal = file_->refusal();
  file_.reset();
  run(local::DropTarget{spec.file}, [](const Result<LocalAnswer>&) { return Status(); });
  return note(spec.remote, spec.local, error, refusal);
}

// directories -------------------------------------------------------------------------------------

Result<bool> TreeDownload::open(Level& level) {
  const auto is_open = call_.ask(
      sftp::message::OpenDirectory{0, wire::Blob(as_bytes(level.remote))}, sftp::Expected::handle);
  if (!is_open) {
    HAWSER_TRY(fail_directory(is_open.error(), call_.refusal()));
    return true;
  }
  if (!*is_open) return false;
  level.directory =
      std::make_unique<RemoteDirectory>(shared_link(), std::move(call_.answer().bytes));
  const std::uint32_t bits = level.attributes.mode.value_or(kUsualDirectory) & kPermissionBits;
  run(local::MakeDirectory{level.local, {bits}}, [this](const Result<LocalAnswer>& answer) {
    return answer ? Status() : fail_directory(answer.error(), {});
  });
  return true;
}

Result<bool> TreeDownload::read_entry(Level& level) {
  const auto is_ready = level.directory->is_ready();
  if (!is_ready) {
    HAWSER_TRY(note(level.remote, level.local, is_ready.error(), level.directory->refusal()));
    end_directory();
    return true;
  }
  if (!*is_ready) return false;
  auto entry = level.directory->next();
  if (!entry) {
    end_directory();
    return true;
  }
  if (is_this_or_parent(entry->name)) return true;
  if (!is_plain(entry->name)) return fail(Errc::name_unsafe, "name in a directory");
  HAWSER_TRY(count_entry());
  const std::string remote = join(level.remote, entry->name);
  if (remote.size() > limits::kSftpPaths) {
    HAWSER_TRY(note(remote, join(level.local, entry->name), kTooLong, {}));
  } else if (entry->attributes.has_type()) {
    HAWSER_TRY(take_entry(level, *entry));
  } else {
    level.unknown = std::move(entry);
  }
  return true;
}

Result<bool> TreeDownload::look_at_unknown(Level& level) {
  const std::string path = join(level.remote, level.unknown->name);
  const auto is_known =
      call_.ask(sftp::message::LinkStat{0, wire::Blob(as_bytes(path))}, sftp::Expected::attributes);
  if (is_known && !*is_known) return false;
  auto entry = *std::exchange(level.unknown, std::nullopt);
  if (!is_known) {
    HAWSER_TRY(note(path, join(level.local, entry.name), is_known.error(), call_.refusal()));
    return true;
  }
  entry.attributes = call_.answer().attributes;
  HAWSER_TRY(take_entry(level, entry));
  return true;
}

// A server that tells no types has at least files.
Status TreeDownload::take_entry(const Level& level, const SftpAnswer::Name& entry) {
  const sftp::Attributes& attributes = entry.attributes;
  if (attributes.is_directory()) {
    return begin_directory(join(level.remote, entry.name), join(level.local, entry.name),
                           attributes);
  }
  if (attributes.is_regular() || !attributes.has_type()) {
    begin_file(level, entry);
  } else {
    skip(join(level.remote, entry.name),
         attributes.is_symlink() ? local::Skip::Reason::symlink : local::Skip::Reason::special);
  }
  return {};
}

Status TreeDownload::begin_directory(std::string remote, std::string local,
                                     const sftp::Attributes& attributes) {
  if (levels_.size() == limits::kTreeDepth) {
    return fail(Errc::sftp_limit, "depth of the tree", limits::kTreeDepth);
  }
  levels_.push_back({std::move(remote), std::move(local), attributes, {}, {}});
  return {};
}

void TreeDownload::end_directory() {
  Level level = std::move(levels_.back());
  levels_.pop_back();
  level.directory->close();
  local::FinishDirectory finish{
      level.local, {level.attributes.mode.value_or(kUsualDirectory) & kPermissionBits}, {}};
  if (options_.preserves()) {
    if (level.attributes.mode) finish.permissions.rule = LocalPermissions::Rule::exact;
    finish.times = local_times(level.attributes);
  }
  run(std::move(finish),
      [this, remote = level.remote, local = level.local](const Result<LocalAnswer>& answer) {
        return answer ? Status() : note(remote, local, answer.error(), {});
      });
}

// The directory at work and what is in it are left out from here on.
Status TreeDownload::fail_directory(const Error& error, const SftpRefusal& refusal) {
  Level level = std::move(levels_.back());
  levels_.pop_back();
  if (level.directory) level.directory->close();
  return note(level.remote, level.local, error, refusal);
}

}  // namespace hawser::operations
