// Slab + Opener -> packets: finds the next whole packet, opens it where it lies and counts. A
// payload that was compressed is expanded elsewhere, to at most the size that a packet may have.
#pragma once

#include "hawser/base/slab.h"
#include "hawser/transport/compression.h"
#include "hawser/transport/protection.h"
#include "hawser/transport/zlib_context.h"

namespace hawser::transport {

struct PacketView {
  std::uint8_t number = 0;  // the message number, the first byte of the payload
  ByteView payload;         // number included; lives until the reader's next call
  std::uint32_t sequence = 0;
};

class PacketReader {
 public:
  // The next packet in the slab, or nullopt if none is whole yet. Drops the one before.
  Result<std::optional<PacketView>> next(Slab& slab, std::size_t max_packet);

  // Drops the packet last returned, so that the slab can be refilled or given back.
  void release(Slab& slab);

  // From the next packet on (RFC 4253 7.3); with strict key exchange they are counted from 0.
  void switch_keys(std::unique_ptr<Opener> opener, bool reset_sequence,
                   const CompressionAlgorithm* compression = nullptr);
  // Delayed compression begins with the next packet.
  void login_done() { compression_.login_done(); }

  // A packet was not authentic, and the bytes until that may be told have not come yet.
  [[nodiscard]] bool is_discarding() const { return is_discarding_; }

  [[nodiscard]] std::uint32_t sequence() const { return sequence_; }
  [[nodiscard]] std::uint64_t packets_under_key() const { return packets_; }
  [[nodiscard]] std::uint64_t bytes_under_key() const { return bytes_; }

  // How many bytes the packet at the front still lacks, as far as that is known; 0: unknown.
  [[nodiscard]] std::size_t missing(const Slab& slab) const {
    return expected_ > slab.size() ? expected_ - slab.size() : 0;
  }

 private:
  Result<std::optional<ByteView>> open_next(Slab& slab, std::size_t max_packet);
  Result<std::optional<PacketView>> discard(Slab& slab);

  std::unique_ptr<Opener> opener_ = make_plain_opener();
  Compression<Inflater> compression_;
  std::size_t expected_ = 0;  // size of the packet at the front, once known
  std::size_t taken_ = 0;     // size of the packet last returned, still in the slab
  bool is_discarding_ = false;
  std::uint32_t sequence_ = 0;
  std::uint64_t packets_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace hawser::transport
