// A keyed message authentication code (RFC 4253 6.4) and its row in the table.
#pragma once

#include <memory>

#include "hawser/base/gather.h"
#include "hawser/base/result.h"
#include "hawser/crypto/standing.h"

namespace hawser::crypto {

class Mac {
 public:
  virtual ~Mac() = default;
  // The code over `data`, into all of `out`. One call a packet; the key stays.
  // Requires: out.size() is the algorithm's tag_size.
  virtual Status compute(const Gather& data, ByteSpan out) = 0;
};

enum class MacOrder : std::uint8_t {
  encrypt_and_mac,   // over the plaintext (RFC 4253 6.4)
  encrypt_then_mac,  // over the ciphertext (OpenSSH's -etm@openssh.com)
};

struct MacAlgorithm {
  std::string_view name;
  std::size_t key_size;
  std::size_t tag_size;
  MacOrder order;
  Result<std::unique_ptr<Mac>> (*make)(ByteView key);
  std::string_view defined_in;
  Standing standing = Standing::by_default;
};

}  // namespace hawser::crypto
