// ML-KEM-768 (FIPS 203), for where the library has none. Constant time in all secrets; what depends
// on the public matrix alone may take its time.
//
// The functions are the standard's, randomness handed in, so that published vectors fit. All wrong
// sizes are bad_kex_value.
#pragma once

#include "hawser/crypto/engine.h"

namespace hawser::crypto::ml_kem {

inline constexpr std::size_t kSeed = 64;  // d and z
inline constexpr std::size_t kMessage = 32;
inline constexpr std::size_t kSharedSecret = 32;
inline constexpr std::size_t kEncapsulationKey = 1184;
inline constexpr std::size_t kDecapsulationKey = 2400;
inline constexpr std::size_t kCiphertext = 1088;

struct KeyPair {
  Bytes encapsulation_key;
  SecretBytes decapsulation_key;
};

// ML-KEM.KeyGen_internal
Result<KeyPair> generate_keys(const Engine& engine, ByteView seed);

// ML-KEM.Encaps_internal. bad_kex_value for a key with a coefficient that is not below q (7.2).
// Requires: `message` has kMessage bytes.
Result<Encapsulation> encapsulate(const Engine& engine, ByteView encapsulation_key,
                                  ByteView message);

// ML-KEM.Decaps_internal. bad_kex_value for a key whose parts do not belong together (7.3).
Result<SecretBytes> decapsulate(const Engine& engine, ByteView decapsulation_key,
                                ByteView ciphertext);

// The same with the engine's randomness, as the row of its table.
Result<std::unique_ptr<KemKeyPair>> generate(const Engine& engine);
Result<Encapsulation> encapsulate(const Engine& engine, ByteView public_key);
inline constexpr KemAlgorithm kAlgorithm{"mlkem768", kEncapsulationKey, kCiphertext, generate,
                                         encapsulate};

}  // namespace hawser::crypto::ml_kem
