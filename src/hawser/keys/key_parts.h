// Between SSH's wire forms of keys and the raw parts that crypto/signature.h lists. Knows structure
// only: whether the parts make a key is for the engine to say. Used inside keys/ only.
#pragma once

#include "hawser/keys/algorithms.h"
#include "hawser/wire/reader.h"

namespace hawser::keys {

// Views of the parts of one key, in the order of crypto/signature.h.
class KeyParts {
 public:
  KeyParts() = default;
  KeyParts(std::initializer_list<ByteView> parts);
  [[nodiscard]] std::span<const ByteView> views() const { return {views_.data(), count_}; }

 private:
  static constexpr std::size_t kMaxParts = 6;
  std::array<ByteView, kMaxParts> views_{};
  std::size_t count_ = 0;
};

struct PublicParts {
  KeyParts of_engine;    // what the engine's row for the type makes a key of
  ByteView application;  // a security key's, e.g. "ssh:" (OpenSSH's PROTOCOL.u2f)
};

// The parts of a whole key blob of this type, as views into it. bad_host_key if it is damaged, too
// long, names another curve than the type, or has bytes behind its end. Requires: the engine has
// the type.
Result<PublicParts> public_parts(const crypto::Engine& engine, const KeyType& type, ByteView blob);

// Reads the private fields of a key of type `row` from a key file; views into what is read.
Result<KeyParts> read_private_parts(const crypto::KeyAlgorithm& row, wire::Reader& reader);

// The key blob of the public half. Requires: as many parts as the row wants.
Bytes public_blob_of(const crypto::KeyAlgorithm& row, std::span<const ByteView> private_parts);

}  // namespace hawser::keys
