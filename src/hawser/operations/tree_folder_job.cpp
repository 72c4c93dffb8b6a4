#include "hawser/operations/tree_folder_job.h"

namespace hawser::operations {

namespace {

constexpr std::uint32_t kOwnersAll = 0700;

}  // namespace

Result<Want> MakeFolderJob::step(Turn /*turn*/) {
  const auto& above = directory().above;
  if (above && !above->is_ready) return kAwaitTurn;
  if (stage_ == Stage::making && !HAWSER_TRY(make())) return kAwaitTurn;
  if (stage_ == Stage::looking && !HAWSER_TRY(look_what_is_there())) return kAwaitTurn;
  stage_ = Stage::done;
  directory().is_ready = true;
  return Done{};
}

Result<bool> MakeFolderJob::make() {
  sftp::Attributes attributes;
  attributes.mode = (facts().permissions & kPermissionBits) | kOwnersAll;
  const Bytes encoded = sftp::encode_attributes(attributes);
  const auto is_made = call().ask(sftp::message::MakeDirectory{0, path(), wire::Rest{encoded}},
                                  sftp::Expected::status);
  if (!is_made && is_made.error().code != Errc::sftp_status) return is_made;
  if (is_made && !*is_made) return false;
  directory().is_new = is_made.has_value();
  stage_ = directory().is_new ? Stage::done : Stage::looking;
  refusal_ = call().refusal();
  return true;
}

// It could not be made: that is no harm if it is there already.
Result<bool> MakeFolderJob::look_what_is_there() {
  const auto is_there = call().ask(sftp::message::Stat{0, path()}, sftp::Expected::attributes);
  if (!is_there && is_there.error().code != Errc::sftp_status) return is_there;
  if (is_there && !*is_there) return false;
  if (is_there && call().answer().attributes.is_directory()) return true;
  const auto code = is_there ? sftp::StatusCode::not_a_directory : refusal_.code;
  return fail(Errc::sftp_status, "tree", static_cast<std::uint32_t>(code));
}

// Its times change while files are made in it, and its permissions might have been in the way.
Result<Want> FinishFolderJob::step(Turn /*turn*/) {
  if (!directory().is_ready || directory().unfinished > 1) return kAwaitTurn;
  const bool was_opened = directory().is_new && (facts().permissions & kOwnersAll) != kOwnersAll;
  if (!options_.preserves() && !was_opened) return Done{};
  sftp::Attributes attributes = preserved_attributes(facts());
  if (!options_.preserves()) attributes.times.reset();
  const Bytes encoded = sftp::encode_attributes(attributes);
  const bool is_set = HAWSER_TRY(
      call().ask(sftp::message::SetStat{0, path(), wire::Rest{encoded}}, sftp::Expected::status));
  if (!is_set) return kAwaitTurn;
  return Done{};
}

}  // namespace hawser::operations
