#include "hawser/operations/listen.h"

#include "hawser/wire/codec.h"
#include "hawser/wire/messages_connection.h"

namespace hawser::operations {

Result<Want> Listen::advance(session::Session& session, Inbox& inbox) {
  if (!awaited_) {
    const auto forward = listening_->forward();
    if (!session.failure() && !session.is_logged_in()) {
      return fail(Errc::wrong_state, "not logged in");
    }
    inbox.listen(listening_);
    if (!forward) return Done{};
    HAWSER_TRY(session.forward(*forward));
    awaited_ = inbox.next_global_reply();
    inbox.await_answer(*awaited_);
  }
  if (inbox.global_replies() < *awaited_) return AwaitPeer{"forward", Patience::for_protocol};
  const auto answer = inbox.take_answer(*awaited_);
  if (!answer) {
    inbox.stop(*listening_);
    return fail(Errc::channel_request_refused, "forward");
  }
  return conclude(*answer);
}

Result<Want> Listen::conclude(ByteView answer) {
  if (listening_->kind() != connection::OfferKind::tcpip || listening_->port() != 0) return Done{};
  const auto told = HAWSER_TRY(wire::decode<wire::ForwardedPort>(answer));
  if (told.port == 0 || told.port > UINT16_MAX)
    return fail(Errc::malformed_message, "forwarded port");
  listening_->set_port(static_cast<std::uint16_t>(told.port));
  return Done{};
}

void Listen::cancel(session::Session& session, Inbox& inbox) {
  if (awaited_) (void)inbox.take_answer(*awaited_);
  stop_listening(session, inbox, *listening_);
}

Result<Want> Accept::advance(session::Session& session, Inbox& /*inbox*/) {
  offer_ = listening_->take();
  if (!offer_) {
    if (listening_->is_closed()) return fail(Errc::closed, "listener");
    return AwaitPeer{"a connection", Patience::without_bound};
  }
  HAWSER_TRY(session.accept(offer_->box->id()));
  HAWSER_TRY(offer_->box->take(session, connection::ChannelOpened{offer_->box->id()}));
  return Done{};
}

void stop_listening(session::Session& session, Inbox& inbox, Listening& listening) {
  if (listening.is_closed()) return;
  inbox.stop(listening);
  while (const auto offer = listening.take()) {
    inbox.remove(offer->box->id());
    (void)session.refuse(offer->box->id(), connection::OpenRefusal::administratively_prohibited);
  }
  const auto forward = listening.forward();
  // A port that was never told cannot be named either.
  const bool is_told = listening.kind() != connection::OfferKind::tcpip || listening.port() != 0;
  if (forward && is_told && session.cancel_forward(*forward)) (void)inbox.next_global_reply();
}

}  // namespace hawser::operations
