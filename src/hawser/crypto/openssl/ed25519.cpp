// Ed25519 signatures (RFC 8032, in SSH RFC 8709).
#include <algorithm>

#include "hawser/base/secret.h"
#include "hawser/crypto/openssl/evp.h"
#include "hawser/crypto/openssl/makers.h"

namespace hawser::crypto::openssl {

namespace {

constexpr std::size_t kKey = 32;
constexpr std::size_t kSignature = 64;

// The y coordinates of the eight points whose order divides 8. Under such a key a signature fits
// more than one message.
constexpr std::array<std::array<std::uint8_t, kKey>, 5> kSmallOrder = {{
    {0x00},
    {0x01},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
}};

// Whether the encoding's y is 2^255 - 19 or more: RFC 8032 5.1.3 refuses it, the library does not.
bool is_reduced(ByteView y) {
  const bool is_high = y[31] == 0x7f && std::ranges::all_of(y.subspan(1, 30), [](std::uint8_t b) {
                         return b == 0xff;
                       });
  return !(is_high && y[0] >= 0xed);
}

bool is_sound_public(ByteView encoded) {
  if (encoded.size() != kKey) return false;
  std::array<std::uint8_t, kKey> y;
  copy(encoded, y);
  y[31] &= 0x7f;  // the sign of x
  return is_reduced(y) && std::ranges::find(kSmallOrder, y) == kSmallOrder.end();
}

class Ed25519Public final : public VerifyKey {
 public:
  explicit Ed25519Public(OwnedKey key) : key_(std::move(key)) {}

  [[nodiscard]] Status verify(HashId hash, ByteView message, ByteView signature) const override {
    if (hash != HashId::none) return fail(Errc::internal, "ed25519 hash");
    if (signature.size() != kSignature) return fail(Errc::host_key_signature, "ed25519 size");
    return verify_digest(key_.get(), hash, message, signature);
  }

 private:
  OwnedKey key_;
};

class Ed25519Private final : public SigningKey {
 public:
  explicit Ed25519Private(OwnedKey key) : key_(std::move(key)) {}

  [[nodiscard]] Result<Bytes> sign(HashId hash, ByteView message) const override {
    if (hash != HashId::none) return fail(Errc::internal, "ed25519 hash");
    auto signature = HAWSER_TRY(sign_digest(key_.get(), hash, message));
    if (signature.size() != kSignature) return fail(Errc::crypto_failed, "ed25519");
    return signature;
  }

 private:
  OwnedKey key_;
};

}  // namespace

Result<std::unique_ptr<VerifyKey>> load_ed25519_public(Parts parts) {
  if (parts.size() != 1 || !is_sound_public(parts[0])) return fail(Errc::bad_host_key, "ed25519");
  auto key = HAWSER_TRY(require(
      OwnedKey(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, parts[0].data(), kKey)),
      "ed25519"));
  return std::make_unique<Ed25519Public>(std::move(key));
}

Result<std::unique_ptr<SigningKey>> load_ed25519_private(Parts parts) {
  if (parts.size() != 2 || parts[0].size() != kKey || parts[1].size() != kKey) {
    return fail(Errc::key_damaged, "ed25519");
  }
  const ByteView seed = parts[1];
  auto key = HAWSER_TRY(require(
      OwnedKey(EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, seed.data(), kKey)),
      "ed25519"));
  std::array<std::uint8_t, kKey> derived;
  std::size_t size = derived.size();
  HAWSER_TRY(check(EVP_PKEY_get_raw_public_key(key.get(), derived.data(), &size), "ed25519"));
  // Signing with a public half that is not the seed's would give the seed away (RFC 8032 5.1.6
  // hashes it into the signature).
  if (size != kKey || !equal(derived, parts[0])) return fail(Errc::key_damaged, "ed25519");
  return std::make_unique<Ed25519Private>(std::move(key));
}

}  // namespace hawser::crypto::openssl
