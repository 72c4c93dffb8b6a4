// X25519 (RFC 7748), as curve25519-sha256 uses it (RFC 8731).
#include "hawser/crypto/openssl/evp.h"
#include "hawser/crypto/openssl/makers.h"

namespace hawser::crypto::openssl {

namespace {

constexpr std::size_t kSize = 32;

class X25519 final : public KeyAgreement {
 public:
  static Result<std::unique_ptr<KeyAgreement>> generate(Random& random) {
    SecretBytes scalar(kSize);  // clamped by the library, RFC 7748 5
    HAWSER_TRY(random.fill(scalar.span()));
    auto key =
        HAWSER_TRY(require(OwnedKey(EVP_PKEY_new_raw_private_key_ex(
                               nullptr, "X25519", nullptr, scalar.view().data(), scalar.size())),
                           "x25519"));
    auto made = std::make_unique<X25519>(std::move(key));
    std::size_t size = kSize;
    HAWSER_TRY(
        check(EVP_PKEY_get_raw_public_key(made->key_.get(), made->public_value_.data(), &size),
              "x25519"));
    return made;
  }

  explicit X25519(OwnedKey key) : key_(std::move(key)) {}

  [[nodiscard]] ByteView public_value() const override { return public_value_; }

  Result<SecretBytes> agree(ByteView peer_value) override {
    if (peer_value.size() != kSize) return fail(Errc::bad_kex_value, "x25519 value");
    const auto peer =
        HAWSER_TRY(require(OwnedKey(EVP_PKEY_new_raw_public_key_ex(
                               nullptr, "X25519", nullptr, peer_value.data(), peer_value.size())),
                           "x25519 value"));
    const auto context = HAWSER_TRY(
        require(OwnedKeyCtx(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr)), "x25519"));
    HAWSER_TRY(check(EVP_PKEY_derive_init(context.get()), "x25519"));
    HAWSER_TRY(check(EVP_PKEY_derive_set_peer(context.get(), peer.get()), "x25519 value",
                     Errc::bad_kex_value));
    SecretBytes secret(kSize);
    std::size_t size = kSize;
    // The library refuses a point of low order; RFC 8731 3 has us look at the secret as well.
    HAWSER_TRY(check(EVP_PKEY_derive(context.get(), secret.span().data(), &size), "x25519 value",
                     Errc::bad_kex_value));
    static constexpr std::array<std::uint8_t, kSize> kZero{};
    if (size != kSize || constant_time_equal(secret.view(), kZero)) {
      return fail(Errc::bad_kex_value, "x25519 value");
    }
    return secret;
  }

 private:
  OwnedKey key_;
  std::array<std::uint8_t, kSize> public_value_{};
};

}  // namespace

Result<std::unique_ptr<KeyAgreement>> generate_x25519(Random& random) {
  return X25519::generate(random);
}

}  // namespace hawser::crypto::openssl
