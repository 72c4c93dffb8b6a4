// A key encapsulation beside an elliptic curve (RFC 10042, RFC 9941): whoever wants the secret has
// to break both. Each side sends its two values as one string, and K is the hash of both secrets,
// which enters the exchange hash and the keys as a string, not as an mpint.
#include "hawser/transport/kex_method.h"
#include "hawser/wire/codec.h"
#include "hawser/wire/messages_kex.h"

namespace hawser::transport {

namespace {

class KexHybrid final : public KexMethod {
 public:
  KexHybrid(const crypto::HashAlgorithm& hash, const crypto::KemAlgorithm& kem,
            std::unique_ptr<crypto::KemKeyPair> key_pair,
            std::unique_ptr<crypto::KeyAgreement> agreement)
      : hash_(hash), kem_(kem), key_pair_(std::move(key_pair)), agreement_(std::move(agreement)) {}

  Result<Bytes> start() override {
    our_value_ = to_bytes(key_pair_->public_key());
    append(our_value_, agreement_->public_value());
    return wire::encode_to_bytes(wire::KexEcdhInit{wire::Blob(our_value_)});
  }

  Result<Step> take(ByteView payload) override {
    if (is_done_) return fail(Errc::unexpected_message, "kex", payload[0]);
    const auto reply = HAWSER_TRY(wire::decode<wire::KexEcdhReply>(payload));
    const ByteView theirs = reply.server_value.bytes;
    // The curve's value has the size of ours, or the agreement refuses it.
    if (theirs.size() != kem_.ciphertext_size + agreement_->public_value().size()) {
      return fail(Errc::bad_kex_value, "kex hybrid");
    }
    const SecretBytes of_kem =
        HAWSER_TRY(key_pair_->decapsulate(theirs.first(kem_.ciphertext_size)));
    const SecretBytes of_curve =
        HAWSER_TRY(agreement_->agree(theirs.subspan(kem_.ciphertext_size)));
    is_done_ = true;

    KexOutcome outcome;
    outcome.host_key = to_bytes(reply.host_key.bytes);
    outcome.signature = to_bytes(reply.signature.bytes);
    wire::BytesSink values(outcome.public_values);
    wire::put_string(values, our_value_);
    wire::put_string(values, theirs);
    outcome.shared = HAWSER_TRY(combine(of_kem, of_curve));
    return Step{std::nullopt, std::move(outcome)};
  }

 private:
  // The string of HASH(secret of the KEM || secret of the curve).
  [[nodiscard]] Result<SecretBytes> combine(const SecretBytes& of_kem,
                                            const SecretBytes& of_curve) const {
    const auto hasher = HAWSER_TRY(hash_.make());
    hasher->update(of_kem.view());
    hasher->update(of_curve.view());
    SecretBytes digest(hash_.digest_size);
    HAWSER_TRY(hasher->finish(digest.span()));
    SecretBytes encoded(sizeof(std::uint32_t) + digest.size());
    wire::SpanSink sink(encoded.span());
    wire::put_string(sink, digest.view());
    return encoded;
  }

  const crypto::HashAlgorithm& hash_;
  const crypto::KemAlgorithm& kem_;
  std::unique_ptr<crypto::KemKeyPair> key_pair_;
  std::unique_ptr<crypto::KeyAgreement> agreement_;
  Bytes our_value_;
  bool is_done_ = false;
};

}  // namespace

Result<std::unique_ptr<KexMethod>> make_kex_hybrid(const crypto::Engine& engine,
                                                   const KexAlgorithm& algorithm) {
  const auto* hash = crypto::find_hash(engine, algorithm.hash);
  const auto* kem = crypto::find_kem(engine, algorithm.kem);
  const auto* curve = crypto::find_agreement(engine, algorithm.agreement);
  if (hash == nullptr || kem == nullptr || curve == nullptr) return fail(Errc::internal, "kex");
  auto key_pair = HAWSER_TRY(kem->generate(engine));
  auto agreement = HAWSER_TRY(curve->generate(*engine.random));
  return std::make_unique<KexHybrid>(*hash, *kem, std::move(key_pair), std::move(agreement));
}

}  // namespace hawser::transport
