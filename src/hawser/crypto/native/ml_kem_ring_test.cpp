// The ring's shortcuts against plain arithmetic with division, over all values that there are.
#include "hawser/crypto/native/ml_kem_ring.h"

#include <gtest/gtest.h>

#include "hawser/crypto/testing/support.h"

namespace hawser::crypto::ml_kem {
namespace {

Poly some_poly(std::uint32_t seed) {
  Poly poly;
  for (std::uint16_t& value : poly.at) {
    seed = seed * 1'664'525 + 1'013'904'223;
    value = static_cast<std::uint16_t>((seed >> 8) % kQ);
  }
  return poly;
}

// Schoolbook, modulo X^256 + 1.
Poly product(const Poly& a, const Poly& b) {
  Poly result{};
  for (std::size_t i = 0; i < kDegree; ++i) {
    for (std::size_t j = 0; j < kDegree; ++j) {
      const std::uint32_t term = std::uint32_t{a.at[i]} * b.at[j] % kQ;
      std::uint16_t& to = result.at[(i + j) % kDegree];
      to = static_cast<std::uint16_t>((to + (i + j < kDegree ? term : kQ - term)) % kQ);
    }
  }
  return result;
}

TEST(MlKemRing, TransformsAreInverse) {
  const Poly poly = some_poly(1);
  NttPoly transformed;
  ntt(poly, transformed);
  EXPECT_NE(transformed.at, poly.at);
  Poly back;
  inverse_ntt(transformed, back);
  EXPECT_EQ(back.at, poly.at);
}

TEST(MlKemRing, MultipliesAsTheSchoolbookDoes) {
  Poly all_largest;
  all_largest.at.fill(kQ - 1);
  Poly sum{};
  NttPoly transformed_sum{};
  for (std::uint32_t seed = 0; seed < 10; ++seed) {
    const Poly a = seed == 0 ? all_largest : some_poly(seed);
    const Poly b = seed < 2 ? all_largest : some_poly(100 + seed);
    NttPoly a_transformed;
    NttPoly b_transformed;
    ntt(a, a_transformed);
    ntt(b, b_transformed);
    add_product(transformed_sum, a_transformed, b_transformed);
    add(sum, product(a, b));
    Poly result;
    inverse_ntt(transformed_sum, result);
    EXPECT_EQ(result.at, sum.at) << seed;
  }
}

TEST(MlKemRing, AddsAndSubtractsEveryPair) {
  for (std::uint32_t a = 0; a < kQ; a += 13) {
    for (std::uint32_t base = 0; base < kQ; base += kDegree) {
      Poly first{};
      Poly second{};
      for (std::size_t i = 0; i < kDegree; ++i) {
        first.at[i] = static_cast<std::uint16_t>(a);
        second.at[i] = static_cast<std::uint16_t>((base + i) % kQ);
      }
      Poly sum = first;
      add(sum, second);
      Poly difference = first;
      subtract(difference, second);
      for (std::size_t i = 0; i < kDegree; ++i) {
        ASSERT_EQ(sum.at[i], (a + second.at[i]) % kQ);
        ASSERT_EQ(difference.at[i], (a + kQ - second.at[i]) % kQ);
      }
    }
  }
}

// FIPS 203 4.2.1: the nearest multiple, halves up; ties do not happen, q being odd.
TEST(MlKemRing, CompressesEveryValue) {
  for (unsigned bits : {1U, 4U, 10U}) {
    for (std::uint32_t base = 0; base < kQ; base += kDegree) {
      Coefficients values;
      for (std::size_t i = 0; i < kDegree; ++i) {
        values[i] = static_cast<std::uint16_t>((base + i) % kQ);
      }
      Coefficients compressed = values;
      compress(compressed, bits);
      for (std::size_t i = 0; i < kDegree; ++i) {
        const double exact = static_cast<double>(values[i]) * (1U << bits) / kQ;
        const auto nearest = static_cast<std::uint32_t>(exact + 0.5) % (1U << bits);
        ASSERT_EQ(compressed[i], nearest) << values[i];
      }
    }
    for (std::uint32_t value = 0; value < (1U << bits); ++value) {
      Coefficients values{};
      values[0] = static_cast<std::uint16_t>(value);
      decompress(values, bits);
      EXPECT_EQ(values[0],
                static_cast<std::uint32_t>(static_cast<double>(value) * kQ / (1U << bits) + 0.5));
      compress(values, bits);
      EXPECT_EQ(values[0], value);
    }
  }
}

TEST(MlKemRing, EncodesAndDecodes) {
  for (unsigned bits : {1U, 4U, 10U, 12U}) {
    Coefficients values = some_poly(bits).at;
    for (std::uint16_t& value : values) value &= static_cast<std::uint16_t>((1U << bits) - 1);
    Bytes bytes(kDegree * bits / 8);
    encode(values, bits, bytes);
    Coefficients back;
    decode(bytes, bits, back);
    EXPECT_EQ(back, values);
  }
  Coefficients first{};
  first[0] = 0xabc;
  first[1] = 0x123;
  Bytes bytes(384);
  encode(first, 12, bytes);
  EXPECT_EQ(bytes[0], 0xbc);
  EXPECT_EQ(bytes[1], 0x3a);
  EXPECT_EQ(bytes[2], 0x12);
}

TEST(MlKemRing, DecodingTwelveBitsReduces) {
  const Bytes largest(384, 0xff);
  Coefficients values;
  decode(largest, 12, values);
  EXPECT_EQ(values[0], 4095 - kQ);
  EXPECT_EQ(values[255], 4095 - kQ);
}

}  // namespace
}  // namespace hawser::crypto::ml_kem
