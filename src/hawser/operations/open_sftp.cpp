#include "hawser/operations/open_sftp.h"

namespace hawser::operations {

Result<Want> OpenSftp::advance(session::Session& session, Inbox& inbox) {
  if (stage_ == Stage::opening) {
    Want want = HAWSER_TRY(open_.advance(session, inbox));
    if (!std::holds_alternative<Done>(want)) return want;
    link_ = std::make_shared<SftpLink>(open_.box(), std::move(server_));
    HAWSER_TRY(link_->attach(session));
    HAWSER_TRY(link_->start_server(session));
    ticket_ = open_.box()->take_ticket();
    // INIT goes along: the subsystem reads it whenever it runs.
    HAWSER_TRY(link_->flush(session));
    stage_ = Stage::asking;
  }
  if (stage_ == Stage::asking) {
    const auto reply = open_.box()->take_reply(ticket_);
    if (reply && !*reply) return fail(Errc::channel_request_refused, "subsystem");
    if (!reply && !open_.box()->has_ended()) {
      return AwaitPeer{"SFTP subsystem", Patience::for_protocol};
    }
    stage_ = Stage::greeting;
  }
  if (stage_ == Stage::greeting) {
    if (!link_->engine().is_ready()) {
      HAWSER_TRY(link_->flush(session));
      return AwaitPeer{"SFTP version", Patience::for_protocol};
    }
    if (!link_->engine().extensions().has(sftp::extension::kLimits)) return Done{};
    HAWSER_TRY(link_->engine().send(sftp::message::Extended{0, sftp::extension::kLimits, {}},
                                    sftp::Expected::extended, *this));
    stage_ = Stage::limits;
  }
  HAWSER_TRY(link_->flush(session));
  if (!has_limits_) return AwaitPeer{"SFTP limits", Patience::for_protocol};
  return Done{};
}

void OpenSftp::take(sftp::RequestId /*id*/, const sftp::Reply& reply) {
  has_limits_ = true;
  // A server that refuses what it announced, or says it malformed, has told no limits.
  if (const auto* extended = std::get_if<sftp::ExtendedDataReply>(&reply)) {
    if (const auto limits = wire::decode<sftp::Limits>(extended->data)) link_->learn(*limits);
  }
}

void OpenSftp::cancel(session::Session& session, Inbox& inbox) {
  if (link_) {
    link_->engine().forget(*this);
    link_->detach(session);
  }
  open_.cancel(session, inbox);
}

}  // namespace hawser::operations
