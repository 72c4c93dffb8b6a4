#include "hawser/operations/remote_file.h"

#include <utility>

namespace hawser::operations {

bool RemoteFile::add_pending(std::uint64_t at, ByteView data) {
  if (is_sending_pending_) return false;
  if (!pending_.empty()) {
    const bool follows = pending_at_ + pending_.size() == at;
    if (!follows || pending_.size() + data.size() > kPending) return false;
  }
  if (data.size() >= kPending) return false;
  if (pending_.empty()) pending_at_ = at;
  append(pending_, data);
  return true;
}

Result<bool> RemoteFile::send_pending() {
  if (pending_.empty()) return true;
  if (!is_sending_pending_) writer_.begin(pending_at_, pending_);
  is_sending_pending_ = true;
  const Result<bool> is_sent = writer_.advance();
  if (!is_sent || *is_sent) {
    is_sending_pending_ = false;
    pending_.clear();
  }
  return is_sent;
}

bool RemoteFile::take_turn(const Operation& operation) {
  if (turn_ == nullptr) turn_ = &operation;
  if (turn_ == &operation) return true;
  is_turn_wanted_ = true;
  return false;
}

void RemoteFile::give_turn(const Operation& operation) {
  if (turn_ != &operation) return;
  turn_ = nullptr;
  if (std::exchange(is_turn_wanted_, false)) link_->touch();
}

void RemoteFile::abandon(session::Session& session) {
  if (is_closed_) return;
  is_closed_ = true;
  (void)send_pending();
  writer_.reset();
  reader_.reset();
  link_->engine().close_handle(handle_);
  (void)link_->flush(session);
}

}  // namespace hawser::operations
