#include "hawser/crypto/native/ml_kem_ring.h"

namespace hawser::crypto::ml_kem {

namespace {

// floor(value / q) for values below 2^25, by a multiplication that is exact there: the factor is
// too large by less than 1, the quotient thus by less than 2^25 / 2^40, which is less than 1 / q.
// A division would take its time by the value.
constexpr std::uint32_t quotient(std::uint32_t value) {
  constexpr unsigned kShift = 40;
  constexpr std::uint64_t kFactor = (std::uint64_t{1} << kShift) / kQ + 1;
  return static_cast<std::uint32_t>((value * kFactor) >> kShift);
}

constexpr std::uint16_t reduce(std::uint32_t value) {
  return static_cast<std::uint16_t>(value - kQ * quotient(value));
}

// The same for values below 2q.
constexpr std::uint16_t reduce_once(std::uint32_t value) {
  const std::uint32_t less = value - kQ;
  const std::uint32_t is_below = 0 - (less >> 31);
  return static_cast<std::uint16_t>(less + (kQ & is_below));
}

consteval unsigned reversed7(unsigned value) {
  unsigned reversed = 0;
  for (unsigned bit = 0; bit < 7; ++bit) reversed |= ((value >> bit) & 1) << (6 - bit);
  return reversed;
}

consteval std::uint16_t power_of_17(unsigned exponent) {
  std::uint32_t power = 1;
  for (unsigned i = 0; i < exponent; ++i) power = power * 17 % kQ;
  return static_cast<std::uint16_t>(power);
}

// FIPS 203 Appendix A: 17 is the 256th root of unity that the transform is made of.
using Roots = std::array<std::uint16_t, 128>;
constexpr Roots kZetas = []() consteval {
  Roots roots{};
  for (unsigned i = 0; i < 128; ++i) roots[i] = power_of_17(reversed7(i));
  return roots;
}();
constexpr Roots kGammas = []() consteval {
  Roots roots{};
  for (unsigned i = 0; i < 128; ++i) roots[i] = power_of_17(2 * reversed7(i) + 1);
  return roots;
}();
constexpr std::uint32_t kInverseOf128 = 3303;
static_assert(128 * kInverseOf128 % kQ == 1);

void add(Coefficients& to, const Coefficients& other) {
  for (std::size_t i = 0; i < kDegree; ++i) to[i] = reduce_once(std::uint32_t{to[i]} + other[i]);
}

}  // namespace

void add(Poly& to, const Poly& other) {
  add(to.at, other.at);
}

void add(NttPoly& to, const NttPoly& other) {
  add(to.at, other.at);
}

void subtract(Poly& from, const Poly& other) {
  for (std::size_t i = 0; i < kDegree; ++i) {
    from.at[i] = reduce_once(from.at[i] + kQ - other.at[i]);
  }
}

// Algorithms 11 and 12: 128 products of linear polynomials, each modulo X^2 - gamma.
void add_product(NttPoly& sum, const NttPoly& a, const NttPoly& b) {
  for (std::size_t i = 0; i < kDegree / 2; ++i) {
    const std::uint32_t a0 = a.at[2 * i];
    const std::uint32_t a1 = a.at[2 * i + 1];
    const std::uint32_t b0 = b.at[2 * i];
    const std::uint32_t b1 = b.at[2 * i + 1];
    const std::uint32_t high = reduce(a1 * b1);
    sum.at[2 * i] = reduce(sum.at[2 * i] + a0 * b0 + high * kGammas[i]);
    sum.at[2 * i + 1] = reduce(sum.at[2 * i + 1] + a0 * b1 + a1 * b0);
  }
}

// Algorithm 9
void ntt(const Poly& from, NttPoly& to) {
  to.at = from.at;
  std::size_t root = 1;
  for (std::size_t length = 128; length >= 2; length /= 2) {
    for (std::size_t start = 0; start < kDegree; start += 2 * length) {
      const std::uint32_t zeta = kZetas[root++];
      for (std::size_t i = start; i < start + length; ++i) {
        const std::uint32_t low = to.at[i];
        const std::uint32_t high = reduce(zeta * to.at[i + length]);
        to.at[i] = reduce_once(low + high);
        to.at[i + length] = reduce_once(low + kQ - high);
      }
    }
  }
}

// Algorithm 10
void inverse_ntt(const NttPoly& from, Poly& to) {
  to.at = from.at;
  std::size_t root = 127;
  for (std::size_t length = 2; length <= 128; length *= 2) {
    for (std::size_t start = 0; start < kDegree; start += 2 * length) {
      const std::uint32_t zeta = kZetas[root--];
      for (std::size_t i = start; i < start + length; ++i) {
        const std::uint32_t low = to.at[i];
        const std::uint32_t high = to.at[i + length];
        to.at[i] = reduce_once(low + high);
        to.at[i + length] = reduce(zeta * (high + kQ - low));
      }
    }
  }
  for (std::uint16_t& value : to.at) value = reduce(value * kInverseOf128);
}

// Algorithm 5
void encode(const Coefficients& values, unsigned bits, ByteSpan out) {
  std::uint32_t held = 0;
  unsigned held_bits = 0;
  std::size_t done = 0;
  for (std::uint16_t value : values) {
    held |= std::uint32_t{value} << held_bits;
    for (held_bits += bits; held_bits >= 8; held_bits -= 8) {
      out[done++] = static_cast<std::uint8_t>(held);
      held >>= 8;
    }
  }
}

// Algorithm 6
void decode(ByteView bytes, unsigned bits, Coefficients& values) {
  std::uint32_t held = 0;
  unsigned held_bits = 0;
  std::size_t used = 0;
  for (std::uint16_t& value : values) {
    for (; held_bits < bits; held_bits += 8) held |= std::uint32_t{bytes[used++]} << held_bits;
    value = reduce(held & ((1U << bits) - 1));
    held >>= bits;
    held_bits -= bits;
  }
}

void compress(Coefficients& values, unsigned bits) {
  for (std::uint16_t& value : values) {
    const std::uint32_t rounded = quotient((std::uint32_t{value} << bits) + kQ / 2);
    value = static_cast<std::uint16_t>(rounded & ((1U << bits) - 1));
  }
}

void decompress(Coefficients& values, unsigned bits) {
  for (std::uint16_t& value : values) {
    value = static_cast<std::uint16_t>((value * kQ + (1U << (bits - 1))) >> bits);
  }
}

}  // namespace hawser::crypto::ml_kem
