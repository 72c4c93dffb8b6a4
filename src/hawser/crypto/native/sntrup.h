// Streamlined NTRU Prime 761 ("NTRU Prime: round 3", 2020), the key encapsulation that OpenSSH had
// before there was a standard. In no library of the target. Constant time in all secrets; only
// that a first draw of g was thrown away can be seen, which happens once in 3^19 times.
#pragma once

#include "hawser/crypto/engine.h"

namespace hawser::crypto::sntrup {

inline constexpr std::size_t kPublicKey = 1158;
inline constexpr std::size_t kPrivateKey = 1763;
inline constexpr std::size_t kCiphertext = 1039;
inline constexpr std::size_t kSharedSecret = 32;

struct KeyPair {
  Bytes public_key;
  SecretBytes private_key;  // f, 1/g, the public key, rho and the hash of the public key
};

Result<KeyPair> generate_keys(const Engine& engine);
// bad_kex_value for keys and ciphertexts of the wrong size.
Result<Encapsulation> encapsulate(const Engine& engine, ByteView public_key);
Result<SecretBytes> decapsulate(const Engine& engine, ByteView private_key, ByteView ciphertext);

// The row of an engine's table.
Result<std::unique_ptr<KemKeyPair>> generate(const Engine& engine);
inline constexpr KemAlgorithm kAlgorithm{"sntrup761", kPublicKey, kCiphertext, generate,
                                         encapsulate};

}  // namespace hawser::crypto::sntrup
