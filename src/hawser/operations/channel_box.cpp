#include "hawser/operations/channel_box.h"

#include <algorithm>

namespace hawser::operations {

Status ChannelBox::take(session::Session& session, const session::Event& event) {
  ++version_;
  if (other_) other_->touch();
  if (const auto* bytes = std::get_if<connection::ChannelBytes>(&event)) {
    return take_data(session, *bytes);
  }
  if (std::holds_alternative<connection::ChannelOpened>(event)) is_open_ = true;
  if (std::holds_alternative<connection::ChannelEnded>(event)) has_ended_ = true;
  if (const auto* replied = std::get_if<connection::ChannelReplied>(&event)) {
    if (given_up_.erase(++replied_) == 0) replies_[replied_] = replied->is_success;
  }
  if (const auto* exited = std::get_if<connection::ChannelExited>(&event)) {
    exit_ = exited->how;
    has_begun_ = true;
  }
  if (std::holds_alternative<connection::ChannelClosed>(event)) is_closed_ = true;
  if (const auto* refused = std::get_if<connection::ChannelRefused>(&event)) {
    refusal_ = ChannelRefusal{refused->reason, refused->text};
    is_closed_ = true;
  }
  return {};
}

Status ChannelBox::take_data(session::Session& session, const connection::ChannelBytes& bytes) {
  has_begun_ = true;
  ByteQueue& queue = parked(bytes.stream);
  const bool is_next = target_ != nullptr && queue.empty();
  const std::size_t size =
      is_next ? std::min(target_->room(bytes.stream), bytes.data.size()) : std::size_t{0};
  if (size > 0) target_->take(bytes.stream, bytes.data.first(size));
  if (size < bytes.data.size()) queue.push(bytes.data.subspan(size));
  return size > 0 ? give_back(session, size) : Status{};
}

Status ChannelBox::direct_to(session::Session& session, DataTarget* target) {
  target_ = target;
  if (target == nullptr) return {};
  for (const auto stream : {connection::Stream::standard, connection::Stream::error}) {
    ByteQueue& queue = parked(stream);
    while (!queue.empty()) {
      const std::size_t size = std::min(target->room(stream), queue.front().size());
      if (size == 0) break;
      target->take(stream, queue.front().first(size));
      queue.drop(size);
      HAWSER_TRY(give_back(session, size));
    }
  }
  return {};
}

// A dead session cannot give windows back, but what it received whole may still be read.
Status ChannelBox::give_back(session::Session& session, std::size_t size) {
  if (is_closed_ || session.failure()) return {};
  return session.consume(id_, size);
}

Result<std::size_t> ChannelBox::read(session::Session& session, connection::Stream stream,
                                     ByteSpan to) {
  const std::size_t size = parked(stream).pop(to);
  const std::size_t paid = std::min(prepaid_, size);
  prepaid_ -= paid;
  if (size > paid) HAWSER_TRY(give_back(session, size - paid));
  return size;
}

Status ChannelBox::prepay(session::Session& session, std::size_t most) {
  const std::size_t total = standard_.size() + error_.size();
  if (total > most) {
    return fail(Errc::output_unread, "wait", static_cast<std::uint32_t>(most));
  }
  const std::size_t due = total - prepaid_;
  if (due == 0 || is_closed_) return {};
  prepaid_ = total;
  return session.consume(id_, due);
}

std::optional<bool> ChannelBox::take_reply(std::uint64_t ticket) {
  const auto found = replies_.extract(ticket);
  if (!found.empty()) return found.mapped();
  const bool is_owed = ticket > replied_;
  if (is_owed && is_closed_ && has_begun_) return true;
  return std::nullopt;
}

void ChannelBox::give_up(std::uint64_t ticket) {
  if (ticket > replied_) given_up_.insert(ticket);
  replies_.erase(ticket);
}

}  // namespace hawser::operations
