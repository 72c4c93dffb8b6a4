// chacha20-poly1305@openssh.com against a second computation: ChaCha20 written out here (checked
// with RFC 8439's key stream) and Poly1305 as its formula says, on big numbers (checked with RFC
// 8439's tag).
#include <gtest/gtest.h>
#include <openssl/bn.h>

#include "hawser/base/display.h"
#include "hawser/crypto/testing/support.h"

namespace hawser::crypto {
namespace {

using testing::pattern;
using testing::unhex;

std::uint32_t load_le32(const std::uint8_t* from) {
  return std::byteswap(load_be32(from));
}

void quarter_round(std::uint32_t& a, std::uint32_t& b, std::uint32_t& c, std::uint32_t& d) {
  a += b, d = std::rotl(d ^ a, 16);
  c += d, b = std::rotl(b ^ c, 12);
  a += b, d = std::rotl(d ^ a, 8);
  c += d, b = std::rotl(b ^ c, 7);
}

// One block of key stream; `tail` is the last four words of the state: counter and nonce.
Bytes chacha_block(ByteView key, ByteView tail) {
  std::array<std::uint32_t, 16> start{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
  for (std::size_t i = 0; i < 8; ++i) start[4 + i] = load_le32(key.data() + 4 * i);
  for (std::size_t i = 0; i < 4; ++i) start[12 + i] = load_le32(tail.data() + 4 * i);
  auto x = start;
  for (int i = 0; i < 10; ++i) {
    for (std::size_t j = 0; j < 4; ++j) quarter_round(x[j], x[j + 4], x[j + 8], x[j + 12]);
    for (std::size_t j = 0; j < 4; ++j) {
      quarter_round(x[j], x[4 + (j + 1) % 4], x[8 + (j + 2) % 4], x[12 + (j + 3) % 4]);
    }
  }
  Bytes block(64);
  for (std::size_t i = 0; i < 16; ++i) store_be32(&block[4 * i], std::byteswap(x[i] + start[i]));
  return block;
}

Bytes chacha(ByteView key, std::uint64_t sequence, std::uint64_t counter, ByteView data) {
  Bytes out = to_bytes(data);
  std::array<std::uint8_t, 16> tail;
  store_be64(tail.data() + 8, sequence);
  for (std::size_t i = 0; i < out.size(); ++i) {
    store_be64(tail.data(), std::byteswap(counter + i / 64));
    out[i] ^= chacha_block(key, tail)[i % 64];  // wasteful and plain
  }
  return out;
}

// ((c_1 r^q + ... + c_q r) mod 2^130 - 5) + s mod 2^128 (RFC 8439 2.5.1).
Bytes poly1305(ByteView key, ByteView message) {
  Bytes r_bytes = to_bytes(key.first(16));
  for (std::size_t i : {3, 7, 11, 15}) r_bytes[i] &= 0x0f;
  for (std::size_t i : {4, 8, 12}) r_bytes[i] &= 0xfc;
  BN_CTX* context = BN_CTX_new();
  BIGNUM* r = BN_lebin2bn(r_bytes.data(), 16, nullptr);
  BIGNUM* s = BN_lebin2bn(key.data() + 16, 16, nullptr);
  BIGNUM* sum = BN_new();
  BIGNUM* prime = BN_new();
  EXPECT_EQ(BN_set_bit(prime, 130), 1);
  EXPECT_EQ(BN_sub_word(prime, 5), 1);
  while (!message.empty()) {
    const ByteView part = message.first(std::min<std::size_t>(16, message.size()));
    Bytes block = to_bytes(part);
    block.push_back(1);
    BIGNUM* number = BN_lebin2bn(block.data(), static_cast<int>(block.size()), nullptr);
    EXPECT_EQ(BN_add(sum, sum, number), 1);
    EXPECT_EQ(BN_mod_mul(sum, sum, r, prime, context), 1);
    BN_free(number);
    message = message.subspan(part.size());
  }
  EXPECT_EQ(BN_add(sum, sum, s), 1);
  Bytes tag(32);
  EXPECT_EQ(BN_bn2lebinpad(sum, tag.data(), 32), 32);
  tag.resize(16);
  for (BIGNUM* number : {r, s, sum, prime}) BN_free(number);
  BN_CTX_free(context);
  return tag;
}

TEST(ChachaPolyReference, AgreesWithRfc8439) {
  const Bytes key = unhex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  EXPECT_EQ(hex(chacha_block(key, unhex("01000000000000090000004a00000000"))),  // 2.3.2
            "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
            "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e");
  EXPECT_EQ(hex(poly1305(unhex("85d6be7857556d337f4452fe42d506a8"  // 2.5.2
                               "0103808afb0db2fd4abff6af4149f51b"),
                         as_bytes("Cryptographic Forum Research Group"))),
            "a8061dc1305136c6c22b8baf0c0127a9");
}

const CipherAlgorithm& row() {
  return *find_cipher(openssl_engine(), "chacha20-poly1305@openssh.com");
}

TEST(ChachaPoly, AgreesWithTheReference) {
  const Bytes key = pattern(64, 3);
  const ByteView packet_key = ByteView(key).first(32);
  const ByteView length_key = ByteView(key).last(32);
  const auto cipher = row().make_chacha_poly(key).value();
  for (std::uint64_t sequence : {0ULL, 1ULL, 0xffffffffULL, 0x0123456789abcdefULL}) {
    for (std::size_t size : {0, 1, 8, 63, 64, 65, 200, 1000}) {
      const Bytes plain = pattern(size);
      Bytes length(4);
      store_be32(length.data(), static_cast<std::uint32_t>(size));
      Bytes expected = chacha(length_key, sequence, 0, length);
      append(expected, chacha(packet_key, sequence, 1, plain));
      const Bytes expected_tag = poly1305(chacha(packet_key, sequence, 0, Bytes(32)), expected);

      const ByteView view = plain;
      const std::size_t cut = size / 3;
      const Gather pieces{view.first(cut), view.subspan(cut)};
      Bytes out(4 + size);
      Bytes tag(16);
      ASSERT_TRUE(
          cipher->seal(sequence, static_cast<std::uint32_t>(size), pieces, out, tag).has_value());
      EXPECT_EQ(out, expected);
      EXPECT_EQ(tag, expected_tag);

      EXPECT_EQ(cipher->peek_length(sequence, ByteView(out).first(4)).value(), size);
      ASSERT_TRUE(cipher->open(sequence, out, tag).has_value());
      EXPECT_TRUE(equal(ByteView(out).subspan(4), plain));
    }
  }
}

TEST(ChachaPoly, EveryFlippedBitIsSeenBeforeAnythingIsDecrypted) {
  const auto cipher = row().make_chacha_poly(pattern(64)).value();
  const Bytes plain = pattern(40);
  Bytes packet(44);
  Bytes tag(16);
  ASSERT_TRUE(cipher->seal(7, 40, Gather(plain), packet, tag).has_value());
  for (std::size_t bit = 0; bit < (packet.size() + tag.size()) * 8; ++bit) {
    Bytes bad_packet = packet;
    Bytes bad_tag = tag;
    std::uint8_t& byte =
        bit / 8 < packet.size() ? bad_packet[bit / 8] : bad_tag[bit / 8 - packet.size()];
    byte = static_cast<std::uint8_t>(byte ^ (1U << (bit % 8)));
    const Bytes before = bad_packet;
    const Status verdict = cipher->open(7, bad_packet, bad_tag);
    ASSERT_FALSE(verdict.has_value()) << bit;
    EXPECT_EQ(verdict.error().code, Errc::mac_mismatch);
    EXPECT_EQ(bad_packet, before);
  }
  EXPECT_FALSE(cipher->open(8, packet, tag).has_value());
  EXPECT_TRUE(cipher->open(7, packet, tag).has_value());
}

TEST(ChachaPoly, RefusesWrongSizes) {
  for (std::size_t size : {0, 32, 63, 65}) {
    EXPECT_FALSE(row().make_chacha_poly(pattern(size)).has_value());
  }
  const auto cipher = row().make_chacha_poly(pattern(64)).value();
  Bytes packet(20);
  Bytes tag(16);
  const Bytes plain(16);
  EXPECT_FALSE(cipher->peek_length(0, ByteView(packet).first(3)).has_value());
  EXPECT_FALSE(cipher->seal(0, 16, Gather(plain), ByteSpan(packet).first(19), tag).has_value());
  EXPECT_FALSE(cipher->seal(0, 16, Gather(plain), packet, ByteSpan(tag).first(15)).has_value());
  EXPECT_FALSE(cipher->open(0, ByteSpan(packet).first(3), tag).has_value());
  EXPECT_FALSE(cipher->open(0, packet, ByteView(tag).first(15)).has_value());
}

}  // namespace
}  // namespace hawser::crypto
