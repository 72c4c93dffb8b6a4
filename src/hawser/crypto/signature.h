// Signature keys in raw parts; their SSH wire forms are made of these on the keys floor.
//
// Parts, in the order of OpenSSH's formats:
//   kind      public parts          private parts              raw signature
//   ed25519   A (32)                A (32), seed (32)          R || S (64)
//   ecdsa     Q (uncompressed)      Q, d (magnitude)           r || s, each padded to the field
//   size rsa       e, n (magnitudes)     n, e, d, iqmp, p, q        PKCS#1 v1.5, as long as n
#pragma once

#include <memory>
#include <optional>

#include "hawser/base/secret.h"
#include "hawser/crypto/hash.h"
#include "hawser/crypto/random.h"

namespace hawser::crypto {

class VerifyKey {
 public:
  virtual ~VerifyKey() = default;
  // host_key_signature if the signature is not this key's over `message`; only an outright yes of
  // the library is success.
  [[nodiscard]] virtual Status verify(HashId hash, ByteView message, ByteView signature) const = 0;
};

class SigningKey {
 public:
  virtual ~SigningKey() = default;
  // RSA signatures are verified before they are returned: a faulty one would give the key away.
  [[nodiscard]] virtual Result<Bytes> sign(HashId hash, ByteView message) const = 0;
};

// A kind of key pair.
struct KeyAlgorithm {
  std::string_view
      key_type;  // the name in the key blob: "ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"
  std::size_t public_parts;   // 1 or 2
  std::size_t private_parts;  // 2 or 6
  std::size_t field_size;     // ECDSA: bytes of r and of s; otherwise 0
  // bad_host_key for parts that make no valid key (wrong sizes, off the curve, RSA out of limits).
  Result<std::unique_ptr<VerifyKey>> (*load_public)(std::span<const ByteView> parts);
  // key_damaged for parts that make no valid key, or whose halves do not belong together.
  Result<std::unique_ptr<SigningKey>> (*load_private)(std::span<const ByteView> parts);
};

// A way to sign with a kind of key (RFC 8332: one RSA key, several algorithms).
struct SignatureAlgorithm {
  std::string_view name;      // "ssh-ed25519", "rsa-sha2-512", ...
  std::string_view key_type;  // which keys can
  HashId hash;                // none: the scheme hashes by itself
};

}  // namespace hawser::crypto
