// When keys have done enough work (RFC 4253 9, RFC 4344 3): after so many bytes, blocks or packets
// in either direction, or so long.
#pragma once

#include <algorithm>
#include <optional>

#include "hawser/base/instant.h"
#include "hawser/base/limits.h"

namespace hawser::transport {

struct RekeyLimits {
  std::uint64_t bytes = limits::kRekeyBytes;
  std::uint64_t packets = limits::kRekeyPackets;
  std::optional<Duration> interval = std::chrono::hours(1);
};

struct KeyUse {
  std::uint64_t bytes = 0;
  std::uint64_t packets = 0;
  std::size_t block_size = 8;
  std::uint64_t most_bytes = UINT64_MAX;  // that the cipher is good for under one key
};

class RekeyPolicy {
 public:
  explicit RekeyPolicy(const RekeyLimits& limits) : limits_(limits) {}

  [[nodiscard]] bool is_due(const KeyUse& use) const {
    return use.bytes >= std::min(limits_.bytes, use.most_bytes) || use.packets >= limits_.packets ||
           use.bytes / use.block_size >= limits::kRekeyBlocks;
  }

  // When the interval ends for keys that came into use at `since`.
  [[nodiscard]] std::optional<Instant> deadline(Instant since) const {
    if (!limits_.interval) return std::nullopt;
    return since + *limits_.interval;
  }

 private:
  RekeyLimits limits_;
};

}  // namespace hawser::transport
