// How Streamlined NTRU Prime 761 writes polynomials as bytes. Encoding is constant time; decoding
// to ModQ is not, and only used on what came over the network.
#pragma once

#include "hawser/crypto/native/sntrup_ring.h"

namespace hawser::crypto::sntrup {

inline constexpr std::size_t kEncodedSmall = 191;     // two bits a coefficient
inline constexpr std::size_t kEncodedModQ = 1158;     // some 12.2 bits
inline constexpr std::size_t kEncodedRounded = 1007;  // some 10.6 bits

void encode(const Small& poly, ByteSpan out);
void decode(ByteView bytes, Small& poly);

void encode(const ModQ& poly, ByteSpan out);
void decode(ByteView bytes, ModQ& poly);

// Requires: every coefficient is a multiple of 3.
void encode_rounded(const ModQ& poly, ByteSpan out);
void decode_rounded(ByteView bytes, ModQ& poly);

}  // namespace hawser::crypto::sntrup
