// Key encapsulation: whoever has the public key can make a ciphertext and the secret in it; whoever
// has the private key gets the secret out. ML-KEM-768 and sntrup761 behind one interface.
#pragma once

#include <memory>

#include "hawser/base/secret.h"
#include "hawser/crypto/random.h"

namespace hawser::crypto {

struct Engine;

// One ephemeral key pair, used once.
class KemKeyPair {
 public:
  virtual ~KemKeyPair() = default;
  // Lives as long as the object.
  [[nodiscard]] virtual ByteView public_key() const = 0;
  // bad_kex_value for a ciphertext of the wrong size. One that nobody made for this key is not told
  // from a good one: the secret is then one that nobody else has.
  virtual Result<SecretBytes> decapsulate(ByteView ciphertext) = 0;
};

struct Encapsulation {
  Bytes ciphertext;
  SecretBytes secret;
};

struct KemAlgorithm {
  std::string_view name;  // "mlkem768", "sntrup761"
  std::size_t public_key_size;
  std::size_t ciphertext_size;
  // Both draw from the engine's randomness, and hash with its hashes.
  Result<std::unique_ptr<KemKeyPair>> (*generate)(const Engine&);
  // The other side's half, which a client never needs. bad_kex_value for a public key that cannot
  // be one.
  Result<Encapsulation> (*encapsulate)(const Engine&, ByteView public_key);
};

}  // namespace hawser::crypto
