// chacha20-poly1305@openssh.com (OpenSSH's PROTOCOL.chacha20poly1305). ChaCha20 here is
// Bernstein's: 64-bit block counter, 64-bit nonce, which is the packet's sequence number,
// big-endian.
//
//   key        K_2 (32, the packet) | K_1 (32, the length field)
//   length     4 bytes, K_1, from block 0
//   payload    K_2, from block 1; the first half of block 0 is the Poly1305 key
//   tag        Poly1305 over encrypted length and encrypted payload
#include <openssl/core_names.h>

#include "hawser/base/secret.h"
#include "hawser/crypto/openssl/evp.h"
#include "hawser/crypto/openssl/makers.h"

namespace hawser::crypto::openssl {

namespace {

constexpr std::size_t kLengthField = 4;
constexpr std::size_t kKey = 32;
constexpr std::size_t kBlock = 64;
constexpr std::size_t kPolyKey = 32;
constexpr std::size_t kTag = 16;
constexpr std::size_t kMaxPacket = std::size_t{1} << 30;  // OpenSSL counts in int

// ChaCha20 under one key, started anew with each sequence number.
class Chacha {
 public:
  explicit Chacha(OwnedCipherCtx context) : context_(std::move(context)) {}

  static Result<Chacha> make(ByteView key) {
    const auto cipher = HAWSER_TRY(
        require(OwnedCipher(EVP_CIPHER_fetch(nullptr, "ChaCha20", nullptr)), "chacha20"));
    auto context = HAWSER_TRY(require(OwnedCipherCtx(EVP_CIPHER_CTX_new()), "chacha20"));
    HAWSER_TRY(check(EVP_EncryptInit_ex2(context.get(), cipher.get(), key.data(), nullptr, nullptr),
                     "chacha20"));
    return Chacha(std::move(context));
  }

  // To block 0 of the key stream of `sequence`.
  Status start(std::uint64_t sequence) {
    std::array<std::uint8_t, 16> counter_and_nonce{};
    store_be64(counter_and_nonce.data() + 8, sequence);
    return check(
        EVP_EncryptInit_ex2(context_.get(), nullptr, nullptr, counter_and_nonce.data(), nullptr),
        "chacha20");
  }

  // Requires: out has room for in; they are the same memory or do not overlap.
  Status process(ByteView in, ByteSpan out) {
    if (in.empty()) return {};
    if (in.size() > kMaxPacket) return fail(Errc::internal, "chacha20 size");
    const int size = static_cast<int>(in.size());
    int written = 0;
    HAWSER_TRY(check(EVP_EncryptUpdate(context_.get(), out.data(), &written, in.data(), size),
                     "chacha20"));
    if (written != size) return fail(Errc::crypto_failed, "chacha20");
    return {};
  }

 private:
  OwnedCipherCtx context_;
};

class OpensshChachaPoly final : public ChachaPoly {
 public:
  OpensshChachaPoly(Chacha length_cipher, Chacha packet_cipher, OwnedMacCtx poly)
      : length_cipher_(std::move(length_cipher)),
        packet_cipher_(std::move(packet_cipher)),
        poly_(std::move(poly)) {}

  Result<std::uint32_t> peek_length(std::uint64_t sequence, ByteView encrypted_length) override {
    if (encrypted_length.size() != kLengthField) return fail(Errc::internal, "length field");
    std::array<std::uint8_t, kLengthField> length;
    HAWSER_TRY(length_cipher_.start(sequence));
    HAWSER_TRY(length_cipher_.process(encrypted_length, length));
    return load_be32(length.data());
  }

  Status seal(std::uint64_t sequence, std::uint32_t length, const Gather& plain, ByteSpan out,
              ByteSpan tag) override {
    if (out.size() != kLengthField + plain.size() || tag.size() != kTag) {
      return fail(Errc::internal, "chacha20-poly1305 sizes");
    }
    store_be32(out.data(), length);
    HAWSER_TRY(length_cipher_.start(sequence));
    HAWSER_TRY(length_cipher_.process(out.first(kLengthField), out.first(kLengthField)));
    HAWSER_TRY(start_packet(sequence));
    ByteSpan place = out.subspan(kLengthField);
    for (ByteView view : plain.views()) {
      HAWSER_TRY(packet_cipher_.process(view, place));
      place = place.subspan(view.size());
    }
    return authenticate(out, tag);
  }

  Status open(std::uint64_t sequence, ByteSpan packet, ByteView tag) override {
    if (packet.size() < kLengthField || tag.size() != kTag) {
      return fail(Errc::internal, "chacha20-poly1305 sizes");
    }
    HAWSER_TRY(start_packet(sequence));
    std::array<std::uint8_t, kTag> expected;
    HAWSER_TRY(authenticate(packet, expected));
    if (!constant_time_equal(expected, tag)) return fail(Errc::mac_mismatch, "packet");
    const ByteSpan payload = packet.subspan(kLengthField);
    return packet_cipher_.process(payload, payload);
  }

 private:
  // Spends block 0 on the Poly1305 key and leaves the cipher at block 1, where the payload starts.
  Status start_packet(std::uint64_t sequence) {
    static constexpr std::array<std::uint8_t, kBlock> kZeros{};
    std::array<std::uint8_t, kBlock> block;
    HAWSER_TRY(packet_cipher_.start(sequence));
    HAWSER_TRY(packet_cipher_.process(kZeros, block));
    const Status keyed =
        check(EVP_MAC_init(poly_.get(), block.data(), kPolyKey, nullptr), "poly1305");
    wipe(block);
    return keyed;
  }

  Status authenticate(ByteView packet, ByteSpan tag) {
    std::size_t written = 0;
    HAWSER_TRY(check(EVP_MAC_update(poly_.get(), packet.data(), packet.size()), "poly1305"));
    HAWSER_TRY(check(EVP_MAC_final(poly_.get(), tag.data(), &written, tag.size()), "poly1305"));
    if (written != kTag) return fail(Errc::crypto_failed, "poly1305");
    return {};
  }

  Chacha length_cipher_;
  Chacha packet_cipher_;
  OwnedMacCtx poly_;
};

}  // namespace

Result<std::unique_ptr<ChachaPoly>> make_chacha_poly(ByteView key) {
  if (key.size() != 2 * kKey) return fail(Errc::internal, "chacha20-poly1305 key");
  auto packet_cipher = HAWSER_TRY(Chacha::make(key.first(kKey)));
  auto length_cipher = HAWSER_TRY(Chacha::make(key.last(kKey)));
  const auto poly =
      HAWSER_TRY(require(OwnedMac(EVP_MAC_fetch(nullptr, "POLY1305", nullptr)), "poly1305"));
  auto context = HAWSER_TRY(require(OwnedMacCtx(EVP_MAC_CTX_new(poly.get())), "poly1305"));
  return std::make_unique<OpensshChachaPoly>(std::move(length_cipher), std::move(packet_cipher),
                                             std::move(context));
}

}  // namespace hawser::crypto::openssl
