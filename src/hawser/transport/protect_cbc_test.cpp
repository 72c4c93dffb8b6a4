// With a plain MAC a packet that was tampered with gives one answer, after one number of bytes,
// whatever its length field decrypts to.
#include <gtest/gtest.h>

#include "hawser/transport/packet_reader.h"
#include "hawser/transport/packet_writer.h"

#include "scenario/printing.h"
#include "scenario/seeded_random.h"

namespace hawser::transport {
namespace {

constexpr std::size_t kMost = 1500;

ProtectionSuite suite_of(std::string_view cipher, std::string_view mac) {
  const crypto::Engine& engine = crypto::openssl_engine();
  return {crypto::find_cipher(engine, cipher), crypto::find_mac(engine, mac)};
}

ProtectionKeys keys_for(const ProtectionSuite& suite) {
  ProtectionKeys keys;
  keys.iv = SecretBytes(Bytes(suite.cipher->iv_size, 0x11));
  keys.cipher_key = SecretBytes(Bytes(suite.cipher->key_size, 0x22));
  keys.mac_key = SecretBytes(Bytes(suite.mac->key_size, 0x33));
  return keys;
}

Bytes sealed_packet(const ProtectionSuite& suite) {
  scenario::SeededRandom random{1};
  PacketWriter writer(random);
  writer.switch_keys(*make_sealer(suite, keys_for(suite)), true);
  EXPECT_TRUE(writer.write(Gather(as_bytes("attack at dawn"))));
  return to_bytes(writer.pending());
}

struct Outcome {
  Errc code{};
  std::size_t bytes = 0;  // that had come when it was told
};

// The packet, then as much of anything as is wanted, in small pieces.
Outcome told_of(const ProtectionSuite& suite, const Bytes& packet) {
  PacketReader reader;
  reader.switch_keys(*make_opener(suite, keys_for(suite)), true);
  Slab slab{256};
  constexpr std::size_t kPiece = 4;
  for (std::size_t come = 0; come < 2 * kMost; come += kPiece) {
    const ByteSpan to = slab.reserve(kPiece).first(kPiece);
    for (std::size_t i = 0; i < kPiece; ++i) {
      to[i] = come + i < packet.size() ? packet[come + i] : 0x5a;
    }
    slab.commit(kPiece);
    const auto next = reader.next(slab, kMost);
    if (!next) return {next.error().code, come + kPiece};
    if (*next) return {Errc{}, come + kPiece};
  }
  ADD_FAILURE() << "nothing was told";
  return {};
}

TEST(Cbc, every_failure_of_a_plain_mac_looks_the_same) {
  for (const auto& [cipher, mac] :
       {std::pair{"aes128-cbc", "hmac-sha1"}, std::pair{"3des-cbc", "hmac-md5-96"}}) {
    const ProtectionSuite suite = suite_of(cipher, mac);
    const Bytes packet = sealed_packet(suite);
    EXPECT_EQ(told_of(suite, packet).bytes, packet.size());
    for (std::size_t bit = 0; bit < packet.size() * 8; bit += bit < 64 ? 1 : 13) {
      Bytes flipped = packet;
      flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
      const Outcome outcome = told_of(suite, flipped);
      EXPECT_EQ(outcome.code, Errc::mac_mismatch) << bit;
      EXPECT_EQ(outcome.bytes, kLengthField + kMost + crypto::kMaxDigest) << bit;
    }
  }
}

// Nothing is decrypted before it is authentic: there is nothing to hide.
TEST(Cbc, an_etm_mac_tells_at_once) {
  const ProtectionSuite suite = suite_of("aes256-cbc", "hmac-sha1-96-etm@openssh.com");
  Bytes packet = sealed_packet(suite);
  packet.back() ^= 1;
  const Outcome outcome = told_of(suite, packet);
  EXPECT_EQ(outcome.code, Errc::mac_mismatch);
  EXPECT_EQ(outcome.bytes, packet.size());
}

TEST(Cbc, the_stream_of_a_counter_tells_at_once) {
  const ProtectionSuite suite = suite_of("aes128-ctr", "hmac-sha1");
  Bytes packet = sealed_packet(suite);
  packet[0] ^= 0x80;
  EXPECT_EQ(told_of(suite, packet).code, Errc::packet_too_long);
}

}  // namespace
}  // namespace hawser::transport
