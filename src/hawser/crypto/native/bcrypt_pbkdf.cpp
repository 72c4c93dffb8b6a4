// bcrypt_pbkdf: PBKDF2 (RFC 8018 5.2) in shape, with a hash made of bcrypt as its function:
//
//   hash(P, S)   Blowfish keyed by the digests P and S, 64 times over; a fixed text under it
//   U_1          hash(sha512(passphrase), sha512(salt | block number, from 1))
//   U_i          hash(sha512(passphrase), sha512(U_i-1))
//   block        U_1 xor ... xor U_rounds
//
// Bytes of one block do not stand together: with n blocks, block b has the bytes b, b + n, b + 2n.
// Whoever needs the first bytes only has to compute every block all the same.
#include <algorithm>

#include "hawser/crypto/kdf.h"
#include "hawser/crypto/native/blowfish.h"

namespace hawser::crypto {

namespace {

constexpr std::size_t kBlock = 32;
constexpr std::size_t kDigest = 64;
constexpr int kExpansions = 64;
constexpr int kEncryptions = 64;
constexpr std::string_view kText = "OxychromaticBlowfishSwatDynamite";
static_assert(kText.size() == kBlock);

void bcrypt_hash(ByteView passphrase_digest, ByteView salt_digest, ByteSpan out) {
  Blowfish cipher;
  cipher.expand(passphrase_digest, salt_digest);
  for (int i = 0; i < kExpansions; ++i) {
    cipher.expand(salt_digest);
    cipher.expand(passphrase_digest);
  }
  const ByteView text = as_bytes(kText);
  for (std::size_t i = 0; i < kBlock; i += 8) {
    Blowfish::Block block{load_be32(text.data() + i), load_be32(text.data() + i + 4)};
    for (int j = 0; j < kEncryptions; ++j) block = cipher.encrypt(block);
    // Out they go little-endian, unlike the way they came in.
    store_be32(out.data() + i, std::byteswap(block.left));
    store_be32(out.data() + i + 4, std::byteswap(block.right));
  }
}

// What one derivation works with; everything in it is secret.
class Derivation {
 public:
  Derivation(std::unique_ptr<Hash> sha512, ByteView salt, std::uint32_t rounds)
      : sha512_(std::move(sha512)), salt_(salt), rounds_(rounds) {}

  Status set_passphrase(ByteView passphrase) {
    sha512_->update(passphrase);
    return sha512_->finish(passphrase_digest_.span());
  }

  // The block of that number, counted from 1; valid until the next call.
  Result<ByteView> block(std::uint32_t number) {
    std::array<std::uint8_t, 4> number_bytes;
    store_be32(number_bytes.data(), number);
    sha512_->update(salt_);
    sha512_->update(number_bytes);
    HAWSER_TRY(next_link());
    copy(link_.view(), sum_.span());
    for (std::uint32_t i = 1; i < rounds_; ++i) {
      sha512_->update(link_.view());
      HAWSER_TRY(next_link());
      for (std::size_t j = 0; j < kBlock; ++j) sum_.span()[j] ^= link_.view()[j];
    }
    return sum_.view();
  }

 private:
  // U_i, from what the hash was fed.
  Status next_link() {
    HAWSER_TRY(sha512_->finish(salt_digest_.span()));
    bcrypt_hash(passphrase_digest_.view(), salt_digest_.view(), link_.span());
    return {};
  }

  std::unique_ptr<Hash> sha512_;
  ByteView salt_;
  std::uint32_t rounds_;
  SecretBytes passphrase_digest_{kDigest};
  SecretBytes salt_digest_{kDigest};
  SecretBytes link_{kBlock};
  SecretBytes sum_{kBlock};
};

}  // namespace

Status bcrypt_pbkdf(const Engine& engine, ByteView passphrase, ByteView salt, std::uint32_t rounds,
                    ByteSpan out) {
  if (rounds == 0 || salt.empty() || out.empty()) return fail(Errc::internal, "bcrypt_pbkdf");
  const HashAlgorithm* sha512 = find_hash(engine, HashId::sha512);
  if (sha512 == nullptr) return fail(Errc::internal, "bcrypt_pbkdf");
  Derivation derivation(HAWSER_TRY(sha512->make()), salt, rounds);
  HAWSER_TRY(derivation.set_passphrase(passphrase));
  const std::size_t blocks = (out.size() + kBlock - 1) / kBlock;
  for (std::size_t b = 0; b < blocks; ++b) {
    const ByteView block = HAWSER_TRY(derivation.block(static_cast<std::uint32_t>(b + 1)));
    for (std::size_t i = 0; b + i * blocks < out.size(); ++i) out[b + i * blocks] = block[i];
  }
  return {};
}

}  // namespace hawser::crypto
