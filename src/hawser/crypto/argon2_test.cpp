#include <gtest/gtest.h>

#include "hawser/crypto/kdf.h"
#include "hawser/crypto/testing/support.h"

namespace hawser::crypto {
namespace {

struct Vector {
  Argon2Cost cost;
  const char* hex;
};

// Made by PyPI's cryptography 48, which has OpenSSL's Argon2.
const Vector kVectors[] = {
    {{Argon2Kind::d, 64, 1, 1},
     "eedc42ef44b30e2119fea826a174533d8ef89419dc2fe12c4c783bac243bc1b31eee3e360d1d97b2"},
    {{Argon2Kind::d, 256, 3, 4},
     "a627e4e8849a0f6ec99bda5d338a3eb713d9c3dff98c1e0c6bc9218a3989059547638b20a83db493"},
    {{Argon2Kind::i, 64, 1, 1},
     "09c9dd62ff9d75fc630f062ab8d54b71ab560974e0d67c8aff8ff53049e288785a97402021bef141"},
    {{Argon2Kind::i, 256, 3, 4},
     "ba93636f5fd81c419403b95f1283e660af75724fe122101a0770537db4b8b04017b6909624fc79f4"},
    {{Argon2Kind::id, 64, 1, 1},
     "5077eb54bb01024a7453e41c94c64b9337d032875395d5f33e3e29769376b708aede6131057d3d7c"},
    {{Argon2Kind::id, 256, 3, 4},
     "e521d4ef23b92fd0b39461942b6dd7b74b71560f3f7dd1d9635646c399daa68cf99c3c74fa34b2ae"},
};

TEST(Argon2, IsThatOfOthers) {
  for (const Vector& vector : kVectors) {
    Bytes out(40);
    ASSERT_TRUE(argon2(vector.cost, as_bytes("passphrase"), as_bytes("salt and pepper!"), out));
    EXPECT_EQ(out, testing::unhex(vector.hex));
  }
}

TEST(Argon2, HasNoSuchCosts) {
  Bytes out(32);
  for (const Argon2Cost& cost : {Argon2Cost{Argon2Kind::id, 64, 0, 1},
                                 {Argon2Kind::id, 64, 1, 0},
                                 {Argon2Kind::id, 64, 1, 9},
                                 {Argon2Kind::id, 0, 1, 1}}) {
    const auto status = argon2(cost, as_bytes("passphrase"), as_bytes("salt and pepper!"), out);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::key_damaged);
  }
}

}  // namespace
}  // namespace hawser::crypto
