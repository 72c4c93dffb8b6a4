// Ed25519: RFC 8032's answers, Wycheproof, and the corner cases of C2SP's CCTV.
#include <gtest/gtest.h>

#include "hawser/crypto/testing/support.h"
#include "hawser/crypto/testing/wycheproof.h"

namespace hawser::crypto {
namespace {

using testing::hex_field;
using testing::unhex;

struct Vector {
  std::string_view seed, public_key, message, signature;
};
// RFC 8032 7.1, tests 1 to 3.
constexpr Vector kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
     "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
     "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
     "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
};

const KeyAlgorithm& ed25519() {
  return *find_key(openssl_engine(), "ssh-ed25519");
}

Result<std::unique_ptr<VerifyKey>> load_public(ByteView key) {
  const std::array<ByteView, 1> parts{key};
  return ed25519().load_public(parts);
}

Result<std::unique_ptr<SigningKey>> load_private(ByteView key, ByteView seed) {
  const std::array<ByteView, 2> parts{key, seed};
  return ed25519().load_private(parts);
}

TEST(Ed25519, KnownAnswers) {
  for (const Vector& vector : kVectors) {
    const auto signer = load_private(unhex(vector.public_key), unhex(vector.seed)).value();
    const auto verifier = load_public(unhex(vector.public_key)).value();
    const Bytes message = unhex(vector.message);
    Bytes signature = unhex(vector.signature);
    EXPECT_EQ(signer->sign(HashId::none, message).value(), signature);
    EXPECT_TRUE(verifier->verify(HashId::none, message, signature).has_value());
    EXPECT_FALSE(verifier->verify(HashId::sha512, message, signature).has_value());
    EXPECT_FALSE(signer->sign(HashId::sha512, message).has_value());
    for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
      const auto mask = static_cast<std::uint8_t>(1U << (bit % 8));
      signature[bit / 8] ^= mask;
      EXPECT_EQ(verifier->verify(HashId::none, message, signature).error().code,
                Errc::host_key_signature);
      signature[bit / 8] ^= mask;
    }
  }
}

TEST(Ed25519, RefusesWrongSizes) {
  for (std::size_t size : {0, 31, 33, 64}) {
    EXPECT_EQ(load_public(Bytes(size, 5)).error().code, Errc::bad_host_key);
    EXPECT_EQ(load_private(unhex(kVectors[0].public_key), Bytes(size, 5)).error().code,
              Errc::key_damaged);
    EXPECT_EQ(load_private(Bytes(size, 5), unhex(kVectors[0].seed)).error().code,
              Errc::key_damaged);
  }
  const auto verifier = load_public(unhex(kVectors[0].public_key)).value();
  for (std::size_t size : {0, 32, 63, 65}) {
    EXPECT_EQ(verifier->verify(HashId::none, {}, Bytes(size)).error().code,
              Errc::host_key_signature);
  }
  EXPECT_FALSE(ed25519().load_public({}).has_value());
  EXPECT_FALSE(ed25519().load_private({}).has_value());
}

TEST(Ed25519, HalvesMustBelongTogether) {
  EXPECT_EQ(load_private(unhex(kVectors[0].public_key), unhex(kVectors[1].seed)).error().code,
            Errc::key_damaged);
}

TEST(Wycheproof, Ed25519) {
  HAWSER_WYCHEPROOF(groups, "ed25519_test.json");
  testing::for_each_case(groups, [](const testing::Json& group, const testing::Json& test) {
    const auto key = load_public(hex_field(group.at("publicKey"), "pk"));
    EXPECT_TRUE(key.has_value());
    const Bytes signature = hex_field(test, "sig");
    return (*key)->verify(HashId::none, hex_field(test, "msg"), signature).has_value();
  });
}

// Our rule for what RFC 8032 leaves open: a key of small order or with unreduced y is no key; an R
// that is not what we compute, byte for byte, is no signature. So whatever has none of these flags
// in a way that matters verifies, and nothing else does.
TEST(Cctv, Ed25519) {
  const char* folder = std::getenv("HAWSER_VECTORS");
  if (folder == nullptr) GTEST_SKIP() << "HAWSER_VECTORS names no folder of vectors";
  std::ifstream stream(std::string(folder) + "/cctv/ed25519/ed25519vectors.json");
  int taken = 0;
  for (const testing::Json& test : testing::Json::parse(stream)) {
    const auto key = load_public(hex_field(test, "key"));
    const auto message = test.at("msg").get<std::string>();
    const bool is_taken =
        key.has_value() &&
        (*key)->verify(HashId::none, as_bytes(message), hex_field(test, "sig")).has_value();
    taken += is_taken ? 1 : 0;
    const bool is_refused_by_us =
        !test.at("flags").is_null() &&
        (testing::has_flag(test, "low_order_A") || testing::has_flag(test, "non_canonical_A") ||
         testing::has_flag(test, "non_canonical_R") ||
         testing::has_flag(test, "low_order_residue"));
    EXPECT_EQ(is_taken, !is_refused_by_us) << test.at("number");
  }
  EXPECT_GT(taken, 0);
}

}  // namespace
}  // namespace hawser::crypto
