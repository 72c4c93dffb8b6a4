// "publickey" (RFC 4252 7). The signature covers the session identifier and the request as sent, so
// that it is worth nothing in any other session; host-bound (OpenSSH's PROTOCOL, 1.6) the server's
// host key, too.
#include "hawser/auth/method.h"
#include "hawser/wire/codec.h"
#include "hawser/wire/messages_auth.h"

namespace hawser::auth {

namespace {

class PublicKeyMethod final : public Method {
 public:
  PublicKeyMethod(MethodContext context, PublicKeyCredential credential)
      : context_(std::move(context)), credential_(std::move(credential)) {}
  [[nodiscard]] std::string_view name() const override {
    return credential_.host_key_blob.empty() ? "publickey" : "publickey-hostbound-v00@openssh.com";
  }

  Result<MethodStep> start() override {
    if (credential_.probe == PublicKeyCredential::Probe::sign_at_once) return ask_signature();
    is_probing_ = true;
    MethodStep step;
    step.send = encode_request(context_, name(), fields(false));
    return step;
  }

  // PK_OK: the server would take this key. Only an answer that names what was asked is one.
  Result<MethodStep> take(ByteView payload) override {
    if (!is_probing_) return Method::take(payload);
    const auto message = HAWSER_TRY(wire::decode<wire::UserauthPkOk>(payload));
    if (message.algorithm.view() != credential_.algorithm ||
        !equal(message.key.bytes, credential_.key_blob)) {
      return fail(Errc::unexpected_reply, "PK_OK", wire::UserauthPkOk::number);
    }
    is_probing_ = false;
    return ask_signature();
  }

  Result<MethodStep> take_signature(ByteView signature_blob) override {
    if (to_sign_.empty()) return fail(Errc::wrong_state, "userauth signature");
    Bytes with_signature = fields(true);
    wire::BytesSink sink(with_signature);
    wire::put_string(sink, signature_blob);
    MethodStep step;
    step.send = encode_request(context_, name(), with_signature);
    to_sign_.clear();
    return step;
  }

 private:
  [[nodiscard]] Bytes fields(bool has_signature) const {
    Bytes encoded = wire::encode_to_bytes(wire::PublicKeyFields{
        has_signature, wire::Text(credential_.algorithm), wire::Blob(credential_.key_blob)});
    if (!credential_.host_key_blob.empty()) {
      wire::BytesSink sink(encoded);
      wire::put_string(sink, credential_.host_key_blob);
    }
    return encoded;
  }

  MethodStep ask_signature() {
    to_sign_ = signed_data(context_, name(), fields(true));
    MethodStep step;
    step.sign = SignRequest{credential_.algorithm, credential_.key_blob, to_sign_};
    return step;
  }

  MethodContext context_;
  PublicKeyCredential credential_;
  bool is_probing_ = false;
  Bytes to_sign_;
};

}  // namespace

std::unique_ptr<Method> make_public_key(MethodContext context, PublicKeyCredential credential) {
  return std::make_unique<PublicKeyMethod>(std::move(context), std::move(credential));
}

}  // namespace hawser::auth
