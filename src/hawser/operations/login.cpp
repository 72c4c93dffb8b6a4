#include "hawser/operations/login.h"

#include <utility>

namespace hawser::operations {

Result<Want> Login::advance(session::Session& session, Inbox& inbox) {
  if (credential_) {
    auth::Credential credential = *std::move(credential_);
    credential_.reset();
    HAWSER_TRY(session.login(user_, std::move(credential)));
    is_offered_ = true;
  }
  if (inbox.signature_wanted()) {
    return NeedSignature{*std::exchange(inbox.signature_wanted(), std::nullopt)};
  }
  if (inbox.prompts_shown()) {
    return NeedAnswers{*std::exchange(inbox.prompts_shown(), std::nullopt)};
  }
  if (auto outcome = inbox.take_login_outcome()) {
    if (outcome->is_success) return Done{};
    refused_ = std::move(outcome->refused);
    return fail(Errc::auth_refused, "login");
  }
  return AwaitPeer{"authentication", Patience::for_protocol};
}

Status Login::supply_signature(session::Session& session, Result<Bytes> blob) {
  if (blob) return session.answer(*blob);
  (void)session.cancel_login();
  return std::unexpected(blob.error());
}

Status Login::supply_answers(session::Session& session, Result<std::vector<SecretBytes>> answers) {
  const Status given = answers ? session.answer(*answers) : std::unexpected(answers.error());
  if (!given) (void)session.cancel_login();
  return given;
}

}  // namespace hawser::operations
