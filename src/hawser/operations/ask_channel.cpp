#include "hawser/operations/ask_channel.h"

namespace hawser::operations {

Result<Want> AskChannel::advance(session::Session& session, Inbox& /*inbox*/) {
  if (!ticket_) {
    HAWSER_TRY(session.request(box_->id(), request_));
    if (!connection::encode_request(request_).wants_reply) return Done{};
    ticket_ = box_->take_ticket();
  }
  if (const auto reply = box_->take_reply(*ticket_)) {
    if (!*reply) return fail(Errc::channel_request_refused, "channel request");
    return Done{};
  }
  if (box_->is_closed()) return fail(Errc::channel_closed, "channel request");
  return AwaitPeer{"channel request", Patience::for_protocol};
}

void AskChannel::cancel(session::Session& /*session*/, Inbox& /*inbox*/) {
  if (ticket_) box_->give_up(*ticket_);
}

}  // namespace hawser::operations
