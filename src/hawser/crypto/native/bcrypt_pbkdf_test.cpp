// Known answers of PyPI's bcrypt 5.0 (a binding of a Rust implementation), made with
//   bcrypt.kdf(passphrase, salt, size, rounds, ignore_few_rounds=True).hex()
#include <gtest/gtest.h>

#include "hawser/base/display.h"
#include "hawser/crypto/kdf.h"
#include "hawser/crypto/testing/support.h"

namespace hawser::crypto {
namespace {

using testing::unhex;

struct Vector {
  std::string_view passphrase;
  std::string_view salt;
  std::uint32_t rounds;
  std::string_view key;
};
constexpr Vector kVectors[] = {
    {"70617373776f7264", "73616c74", 4,
     "5bbf0cc293587f1c3635555c27796598d47e579071bf427e9d8fbe842aba34d9"},
    {"70617373776f7264", "00", 4, "c12b566235eee04c212598970a579a67"},
    {"00", "73616c74", 4, "6051be18c2f4f82cbf0efee5471b4bb9"},
    {"70617373776f726400776f7264", "7361006c74", 8, "653b4c222a574c8a5d54089872e03eb7"},
    {"636f727265637420686f727365206261747465727920737461706c65", "000102030405060708090a0b0c0d0e0f",
     16,
     "800e37c007983f658e60a0bb3d6d9da43b1adf37371d89ce9a5506d6ed3efcf91f79d8b9d7617ea8f98bf45c362a"
     "3153"},
    {"d0bfd0b0d180d0bed0bbd18c", "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0", 1,
     "023b70a897004852abe67250653e957ebea63155e5a41f23cec6510f7b3e53a7b1"},
    {"787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787"
     "878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878"
     "78787878787878",
     "797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797"
     "97979797979797979797979797979797979",
     2,
     "c9b48093544742174a85a1d37cd482e247780f8c4991bf1f95092d6416f586a539c67cad483a0a7ad3e1c25fbcec"
     "c9864aa0153f92273f920f941689923f09f35693ac3e6efccb3f49768e0b104c1d2b33e81add1f311f9119443a36"
     "3b61e676095e91dd"},
    {"70617373776f7264", "73616c74", 3, "cc"},
};

TEST(BcryptPbkdf, KnownAnswers) {
  for (const Vector& vector : kVectors) {
    Bytes key(vector.key.size() / 2);
    ASSERT_TRUE(bcrypt_pbkdf(openssl_engine(), unhex(vector.passphrase), unhex(vector.salt),
                             vector.rounds, key)
                    .has_value());
    EXPECT_EQ(hex(key), vector.key);
  }
}

TEST(BcryptPbkdf, RefusesWhatItsContractExcludes) {
  Bytes key(32);
  const ByteView some = as_bytes("x");
  EXPECT_FALSE(bcrypt_pbkdf(openssl_engine(), some, some, 0, key).has_value());
  EXPECT_FALSE(bcrypt_pbkdf(openssl_engine(), some, {}, 1, key).has_value());
  EXPECT_FALSE(bcrypt_pbkdf(openssl_engine(), some, some, 1, {}).has_value());
}

}  // namespace
}  // namespace hawser::crypto
