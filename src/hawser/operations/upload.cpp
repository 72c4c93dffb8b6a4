#include "hawser/operations/upload.h"

#include <algorithm>
#include <utility>

namespace hawser::operations {

namespace {

constexpr AwaitPeer kAwaitReply{"SFTP reply", Patience::for_protocol};

// Read at once: enough to keep the socket busy, little enough to stay in the caches.
constexpr std::size_t kPiece = 512 * 1024;
// For a file that is smaller, or was.
constexpr std::size_t kPieceLeast = 4096;

constexpr std::uint32_t kOwnerWrites = 0200;

}  // namespace

FileUpload::FileUpload(std::shared_ptr<SftpLink> link, Spec spec)
    : link_(std::move(link)), spec_(std::move(spec)), call_(link_), check_(link_) {}

Result<Want> FileUpload::step() {
  while (is_at_server()) {
    if (!HAWSER_TRY(advance_at_server())) return kAwaitReply;
  }
  switch (stage_) {
    case Stage::opening_source:
      return NeedLocal{local::OpenSource{spec_.file, spec_.local}};
    case Stage::reading:
      return NeedLocal{local::ReadPiece{spec_.file, done_, piece_}};
    case Stage::telling:
    case Stage::telling_the_end:
      told_ = acknowledged();
      return NeedLocal{local::Report{spec_.local, *told_, source_.size}};
    case Stage::closing_source:
      return NeedLocal{local::CloseSource{spec_.file}};
    default:
      return Done{};
  }
}

Status FileUpload::supply(const Result<LocalAnswer>& answer) {
  if (!answer) return std::unexpected(answer.error());
  switch (stage_) {
    case Stage::opening_source:
      source_ = answer->facts;
      stage_ = Stage::looking_at_target;
      return {};
    case Stage::reading:
      piece_size_ = std::min<std::size_t>(answer->size, piece_.size());
      if (piece_size_ == 0 && done_ < source_.size) return fail(Errc::file_changed, "upload");
      writer_->begin(done_, ByteView(piece_).first(piece_size_));
      stage_ = piece_size_ == 0 ? Stage::closing_source : Stage::sending;
      return {};
    case Stage::telling:
      stage_ = Stage::reading;
      return {};
    case Stage::telling_the_end:
      put_in_place();
      return {};
    case Stage::closing_source:
      stage_ = Stage::draining;
      return {};
    default:
      return fail(Errc::internal, "upload");
  }
}

bool FileUpload::is_at_server() const {
  return stage_ != Stage::opening_source && stage_ != Stage::reading && stage_ != Stage::telling &&
         stage_ != Stage::telling_the_end && stage_ != Stage::closing_source &&
         stage_ != Stage::done;
}

// Goes to the next stage, true, or waits for the server.
Result<bool> FileUpload::advance_at_server() {
  switch (stage_) {
    case Stage::looking_at_target:
      return look_at_target();
    case Stage::looking_at_part:
      return look_at_part();
    case Stage::opening_part:
      return open_part();
    case Stage::keeping_owner:
      return keep_owner();
    case Stage::opening_target:
      return open_target();
    case Stage::sending:
      return send();
    case Stage::draining:
      return drain();
    case Stage::setting_attributes:
      return set_attributes();
    case Stage::closing:
      return close();
    default:
      return rename();
  }
}

template <typename Message>
Result<bool> FileUpload::ask(const Message& message, sftp::Expected expected) {
  auto is_answered = call_.ask(message, expected);
  if (!is_answered) refusal_ = call_.refusal();
  return is_answered;
}

Result<bool> FileUpload::ask_to_open(const std::string& path, std::uint32_t flags) {
  sftp::Attributes attributes;
  attributes.mode = source_.permissions & kPermissionBits;
  const Bytes encoded = sftp::encode_attributes(attributes);
  return ask(sftp::message::Open{0, wire::Blob(as_bytes(path)), flags, wire::Rest{encoded}},
             sftp::Expected::handle);
}

// where to write ----------------------------------------------------------------------------------

// A part that its owner may not write could be opened once only.
bool FileUpload::may_resume() const {
  return spec_.options.resumes() && (source_.permissions & kOwnerWrites) != 0;
}

std::string FileUpload::part_name() const {
  const auto slash = spec_.remote.rfind('/');
  const std::size_t begin = slash == std::string::npos ? 0 : slash + 1;
  const auto time = static_cast<std::uint64_t>(source_.times.modification);
  const std::string end =
      "." + (may_resume() ? resume_tag(source_.size, time) : spec_.unique) + ".part";
  constexpr std::size_t kNameMost = 255;
  return spec_.remote.substr(0, begin) + "." +
         spec_.remote.substr(begin, kNameMost - 1 - end.size()) + end;
}

void FileUpload::write_directly() {
  part_.clear();
  stage_ = Stage::opening_target;
}

Result<bool> FileUpload::look_at_target() {
  if (!link_->engine().extensions().has(sftp::extension::kPosixRename)) {
    write_directly();
    return true;
  }
  if (spec_.target == Target::may_exist) {
    const auto is_there = ask(sftp::message::LinkStat{0, wire::Blob(as_bytes(spec_.remote))},
                              sftp::Expected::attributes);
    if (!is_there && is_there.error().code != Errc::sftp_status) return is_there;
    if (is_there && !*is_there) return false;
    if (is_there) old_ = call_.answer().attributes;
  }
  if (old_ && old_->is_directory()) {
    const auto code = sftp::StatusCode::file_is_a_directory;
    refusal_ = {code, "is a directory"};
    return fail(Errc::sftp_status, kFoundByUs, static_cast<std::uint32_t>(code));
  }
  if (old_ && !old_->is_regular()) {
    write_directly();
    return true;
  }
  part_ = part_name();
  stage_ = may_resume() ? Stage::looking_at_part : Stage::opening_part;
  return true;
}

// Something else under the part's name, e.g. a symlink that others put there, is not opened: making
// it anew, exclusively, then fails.
Result<bool> FileUpload::look_at_part() {
  const auto is_there =
      ask(sftp::message::LinkStat{0, wire::Blob(as_bytes(part_))}, sftp::Expected::attributes);
  if (!is_there && is_there.error().code != Errc::sftp_status) return is_there;
  if (is_there && !*is_there) return false;
  const sftp::Attributes part = is_there ? call_.answer().attributes : sftp::Attributes{};
  if (part.is_regular()) part_size_ = part.size.value_or(0);
  stage_ = Stage::opening_part;
  return true;
}

Result<bool> FileUpload::open_part() {
  const bool goes_on = part_size_ > 0 && part_size_ <= source_.size;
  const std::uint32_t anew = part_size_ > 0 ? kOpenTruncating : kOpenCreating | kOpenExclusively;
  const auto is_open = ask_to_open(part_, kOpenToWrite | (goes_on ? 0 : anew));
  if (!is_open) {
    if (is_open.error().code != Errc::sftp_status) return is_open;
    // Among others it may be for want of a handle.
    const bool says_nothing =
        is_open.error().detail == static_cast<std::uint32_t>(sftp::StatusCode::failure);
    if (says_nothing && turn_ != Turn::alone) return is_open;
    write_directly();
    return true;
  }
  if (!*is_open) return false;
  has_opened_ = true;
  handle_ = std::move(call_.answer().bytes);
  // What was in flight when the earlier try broke off may have gaps: several channels wrote it, and
  // servers may write requests in another order than they came.
  constexpr std::uint64_t kUnsure = limits::kUploadSpread;
  done_ = goes_on && part_size_ > kUnsure ? part_size_ - kUnsure : 0;
  stage_ = Stage::keeping_owner;
  if (!old_) begin_to_read();
  return true;
}

// The file that replaces another gets its permissions and its owner, or does not replace it.
Result<bool> FileUpload::keep_owner() {
  sftp::Attributes attributes;
  attributes.owner = old_->owner;
  if (old_->mode) attributes.mode = *old_->mode & kPermissionBits;
  const Bytes encoded = sftp::encode_attributes(attributes);
  const auto is_set = ask(sftp::message::FileSetStat{0, wire::Blob(handle_), wire::Rest{encoded}},
                          sftp::Expected::status);
  if (!is_set) {
    if (is_set.error().code != Errc::sftp_status) return is_set;
    drop_part();
    write_directly();
    return true;
  }
  if (*is_set) begin_to_read();
  return *is_set;
}

Result<bool> FileUpload::open_target() {
  if (turn_ == Turn::later) return false;
  done_ = 0;
  if (!HAWSER_TRY(ask_to_open(spec_.remote, kOpenToWrite | kOpenCreating | kOpenTruncating))) {
    return false;
  }
  handle_ = std::move(call_.answer().bytes);
  has_opened_ = true;
  begin_to_read();
  return true;
}

// bytes -------------------------------------------------------------------------------------------

void FileUpload::begin_to_read() {
  // Whole blocks, so that no request is smaller than it need be. What comes of a stream is as much
  // as it likes.
  const std::size_t block = link_->write_block();
  const std::size_t most = std::max<std::size_t>(kPiece / block, 1) * block;
  const bool may_be_stream = source_.size == 0 && turn_ == Turn::alone;
  const std::uint64_t wanted = may_be_stream ? most : source_.size;
  piece_.resize(static_cast<std::size_t>(
      std::clamp<std::uint64_t>(wanted, std::min(kPieceLeast, most), most)));
  writer_.emplace(link_, handle_);
  stage_ = Stage::reading;
  if (part_.empty()) return;
  const bool is_size_known = source_.size > 0;
  writer_->allow_stripes(part_,
                         {part_size_, is_size_known ? std::optional(source_.size) : std::nullopt});
}

Result<bool> FileUpload::send() {
  const auto is_sent = writer_->advance();
  if (!is_sent) return refused_write(is_sent.error());
  if (!*is_sent) return false;
  done_ += piece_size_;
  // Before its turn it keeps silent.
  stage_ = has_to_tell() && turn_ != Turn::later ? Stage::telling : Stage::reading;
  return true;
}

Result<bool> FileUpload::drain() {
  const auto is_drained = writer_->is_drained();
  if (!is_drained) return refused_write(is_drained.error());
  if (!*is_drained) return false;
  has_ended_ = true;
  stage_ = Stage::setting_attributes;
  return true;
}

std::unexpected<Error> FileUpload::refused_write(const Error& error) {
  refusal_ = writer_->refusal();
  add_place(refusal_, writer_->refused_at());
  return std::unexpected(error);
}

// the end -----------------------------------------------------------------------------------------

Result<bool> FileUpload::set_attributes() {
  if (spec_.options.preserves()) {
    const Bytes encoded = sftp::encode_attributes(preserved_attributes(source_));
    if (!HAWSER_TRY(ask(sftp::message::FileSetStat{0, wire::Blob(handle_), wire::Rest{encoded}},
                        sftp::Expected::status))) {
      return false;
    }
  }
  stage_ = Stage::closing;
  return true;
}

Result<bool> FileUpload::close() {
  if (!is_checked_) is_checked_ = HAWSER_TRY(check());
  const bool has_asked_check = is_checked_ || !check_.is_idle();
  if (!is_closed_ && has_asked_check) {
    const auto is_closed = call_.close(handle_);
    if (!is_closed) refusal_ = call_.refusal();
    is_closed_ = HAWSER_TRY(is_closed);
  }
  if (!is_checked_ || !is_closed_) return false;
  if (has_to_tell()) {
    stage_ = Stage::telling_the_end;
  } else {
    put_in_place();
  }
  return true;
}

// To some servers two handles of one file are two files.
Result<bool> FileUpload::check() {
  if (!writer_->was_striped()) return true;
  const sftp::message::FileStat look{0, wire::Blob(handle_)};
  const auto is_told = check_.ask(look, sftp::Expected::attributes);
  if (!is_told) refusal_ = check_.refusal();
  if (!is_told || !*is_told) return is_told;
  const auto& size = check_.answer().attributes.size;
  if (size == done_) return true;
  refusal_.text =
      std::to_string(size.value_or(0)) + " of " + std::to_string(done_) + " bytes are there";
  return fail(Errc::file_changed, "upload");
}

void FileUpload::put_in_place() {
  stage_ = part_.empty() ? Stage::done : Stage::renaming;
}

Result<bool> FileUpload::rename() {
  if (turn_ == Turn::later) return false;
  Bytes names;
  wire::BytesSink sink(names);
  wire::put_string(sink, as_bytes(part_));
  wire::put_string(sink, as_bytes(spec_.remote));
  if (!HAWSER_TRY(ask(sftp::message::Extended{0, sftp::extension::kPosixRename, wire::Rest{names}},
                      sftp::Expected::status))) {
    return false;
  }
  part_.clear();
  stage_ = Stage::done;
  return true;
}

bool FileUpload::has_let_go() const {
  const bool is_renamed = stage_ == Stage::renaming && !call_.is_idle();
  return is_renamed || stage_ == Stage::done;
}

void FileUpload::drop_part() {
  if (!handle_.empty()) link_->engine().close_handle(std::exchange(handle_, {}));
  if (part_.empty() || may_resume()) return;
  link_->engine().post(sftp::message::Remove{0, wire::Blob(as_bytes(part_))},
                       sftp::Expected::status);
}

void FileUpload::abandon() {
  call_.forget();
  check_.forget();
  if (writer_) writer_->reset();
  drop_part();
}

void Upload::cancel(session::Session& session, Inbox& /*inbox*/) {
  file_.abandon();
  (void)link().flush(session);
  link().branches().rest(session);
}

}  // namespace hawser::operations
