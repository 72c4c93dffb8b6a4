// One attempt to log in with one credential (RFC 4252).
#pragma once

#include "hawser/operations/operation.h"

namespace hawser::operations {

class Login final : public Operation {
 public:
  Login(std::string user, auth::Credential credential)
      : user_(std::move(user)), credential_(std::move(credential)) {}

  // Done only after success. auth_refused: look at refused(); another attempt may follow.
  Result<Want> advance(session::Session& session, Inbox& inbox) override;
  Status supply_signature(session::Session& session, Result<Bytes> blob) override;
  Status supply_answers(session::Session& session,
                        Result<std::vector<SecretBytes>> answers) override;

  [[nodiscard]] const session::LoginRefused& refused() const { return refused_; }
  // False if the session would not begin, because another attempt is under way, say.
  [[nodiscard]] bool is_offered() const { return is_offered_; }

 private:
  std::string user_;
  std::optional<auth::Credential> credential_;  // until it is offered
  session::LoginRefused refused_;
  bool is_offered_ = false;
};

}  // namespace hawser::operations
