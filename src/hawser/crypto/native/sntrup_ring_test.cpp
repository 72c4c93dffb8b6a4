// The ring and its encodings against plain arithmetic, over all values where there are few.
#include "hawser/crypto/native/sntrup_ring.h"

#include <gtest/gtest.h>

#include "hawser/crypto/native/sntrup_coding.h"
#include "hawser/crypto/testing/support.h"

namespace hawser::crypto::sntrup {
namespace {

class Numbers {
 public:
  explicit Numbers(std::uint32_t seed) : state_(seed) {}
  // In [-most, most].
  std::int32_t next(std::int32_t most) {
    state_ = state_ * 1'664'525 + 1'013'904'223;
    return static_cast<std::int32_t>((state_ >> 8) % (2 * static_cast<std::uint32_t>(most) + 1)) -
           most;
  }

 private:
  std::uint32_t state_;
};

Small some_small(std::uint32_t seed) {
  Numbers numbers(seed);
  Small poly;
  for (std::int16_t& value : poly.at) value = static_cast<std::int16_t>(numbers.next(1));
  return poly;
}

ModQ some_mod_q(std::uint32_t seed) {
  Numbers numbers(seed);
  ModQ poly;
  for (std::int16_t& value : poly.at) value = static_cast<std::int16_t>(numbers.next(kHalfQ));
  return poly;
}

// In [-modulus / 2, modulus / 2].
std::int64_t centered(std::int64_t value, std::int64_t modulus) {
  const std::int64_t remainder = ((value % modulus) + modulus) % modulus;
  return remainder > modulus / 2 ? remainder - modulus : remainder;
}

// x times a polynomial, 761 times over.
template <typename A, typename B>
std::vector<std::int64_t> product(const A& a, const B& b, std::int64_t modulus) {
  std::vector<std::int64_t> shifted(a.at.begin(), a.at.end());
  std::vector<std::int64_t> sum(kDegree);
  for (std::size_t i = 0; i < kDegree; ++i) {
    for (std::size_t j = 0; j < kDegree; ++j) sum[j] += shifted[j] * b.at[i];
    const std::int64_t top = shifted.back();
    shifted.pop_back();
    shifted.insert(shifted.begin(), top);
    shifted[1] += top;
  }
  for (std::int64_t& value : sum) value = centered(value, modulus);
  return sum;
}

template <typename Poly>
std::vector<std::int64_t> numbers_of(const Poly& poly) {
  return {poly.at.begin(), poly.at.end()};
}

std::vector<std::int64_t> one() {
  std::vector<std::int64_t> numbers(kDegree);
  numbers[0] = 1;
  return numbers;
}

TEST(SntrupRing, FreezesEveryValue) {
  for (std::int32_t value = -(1 << 24) + 1; value < 1 << 24; value += 3) {
    ASSERT_EQ(freeze(value), centered(value, kQ)) << value;
  }
  for (std::int32_t value = -(1 << 14) + 1; value < 1 << 14; ++value) {
    ASSERT_EQ(freeze3(value), centered(value, 3)) << value;
  }
}

TEST(SntrupRing, MultipliesAsTheSchoolbookDoes) {
  ModQ largest;
  largest.at.fill(kHalfQ);
  Small ones;
  ones.at.fill(1);
  for (std::uint32_t seed = 0; seed < 5; ++seed) {
    const ModQ a = seed == 0 ? largest : some_mod_q(seed);
    const Small b = seed == 0 ? ones : some_small(seed);
    const Small c = seed < 2 ? ones : some_small(seed + 100);
    ModQ in_mod_q;
    multiply(a, b, in_mod_q);
    EXPECT_EQ(numbers_of(in_mod_q), product(a, b, kQ)) << seed;
    Small in_small;
    multiply(b, c, in_small);
    EXPECT_EQ(numbers_of(in_small), product(b, c, 3)) << seed;
  }
}

TEST(SntrupRing, ReciprocalsMultiplyToOne) {
  Small x{};
  x.at[1] = 1;
  Small constant{};
  constant.at[0] = -1;
  Small ones;
  ones.at.fill(1);
  for (const Small& a : {x, constant, ones, some_small(1), some_small(2), some_small(3)}) {
    Small three_times = a;
    for (std::int16_t& value : three_times.at) value = static_cast<std::int16_t>(3 * value);
    ModQ inverse;
    reciprocal_of_three(a, inverse);
    EXPECT_EQ(product(inverse, three_times, kQ), one());
    Small inverse3;
    ASSERT_EQ(reciprocal(a, inverse3), 0xffffffff);
    EXPECT_EQ(product(inverse3, a, 3), one());
  }
}

// x^761 - x - 1 is a product modulo 3, of degrees 19, 60 and 682: multiples of its factors have no
// inverse. Here is the smallest, found with Python by gcd(x^(3^19) - x, x^761 - x - 1).
TEST(SntrupRing, MultiplesOfAFactorHaveNoReciprocal) {
  constexpr std::int16_t kFactor[] = {-1, -1, 0, -1, -1, -1, 1,  -1, 1, -1,
                                      0,  -1, 1, 1,  1,  1,  -1, 0,  1, 1};
  Small factor{};
  std::copy(std::begin(kFactor), std::end(kFactor), factor.at.begin());
  Small inverse;
  EXPECT_EQ(reciprocal(factor, inverse), 0U);
  EXPECT_EQ(reciprocal(Small{}, inverse), 0U);
  for (std::uint32_t seed = 0; seed < 5; ++seed) {
    Small multiple;
    multiply(factor, some_small(seed), multiple);
    EXPECT_EQ(reciprocal(multiple, inverse), 0U);
  }
}

TEST(SntrupCoding, GoesBothWays) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    const Small small = some_small(seed);
    Bytes bytes(kEncodedSmall);
    encode(small, bytes);
    Small small_again;
    decode(bytes, small_again);
    EXPECT_EQ(small_again.at, small.at);

    ModQ poly = some_mod_q(seed);
    if (seed == 0) poly.at.fill(kHalfQ);
    if (seed == 1) poly.at.fill(-kHalfQ);
    bytes.assign(kEncodedModQ, 0);
    encode(poly, bytes);
    ModQ again;
    decode(bytes, again);
    EXPECT_EQ(again.at, poly.at);

    for (std::int16_t& value : poly.at) value = static_cast<std::int16_t>(value - freeze3(value));
    bytes.assign(kEncodedRounded, 0);
    encode_rounded(poly, bytes);
    decode_rounded(bytes, again);
    EXPECT_EQ(again.at, poly.at);
  }
}

TEST(SntrupCoding, RoundsEveryValue) {
  for (std::int32_t value = -kHalfQ; value <= kHalfQ; value += 3) {
    ModQ poly;
    poly.at.fill(static_cast<std::int16_t>(value));
    Bytes bytes(kEncodedRounded);
    encode_rounded(poly, bytes);
    ModQ again;
    decode_rounded(bytes, again);
    ASSERT_EQ(again.at, poly.at) << value;
  }
}

// Whatever comes over the network decodes to numbers in range.
TEST(SntrupCoding, AnyBytesDecode) {
  for (std::uint8_t seed = 0; seed < 50; ++seed) {
    Bytes bytes = seed == 0   ? Bytes(kEncodedModQ)
                  : seed == 1 ? Bytes(kEncodedModQ, 0xff)
                              : testing::pattern(kEncodedModQ, seed);
    ModQ poly;
    decode(bytes, poly);
    for (std::int16_t value : poly.at) ASSERT_LE(std::abs(value), kHalfQ);
    decode_rounded(ByteView(bytes).first(kEncodedRounded), poly);
    for (std::int16_t value : poly.at) {
      ASSERT_LE(std::abs(value), kHalfQ);
      ASSERT_EQ(value % 3, 0);
    }
  }
}

}  // namespace
}  // namespace hawser::crypto::sntrup
