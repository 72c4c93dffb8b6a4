#include "hawser/operations/remote_writer.h"

#include <algorithm>

namespace hawser::operations {

namespace {

// Where blocks are small, more of them are in flight: 64 of 32 KiB are no more than the window that
// most servers give, which is to be what says how much a channel carries.
constexpr std::size_t kSmallWritesInFlight = 256;
constexpr std::uint64_t kSmallWritesTogether = 8 << 20;

// Over a short path more than this is of no use, and what waits in sshd costs it dearly: its buffer
// grows a packet at a time and is copied each time. 16 MiB cost it 0.14 s with its whole window of
// 2 MiB in flight, and 0.02 s with this.
constexpr std::uint64_t kWritesTogetherNear = 768 * 1024;

}  // namespace

void RemoteWriter::begin(std::uint64_t at, ByteView data) {
  at_ = at;
  data_ = data;
  done_ = 0;
}

Result<bool> RemoteWriter::advance() {
  HAWSER_TRY(report());
  while (done_ < data_.size() && may_ask_more() && link_->engine().has_room()) {
    const std::size_t size = std::min<std::size_t>(data_.size() - done_, link_->write_block());
    const auto id = HAWSER_TRY(
        link_->engine().write(handle_, at_ + done_, data_.subspan(done_, size), *this, this));
    waiting_.push_back({id, at_ + done_, size});
    done_ += size;
    asked_ += size;
    last_end_ = at_ + done_;
  }
  if (done_ < data_.size() || link_->engine().has_unsent_data(this)) return false;
  data_ = {};
  return true;
}

bool RemoteWriter::may_ask_more() const {
  if (link_->is_near() && asked_ - answered_ >= kWritesTogetherNear) return false;
  if (waiting_.size() < limits::kSftpWritesInFlight) return true;
  return waiting_.size() < kSmallWritesInFlight && asked_ - answered_ < kSmallWritesTogether;
}

void RemoteWriter::release() {
  link_->engine().keep_data_of(this);
  data_ = {};
}

Result<bool> RemoteWriter::is_drained() {
  HAWSER_TRY(report());
  return waiting_.empty();
}

// Tells the first refusal, once; what was asked for after it is not waited for.
Status RemoteWriter::report() {
  if (!failure_) return {};
  const Error error = *failure_;
  release();
  reset();
  return std::unexpected(error);
}

void RemoteWriter::reset() {
  link_->engine().keep_data_of(this);
  link_->engine().forget(*this);
  waiting_.clear();
  failure_.reset();
}

std::optional<std::uint64_t> RemoteWriter::oldest() const {
  std::optional<std::uint64_t> oldest;
  if (done_ < data_.size()) oldest = at_ + done_;
  for (const Waiting& waiting : waiting_) {
    if (!waiting.is_answered) oldest = std::min(oldest.value_or(waiting.offset), waiting.offset);
  }
  return oldest;
}

bool RemoteWriter::is_writing(std::uint64_t begin, std::uint64_t end) const {
  const auto is_between = [=](std::uint64_t offset) { return begin <= offset && offset < end; };
  if (done_ < data_.size() && is_between(at_ + done_)) return true;
  return std::any_of(waiting_.begin(), waiting_.end(), [&](const Waiting& waiting) {
    return !waiting.is_answered && is_between(waiting.offset);
  });
}

void RemoteWriter::take(sftp::RequestId id, const sftp::Reply& reply) {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                  [id](const Waiting& waiting) { return waiting.id == id; });
  found->is_answered = true;
  answered_ += found->size;
  const auto& status = std::get<sftp::StatusReply>(reply);
  if (status.code != sftp::StatusCode::ok && !failure_) {
    SftpAnswer ignored;
    keep(reply, ignored, refusal_);
    failure_ = Error{Errc::sftp_status, static_cast<std::uint32_t>(status.code), "write"};
    refused_at_ = found->offset;
  }
  while (!waiting_.empty() && waiting_.front().is_answered) waiting_.pop_front();
}

}  // namespace hawser::operations
