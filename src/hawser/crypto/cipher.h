// The ciphers, by how they protect a packet, and their rows in one table.
#pragma once

#include <memory>

#include "hawser/base/gather.h"
#include "hawser/base/result.h"
#include "hawser/crypto/standing.h"

namespace hawser::crypto {

enum class Direction : std::uint8_t { encrypt, decrypt };

// A cipher whose state runs on from packet to packet (AES-CTR, and CBC in whole blocks).
class StreamCipher {
 public:
  virtual ~StreamCipher() = default;
  // Transforms `in` into `out` of the same size; they are the same memory or do not overlap.
  virtual Status process(ByteView in, ByteSpan out) = 0;
};

// An authenticated cipher with a nonce of its own per packet (AES-GCM, RFC 5647).
class Aead {
 public:
  virtual ~Aead() = default;
  // Encrypts all of `plain` into `out` (the same size) and writes the tag.
  virtual Status seal(ByteView nonce, ByteView associated, const Gather& plain, ByteSpan out,
                      ByteSpan tag) = 0;
  // Checks the tag and decrypts in place. On failure the bytes are not plaintext for anyone.
  virtual Status open(ByteView nonce, ByteView associated, ByteSpan data, ByteView tag) = 0;
};

// chacha20-poly1305@openssh.com: two keys, the length encrypted apart, the sequence number as
// nonce.
class ChachaPoly {
 public:
  virtual ~ChachaPoly() = default;
  // The packet length field, decrypted but not yet authenticated.
  virtual Result<std::uint32_t> peek_length(std::uint64_t sequence, ByteView encrypted_length) = 0;
  // Encrypts length (4 bytes, into the front of `out`) and `plain` behind it, and writes the tag
  // over both. Requires: out.size() == 4 + plain.size(), tag.size() == 16.
  virtual Status seal(std::uint64_t sequence, std::uint32_t length, const Gather& plain,
                      ByteSpan out, ByteSpan tag) = 0;
  // Checks the tag over `packet` (4 encrypted length bytes and the ciphertext), then decrypts what
  // follows the length in place.
  virtual Status open(std::uint64_t sequence, ByteSpan packet, ByteView tag) = 0;
};

enum class CipherMode : std::uint8_t { stream, cbc, gcm, chacha_poly };

struct CipherAlgorithm {
  std::string_view name;
  CipherMode mode;
  std::size_t key_size;
  std::size_t iv_size;
  std::size_t block_size;  // what packets are padded to, and what re-key limits count
  std::size_t tag_size;    // 0: needs a MAC
  std::string_view defined_in;
  Standing standing = Standing::by_default;
  std::uint64_t bytes_under_key = UINT64_MAX;  // fewer where the blocks are small
  // Just the one that belongs to the mode is set.
  Result<std::unique_ptr<StreamCipher>> (*make_stream)(ByteView key, ByteView iv,
                                                       Direction) = nullptr;
  Result<std::unique_ptr<Aead>> (*make_aead)(ByteView key, Direction) = nullptr;
  Result<std::unique_ptr<ChachaPoly>> (*make_chacha_poly)(ByteView key) = nullptr;
};

}  // namespace hawser::crypto
