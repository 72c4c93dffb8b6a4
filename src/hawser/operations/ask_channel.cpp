#include "hawser/operations/ask_channel.h"

namespace hawser::operations {

Result<Want> AskChannel::advance(session::Session& session, Inbox& /*inbox*/) {
  if (!is_sent_) {
    HAWSER_TRY(session.request(box_->id(), request_));
    is_sent_ = true;
    if (!connection::encode_request(request_).wants_reply) return Done{};
  }
  if (const auto reply = box_->take_reply()) {
    if (!*reply) return fail(Errc::channel_request_refused, "channel request");
    return Done{};
  }
  if (box_->is_closed()) return fail(Errc::channel_closed, "channel request");
  return AwaitPeer{"channel request", Patience::for_protocol};
}

}  // namespace hawser::operations
