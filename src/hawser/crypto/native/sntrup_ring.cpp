// The loops over coefficients are written so that the compiler makes vectors of them.
#include "hawser/crypto/native/sntrup_ring.h"

#include "hawser/base/secret.h"
#include "hawser/crypto/native/constant_time.h"

namespace hawser::crypto::sntrup {

namespace {

constexpr std::size_t kProduct = 2 * kDegree - 1;

// Schoolbook: sum[i + j] += a[i] * b[j], then x^761 = x + 1 folds the upper half down.
template <typename Sum, typename A, typename B>
void multiply_and_fold(const A& a, const B& b, std::array<Sum, kProduct>& sum) {
  for (std::size_t i = 0; i < kDegree; ++i) {
    // NOLINTNEXTLINE(bugprone-signed-char-misuse): coefficients are numbers
    const Sum factor = b.at[i];
    Sum* to = sum.data() + i;
    for (std::size_t j = 0; j < kDegree; ++j) to[j] = static_cast<Sum>(to[j] + factor * a.at[j]);
  }
  for (std::size_t i = kDegree; i < kProduct; ++i) {
    sum[i - kDegree] = static_cast<Sum>(sum[i - kDegree] + sum[i]);
    sum[i - kDegree + 1] = static_cast<Sum>(sum[i - kDegree + 1] + sum[i]);
  }
}

// The prime fields of the two rings, as the inversion below needs them: `combine` is
// f0 * g - g0 * f, or a constant multiple of it that is the same in each step.
struct Field3 {
  static std::int16_t canonical(std::int16_t value) { return value; }

  static std::int16_t combine(std::int16_t f0, std::int16_t g, std::int16_t g0, std::int16_t f) {
    const std::int32_t difference = f0 * g - g0 * f;  // in [-2, 2]
    const std::int32_t is_two = (1 - difference) >> 31;
    const std::int32_t is_minus_two = (1 + difference) >> 31;
    return static_cast<std::int16_t>(difference + 3 * is_two - 3 * is_minus_two);
  }
};

// Montgomery's multiplication by 2^-16 keeps everything in 16 bits: a product of two numbers below
// 2^13 comes out below q, and the difference of two below 2^13 again.
struct FieldQ {
  static std::int16_t canonical(std::int16_t value) { return freeze(value); }

  static std::int16_t combine(std::int16_t f0, std::int16_t g, std::int16_t g0, std::int16_t f) {
    return static_cast<std::int16_t>(montgomery(f0, g) - montgomery(g0, f));
  }

 private:
  static constexpr std::int16_t kInverse = 15631;  // of q modulo 2^16
  static_assert(static_cast<std::uint16_t>(kInverse * kQ) == 1);

  static std::int16_t high(std::int16_t a, std::int16_t b) {
    return static_cast<std::int16_t>((std::int32_t{a} * b) >> 16);
  }
  static std::int16_t montgomery(std::int16_t a, std::int16_t b) {
    const auto multiple = static_cast<std::int16_t>(static_cast<std::int16_t>(a * kInverse) * b);
    return static_cast<std::int16_t>(high(a, b) - high(multiple, kQ));
  }
};

using Column = std::array<std::int16_t, kDegree + 1>;

// All ones for a number above zero, or that is not zero.
std::int16_t is_positive(std::int32_t value) {
  return static_cast<std::int16_t>(constant_time::hide(-value >> 31));
}
std::int16_t is_nonzero(std::int32_t value) {
  return static_cast<std::int16_t>(constant_time::hide((value | -value) >> 31));
}

void swap_if(std::int16_t mask, Column& a, Column& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto change = static_cast<std::int16_t>(mask & (a[i] ^ b[i]));
    a[i] = static_cast<std::int16_t>(a[i] ^ change);
    b[i] = static_cast<std::int16_t>(b[i] ^ change);
  }
}

// Euclid's algorithm in steps that are all the same (Bernstein and Yang, "Fast constant-time gcd
// computation and modular inversion", 2019, for polynomials): f and g begin as the modulus and the
// number with their coefficients reversed, and 2 * 761 - 1 division steps make f a constant if
// they have no common factor. v and r are what the number is multiplied by in f and in g, so that
// v / f is the inverse, reversed.
template <typename Field>
class Inversion {
 public:
  explicit Inversion(const Small& a) {
    state_->f[0] = 1;
    state_->f[kDegree - 1] = -1;
    state_->f[kDegree] = -1;
    // NOLINTNEXTLINE(bugprone-signed-char-misuse): coefficients are numbers
    for (std::size_t i = 0; i < kDegree; ++i) state_->g[i] = a.at[kDegree - 1 - i];
    state_->r[0] = 1;
    for (std::size_t i = 0; i < kProduct; ++i) divide();
  }

  // All ones if there is an inverse.
  [[nodiscard]] std::uint32_t exists() const {
    return ~static_cast<std::uint32_t>(std::int32_t{is_nonzero(state_->delta)});
  }
  [[nodiscard]] std::int16_t f0() const { return Field::canonical(state_->f[0]); }
  // Of the inverse times f0.
  [[nodiscard]] std::int16_t coefficient(std::size_t i) const {
    return Field::canonical(state_->v[kDegree - 1 - i]);
  }

 private:
  struct State {
    Column f, g, v, r;
    std::int32_t delta = 1;
  };

  void divide() {
    State& s = *state_;
    std::memmove(s.v.data() + 1, s.v.data(), kDegree * sizeof(s.v[0]));
    s.v[0] = 0;
    const auto swaps =
        static_cast<std::int16_t>(is_positive(s.delta) & is_nonzero(Field::canonical(s.g[0])));
    s.delta = (s.delta ^ (swaps & (s.delta ^ -s.delta))) + 1;
    swap_if(swaps, s.f, s.g);
    swap_if(swaps, s.v, s.r);

    const std::int16_t f0 = s.f[0];
    const std::int16_t g0 = s.g[0];
    for (std::size_t i = 0; i < kDegree; ++i) {
      s.g[i] = Field::combine(f0, s.g[i + 1], g0, s.f[i + 1]);  // the quotient by x
    }
    s.g[kDegree] = 0;
    for (std::size_t i = 0; i <= kDegree; ++i) s.r[i] = Field::combine(f0, s.r[i], g0, s.v[i]);
  }

  Secret<State> state_;
};

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

void multiply(const ModQ& a, const Small& b, ModQ& product) {
  Secret<std::array<std::int32_t, kProduct>> sum;
  multiply_and_fold(a, b, *sum);
  for (std::size_t i = 0; i < kDegree; ++i) product.at[i] = freeze((*sum)[i]);
}

void multiply(const Small& a, const Small& b, Small& product) {
  Secret<std::array<std::int16_t, kProduct>> sum;
  multiply_and_fold(a, b, *sum);
  for (std::size_t i = 0; i < kDegree; ++i) product.at[i] = freeze3((*sum)[i]);
}

void reciprocal_of_three(const Small& a, ModQ& inverse) {
  const Inversion<FieldQ> inversion(a);
  const std::int32_t scale = inverse_mod_q(freeze(3 * inversion.f0()));
  for (std::size_t i = 0; i < kDegree; ++i) {
    inverse.at[i] = freeze(scale * inversion.coefficient(i));
  }
}

std::uint32_t reciprocal(const Small& a, Small& inverse) {
  const Inversion<Field3> inversion(a);
  const std::int16_t scale = inversion.f0();  // 1 or -1, its own inverse
  for (std::size_t i = 0; i < kDegree; ++i) {
    inverse.at[i] = static_cast<std::int8_t>(scale * inversion.coefficient(i));
  }
  return inversion.exists();
}

}  // namespace hawser::crypto::sntrup
