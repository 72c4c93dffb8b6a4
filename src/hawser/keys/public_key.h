// Public keys in SSH's wire form (RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4; security keys: OpenSSH's
// PROTOCOL.u2f), alone or within a certificate, and the judgement of signatures in theirs.
#pragma once

#include <string>

#include "hawser/keys/algorithms.h"

namespace hawser::keys {

struct Certificate;

// A key blob that was parsed: its type is known to the engine and its parts are a valid key.
class PublicKey {
 public:
  // bad_host_key if the blob is damaged or the key invalid, key_unsupported if its type is unknown.
  // A certificate's errors are those of parse_certificate(), too.
  static Result<PublicKey> parse(const crypto::Engine& engine, ByteView blob);

  [[nodiscard]] std::string_view type() const { return type_; }
  [[nodiscard]] ByteView blob() const { return blob_; }

  // What certifies the key; nullptr for a plain one. Lives as long as the key.
  [[nodiscard]] const Certificate* certificate() const { return certificate_.get(); }

  // Of an RSA key; of a certificate the lesser of its key's and its authority's. 0: neither is RSA.
  [[nodiscard]] unsigned rsa_bits() const { return rsa_bits_; }

  // Checks a signature blob (string algorithm, string value) over `message`. `algorithm` is a name
  // of algorithms.h that goes with this type; the signature must be the one that it stands for.
  [[nodiscard]] Status verify(const crypto::Engine& engine, std::string_view algorithm,
                              ByteView message, ByteView signature_blob) const;

 private:
  PublicKey() = default;
  static Result<PublicKey> parse_plain(const crypto::Engine& engine, const KeyType& type,
                                       ByteView blob);

  std::string_view type_;  // of a constant table
  std::size_t field_size_ = 0;
  unsigned rsa_bits_ = 0;
  Bytes blob_;
  std::optional<Bytes> application_;  // a security key's
  std::shared_ptr<const crypto::VerifyKey> key_;
  std::shared_ptr<const Certificate> certificate_;
};

// PublicKey::rsa_bits() of a blob whose key need not be valid: no arithmetic is done on it.
unsigned rsa_bits_of(const crypto::Engine& engine, ByteView blob);

// The type named at the start of a key blob, "" if there is none: a name is printable, and has no
// blanks. Borrows from the blob.
std::string_view key_type_of(ByteView blob);

// The signature blob for a raw signature: ECDSA's r and s become mpints, the others stay as they
// are.
Bytes encode_signature(std::string_view algorithm, std::size_t ecdsa_field_size, ByteView raw);

}  // namespace hawser::keys
