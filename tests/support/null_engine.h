// An engine without mathematics: every key is valid, every signature good, every secret the same,
// and the one cipher leaves the bytes as they are. A fuzzer cannot sign; with this it gets past
// what it would otherwise never pass. And a session takes little time, so that there can be a
// hundred thousand. Hashes and MACs are the real ones.
#pragma once

#include "hawser/crypto/testing/null_cipher.h"

namespace hawser::test {

inline constexpr std::size_t kNullValue = 32;  // bytes of either side's key-exchange value

class NullAgreement final : public crypto::KeyAgreement {
 public:
  [[nodiscard]] ByteView public_value() const override { return value_; }
  Result<SecretBytes> agree(ByteView peer_value) override {
    if (peer_value.size() != kNullValue) return fail(Errc::bad_kex_value, "null agreement");
    return SecretBytes(Bytes(kNullValue, 5));
  }
  static Result<std::unique_ptr<KeyAgreement>> generate(crypto::Random& /*random*/) {
    return std::make_unique<NullAgreement>();
  }
  static Result<std::unique_ptr<KeyAgreement>> generate_in(const crypto::PeerGroup& group,
                                                           crypto::Random& /*random*/) {
    if (group.prime.empty()) return fail(Errc::bad_kex_value, "null group");
    return std::make_unique<NullAgreement>();
  }

 private:
  Bytes value_ = Bytes(kNullValue, 9);
};

class NullVerifyKey final : public crypto::VerifyKey {
 public:
  [[nodiscard]] Status verify(crypto::HashId, ByteView, ByteView) const override { return {}; }
  static Result<std::unique_ptr<VerifyKey>> load(std::span<const ByteView> /*parts*/) {
    return std::make_unique<NullVerifyKey>();
  }
};

class NullSigningKey final : public crypto::SigningKey {
 public:
  [[nodiscard]] Result<Bytes> sign(crypto::HashId, ByteView) const override { return Bytes(64, 8); }
  static Result<std::unique_ptr<SigningKey>> load(std::span<const ByteView> /*parts*/) {
    return std::make_unique<NullSigningKey>();
  }
};

inline constexpr crypto::AgreementAlgorithm kNullAgreements[] = {
    {"x25519", NullAgreement::generate},
    {"modp2048", NullAgreement::generate},
};
inline constexpr crypto::KeyAlgorithm kNullKeys[] = {
    {"ssh-ed25519", 1, 2, 0, NullVerifyKey::load, NullSigningKey::load},
    {"ecdsa-sha2-nistp256", 1, 2, 32, NullVerifyKey::load, NullSigningKey::load},
    {"ssh-rsa", 2, 6, 0, NullVerifyKey::load, NullSigningKey::load},
};

// `random` outlives it.
inline crypto::Engine null_engine(crypto::Random& random) {
  crypto::Engine engine = crypto::testing::with_null_cipher(crypto::openssl_engine());
  engine.agreements = kNullAgreements;
  engine.generate_in_group = NullAgreement::generate_in;
  engine.kems = {};
  engine.keys = kNullKeys;
  engine.random = &random;
  return engine;
}

}  // namespace hawser::test
