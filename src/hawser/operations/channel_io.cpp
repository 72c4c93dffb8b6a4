#include "hawser/operations/channel_io.h"

namespace hawser::operations {

Result<Want> ReadChannel::advance(session::Session& session, Inbox& /*inbox*/) {
  size_ = HAWSER_TRY(box_->read(session, stream_, to_));
  if (size_ > 0 || box_->has_ended()) return Done{};
  return AwaitPeer{"channel data", Patience::without_bound};
}

Result<Want> WriteChannel::advance(session::Session& session, Inbox& /*inbox*/) {
  if (box_->is_closed()) return fail(Errc::channel_closed, "write");
  size_ += HAWSER_TRY(session.write(box_->id(), Gather(data_.subspan(size_))));
  const bool is_enough = amount_ == WriteAmount::some ? size_ > 0 : size_ == data_.size();
  if (is_enough || data_.empty()) return Done{};
  return AwaitPeer{"channel window", Patience::for_protocol};
}

Result<Want> AwaitClose::advance(session::Session& session, Inbox& /*inbox*/) {
  if (box_->is_closed()) return Done{};
  if (!session.failure()) HAWSER_TRY(box_->prepay(session, limits::kUnreadOutput));
  return AwaitPeer{"command", Patience::without_bound};
}

}  // namespace hawser::operations
