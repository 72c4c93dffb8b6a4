// "password" (RFC 4252 8). A server that wants the password changed gets the new one if there is
// one to give; otherwise the attempt ends, and whoever logs in decides.
#include "hawser/auth/method.h"
#include "hawser/wire/codec.h"
#include "hawser/wire/messages_auth.h"

namespace hawser::auth {

namespace {

class PasswordMethod final : public Method {
 public:
  PasswordMethod(MethodContext context, PasswordCredential credential)
      : context_(std::move(context)), credential_(std::move(credential)) {}
  [[nodiscard]] std::string_view name() const override { return "password"; }

  Result<MethodStep> start() override {
    MethodStep step = request(wire::PasswordFields{false, wire::Blob(credential_.password.view())});
    // Sent once, kept nowhere, unless it has to go along with its successor.
    if (!credential_.new_password) credential_.password = SecretBytes();
    return step;
  }

  Result<MethodStep> take(ByteView payload) override {
    HAWSER_TRY(wire::decode<wire::UserauthPasswdChangereq>(payload));
    if (credential_.new_password) {
      const SecretBytes old = std::move(credential_.password);
      const SecretBytes fresh = *std::move(credential_.new_password);
      credential_.new_password.reset();  // a second change request ends the attempt
      return request(
          wire::PasswordChangeFields{true, wire::Blob(old.view()), wire::Blob(fresh.view())});
    }
    MethodStep step;
    step.wants_password_change = true;
    return step;
  }

 private:
  template <typename Fields>
  [[nodiscard]] MethodStep request(const Fields& fields) const {
    SecretBytes encoded(wire::encoded_size(fields));
    wire::encode(wire::SpanSink(encoded.span()), fields);
    MethodStep step;
    step.send = encode_request(context_, name(), encoded.view());
    return step;
  }

  MethodContext context_;
  PasswordCredential credential_;
};

}  // namespace

std::unique_ptr<Method> make_password(MethodContext context, PasswordCredential credential) {
  return std::make_unique<PasswordMethod>(std::move(context), std::move(credential));
}

}  // namespace hawser::auth
