// Diffie-Hellman in a group of the peer's: what is taken, and what is refused before it costs much.
#include <ctime>

#include <gtest/gtest.h>
#include <openssl/bn.h>

#include "hawser/base/display.h"
#include "hawser/crypto/testing/support.h"

namespace hawser::crypto {
namespace {

using testing::ScriptedRandom;
using testing::unhex;

Bytes magnitude_of(BIGNUM* number) {
  Bytes magnitude(static_cast<std::size_t>(BN_num_bytes(number)));
  BN_bn2bin(number, magnitude.data());
  BN_free(number);
  return magnitude;
}

Bytes prime_of(int bits) {
  switch (bits) {
    case 1536:
      return magnitude_of(BN_get_rfc3526_prime_1536(nullptr));
    case 2048:
      return magnitude_of(BN_get_rfc3526_prime_2048(nullptr));
    case 3072:
      return magnitude_of(BN_get_rfc3526_prime_3072(nullptr));
    case 8192:
      return magnitude_of(BN_get_rfc3526_prime_8192(nullptr));
    default:
      return {};
  }
}

// A number of twice the bits that only its factors divide.
Bytes square_of(BIGNUM* prime) {
  BN_CTX* context = BN_CTX_new();
  BN_sqr(prime, prime, context);
  BN_CTX_free(context);
  return magnitude_of(prime);
}

Errc refusal(ByteView prime, ByteView generator) {
  const auto made =
      openssl_engine().generate_in_group({prime, generator}, *openssl_engine().random);
  return made ? Errc::internal : made.error().code;
}

TEST(PeerGroup, TwoSidesAgree) {
  Random& random = *openssl_engine().random;
  for (int bits : {2048, 3072}) {
    const Bytes prime = prime_of(bits);
    const Bytes generator{0, 0, 5};
    const PeerGroup group{prime, generator};
    const auto ours = openssl_engine().generate_in_group(group, random).value();
    const auto theirs = openssl_engine().generate_in_group(group, random).value();
    EXPECT_FALSE(equal(ours->public_value(), theirs->public_value()));
    const SecretBytes here = ours->agree(theirs->public_value()).value();
    const SecretBytes there = theirs->agree(ours->public_value()).value();
    EXPECT_TRUE(equal(here.view(), there.view())) << bits;
    for (const Bytes& bad : {Bytes(), Bytes{1}, prime, Bytes(2000, 0x5a)}) {
      EXPECT_EQ(ours->agree(bad).error().code, Errc::bad_kex_value) << bits;
    }
  }
}

// Computed with Python's pow() as the vectors of agreement_test.cpp, for generator 5. The script
// begins with what the two rounds of the primality test draw.
TEST(PeerGroup, KnownAnswer) {
  const auto generate = [](std::string_view exponent) {
    const Bytes prime = prime_of(2048);
    const Bytes generator{5};
    Bytes script = testing::pattern(2 * (prime.size() + 8));
    append(script, unhex(exponent));
    ScriptedRandom random(script);
    return openssl_engine().generate_in_group({prime, generator}, random).value();
  };
  const auto sha256 = [](ByteView bytes) {
    return hex(digest(openssl_engine(), HashId::sha256, {&bytes, 1}).value());
  };
  const auto ours = generate(
      "85c8de88d28866bf0868090b3961162bf82392f690d9e4730910f4af7c6ab3ee4354b49ca729eb35"
      "6ee3f5b0fbd29b66769383e5e401b1f85e044c92bb5231aa4dee1799af7a7cee213a23adcd03c480");
  const auto theirs = generate(
      "f0ffa34335ef979fcf79a200874749da3054fe398bb6d2137d3c98b82df9160fa126b8371a47557b"
      "9a7ab1333321ba0a557d9a83f8a8ffbe283d279fc7610f07116c912b950566af2699e6a5693202d2");
  EXPECT_EQ(sha256(ours->public_value()),
            "31d5ac38634403454ce054b72badecb15a791a1f431a01e8c10ea3508c856a6b");
  EXPECT_EQ(sha256(theirs->public_value()),
            "8445706438cd9a622ae56da12786b461f511a4ee0ea1c31878b86959243ead6e");
  EXPECT_EQ(sha256(ours->agree(theirs->public_value()).value().view()),
            "fc99d53d1564190b5fe9c8455d5cb554d30c6199ebb7399a52c757cbc81d9c80");
}

TEST(PeerGroup, RefusesSizesOutOfRange) {
  const Bytes two{2};
  Bytes prime = prime_of(8192);
  Bytes too_large{1};
  append(too_large, prime);  // of 8193 bits, whatever it is
  Bytes just_too_small = prime_of(2048);
  just_too_small[0] >>= 1;  // 2047 bits
  for (const Bytes& bad : {Bytes(), Bytes(1), Bytes{1}, prime_of(1536), just_too_small, too_large,
                           Bytes(1 << 15, 0xff)}) {
    EXPECT_EQ(refusal(bad, two), Errc::bad_kex_value) << bad.size();
  }
  EXPECT_EQ(refusal(prime, two), Errc::internal);
}

TEST(PeerGroup, RefusesWhatIsNoPrime) {
  const Bytes two{2};
  Bytes even = prime_of(2048);
  even.back() ^= 1;
  EXPECT_EQ(refusal(even, two), Errc::bad_kex_value);
  EXPECT_EQ(refusal(Bytes(256, 0xff), two), Errc::bad_kex_value);
  EXPECT_EQ(refusal(square_of(BN_get_rfc3526_prime_1536(nullptr)), two), Errc::bad_kex_value);
  EXPECT_EQ(refusal(square_of(BN_get_rfc3526_prime_4096(nullptr)), two), Errc::bad_kex_value);
}

TEST(PeerGroup, RefusesGeneratorsOutOfRange) {
  const Bytes prime = prime_of(2048);
  Bytes minus_one = prime;
  minus_one.back() -= 1;
  Bytes longer = prime;
  longer.push_back(0);
  for (const Bytes& bad : {Bytes(), Bytes(1), Bytes{1}, minus_one, prime, longer}) {
    EXPECT_EQ(refusal(prime, bad), Errc::bad_kex_value);
  }
}

// Two rounds of the primality test and one power, on the largest numbers there are.
TEST(PeerGroup, TheLargestGroupTakesLessThanASecond) {
  const Bytes prime = prime_of(8192);
  const std::clock_t began = std::clock();  // our own time: the machine may be busy
  EXPECT_EQ(refusal(prime, Bytes{2}), Errc::internal);
  EXPECT_LT(std::clock() - began, CLOCKS_PER_SEC);
}

}  // namespace
}  // namespace hawser::crypto
