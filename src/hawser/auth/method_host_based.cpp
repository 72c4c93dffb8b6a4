// "hostbased" (RFC 4252 9): a signature by the host key of the client's host.
#include "hawser/auth/method.h"
#include "hawser/wire/codec.h"
#include "hawser/wire/messages_auth.h"

namespace hawser::auth {

namespace {

class HostBasedMethod final : public Method {
 public:
  HostBasedMethod(MethodContext context, HostBasedCredential credential)
      : context_(std::move(context)), credential_(std::move(credential)) {}
  [[nodiscard]] std::string_view name() const override { return "hostbased"; }

  Result<MethodStep> start() override {
    to_sign_ = signed_data(context_, name(), fields());
    MethodStep step;
    step.sign = SignRequest{credential_.algorithm, credential_.host_key_blob, to_sign_};
    return step;
  }

  Result<MethodStep> take_signature(ByteView signature_blob) override {
    if (to_sign_.empty()) return fail(Errc::wrong_state, "userauth signature");
    Bytes with_signature = fields();
    wire::BytesSink sink(with_signature);
    wire::put_string(sink, signature_blob);
    MethodStep step;
    step.send = encode_request(context_, name(), with_signature);
    to_sign_.clear();
    return step;
  }

 private:
  [[nodiscard]] Bytes fields() const {
    return wire::encode_to_bytes(wire::HostBasedFields{
        wire::Text(credential_.algorithm), wire::Blob(credential_.host_key_blob),
        wire::Text(credential_.client_host), wire::Text(credential_.client_user)});
  }

  MethodContext context_;
  HostBasedCredential credential_;
  Bytes to_sign_;
};

}  // namespace

std::unique_ptr<Method> make_host_based(MethodContext context, HostBasedCredential credential) {
  return std::make_unique<HostBasedMethod>(std::move(context), std::move(credential));
}

}  // namespace hawser::auth
