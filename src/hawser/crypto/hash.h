// A hash function and its row in the table.
#pragma once

#include <memory>

#include "hawser/base/bytes.h"
#include "hawser/base/result.h"

namespace hawser::crypto {

enum class HashId : std::uint8_t {
  none,
  md5,
  sha1,
  sha256,
  sha384,
  sha512,
  sha3_256,
  sha3_512,
  shake128,
  shake256,
};

class Hash {
 public:
  virtual ~Hash() = default;
  // A failure here is kept and reported by finish().
  virtual void update(ByteView data) = 0;
  // Writes the digest and starts anew. Requires: out.size() is the algorithm's digest_size, or
  // anything for SHAKE.
  virtual Status finish(ByteSpan out) = 0;
};

struct HashAlgorithm {
  HashId id;
  std::string_view name;
  std::size_t digest_size;  // 0: as much as one wants (SHAKE)
  Result<std::unique_ptr<Hash>> (*make)();
};

inline constexpr std::size_t kMaxDigest = 64;

// Hashes feed on encoders: encode(HashSink(hash), message).
class HashSink {
 public:
  explicit HashSink(Hash& hash) : hash_(hash) {}
  void put(ByteView bytes) { hash_.update(bytes); }

 private:
  Hash& hash_;
};

}  // namespace hawser::crypto
