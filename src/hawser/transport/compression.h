// What compression there is (RFC 4253 6.2), and when one direction of a session begins it: with its
// keys, or with the first packet after USERAUTH_SUCCESS. The contexts last from one NEWKEYS to the
// next. Nothing here is offered unless somebody asks for it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hawser/crypto/standing.h"

namespace hawser::transport {

enum class CompressionStart : std::uint8_t { never, with_keys, after_login };

struct CompressionAlgorithm {
  std::string_view name;
  CompressionStart start;
  std::string_view defined_in;
  crypto::Standing standing;
};

// All that there are, most wanted first; "none" is the last.
std::span<const CompressionAlgorithm> compression_algorithms();

// nullptr if there is none of that name.
const CompressionAlgorithm* find_compression(std::string_view name);

// The list to offer for who wants compression: delayed, or none where the server cannot. That which
// begins before the login is offered by name only: it lets strangers at zlib.
std::vector<std::string> wanted_compression();

// The context of one direction: a Deflater or an Inflater while it compresses.
template <typename Context>
class Compression {
 public:
  // nullptr: packets go as they are.
  [[nodiscard]] Context* context() { return context_ ? &*context_ : nullptr; }

  // NEWKEYS has passed. nullptr: none was negotiated.
  void switch_keys(const CompressionAlgorithm* algorithm) {
    start_ = algorithm == nullptr ? CompressionStart::never : algorithm->start;
    restart();
  }

  // USERAUTH_SUCCESS has passed.
  void login_done() {
    is_login_done_ = true;
    if (start_ == CompressionStart::after_login) restart();
  }

 private:
  void restart() {
    context_.reset();
    const bool is_time = start_ == CompressionStart::with_keys ||
                         (start_ == CompressionStart::after_login && is_login_done_);
    if (is_time) context_.emplace();
  }

  CompressionStart start_ = CompressionStart::never;
  bool is_login_done_ = false;
  std::optional<Context> context_;
};

}  // namespace hawser::transport
