// The arithmetic of ML-KEM (FIPS 203 4.2 and 4.3): polynomials of 256 coefficients modulo 3329, as
// they are, and as their number-theoretic transforms. Every coefficient that goes in or comes out
// is in [0, q).
//
// Nothing here branches on a coefficient, indexes by it or divides it: all may be secret.
#pragma once

#include "hawser/base/bytes.h"

namespace hawser::crypto::ml_kem {

inline constexpr std::size_t kDegree = 256;
inline constexpr std::uint32_t kQ = 3329;

using Coefficients = std::array<std::uint16_t, kDegree>;

struct Poly {  // in R_q
  Coefficients at;
};
struct NttPoly {  // in T_q
  Coefficients at;
};

void add(Poly& to, const Poly& other);
void subtract(Poly& from, const Poly& other);
void add(NttPoly& to, const NttPoly& other);
// sum += a * b
void add_product(NttPoly& sum, const NttPoly& a, const NttPoly& b);

void ntt(const Poly& from, NttPoly& to);
void inverse_ntt(const NttPoly& from, Poly& to);

// ByteEncode and ByteDecode (FIPS 203 4.2.1) of values of `bits` bits, which are 1 to 12. For 12,
// the values are coefficients, and decoding reduces them. Requires: 32 * bits bytes.
void encode(const Coefficients& values, unsigned bits, ByteSpan out);
void decode(ByteView bytes, unsigned bits, Coefficients& values);

// Compress and Decompress (FIPS 203 4.2.1) to and from `bits` bits.
void compress(Coefficients& values, unsigned bits);
void decompress(Coefficients& values, unsigned bits);

}  // namespace hawser::crypto::ml_kem
