// "password" (RFC 4252 8). A server that wants the password changed is told nothing by itself: the
// attempt ends, and whoever logs in decides.
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
    const wire::PasswordFields fields{false, wire::Blob(credential_.password.view())};
    SecretBytes encoded(wire::encoded_size(fields));
    wire::encode(wire::SpanSink(encoded.span()), fields);
    MethodStep step;
    step.send = encode_request(context_, name(), encoded.view());
    credential_.password = SecretBytes();  // sent once, kept nowhere
    return step;
  }

  Result<MethodStep> take(ByteView payload) override {
    HAWSER_TRY(wire::decode<wire::UserauthPasswdChangereq>(payload));
    MethodStep step;
    step.wants_password_change = true;
    return step;
  }

 private:
  MethodContext context_;
  PasswordCredential credential_;
};

}  // namespace

std::unique_ptr<Method> make_password(MethodContext context, PasswordCredential credential) {
  return std::make_unique<PasswordMethod>(std::move(context), std::move(credential));
}

}  // namespace hawser::auth
