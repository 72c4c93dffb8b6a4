#include "hawser/transport/protection.h"

#include <gtest/gtest.h>

#include "scenario/printing.h"

namespace hawser::transport {
namespace {

constexpr std::size_t kMaxPacket = 256 * 1024;

// One direction under fixed keys; suite without a cipher: before the first NEWKEYS.
struct Pair {
  std::unique_ptr<Sealer> sealer;
  std::unique_ptr<Opener> opener;
};

ProtectionKeys keys_for(const ProtectionSuite& suite) {
  ProtectionKeys keys;
  keys.iv = SecretBytes(Bytes(suite.cipher->iv_size, 0x11));
  keys.cipher_key = SecretBytes(Bytes(suite.cipher->key_size, 0x22));
  if (suite.mac != nullptr) keys.mac_key = SecretBytes(Bytes(suite.mac->key_size, 0x33));
  return keys;
}

Pair make_pair(const ProtectionSuite& suite) {
  if (suite.cipher == nullptr) return {make_plain_sealer(), make_plain_opener()};
  return {*make_sealer(suite, keys_for(suite)), *make_opener(suite, keys_for(suite))};
}

std::vector<ProtectionSuite> suites() {
  const crypto::Engine& engine = crypto::openssl_engine();
  std::vector<ProtectionSuite> all{{}};
  for (const crypto::CipherAlgorithm& cipher : engine.ciphers) {
    if (cipher.tag_size != 0) {
      all.push_back({&cipher, nullptr});
      continue;
    }
    for (const crypto::MacAlgorithm& mac : engine.macs) all.push_back({&cipher, &mac});
  }
  return all;
}

std::string name_of(const ProtectionSuite& suite) {
  if (suite.cipher == nullptr) return "plain";
  return std::string(suite.cipher->name) +
         (suite.mac != nullptr ? " " + std::string(suite.mac->name) : "");
}

Bytes seal(Sealer& sealer, std::uint32_t sequence, ByteView payload) {
  const Bytes padding(sealer.padding_size(payload.size()), 0x7e);
  Bytes packet(sealer.sealed_size(payload.size()));
  EXPECT_TRUE(sealer.seal(sequence, Gather(payload), padding, packet));
  return packet;
}

// The payload, or the error.
Result<Bytes> open(Opener& opener, std::uint32_t sequence, Bytes packet) {
  const auto size = HAWSER_TRY(opener.packet_size(sequence, packet, kMaxPacket));
  if (!size || *size > packet.size()) return fail(Errc::connection_lost, "more is wanted");
  const ByteSpan payload = HAWSER_TRY(opener.open(sequence, ByteSpan(packet).first(*size)));
  return to_bytes(payload);
}

Errc error_of(const Result<Bytes>& result) {
  return result ? Errc{} : result.error().code;
}

class EveryProtection : public testing::TestWithParam<ProtectionSuite> {
 protected:
  const ProtectionSuite suite_ = GetParam();
  [[nodiscard]] bool is_plain() const { return suite_.cipher == nullptr; }
};

TEST_P(EveryProtection, round_trip_of_many_packets) {
  Pair pair = make_pair(suite_);
  std::uint32_t sequence = 0xfffffffd;  // wraps on the way
  for (const std::size_t size : {1u, 2u, 10u, 11u, 12u, 27u, 63u, 64u, 65u, 1000u, 33'000u}) {
    Bytes payload(size, static_cast<std::uint8_t>(size));
    const auto opened = open(*pair.opener, sequence, seal(*pair.sealer, sequence, payload));
    ASSERT_TRUE(opened) << describe(opened.error().code);
    EXPECT_EQ(*opened, payload);
    ++sequence;
  }
}

TEST_P(EveryProtection, the_size_is_known_from_the_first_block) {
  Pair pair = make_pair(suite_);
  Bytes packet = seal(*pair.sealer, 3, Bytes(100));
  // In however many pieces the start comes, it is decrypted once.
  std::optional<std::size_t> size;
  for (std::size_t come = 0; come <= packet.size() && !size; ++come) {
    const auto told = pair.opener->packet_size(3, ByteSpan(packet).first(come), kMaxPacket);
    ASSERT_TRUE(told);
    size = *told;
  }
  EXPECT_EQ(size, packet.size());
  EXPECT_TRUE(pair.opener->open(3, packet));
}

TEST_P(EveryProtection, every_flipped_bit_is_found) {
  if (is_plain()) GTEST_SKIP() << "nothing protects these packets";
  const Bytes packet = seal(*make_pair(suite_).sealer, 5, as_bytes("attack at dawn"));
  for (std::size_t bit = 0; bit < packet.size() * 8; ++bit) {
    Bytes flipped = packet;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    const auto opened = open(*make_pair(suite_).opener, 5, flipped);
    ASSERT_FALSE(opened) << bit;
    const Errc code = opened.error().code;
    ASSERT_TRUE(code == Errc::mac_mismatch || code == Errc::packet_too_long ||
                code == Errc::packet_too_short || code == Errc::bad_padding ||
                code == Errc::connection_lost)
        << describe(code);
  }
}

// RFC 4253 6.4, or the nonce: a packet is good in its place only.
TEST_P(EveryProtection, replayed_and_swapped_packets_are_found) {
  if (is_plain()) GTEST_SKIP() << "nothing protects these packets";
  Pair pair = make_pair(suite_);
  const Bytes first = seal(*pair.sealer, 0, as_bytes("first"));
  const Bytes second = seal(*pair.sealer, 1, as_bytes("other"));
  EXPECT_FALSE(open(*make_pair(suite_).opener, 0, second));
  Opener& opener = *pair.opener;
  EXPECT_TRUE(open(opener, 0, first));
  EXPECT_FALSE(open(opener, 1, first));
}

TEST_P(EveryProtection, other_keys_open_nothing) {
  if (is_plain()) GTEST_SKIP() << "nothing protects these packets";
  const Bytes packet = seal(*make_pair(suite_).sealer, 0, as_bytes("attack at dawn"));
  ProtectionKeys keys = keys_for(suite_);
  (keys.mac_key.empty() ? keys.cipher_key : keys.mac_key).span()[0] ^= 1;
  EXPECT_FALSE(open(**make_opener(suite_, keys), 0, packet));
}

// What a peer that knows the keys can do: correctly protected, wrongly framed.
TEST_P(EveryProtection, wrong_padding_lengths_are_found) {
  for (const unsigned wrong : {0u, 1u, 2u, 3u, 255u}) {
    Pair pair = make_pair(suite_);
    const Bytes payload(40);
    const std::size_t padding_size = pair.sealer->padding_size(payload.size());
    const Bytes padding(padding_size);
    Bytes packet(pair.sealer->sealed_size(payload.size()));
    // The sealer writes the size of what it is given as padding: a payload that ends in what looks
    // like padding shifts the border.
    const std::size_t shift = padding_size - wrong;
    if (wrong > padding_size) continue;
    Bytes longer = payload;
    longer.resize(payload.size() + shift);
    ASSERT_TRUE(pair.sealer->seal(0, Gather(longer), ByteView(padding).first(wrong), packet));
    EXPECT_EQ(error_of(open(*pair.opener, 0, packet)), Errc::bad_padding) << wrong;
  }
}

TEST_P(EveryProtection, an_empty_payload_is_refused) {
  Pair pair = make_pair(suite_);
  const Bytes padding(pair.sealer->padding_size(0));
  Bytes packet(pair.sealer->sealed_size(0));
  ASSERT_TRUE(pair.sealer->seal(0, Gather(), padding, packet));
  const Errc code = error_of(open(*pair.opener, 0, packet));
  EXPECT_TRUE(code == Errc::bad_padding || code == Errc::packet_too_short) << describe(code);
}

TEST_P(EveryProtection, lengths_over_the_limit_are_refused_at_once) {
  Pair pair = make_pair(suite_);
  Bytes packet = seal(*pair.sealer, 0, Bytes(40'000));
  const auto size = pair.opener->packet_size(0, ByteSpan(packet).first(64), 35'000);
  ASSERT_FALSE(size);
  EXPECT_EQ(size.error().code, Errc::packet_too_long);
}

INSTANTIATE_TEST_SUITE_P(Protection, EveryProtection, testing::ValuesIn(suites()),
                         [](const auto& each) {
                           std::string name = name_of(each.param);
                           for (char& letter : name) {
                             if (std::isalnum(static_cast<unsigned char>(letter)) == 0)
                               letter = '_';
                           }
                           return name;
                         });

TEST(Plain, lengths_at_the_edges) {
  for (const std::uint32_t length :
       {0u, 1u, 4u, 5u, 11u, 13u, 0x40001u, 0x7fffffffu, 0x80000000u, 0xffffffecu, 0xffffffffu}) {
    Bytes packet(64);
    store_be32(packet.data(), length);
    EXPECT_FALSE(make_plain_opener()->packet_size(0, packet, kMaxPacket)) << length;
  }
}

}  // namespace
}  // namespace hawser::transport
