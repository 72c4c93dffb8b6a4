// The test of Miller and Rabin, for the primes that peers choose. The library has one, but makes
// 128 rounds of it on numbers this large: ten seconds for one of 8192 bits.
#pragma once

#include "hawser/crypto/openssl/evp.h"
#include "hawser/crypto/random.h"

namespace hawser::crypto::openssl {

// False: `number` is no prime. True: it is one, or a composite one that passed, for which the
// chance is 4^-rounds at the very most, and nothing for large numbers that were not made for it.
// Its time depends on the number, which is public.
Result<bool> is_probable_prime(const BIGNUM* number, int rounds, Random& random);

}  // namespace hawser::crypto::openssl
