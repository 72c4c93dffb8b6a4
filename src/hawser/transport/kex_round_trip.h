// The shape that Diffie-Hellman over any group shares: our value out; host key, their value and
// signature back. The two wire forms differ only in how a value is written.
#pragma once

#include "hawser/transport/kex_method.h"
#include "hawser/wire/codec.h"

namespace hawser::transport {

// A K (RFC 4253 8) as it enters the hash. The magnitude is secret, so is the result.
inline SecretBytes encode_shared_mpint(ByteView magnitude) {
  const wire::Mpint shared(magnitude);
  wire::SizeSink size;
  wire::put_field(size, shared);
  SecretBytes encoded(size.size());
  wire::SpanSink sink(encoded.span());
  wire::put_field(sink, shared);
  return encoded;
}

// Init and Reply are the messages; `Value` is the field type that both values are written as.
template <typename Init, typename Reply, typename Value>
class KexRoundTrip final : public KexMethod {
 public:
  using ReplyValue = ByteView (*)(const Reply&);

  KexRoundTrip(std::unique_ptr<crypto::KeyAgreement> agreement, ReplyValue reply_value)
      : agreement_(std::move(agreement)), reply_value_(reply_value) {}

  Result<Bytes> start() override {
    Init init;
    Init::fields(init, [this](Value& ours) { ours = Value(agreement_->public_value()); });
    return wire::encode_to_bytes(init);
  }

  Result<Step> take(ByteView payload) override {
    if (is_done_) return fail(Errc::unexpected_message, "kex", payload[0]);
    const Reply reply = HAWSER_TRY(wire::decode<Reply>(payload));
    const Value theirs{reply_value_(reply)};
    const SecretBytes secret = HAWSER_TRY(agreement_->agree(reply_value_(reply)));
    is_done_ = true;

    KexOutcome outcome;
    outcome.host_key = to_bytes(reply.host_key.bytes);
    outcome.signature = to_bytes(reply.signature.bytes);
    wire::BytesSink values(outcome.public_values);
    wire::put_field(values, Value(agreement_->public_value()));
    wire::put_field(values, theirs);
    outcome.shared = encode_shared_mpint(secret.view());
    return Step{std::nullopt, std::move(outcome)};
  }

 private:
  std::unique_ptr<crypto::KeyAgreement> agreement_;
  ReplyValue reply_value_;
  bool is_done_ = false;
};

}  // namespace hawser::transport
