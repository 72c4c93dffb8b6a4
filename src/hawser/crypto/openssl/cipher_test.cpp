// AES-CTR (SP 800-38A F.5), AES-CBC (Wycheproof) and AES-GCM (NIST's CAVS files, Wycheproof).
#include <gtest/gtest.h>

#include "hawser/base/display.h"
#include "hawser/crypto/testing/support.h"
#include "hawser/crypto/testing/wycheproof.h"

namespace hawser::crypto {
namespace {

using testing::hex_field;
using testing::pattern;
using testing::unhex;

struct CtrVector {
  std::string_view cipher;
  std::string_view key;
  std::string_view ciphertext;
};
constexpr std::string_view kCtrIv = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";
constexpr std::string_view kCtrPlaintext =
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
constexpr CtrVector kCtr[] = {
    {"aes128-ctr", "2b7e151628aed2a6abf7158809cf4f3c",
     "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"
     "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee"},
    {"aes192-ctr", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
     "1abc932417521ca24f2b0459fe7e6e0b090339ec0aa6faefd5ccc2c6f4ce8e94"
     "1e36b26bd1ebc670d1bd1d665620abf74f78a7f6d29809585a97daec58c6b050"},
    {"aes256-ctr", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
     "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
     "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6"},
};

TEST(Ctr, KnownAnswersInAnyPiecesAndBothWays) {
  for (const CtrVector& vector : kCtr) {
    const auto* row = find_cipher(openssl_engine(), vector.cipher);
    for (std::size_t cut : {0, 1, 16, 17, 63}) {
      const auto seal =
          row->make_stream(unhex(vector.key), unhex(kCtrIv), Direction::encrypt).value();
      const auto open =
          row->make_stream(unhex(vector.key), unhex(kCtrIv), Direction::decrypt).value();
      const Bytes plain = unhex(kCtrPlaintext);
      const ByteView in = plain;
      Bytes out(plain.size());
      const ByteSpan place = out;
      ASSERT_TRUE(seal->process(in.first(cut), place.first(cut)).has_value());
      ASSERT_TRUE(seal->process(in.subspan(cut), place.subspan(cut)).has_value());
      EXPECT_EQ(hex(out), vector.ciphertext);
      ASSERT_TRUE(open->process(out, out).has_value());
      EXPECT_EQ(out, plain);
    }
  }
}

TEST(Ctr, RefusesWrongSizes) {
  for (const CipherAlgorithm& row : openssl_engine().ciphers) {
    if (row.mode != CipherMode::stream) continue;
    const Bytes key = pattern(row.key_size + 1);
    const Bytes iv = pattern(row.iv_size + 1);
    const ByteView key_view = ByteView(key).first(row.key_size);
    const ByteView iv_view = ByteView(iv).first(row.iv_size);
    EXPECT_FALSE(row.make_stream(key, iv_view, Direction::encrypt).has_value());
    EXPECT_FALSE(row.make_stream({}, iv_view, Direction::encrypt).has_value());
    EXPECT_FALSE(row.make_stream(key_view, iv, Direction::encrypt).has_value());
    EXPECT_FALSE(row.make_stream(key_view, {}, Direction::encrypt).has_value());
    const auto cipher = row.make_stream(key_view, iv_view, Direction::encrypt).value();
    Bytes out(15);
    EXPECT_FALSE(cipher->process(iv_view, out).has_value());
  }
}

struct GcmVector {
  std::string_view cipher, key, iv, plaintext, associated, ciphertext, tag;
};
// gcmEncryptExtIV{128,256}.rsp, the first of 408 bits of plaintext and 160 of associated data.
constexpr GcmVector kGcm[] = {
    {"aes128-gcm@openssh.com", "fe47fcce5fc32665d2ae399e4eec72ba", "5adb9609dbaeb58cbd6e7275",
     "7c0e88c88899a779228465074797cd4c2e1498d259b54390b85e3eef1c02df60e743f1b840382c4bccaf3bafb4ca8"
     "429bea063",
     "88319d6e1d3ffa5f987199166c8a9b56c2aeba5a",
     "98f4826f05a265e6dd2be82db241c0fbbbf9ffb1c173aa83964b7cf5393043736365253ddbc5db8778371495da76d"
     "269e5db3e",
     "291ef1982e4defedaa2249f898556b47"},
    {"aes256-gcm@openssh.com", "24501ad384e473963d476edcfe08205237acfd49b5b8f33857f8114e863fec7f",
     "9ff18563b978ec281b3f2794",
     "27f348f9cdc0c5bd5e66b1ccb63ad920ff2219d14e8d631b3872265cf117ee86757accb158bd9abb3868fdc0d0b07"
     "4b5f01b2c",
     "adb5ec720ccf9898500028bf34afccbcaca126ef",
     "eb7cb754c824e8d96f7c6d9b76c7d26fb874ffbf1d65c6f64a698d839b0b06145dae82057ad55994cf59ad7f67c0f"
     "a5e85fab8",
     "bc95c532fecc594c36d1550286a7a3f0"},
};

TEST(Gcm, KnownAnswersFromAnyPieces) {
  for (const GcmVector& vector : kGcm) {
    const auto* row = find_cipher(openssl_engine(), vector.cipher);
    const auto aead = row->make_aead(unhex(vector.key), Direction::encrypt).value();
    const Bytes plain = unhex(vector.plaintext);
    const ByteView view = plain;
    for (std::size_t cut : {0, 1, 5, 16, 33, 50}) {
      const Gather pieces{view.first(cut), view.subspan(cut)};
      Bytes out(plain.size());
      Bytes tag(row->tag_size);
      ASSERT_TRUE(
          aead->seal(unhex(vector.iv), unhex(vector.associated), pieces, out, tag).has_value());
      EXPECT_EQ(hex(out), vector.ciphertext);
      EXPECT_EQ(hex(tag), vector.tag);
    }
  }
}

// One packet, sealed; open() as often as one likes.
struct Sealed {
  explicit Sealed(const CipherAlgorithm& row)
      : key(pattern(row.key_size)),
        opener(row.make_aead(key, Direction::decrypt).value()),
        data(plain.size()),
        tag(row.tag_size) {
    const auto sealer = row.make_aead(key, Direction::encrypt).value();
    EXPECT_TRUE(sealer->seal(nonce, associated, Gather(plain), data, tag).has_value());
  }

  Bytes plain = pattern(48);
  Bytes nonce = pattern(12, 9);
  Bytes associated = pattern(4, 77);
  Bytes key;
  std::unique_ptr<Aead> opener;
  Bytes data;
  Bytes tag;
};

TEST(Gcm, EveryFlippedBitIsSeen) {
  for (const CipherAlgorithm& row : openssl_engine().ciphers) {
    if (row.mode != CipherMode::gcm) continue;
    Sealed sealed(row);
    const auto flip_all = [&](Bytes& field) {
      for (std::size_t bit = 0; bit < field.size() * 8; ++bit) {
        const auto mask = static_cast<std::uint8_t>(1U << (bit % 8));
        field[bit / 8] ^= mask;
        Bytes data = sealed.data;
        const Status verdict =
            sealed.opener->open(sealed.nonce, sealed.associated, data, sealed.tag);
        ASSERT_FALSE(verdict.has_value()) << row.name << " bit " << bit;
        EXPECT_EQ(verdict.error().code, Errc::mac_mismatch);
        EXPECT_EQ(data, Bytes(data.size())) << "unauthenticated plaintext is wiped";
        field[bit / 8] ^= mask;
      }
    };
    flip_all(sealed.nonce);
    flip_all(sealed.associated);
    flip_all(sealed.data);
    flip_all(sealed.tag);
    Bytes data = sealed.data;  // and a failure leaves the object able to go on
    ASSERT_TRUE(sealed.opener->open(sealed.nonce, sealed.associated, data, sealed.tag).has_value());
    EXPECT_EQ(data, sealed.plain);
  }
}

TEST(Gcm, RefusesWrongSizesAndDirections) {
  for (const CipherAlgorithm& row : openssl_engine().ciphers) {
    if (row.mode != CipherMode::gcm) continue;
    EXPECT_FALSE(row.make_aead(pattern(row.key_size - 1), Direction::decrypt).has_value());
    EXPECT_FALSE(row.make_aead({}, Direction::decrypt).has_value());
    Sealed sealed(row);
    Bytes data = sealed.data;
    const ByteView tag = sealed.tag;
    const auto open = [&](ByteView nonce, ByteView given_tag) {
      return sealed.opener->open(nonce, sealed.associated, data, given_tag).has_value();
    };
    for (std::size_t size : {0, 1, 4, 12, 15}) EXPECT_FALSE(open(sealed.nonce, tag.first(size)));
    for (std::size_t size : {0, 8, 11}) EXPECT_FALSE(open(ByteView(sealed.nonce).first(size), tag));
    EXPECT_FALSE(open(pattern(13), tag));
    Bytes out(sealed.plain.size());
    Bytes out_tag(row.tag_size);
    EXPECT_FALSE(sealed.opener->seal(sealed.nonce, {}, Gather(sealed.plain), out, out_tag));
    const auto sealer = row.make_aead(sealed.key, Direction::encrypt).value();
    EXPECT_FALSE(sealer->open(sealed.nonce, {}, out, out_tag));
    EXPECT_FALSE(
        sealer->seal(sealed.nonce, {}, Gather(sealed.plain), ByteSpan(out).first(47), out_tag));
    EXPECT_FALSE(
        sealer->seal(sealed.nonce, {}, Gather(sealed.plain), out, ByteSpan(out_tag).first(15)));
  }
}

// SSH pads by itself (RFC 4253 6): PKCS #5's padding is a part of the plaintext for us. What is
// wrong in the file is always the padding.
TEST(Wycheproof, AesCbc) {
  HAWSER_WYCHEPROOF(groups, "aes_cbc_pkcs5_test.json");
  testing::for_each_case(groups, [](const testing::Json& group, const testing::Json& test) {
    constexpr std::size_t kBlock = 16;
    const auto* row = find_cipher(openssl_engine(),
                                  "aes" + std::to_string(group.at("keySize").get<int>()) + "-cbc");
    Bytes plain = hex_field(test, "msg");
    const std::size_t padding = kBlock - plain.size() % kBlock;
    plain.insert(plain.end(), padding, static_cast<std::uint8_t>(padding));
    Bytes data = hex_field(test, "ct");
    if (data.empty() || data.size() % kBlock != 0) return false;
    const auto opener =
        row->make_stream(hex_field(test, "key"), hex_field(test, "iv"), Direction::decrypt).value();
    const bool is_opened = opener->process(data, data).has_value();
    return is_opened && data == plain;
  });
}

// Groups of other key, IV or tag sizes are not SSH's: they are passed over, or refused by our
// sizes.
TEST(Wycheproof, AesGcm) {
  HAWSER_WYCHEPROOF(groups, "aes_gcm_test.json");
  testing::Json ours = testing::Json::array();
  for (const testing::Json& group : groups) {
    if (group.at("ivSize") == 96 && group.at("tagSize") == 128 && group.at("keySize") != 192) {
      ours.push_back(group);
    }
  }
  testing::for_each_case(ours, [](const testing::Json& group, const testing::Json& test) {
    const auto* row =
        find_cipher(openssl_engine(), group.at("keySize") == 128 ? "aes128-gcm@openssh.com"
                                                                 : "aes256-gcm@openssh.com");
    const Bytes key = hex_field(test, "key");
    const Bytes nonce = hex_field(test, "iv");
    const Bytes associated = hex_field(test, "aad");
    const Bytes plain = hex_field(test, "msg");
    Bytes data = hex_field(test, "ct");
    if (test.at("result") == "valid") {
      Bytes out(plain.size());
      Bytes tag(row->tag_size);
      const auto sealer = row->make_aead(key, Direction::encrypt).value();
      EXPECT_TRUE(sealer->seal(nonce, associated, Gather(plain), out, tag).has_value());
      EXPECT_EQ(out, data);
      EXPECT_EQ(tag, hex_field(test, "tag"));
    }
    const auto opener = row->make_aead(key, Direction::decrypt).value();
    const bool is_taken = opener->open(nonce, associated, data, hex_field(test, "tag")).has_value();
    EXPECT_TRUE(!is_taken || data == plain);
    return is_taken;
  });
}

}  // namespace
}  // namespace hawser::crypto
