// Elliptic-curve Diffie-Hellman over the NIST curves (RFC 5656 4).
#include "hawser/crypto/openssl/curve.h"

namespace hawser::crypto::openssl {

namespace {

// A scalar in [1, order - 1], every one as likely: candidates of the order's length are thrown away
// until one fits, not reduced.
Result<OwnedBignum> draw_scalar(const CurveGroup& curve, Random& random) {
  // Each candidate fits with a chance above one half; a generator that fails 128 times is stuck.
  constexpr int kTries = 128;
  const auto order_bits = static_cast<unsigned>(BN_num_bits(curve.order()));
  SecretBytes candidate((order_bits + 7) / 8);
  const auto excess_bits = static_cast<unsigned>(candidate.size() * 8 - order_bits);
  for (int i = 0; i < kTries; ++i) {
    HAWSER_TRY(random.fill(candidate.span()));
    candidate.span()[0] &= static_cast<std::uint8_t>(0xff >> excess_bits);
    auto scalar = HAWSER_TRY(secret_number(candidate.view()));
    if (curve.is_scalar(scalar.get())) return scalar;
  }
  return fail(Errc::no_randomness, "ecdh");
}

class Ecdh final : public KeyAgreement {
 public:
  Ecdh(CurveGroup curve, OwnedBignum scalar, Bytes public_value)
      : curve_(std::move(curve)),
        scalar_(std::move(scalar)),
        public_value_(std::move(public_value)) {}

  [[nodiscard]] ByteView public_value() const override { return public_value_; }

  Result<SecretBytes> agree(ByteView peer_value) override {
    const auto peer = HAWSER_TRY(curve_.parse(peer_value, Errc::bad_kex_value));
    return curve_.x_of_product(scalar_.get(), peer.get());
  }

 private:
  CurveGroup curve_;
  OwnedBignum scalar_;
  Bytes public_value_;
};

}  // namespace

Result<std::unique_ptr<KeyAgreement>> generate_ecdh(Curve curve, Random& random) {
  auto group = HAWSER_TRY(CurveGroup::open(curve));
  auto scalar = HAWSER_TRY(draw_scalar(group, random));
  const auto point = HAWSER_TRY(group.times_generator(scalar.get()));
  auto public_value = HAWSER_TRY(group.encode(point.get()));
  return std::make_unique<Ecdh>(std::move(group), std::move(scalar), std::move(public_value));
}

}  // namespace hawser::crypto::openssl
