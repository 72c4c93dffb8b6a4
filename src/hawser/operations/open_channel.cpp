#include "hawser/operations/open_channel.h"

namespace hawser::operations {

Result<Want> OpenChannel::advance(session::Session& session, Inbox& inbox) {
  if (!box_) box_ = inbox.add(HAWSER_TRY(session.open(kind_)));
  if (box_->refusal()) return fail(Errc::channel_open_refused, "open", box_->refusal()->reason);
  if (box_->is_open()) return Done{};
  return AwaitPeer{"channel open", Patience::for_protocol};
}

void OpenChannel::cancel(session::Session& session, Inbox& /*inbox*/) {
  if (box_ && !box_->is_closed()) (void)session.close(box_->id());
}

}  // namespace hawser::operations
