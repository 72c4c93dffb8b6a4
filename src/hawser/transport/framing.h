// The size arithmetic of the binary packet protocol (RFC 4253 6):
//
//   uint32 packet_length | byte padding_length | payload | padding | mac
//
// Names say which field a number is. All sums are of size_t after the length was bounded.
#pragma once

#include <algorithm>

#include "hawser/base/gather.h"
#include "hawser/base/limits.h"
#include "hawser/base/result.h"
#include "hawser/base/secret.h"

namespace hawser::transport {

inline constexpr std::size_t kLengthField = 4;
inline constexpr std::size_t kPaddingLengthField = 1;
inline constexpr std::size_t kPaddingMin = 4;
inline constexpr std::size_t kPaddingMax = 255;
inline constexpr std::size_t kBlockMin = 8;

// Whether the length field is part of what is padded to the block size. It is not where it is
// authenticated but not encrypted with the rest: AES-GCM, chacha20-poly1305, the -etm MACs.
enum class LengthField : std::uint8_t { padded, apart };

constexpr std::size_t padding_for(std::size_t payload, std::size_t block, LengthField length) {
  block = std::max(block, kBlockMin);
  const std::size_t counted =
      (length == LengthField::padded ? kLengthField : 0) + kPaddingLengthField + payload;
  const std::size_t short_of_block = block - counted % block;
  return short_of_block < kPaddingMin ? short_of_block + block : short_of_block;
}
static_assert(padding_for(1, 8, LengthField::padded) == 10);
static_assert(padding_for(11, 16, LengthField::apart) == 4);
static_assert(padding_for(12, 16, LengthField::apart) == 19);

// Checks packet_length before anything is done with it.
inline Status check_packet_length(std::uint32_t packet_length, std::size_t block,
                                  LengthField length, std::size_t max_packet) {
  block = std::max(block, kBlockMin);
  if (packet_length > max_packet) return fail(Errc::packet_too_long, "packet", packet_length);
  const std::size_t padded = packet_length + (length == LengthField::padded ? kLengthField : 0);
  if (padded < block || packet_length < kPaddingLengthField + 1 + kPaddingMin) {
    return fail(Errc::packet_too_short, "packet", packet_length);
  }
  if (padded % block != 0) return fail(Errc::bad_padding, "packet", packet_length);
  return {};
}

// The payload within padding_length | payload | padding, once that is authentic plaintext.
inline Result<ByteSpan> payload_of(ByteSpan plaintext) {
  const std::size_t padding = plaintext[0];
  // At least one byte of payload: a message has a number.
  if (padding < kPaddingMin || padding + kPaddingLengthField + 1 > plaintext.size()) {
    return fail(Errc::bad_padding, "packet");
  }
  return plaintext.subspan(kPaddingLengthField, plaintext.size() - kPaddingLengthField - padding);
}

// padding_length | payload | padding as one list for the cipher. The start is copied up to a whole
// number of 64-byte cipher runs, so that the kernels see one aligned run behind it; everything else
// is read from where the caller has it. Requires: payload has at most 6 views.
class Plaintext {
 public:
  Plaintext(const Gather& payload, ByteView padding) {
    head_[0] = static_cast<std::uint8_t>(padding.size());
    const std::size_t staged = std::min(payload.size(), kHead - kPaddingLengthField);
    payload.first(staged).copy_to(ByteSpan(head_).subspan(kPaddingLengthField));
    all_.add(ByteView(head_).first(kPaddingLengthField + staged));
    const Gather rest = payload.without_first(staged);  // named: it must outlive the loop
    for (ByteView view : rest.views()) all_.add(view);
    all_.add(padding);
  }
  ~Plaintext() { wipe(head_); }  // a password may have passed through
  Plaintext(const Plaintext&) = delete;
  Plaintext& operator=(const Plaintext&) = delete;

  [[nodiscard]] const Gather& all() const { return all_; }

 private:
  static constexpr std::size_t kHead = 64;
  std::array<std::uint8_t, kHead> head_;
  Gather all_;
};

}  // namespace hawser::transport
