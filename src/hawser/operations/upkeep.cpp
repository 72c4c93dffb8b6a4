#include "hawser/operations/upkeep.h"

namespace hawser::operations {

Result<Want> Keepalive::advance(session::Session& session, Inbox& inbox) {
  if (!awaited_) {
    HAWSER_TRY(session.keepalive());
    awaited_ = inbox.next_global_reply();
  }
  if (inbox.global_replies() >= *awaited_) return Done{};
  return AwaitPeer{"keepalive", Patience::for_protocol};
}

Result<Want> Rekey::advance(session::Session& session, Inbox& inbox) {
  if (!before_) {
    // The protocol would allow it, but OpenSSH does not answer.
    if (!session.failure() && !session.is_logged_in()) {
      return fail(Errc::wrong_state, "not logged in");
    }
    before_ = inbox.exchanges();
    HAWSER_TRY(session.rekey());
  }
  if (inbox.exchanges() > *before_) return Done{};
  // The session's own deadline for key exchanges bounds this.
  return AwaitPeer{"key exchange", Patience::without_bound};
}

}  // namespace hawser::operations
