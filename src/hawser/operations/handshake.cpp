#include "hawser/operations/handshake.h"

namespace hawser::operations {

Result<Want> Handshake::advance(session::Session& session, Inbox& inbox) {
  if (inbox.wants_verdict()) return NeedVerdict{&*session.transport().kex().host_key()};
  if (inbox.exchanges() > 0) return Done{};
  // The session's own deadlines bound identification and key exchange.
  return AwaitPeer{"key exchange", Patience::without_bound};
}

Status Handshake::supply_verdict(session::Session& session, Inbox& inbox, Status verdict) {
  inbox.verdict_given();
  if (verdict) return session.accept_host_key();
  (void)session.refuse_host_key(verdict.error().code);
  return verdict;
}

}  // namespace hawser::operations
