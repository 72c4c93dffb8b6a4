// The loops over coefficients are written so that the compiler makes vectors of them.
#include "hawser/crypto/native/sntrup_ring.h"

#include <algorithm>

#include "hawser/base/secret.h"
#include "hawser/crypto/native/constant_time.h"
#include "hawser/crypto/native/vectorized.h"

namespace hawser::crypto::sntrup {

namespace {

constexpr std::size_t kProduct = 2 * kDegree - 1;
using Product = std::array<std::int16_t, kProduct>;

std::int16_t high(std::int16_t a, std::int16_t b) {
  return static_cast<std::int16_t>((std::int32_t{a} * b) >> 16);
}

// Schoolbook: sum[i + j] += a[i] * b[j], a row for each b.
void add_row(const std::array<std::int16_t, kDegree>& a, std::int16_t factor, std::int16_t* to) {
  for (std::size_t i = 0; i < kDegree; ++i) {
    to[i] = static_cast<std::int16_t>(to[i] + factor * a[i]);
  }
}
// x^761 = x + 1 folds the upper half down.
void fold(Product& sum) {
  for (std::size_t i = kDegree; i < kProduct; ++i) {
    sum[i - kDegree] = static_cast<std::int16_t>(sum[i - kDegree] + sum[i]);
    sum[i - kDegree + 1] = static_cast<std::int16_t>(sum[i - kDegree + 1] + sum[i]);
  }
}

// 16 bits hold the sum of so many rows modulo q, and of what is left of those before: 14 / 2^16 is
// nearly 1 / q, so that taking multiples off leaves numbers in [-631, 5222].
constexpr std::size_t kRows = 11;
static_assert(kRows * kHalfQ + 5222 < 1 << 15);
std::int16_t take_multiples_off(std::int16_t value) {
  return static_cast<std::int16_t>(value - high(value, 14) * kQ);
}

// Montgomery's multiplication by 2^-16 keeps everything in 16 bits: a product of two numbers below
// 2^13 comes out below q, and the difference of two below 2^13 again.
constexpr std::int16_t kInverse = 15631;  // of q modulo 2^16
static_assert(static_cast<std::uint16_t>(kInverse * kQ) == 1);

std::int16_t montgomery(std::int16_t a, std::int16_t b) {
  const auto multiple = static_cast<std::int16_t>(static_cast<std::int16_t>(a * kInverse) * b);
  return static_cast<std::int16_t>(high(a, b) - high(multiple, kQ));
}
// f0 * g - g0 * f, times 2^-16 in each step.
std::int16_t combine(std::int16_t f0, std::int16_t g, std::int16_t g0, std::int16_t f) {
  return static_cast<std::int16_t>(montgomery(f0, g) - montgomery(g0, f));
}

// All ones for a number above zero, or that is not zero.
std::int16_t is_positive(std::int32_t value) {
  return static_cast<std::int16_t>(constant_time::hide(-value >> 31));
}
std::int16_t is_nonzero(std::int32_t value) {
  return static_cast<std::int16_t>(constant_time::hide((value | -value) >> 31));
}

void swap_if(std::int16_t mask, std::int16_t& a, std::int16_t& b) {
  const auto change = static_cast<std::int16_t>(mask & (a ^ b));
  a = static_cast<std::int16_t>(a ^ change);
  b = static_cast<std::int16_t>(b ^ change);
}

// Euclid's algorithm in steps that are all the same (Bernstein and Yang, "Fast constant-time gcd
// computation and modular inversion", 2019, for polynomials): f and g begin as the modulus and the
// number with their coefficients reversed, and 2 * 761 - 1 division steps make f a constant if
// they have no common factor. v and r are what the number is multiplied by in f and in g, so that
// v / f is the inverse, reversed.
//
// A step looks at the coefficients that the steps after it still need, and at those of v and r that
// can be anything but zero by now, in whole blocks: which these are is no secret.
constexpr std::size_t kBlock = 16;
constexpr std::size_t kRoom = (kDegree + 2 + kBlock - 1) / kBlock * kBlock + kBlock;

struct Columns {
  std::array<std::int16_t, kRoom> f, g, r;
  std::array<std::int16_t, kRoom> v;  // times x: its first is always 0
};

constexpr std::size_t blocks(std::size_t terms) {
  return (std::min(terms, kDegree + 1) + kBlock - 1) / kBlock * kBlock;
}

// One step: f and g change places if need be, and g becomes (f(0) g - g(0) f) / x.
HAWSER_VECTORIZED void divide(const Columns& now, Columns& next, std::size_t step,
                              std::int32_t& delta) {
  std::int16_t f0 = now.f[0];
  std::int16_t g0 = now.g[0];
  const auto swaps = static_cast<std::int16_t>(is_positive(delta) & is_nonzero(freeze(g0)));
  delta = (delta ^ (swaps & (delta ^ -delta))) + 1;
  swap_if(swaps, f0, g0);

  next.f[0] = f0;
  for (std::size_t i = 0; i < blocks(kProduct - step); ++i) {
    std::int16_t f = now.f[i + 1];
    std::int16_t g = now.g[i + 1];
    swap_if(swaps, f, g);
    next.f[i + 1] = f;
    next.g[i] = combine(f0, g, g0, f);
  }
  for (std::size_t i = 0; i < blocks(step + 1); ++i) {
    std::int16_t v = now.v[i];
    std::int16_t r = now.r[i];
    swap_if(swaps, v, r);
    next.v[i + 1] = v;
    next.r[i] = combine(f0, r, g0, v);
  }
}

// value^(q - 2), by a walk over the bits of q - 2, which everybody knows.
std::int32_t inverse_mod_q(std::int32_t value) {
  std::int32_t power = 1;
  for (int bit = 12; bit >= 0; --bit) {
    power = freeze(power * power);
    if (((kQ - 2) >> bit & 1) != 0) power = freeze(power * value);
  }
  return power;
}

}  // namespace

HAWSER_VECTORIZED void multiply(const ModQ& a, const Small& b, ModQ& product) {
  Secret<Product> sum;
  for (std::size_t first = 0; first < kDegree; first += kRows) {
    const std::size_t end = std::min(first + kRows, kDegree);
    for (std::size_t i = first; i < end; ++i) add_row(a.at, b.at[i], sum->data() + i);
    std::int16_t* touched = sum->data() + first;
    for (std::size_t i = 0; i < kDegree + end - first - 1; ++i) {
      touched[i] = take_multiples_off(touched[i]);
    }
  }
  fold(*sum);
  for (std::size_t i = 0; i < kDegree; ++i) product.at[i] = freeze((*sum)[i]);
}

HAWSER_VECTORIZED void multiply(const Small& a, const Small& b, Small& product) {
  Secret<Product> sum;
  for (std::size_t i = 0; i < kDegree; ++i) add_row(a.at, b.at[i], sum->data() + i);
  fold(*sum);
  for (std::size_t i = 0; i < kDegree; ++i) product.at[i] = freeze3((*sum)[i]);
}

void reciprocal_of_three(const Small& a, ModQ& inverse) {
  Secret<std::array<Columns, 2>> columns;
  Columns& first = (*columns)[0];
  first.f[0] = 1;
  first.f[kDegree - 1] = -1;
  first.f[kDegree] = -1;
  for (std::size_t i = 0; i < kDegree; ++i) first.g[i] = a.at[kDegree - 1 - i];
  first.r[0] = 1;
  Secret<std::int32_t> delta;
  *delta = 1;
  for (std::size_t i = 0; i < kProduct; ++i) {
    divide((*columns)[i % 2], (*columns)[1 - i % 2], i, *delta);
  }
  const Columns& last = (*columns)[kProduct % 2];
  const std::int32_t scale = inverse_mod_q(freeze(3 * freeze(last.f[0])));
  for (std::size_t i = 0; i < kDegree; ++i) {
    inverse.at[i] = freeze(scale * freeze(last.v[kDegree - i]));
  }
}

}  // namespace hawser::crypto::sntrup
