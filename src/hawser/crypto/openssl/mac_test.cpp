// RFC 2202 (SHA-1 and MD5) and RFC 4231 (SHA-2), and Wycheproof's cases.
#include <gtest/gtest.h>

#include "hawser/base/display.h"
#include "hawser/crypto/testing/support.h"
#include "hawser/crypto/testing/wycheproof.h"

namespace hawser::crypto {
namespace {

using testing::hex_field;
using testing::pattern;
using testing::unhex;

// Key and message as a piece of hex and how often it stands there.
struct Vector {
  std::string_view mac;
  std::string_view key;
  std::size_t key_times;
  std::string_view message;
  std::size_t message_times;
  std::string_view tag;
};
constexpr Vector kVectors[] = {
    {"hmac-sha1", "4a656665", 1, "7768617420646f2079612077616e7420666f72206e6f7468696e673f", 1,
     "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
    {"hmac-sha1-96", "4a656665", 1, "7768617420646f2079612077616e7420666f72206e6f7468696e673f", 1,
     "effcdf6ae5eb2fa2d27416d5"},
    {"hmac-md5", "4a656665", 1, "7768617420646f2079612077616e7420666f72206e6f7468696e673f", 1,
     "750c783e6ab0b503eaa86e310a5db738"},
    {"hmac-md5-96", "4a656665", 1, "7768617420646f2079612077616e7420666f72206e6f7468696e673f", 1,
     "750c783e6ab0b503eaa86e31"},
    {"hmac-sha2-256", "4a656665", 1, "7768617420646f2079612077616e7420666f72206e6f7468696e673f", 1,
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {"hmac-sha2-512", "4a656665", 1, "7768617420646f2079612077616e7420666f72206e6f7468696e673f", 1,
     "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f"
     "65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
};

Bytes repeated(std::string_view piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return unhex(text);
}

TEST(Mac, KnownAnswers) {
  for (const Vector& vector : kVectors) {
    const auto* row = find_mac(openssl_engine(), vector.mac);
    const auto mac = row->make(repeated(vector.key, vector.key_times)).value();
    const Bytes message = repeated(vector.message, vector.message_times);
    Bytes tag(row->tag_size);
    for (int again = 0; again < 2; ++again) {  // the key stays
      ASSERT_TRUE(mac->compute(Gather(message), tag).has_value());
      EXPECT_EQ(hex(tag), vector.tag);
    }
  }
}

TEST(Mac, ViewsReadAsOneSequence) {
  const Bytes data = pattern(1000);
  for (const MacAlgorithm& row : openssl_engine().macs) {
    const auto mac = row.make(pattern(row.key_size)).value();
    Bytes whole(row.tag_size);
    Bytes split(row.tag_size);
    ASSERT_TRUE(mac->compute(Gather(data), whole).has_value());
    const ByteView view = data;
    const Gather pieces{view.first(4), view.subspan(4, 61), view.subspan(65)};
    ASSERT_TRUE(mac->compute(pieces, split).has_value());
    EXPECT_EQ(whole, split) << row.name;
  }
}

TEST(Mac, RefusesWrongSizes) {
  for (const MacAlgorithm& row : openssl_engine().macs) {
    EXPECT_FALSE(row.make({}).has_value());
    const auto mac = row.make(pattern(row.key_size)).value();
    for (std::size_t size : {std::size_t{0}, row.tag_size - 1, row.tag_size + 1}) {
      Bytes tag(size);
      EXPECT_FALSE(mac->compute(Gather(tag), tag).has_value()) << row.name;
    }
  }
}

void run_wycheproof(std::string_view name, const testing::Json& groups) {
  testing::for_each_case(groups, [&](const testing::Json& group, const testing::Json& test) {
    const auto* row = find_mac(openssl_engine(), name);
    const auto mac = row->make(hex_field(test, "key")).value();
    const Bytes message = hex_field(test, "msg");
    Bytes tag(row->tag_size);
    EXPECT_TRUE(mac->compute(Gather(message), tag).has_value());
    tag.resize(group.at("tagSize").get<std::size_t>() / 8);  // some groups cut the tag
    return constant_time_equal(tag, hex_field(test, "tag"));
  });
}

TEST(Wycheproof, HmacSha1) {
  HAWSER_WYCHEPROOF(groups, "hmac_sha1_test.json");
  run_wycheproof("hmac-sha1", groups);
}
TEST(Wycheproof, HmacSha256) {
  HAWSER_WYCHEPROOF(groups, "hmac_sha256_test.json");
  run_wycheproof("hmac-sha2-256-etm@openssh.com", groups);
}
TEST(Wycheproof, HmacSha512) {
  HAWSER_WYCHEPROOF(groups, "hmac_sha512_test.json");
  run_wycheproof("hmac-sha2-512-etm@openssh.com", groups);
}

}  // namespace
}  // namespace hawser::crypto
