#include "hawser/operations/file_io.h"

namespace hawser::operations {

namespace {

constexpr AwaitPeer kAwaitRead{"SFTP read", Patience::for_protocol};
constexpr AwaitPeer kAwaitWrite{"SFTP write", Patience::for_protocol};
constexpr AwaitPeer kAwaitTurn{"another call on the file", Patience::without_bound};

}  // namespace

Result<Want> FileOperation::step() {
  if (file_->is_closed()) return fail(Errc::file_closed, "file");
  if (!file_->take_turn(*this)) return kAwaitTurn;
  Result<Want> want = work();
  if (!want || std::holds_alternative<Done>(*want)) file_->give_turn(*this);
  return want;
}

void FileOperation::cancel(session::Session& /*session*/, Inbox& /*inbox*/) {
  file_->give_turn(*this);
}

// reading -----------------------------------------------------------------------------------------

ReadFile::ReadFile(std::shared_ptr<RemoteFile> file, ByteSpan to, Place place)
    : FileOperation(std::move(file)), to_(to), place_(place) {
  if (place_) own_reader_.emplace(this->file().link(), this->file().handle(), ReadAhead::none);
  reader_ = own_reader_ ? &*own_reader_ : &this->file().reader();
}

// What was written must be there before it is read: servers may work on requests side by side.
Result<Want> ReadFile::work() {
  if (stage_ == Stage::sending) {
    if (!HAWSER_TRY(file().send_pending())) return kAwaitWrite;
    stage_ = Stage::draining;
  }
  if (stage_ == Stage::draining) {
    if (!HAWSER_TRY(file().writer().is_drained())) return kAwaitWrite;
    reader_->begin(place_.value_or(file().position()), to_);
    stage_ = Stage::reading;
  }
  const auto progress = reader_->advance();
  if (progress && *progress == RemoteReader::Progress::wanting) return kAwaitRead;
  // Fewer bytes mean the end of the file and nothing else: bytes before an error are read again by
  // whoever reads on.
  if (!progress) return std::unexpected(progress.error());
  if (!place_) file().set_position(file().position() + reader_->done());
  return Done{};
}

void ReadFile::cancel(session::Session& session, Inbox& inbox) {
  if (stage_ == Stage::reading) reader_->release();
  if (own_reader_) own_reader_->reset();
  FileOperation::cancel(session, inbox);
}

const SftpRefusal& ReadFile::refusal() const {
  return stage_ == Stage::reading ? reader_->refusal() : FileOperation::refusal();
}

// writing -----------------------------------------------------------------------------------------

Result<Want> WriteFile::work() {
  if (!has_begun_) {
    has_begun_ = true;
    at_ = place_.value_or(file().position());
    file().reader().reset();  // what was read ahead may be old now
  }
  if (!is_direct_) {
    HAWSER_TRY(file().writer().is_drained());  // the refusal of an earlier write, if there is one
    if (file().add_pending(at_, data_)) {
      note_written();
      return Done{};
    }
    if (!HAWSER_TRY(file().send_pending())) return kAwaitWrite;
    if (file().add_pending(at_, data_)) {
      note_written();
      return Done{};
    }
    is_direct_ = true;
    file().writer().begin(at_, data_);
  }
  if (!HAWSER_TRY(file().writer().advance())) return kAwaitWrite;
  note_written();
  return Done{};
}

void WriteFile::note_written() {
  if (!place_) file().set_position(at_ + data_.size());
}

void WriteFile::cancel(session::Session& session, Inbox& inbox) {
  if (is_direct_) file().writer().release();
  FileOperation::cancel(session, inbox);
}

// flushing and closing ----------------------------------------------------------------------------

Result<Want> FlushFile::work() {
  if (!HAWSER_TRY(file().send_pending())) return kAwaitWrite;
  if (!HAWSER_TRY(file().writer().is_drained())) return kAwaitWrite;
  return Done{};
}

Result<Want> CloseFile::work() {
  if (!is_asked_) {
    const auto is_sent = file().send_pending();
    if (is_sent && !*is_sent) return kAwaitWrite;
    if (!is_sent) note(std::unexpected(is_sent.error()));
    file().reader().reset();
    HAWSER_TRY(file().link()->engine().send(sftp::message::Close{0, wire::Blob(file().handle())},
                                            sftp::Expected::status, *this));
    is_asked_ = true;
  }
  const auto is_drained = file().writer().is_drained();
  if (!is_drained) note(std::unexpected(is_drained.error()));
  if (!is_answered_ || (is_drained && !*is_drained)) return kAwaitWrite;
  file().note_closed();
  if (failure_) return std::unexpected(*failure_);
  return Done{};
}

void CloseFile::note(const Status& status) {
  if (!failure_) failure_ = status.error();
}

void CloseFile::take(sftp::RequestId /*id*/, const sftp::Reply& reply) {
  is_answered_ = true;
  const auto& status = std::get<sftp::StatusReply>(reply);
  if (status.code == sftp::StatusCode::ok || failure_) return;
  SftpAnswer ignored;
  keep(reply, ignored, own_refusal_);
  is_own_ = true;
  failure_ = Error{Errc::sftp_status, static_cast<std::uint32_t>(status.code), "close"};
}

const SftpRefusal& CloseFile::refusal() const {
  return is_own_ ? own_refusal_ : FileOperation::refusal();
}

void CloseFile::cancel(session::Session& session, Inbox& inbox) {
  if (is_asked_) {
    file().link()->engine().forget(*this);
    file().writer().reset();
    file().note_closed();
  } else {
    file().abandon(session);
  }
  FileOperation::cancel(session, inbox);
}

}  // namespace hawser::operations
