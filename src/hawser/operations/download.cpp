#include "hawser/operations/download.h"

#include <utility>

namespace hawser::operations {

namespace {

constexpr AwaitPeer kAwaitReply{"SFTP reply", Patience::for_protocol};
constexpr AwaitPeer kAwaitRead{"SFTP read", Patience::for_protocol};

// What a file of unknown permissions gets, less the umask.
constexpr std::uint32_t kUsual = 0666;

}  // namespace

template <typename Message>
Result<bool> FileDownload::ask(const Message& message, sftp::Expected expected) {
  auto is_answered = call_.ask(message, expected);
  if (!is_answered) refusal_ = call_.refusal();
  return is_answered;
}

Result<Want> FileDownload::step() {
  if (stage_ == Stage::opening) {
    const Bytes none = sftp::encode_attributes({});
    const sftp::message::Open open{0, wire::Blob(as_bytes(spec_.remote)), kOpenToRead,
                                   wire::Rest{none}};
    if (!HAWSER_TRY(ask(open, sftp::Expected::handle))) return kAwaitReply;
    handle_ = std::move(call_.answer().bytes);
    stage_ = Stage::sizing;
  }
  if (stage_ == Stage::sizing || stage_ == Stage::sizing_by_name) {
    if (!HAWSER_TRY(size_up())) {
      const bool may_begin = spec_.expected_size && !spec_.options.resumes();
      if (may_begin && !reader_) read_from(0, spec_.expected_size);
      return kAwaitReply;
    }
    attributes_ = call_.answer().attributes;
    HAWSER_TRY(refuse_what_is_no_file());
    stage_ = Stage::making_target;
  }
  if (stage_ == Stage::copying) HAWSER_TRY(copy());
  switch (stage_) {
    case Stage::making_target:
      return NeedLocal{target()};
    case Stage::writing:
      return NeedLocal{local::WritePiece{spec_.file, reader_->front()}};
    case Stage::telling:
      return NeedLocal{local::Report{spec_.remote, done_, attributes_.size.value_or(0)}};
    case Stage::finishing:
      return NeedLocal{finish()};
    case Stage::done:
      return Done{};
    default:
      return kAwaitRead;
  }
}

// The open file's. A server that knows files by name only (paramiko's, where nobody has written the
// other) is asked by name.
Result<bool> FileDownload::size_up() {
  if (stage_ == Stage::sizing) {
    const sftp::message::FileStat look{0, wire::Blob(handle_)};
    auto is_answered = ask(look, sftp::Expected::attributes);
    const bool is_unknown = !is_answered && is_answered.error().code == Errc::sftp_status &&
                            refusal_.code == sftp::StatusCode::op_unsupported;
    if (!is_unknown) return is_answered;
    refusal_ = {};
    stage_ = Stage::sizing_by_name;
  }
  const sftp::message::Stat look{0, wire::Blob(as_bytes(spec_.remote))};
  return ask(look, sftp::Expected::attributes);
}

Status FileDownload::refuse_what_is_no_file() {
  if (!attributes_.has_type() || attributes_.is_regular()) return {};
  const auto code = attributes_.is_directory() ? sftp::StatusCode::file_is_a_directory
                                               : sftp::StatusCode::failure;
  refusal_ = {code, attributes_.is_directory() ? "is a directory" : "not a regular file"};
  return fail(Errc::sftp_status, kFoundByUs, static_cast<std::uint32_t>(code));
}

// To resume it must be known whether it is still the same file.
local::OpenTarget FileDownload::target() const {
  local::OpenTarget target{spec_.file, spec_.local, std::nullopt};
  if (spec_.options.resumes() && attributes_.size && attributes_.times) {
    target.resume = {resume_tag(*attributes_.size, attributes_.times->modification),
                     *attributes_.size};
  }
  return target;
}

local::FinishTarget FileDownload::finish() const {
  local::FinishTarget finish{spec_.file, {attributes_.mode.value_or(kUsual) & kPermissionBits}, {}};
  if (!spec_.options.preserves()) return finish;
  if (attributes_.mode) finish.permissions.rule = LocalPermissions::Rule::exact;
  finish.times = local_times(attributes_);
  return finish;
}

void FileDownload::read_from(std::uint64_t offset, std::optional<std::uint64_t> size) {
  reader_.emplace(link_, handle_, ReadAhead::none);
  if (size) reader_->hint_size(*size);
  reader_->stream(offset);
  (void)reader_->advance_stream();  // what it has to say it says again
}

Status FileDownload::copy() {
  const auto progress = reader_->advance_stream();
  if (!progress) {
    refusal_ = reader_->refusal();
    add_place(refusal_, done_);
    return std::unexpected(progress.error());
  }
  if (*progress == RemoteReader::Progress::full) stage_ = Stage::writing;
  if (*progress == RemoteReader::Progress::at_end) {
    HAWSER_TRY(check_size());
    link_->engine().close_handle(std::exchange(handle_, {}));
    has_ended_ = true;
    stage_ = has_to_tell() ? Stage::telling : Stage::finishing;
  }
  return {};
}

// A file that grew meanwhile is copied to the end that it had then; one that has less than it said
// was cut, or the server lost some of it.
Status FileDownload::check_size() {
  if (!attributes_.size || done_ >= *attributes_.size) return {};
  refusal_.text =
      std::to_string(done_) + " of " + std::to_string(*attributes_.size) + " bytes came";
  return fail(Errc::file_changed, "download");
}

Status FileDownload::supply(const Result<LocalAnswer>& answer) {
  if (!answer) return std::unexpected(answer.error());
  switch (stage_) {
    case Stage::making_target:
      done_ = answer->size;
      if (!reader_) read_from(done_, attributes_.size);
      stage_ = Stage::copying;
      return {};
    case Stage::writing:
      done_ += reader_->front().size();
      reader_->drop_front();
      stage_ = has_to_tell() ? Stage::telling : Stage::copying;
      return {};
    case Stage::telling:
      told_ = done_;
      stage_ = has_ended_ ? Stage::finishing : Stage::copying;
      return {};
    case Stage::finishing:
      stage_ = Stage::done;
      return {};
    default:
      return fail(Errc::internal, "download");
  }
}

void FileDownload::abandon() {
  call_.forget();
  if (reader_) reader_->reset();
  if (!handle_.empty()) link_->engine().close_handle(std::exchange(handle_, {}));
}

void Download::cancel(session::Session& session, Inbox& /*inbox*/) {
  file_.abandon();
  (void)link().flush(session);
}

}  // namespace hawser::operations
