// Public keys in SSH's wire form (RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4), and the judgement of
// signatures in theirs.
#pragma once

#include <string>

#include "hawser/crypto/engine.h"

namespace hawser::keys {

// A key blob that was parsed: its type is known to the engine and its parts are a valid key.
class PublicKey {
 public:
  // bad_host_key if the blob is damaged or the key invalid, key_unsupported if its type is unknown.
  static Result<PublicKey> parse(const crypto::Engine& engine, ByteView blob);

  [[nodiscard]] std::string_view type() const { return type_; }
  [[nodiscard]] ByteView blob() const { return blob_; }

  // Checks a signature blob (string algorithm, string value) over `message`. The algorithm in it
  // must be `algorithm`, which must be one that this type of key can use.
  [[nodiscard]] Status verify(const crypto::Engine& engine, std::string_view algorithm,
                              ByteView message, ByteView signature_blob) const;

 private:
  PublicKey() = default;

  std::string_view type_;  // of the engine's row
  std::size_t field_size_ = 0;
  Bytes blob_;
  std::shared_ptr<const crypto::VerifyKey> key_;
};

// The type named at the start of a key blob, "" if there is none. Borrows from the blob.
std::string_view key_type_of(ByteView blob);

// The signature blob for a raw signature: ECDSA's r and s become mpints, the others stay as they
// are.
Bytes encode_signature(std::string_view algorithm, std::size_t ecdsa_field_size, ByteView raw);

}  // namespace hawser::keys
