// A private key in memory that signs. The parts of the key live in SecretBytes or inside the
// cryptography library, and nowhere else.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hawser/crypto/engine.h"

namespace hawser::keys {

class MemorySigner {
 public:
  // `parts` as crypto/signature.h lists them for the key type.
  static Result<MemorySigner> load(const crypto::Engine& engine, std::string_view key_type,
                                   std::span<const ByteView> private_parts);

  [[nodiscard]] std::string_view type() const { return type_; }
  [[nodiscard]] ByteView public_blob() const { return public_blob_; }

  // For writing it: as crypto/signature.h lists them.
  [[nodiscard]] std::span<const SecretBytes> private_parts() const { return parts_; }

  // What a key file says of its key; "" if it says nothing.
  [[nodiscard]] const std::string& comment() const { return comment_; }
  void set_comment(std::string_view comment) { comment_ = comment; }

  // A signature blob by `algorithm` (e.g. "rsa-sha2-512") over `message`; key_unsupported if this
  // type of key cannot use it.
  [[nodiscard]] Result<Bytes> sign(const crypto::Engine& engine, std::string_view algorithm,
                                   ByteView message) const;

 private:
  MemorySigner() = default;

  std::string_view type_;
  std::size_t field_size_ = 0;
  Bytes public_blob_;
  std::vector<SecretBytes> parts_;
  std::string comment_;
  std::unique_ptr<crypto::SigningKey> key_;
};

}  // namespace hawser::keys
