// Key agreement: X25519, ECDH, finite-field Diffie-Hellman, as one interface.
#pragma once

#include <memory>

#include "hawser/base/secret.h"
#include "hawser/crypto/random.h"

namespace hawser::crypto {

// One ephemeral key pair, used once.
class KeyAgreement {
 public:
  virtual ~KeyAgreement() = default;
  // X25519: 32 bytes; ECDH: the uncompressed point; Diffie-Hellman: the magnitude, big-endian.
  // Lives as long as the object.
  [[nodiscard]] virtual ByteView public_value() const = 0;
  // The shared secret as a big-endian magnitude (X25519: its 32 bytes). bad_kex_value for a value
  // that is out of range, not on the curve, of the wrong size, or gives the zero secret; no
  // expensive arithmetic is done on an oversized one.
  virtual Result<SecretBytes> agree(ByteView peer_value) = 0;
};

struct AgreementAlgorithm {
  std::string_view name;  // "x25519", "nistp256", "modp2048", ...
  Result<std::unique_ptr<KeyAgreement>> (*generate)(Random&);
};

// A Diffie-Hellman group that the peer chose (RFC 4419): two magnitudes, not yet looked at.
struct PeerGroup {
  ByteView prime;
  ByteView generator;
};
// Draws a key pair in it. bad_kex_value for a prime that is none, or has less than
// limits::kGroupBitsMin or more than limits::kGroupBitsMax bits, and for a generator that is not in
// [2, prime - 2].
using GenerateInGroup = Result<std::unique_ptr<KeyAgreement>> (*)(const PeerGroup&, Random&);

}  // namespace hawser::crypto
