#include "hawser/operations/tree_upload.h"

#include <algorithm>
#include <cerrno>

namespace hawser::operations {

namespace {

constexpr AwaitPeer kAwaitReply{"SFTP reply", Patience::for_protocol};
constexpr std::uint32_t kOwnersAll = 0700;

}  // namespace

TreeUpload::TreeUpload(const std::shared_ptr<SftpLink>& link, Spec spec)
    : TreeCopy(link), options_(spec.options), unique_(std::move(spec.unique)), call_(link) {
  levels_.push_back({std::move(spec.local), std::move(spec.remote), spec.facts});
}

Result<Want> TreeUpload::step() {
  for (;;) {
    if (has_errand()) return errand();
    if (file_) {
      Want want = Done{};
      if (!HAWSER_TRY(copy_file(want))) return want;
      continue;
    }
    if (levels_.empty()) return Done{};
    if (!HAWSER_TRY(go_on(levels_.back()))) return kAwaitReply;
  }
}

Status TreeUpload::supply_local(Result<LocalAnswer> answer) {
  if (has_errand()) return finish_errand(answer);
  const Status supplied = file_->supply(answer);
  return supplied ? supplied : fail_file(supplied.error());
}

void TreeUpload::cancel(session::Session& session, Inbox& /*inbox*/) {
  abandon();
  (void)link().flush(session);
  link().branches().rest(session);
}

void TreeUpload::abandon() {
  call_.forget();
  if (file_) file_->abandon();
}

// files -------------------------------------------------------------------------------------------

// False: it wants something.
Result<bool> TreeUpload::copy_file(Want& want) {
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

Status TreeUpload::fail_file(const Error& error) {
  file_->abandon();
  const FileUpload::Spec spec = file_->spec();
  const SftpRefusal refusal = file_->refusal();
  file_.reset();
  run(local::CloseSource{spec.file}, [](const Result<LocalAnswer>&) { return Status(); });
  return note(spec.local, spec.remote, error, refusal);
}

// directories -------------------------------------------------------------------------------------

// False: it waits for the server.
Result<bool> TreeUpload::go_on(Level& level) {
  switch (level.stage) {
    case Stage::listing:
      list(level);
      return true;
    case Stage::making:
      return make(level);
    case Stage::looking:
      return look_what_is_there(level);
    case Stage::copying:
      take_next(level);
      return true;
    case Stage::finishing:
      return finish(level);
  }
  return fail(Errc::internal, "tree");
}

void TreeUpload::list(const Level& level) {
  run(local::List{level.local}, [this](const Result<LocalAnswer>& answer) {
    if (!answer) return fail_directory(answer.error(), {});
    levels_.back().names = answer->names;
    levels_.back().stage = Stage::making;
    return Status();
  });
}

Result<bool> TreeUpload::make(Level& level) {
  sftp::Attributes attributes;
  attributes.mode = (level.facts.permissions & kPermissionBits) | kOwnersAll;
  const Bytes encoded = sftp::encode_attributes(attributes);
  const auto is_made = call_.ask(
      sftp::message::MakeDirectory{0, wire::Blob(as_bytes(level.remote)), wire::Rest{encoded}},
      sftp::Expected::status);
  if (!is_made && is_made.error().code != Errc::sftp_status) return is_made;
  if (is_made && !*is_made) return false;
  level.is_new = is_made.has_value();
  level.stage = level.is_new ? Stage::copying : Stage::looking;
  refusal_of_making_ = call_.refusal();
  return true;
}

// It could not be made: that is no harm if it is there already.
Result<bool> TreeUpload::look_what_is_there(Level& level) {
  const auto is_there = call_.ask(sftp::message::Stat{0, wire::Blob(as_bytes(level.remote))},
                                  sftp::Expected::attributes);
  if (!is_there && is_there.error().code != Errc::sftp_status) return is_there;
  if (is_there && !*is_there) return false;
  if (is_there && call_.answer().attributes.is_directory()) {
    level.stage = Stage::copying;
    return true;
  }
  const auto code = is_there ? sftp::StatusCode::not_a_directory : refusal_of_making_.code;
  HAWSER_TRY(fail_directory({Errc::sftp_status, static_cast<std::uint32_t>(code), "tree"},
                            refusal_of_making_));
  return true;
}

void TreeUpload::take_next(Level& level) {
  if (level.next == level.names.size()) {
    level.stage = Stage::finishing;
    return;
  }
  const std::string name = std::move(level.names[level.next++]);
  const std::string path = join(level.local, name);
  run(local::Look{path, local::Look::Links::follow},
      [this, name](const Result<LocalAnswer>& answer) {
        const Level& here = levels_.back();
        if (answer) return take_entry(name, answer->facts);
        return note(join(here.local, name), join(here.remote, name), answer.error(), {});
      });
}

Status TreeUpload::take_entry(const std::string& name, const LocalFacts& facts) {
  HAWSER_TRY(count_entry());
  const Level& level = levels_.back();
  if (facts.type == LocalType::directory) return begin_directory(name, facts);
  if (facts.type != LocalType::regular) {
    skip(join(level.local, name), local::Skip::Reason::special);
    return {};
  }
  file_.emplace(
      shared_link(),
      FileUpload::Spec{join(level.local, name), join(level.remote, name), options_, unique_,
                       level.is_new ? FileUpload::Target::is_new : FileUpload::Target::may_exist});
  return {};
}

Status TreeUpload::begin_directory(const std::string& name, const LocalFacts& facts) {
  const Level& level = levels_.back();
  if (is_under_way(facts)) {
    skip(join(level.local, name), local::Skip::Reason::loop);
    return {};
  }
  if (levels_.size() == limits::kTreeDepth) return fail(Errc::local_file, "tree", ELOOP);
  Level below{join(level.local, name), join(level.remote, name), facts};
  levels_.push_back(std::move(below));
  return {};
}

bool TreeUpload::is_under_way(const LocalFacts& facts) const {
  return std::any_of(levels_.begin(), levels_.end(), [&](const Level& level) {
    return level.facts.device == facts.device && level.facts.inode == facts.inode;
  });
}

// Its times change while files are made in it, and its permissions might have been in the way.
Result<bool> TreeUpload::finish(const Level& level) {
  const bool was_opened = level.is_new && (level.facts.permissions & kOwnersAll) != kOwnersAll;
  if (options_.preserves() || was_opened) {
    sftp::Attributes attributes = preserved_attributes(level.facts);
    if (!options_.preserves()) attributes.times.reset();
    const Bytes encoded = sftp::encode_attributes(attributes);
    const auto is_set = call_.ask(
        sftp::message::SetStat{0, wire::Blob(as_bytes(level.remote)), wire::Rest{encoded}},
        sftp::Expected::status);
    if (is_set && !*is_set) return false;
    if (!is_set) HAWSER_TRY(note(level.local, level.remote, is_set.error(), call_.refusal()));
  }
  levels_.pop_back();
  return true;
}

// The directory at work and what is in it are left out from here on.
Status TreeUpload::fail_directory(const Error& error, const SftpRefusal& refusal) {
  const Level level = std::move(levels_.back());
  levels_.pop_back();
  return note(level.local, level.remote, error, refusal);
}

}  // namespace hawser::operations
