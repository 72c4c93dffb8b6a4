// Channel windows (RFC 4254 5.2): arithmetic only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "hawser/base/result.h"

namespace hawser::connection {

// What the peer may still send us. Enforced: a peer that sends more has broken the protocol.
class ReceiveWindow {
  static constexpr std::uint32_t kPieceMost = 1 << 20;

 public:
  explicit ReceiveWindow(std::uint32_t size) : size_(size), left_(size) {}

  Status take(std::size_t bytes) {
    if (bytes > left_) return fail(Errc::window_overrun, "channel data");
    left_ -= static_cast<std::uint32_t>(bytes);
    return {};
  }

  // That many bytes were consumed. Returns the adjustment to send now, 0 for none: windows are
  // given back in pieces, so that small reads do not cost a message each. More than came is not
  // given back.
  std::uint32_t consume(std::size_t bytes, std::uint32_t max_packet) {
    const std::uint32_t outstanding = size_ - left_ - consumed_;
    consumed_ += static_cast<std::uint32_t>(std::min<std::size_t>(bytes, outstanding));
    if (consumed_ < piece(max_packet)) return 0;
    left_ += consumed_;
    return std::exchange(consumed_, 0);
  }

  // The next adjustment will be larger by that much.
  void grow(std::uint32_t bytes) {
    size_ += bytes;
    consumed_ += bytes;
  }

  // Of three packets, or half the window if that is less, as OpenSSH's; of a large window an
  // eighth: each piece is a packet that both sides have to work on, and seven eighths are left to
  // fill.
  [[nodiscard]] std::uint32_t piece(std::uint32_t max_packet) const {
    return std::max(std::min(size_ / 2, 3 * max_packet), std::min(size_ / 8, kPieceMost));
  }

  // Whether most of what came was consumed.
  [[nodiscard]] bool is_keeping_up() const { return size_ - left_ - consumed_ <= size_ / 4; }
  [[nodiscard]] std::uint32_t left() const { return left_; }
  [[nodiscard]] std::uint32_t size() const { return size_; }

 private:
  std::uint32_t size_;
  std::uint32_t left_;
  std::uint32_t consumed_ = 0;  // and not given back yet
};

// What we may still send the peer.
class SendWindow {
 public:
  void open(std::uint32_t bytes) { left_ = bytes; }

  Status adjust(std::uint32_t bytes) {
    if (bytes > UINT32_MAX - left_) return fail(Errc::window_overflow, "WINDOW_ADJUST");
    left_ += bytes;
    return {};
  }

  void take(std::size_t bytes) { left_ -= static_cast<std::uint32_t>(bytes); }
  [[nodiscard]] std::uint32_t left() const { return left_; }

 private:
  std::uint32_t left_ = 0;
};

}  // namespace hawser::connection
