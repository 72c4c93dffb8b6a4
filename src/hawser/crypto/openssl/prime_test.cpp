// The primality test: small numbers by heart, pseudoprimes by Wycheproof.
#include "hawser/crypto/openssl/prime.h"

#include <gtest/gtest.h>

#include "hawser/crypto/testing/support.h"
#include "hawser/crypto/testing/wycheproof.h"

namespace hawser::crypto {
namespace {

constexpr int kManyRounds = 20;  // 4^-20: no test fails by chance

bool is_prime(ByteView magnitude, int rounds = kManyRounds) {
  const auto number = openssl::public_number(magnitude).value();
  return openssl::is_probable_prime(number.get(), rounds, *openssl_engine().random).value();
}

TEST(Prime, SmallNumbers) {
  for (unsigned number = 0; number < 256; ++number) {
    bool expected = number > 1;
    for (unsigned divisor = 2; divisor < number; ++divisor) {
      expected = expected && number % divisor != 0;
    }
    EXPECT_EQ(is_prime(Bytes{static_cast<std::uint8_t>(number)}), expected) << number;
  }
}

TEST(Prime, FailsWithItsRandomness) {
  testing::ScriptedRandom none({});
  const auto number = openssl::public_number(Bytes{101}).value();
  EXPECT_EQ(openssl::is_probable_prime(number.get(), 1, none).error().code, Errc::no_randomness);
}

// "acceptable" are negative primes in two's complement: none of them is a magnitude for us.
TEST(Wycheproof, Primality) {
  HAWSER_WYCHEPROOF(groups, "primality_test.json");
  testing::for_each_case(groups, [](const testing::Json&, const testing::Json& test) {
    const Bytes value = testing::hex_field(test, "value");
    const bool is_negative = !value.empty() && (value[0] & 0x80) != 0;
    return !is_negative && is_prime(value);
  });
}

}  // namespace
}  // namespace hawser::crypto
