// Blowfish: the tables made from pi, and the published answers of the plain cipher.
#include "hawser/crypto/native/blowfish.h"

#include <gtest/gtest.h>

#include "hawser/crypto/testing/record_file.h"

namespace hawser::crypto {
namespace {

using testing::unhex;

TEST(Blowfish, TablesAreTheFractionOfPi) {
  const Blowfish::Tables& tables = Blowfish::initial_tables();
  EXPECT_EQ(tables.p[0], 0x243f6a88U);
  EXPECT_EQ(tables.p[17], 0x8979fb1bU);
  EXPECT_EQ(tables.s[0][0], 0xd1310ba6U);
  EXPECT_EQ(tables.s[1][0], 0x4b7a70e9U);
  EXPECT_EQ(tables.s[2][0], 0xe93d5a68U);
  EXPECT_EQ(tables.s[3][0], 0x3a39ce37U);
  EXPECT_EQ(tables.s[3][255], 0x3ac372e6U);
}

struct Vector {
  std::string_view key;
  Blowfish::Block plain;
  Blowfish::Block cipher;
};
// From Eric Young's set, published with the cipher.
constexpr Vector kVectors[] = {
    {"0000000000000000", {0x00000000, 0x00000000}, {0x4ef99745, 0x6198dd78}},
    {"ffffffffffffffff", {0xffffffff, 0xffffffff}, {0x51866fd5, 0xb85ecb8a}},
    {"3000000000000000", {0x10000000, 0x00000001}, {0x7d856f9a, 0x613063f2}},
    {"1111111111111111", {0x11111111, 0x11111111}, {0x2466dd87, 0x8b963c9d}},
    {"0123456789abcdef", {0x11111111, 0x11111111}, {0x61f9c380, 0x2281b096}},
    {"fedcba9876543210", {0x01234567, 0x89abcdef}, {0x0aceab0f, 0xc6a0a28d}},
};

TEST(Blowfish, KnownAnswers) {
  for (const Vector& vector : kVectors) {
    Blowfish cipher;
    cipher.expand(unhex(vector.key));
    EXPECT_EQ(cipher.encrypt(vector.plain), vector.cipher) << vector.key;
  }
}

TEST(Blowfish, PublishedAnswers) {
  HAWSER_RECORDS(records, "ciphers/Blowfish/bf-ecb.txt");
  ASSERT_GT(records.size(), 30u);
  const auto block = [](const Bytes& bytes) {
    return Blowfish::Block{load_be32(bytes.data()), load_be32(bytes.data() + 4)};
  };
  for (const testing::Record& record : records) {
    Blowfish cipher;
    cipher.expand(record.bytes("KEY"));
    EXPECT_EQ(cipher.encrypt(block(record.bytes("PLAINTEXT"))), block(record.bytes("CIPHERTEXT")));
  }
}

TEST(Blowfish, ASaltOfZerosIsNoSalt) {
  Blowfish salted;
  Blowfish plain;
  salted.expand(unhex("0123456789abcdef"), Bytes(64));
  plain.expand(unhex("0123456789abcdef"));
  EXPECT_EQ(salted.encrypt({1, 2}), plain.encrypt({1, 2}));
}

}  // namespace
}  // namespace hawser::crypto
