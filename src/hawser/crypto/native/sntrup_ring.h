// The arithmetic of Streamlined NTRU Prime 761: polynomials modulo x^761 - x - 1, with coefficients
// modulo 4591 or modulo 3. Coefficients are kept around zero: in [-2295, 2295], or in {-1, 0, 1}.
//
// Nothing here branches on a coefficient, indexes by it or divides it: all may be secret.
#pragma once

#include "hawser/base/bytes.h"

namespace hawser::crypto::sntrup {

inline constexpr std::size_t kDegree = 761;
inline constexpr std::int32_t kQ = 4591;
inline constexpr std::int32_t kHalfQ = (kQ - 1) / 2;
inline constexpr std::size_t kWeight = 286;

struct ModQ {  // in R/q
  std::array<std::int16_t, kDegree> at;
};
struct Small {  // in R/3, or the same numbers in R
  std::array<std::int16_t, kDegree> at;
};

// The number in [-2295, 2295] that is the same modulo q. Requires: |value| < 2^24.
constexpr std::int16_t freeze(std::int32_t value) {
  // To the nearest multiple. The factor is off by less than 1/2, the quotient thus by less than
  // 2^24 / 2^41; no value / q is nearer to a half than 1 / 2q.
  constexpr unsigned kShift = 40;
  constexpr std::int64_t kFactor = ((std::int64_t{1} << kShift) + kQ / 2) / kQ;
  const std::int64_t nearest = (value * kFactor + (std::int64_t{1} << (kShift - 1))) >> kShift;
  return static_cast<std::int16_t>(value - static_cast<std::int32_t>(nearest) * kQ);
}

// The number in {-1, 0, 1} that is the same modulo 3. Requires: |value| < 2^14.
constexpr std::int16_t freeze3(std::int32_t value) {
  // As above: off by less than 2^14 / 3 / 2^15, and nothing is nearer to a half than 1 / 6.
  const std::int32_t nearest = (value * 10923 + 16384) >> 15;
  return static_cast<std::int16_t>(value - 3 * nearest);
}

void multiply(const ModQ& a, const Small& b, ModQ& product);
void multiply(const Small& a, const Small& b, Small& product);

// inverse = 1 / 3a in R/q, which is a field. Requires: `a` is not zero.
void reciprocal_of_three(const Small& a, ModQ& inverse);
// inverse = 1 / a in R/3, which is none: all ones if there is such, else zero.
std::uint32_t reciprocal(const Small& a, Small& inverse);

}  // namespace hawser::crypto::sntrup
