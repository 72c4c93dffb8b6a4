// Payloads -> sealed packets in the outbound slab. Sealing is the copy: from where the caller has
// the bytes to where the socket takes them. With compression there is one more, on purpose.
#pragma once

#include "hawser/base/slab.h"
#include "hawser/transport/compression.h"
#include "hawser/transport/packet_trace.h"
#include "hawser/transport/protection.h"
#include "hawser/transport/zlib_context.h"
#include "hawser/wire/codec.h"

namespace hawser::transport {

class PacketWriter {
 public:
  // `trace` is told of each packet, and outlives the writer; nullptr: nobody is.
  explicit PacketWriter(crypto::Random& random, const PacketTrace* trace = nullptr)
      : random_(random), trace_(trace) {}

  // Seals one packet. Requires: payload is not empty and has at most 6 views.
  Status write(const Gather& payload);

  template <typename Message>
  Status write_message(const Message& message) {
    std::array<std::uint8_t, 512> small;
    const std::size_t size = wire::encoded_size(message);
    Bytes large(size > small.size() ? size : 0);
    const ByteSpan encoded = large.empty() ? ByteSpan(small).first(size) : ByteSpan(large);
    wire::encode(wire::SpanSink(encoded), message);
    return write(Gather(encoded));
  }

  // The identification line goes out as it is, before any packet.
  void write_raw(ByteView bytes);

  [[nodiscard]] ByteView pending() const { return slab_.view(); }
  void sent(std::size_t size) { slab_.consume(size); }
  void release_if_empty() { slab_.release_if_empty(); }
  [[nodiscard]] std::size_t held() const { return slab_.held(); }

  // From the next packet on.
  void switch_keys(std::unique_ptr<Sealer> sealer, bool reset_sequence,
                   const CompressionAlgorithm* compression = nullptr);
  // Delayed compression begins with the next packet.
  void login_done() { compression_.login_done(); }

  [[nodiscard]] std::uint32_t sequence() const { return sequence_; }
  [[nodiscard]] std::uint64_t packets_under_key() const { return packets_; }
  [[nodiscard]] std::uint64_t bytes_under_key() const { return bytes_; }

 private:
  Status seal(const Gather& payload);
  ByteSpan reserve(std::size_t size);
  Result<ByteView> padding(std::size_t size);

  static constexpr std::size_t kCapacity = 64 * 1024;
  static constexpr std::size_t kGrown = 512 * 1024;
  static_assert(kCapacity > limits::kOutboundBeforeLogin && kGrown > limits::kOutboundBytes);
  crypto::Random& random_;
  const PacketTrace* const trace_;
  std::unique_ptr<Sealer> sealer_ = make_plain_sealer();
  Compression<Deflater> compression_;
  Slab slab_{kCapacity};
  // Padding is drawn in bulk: one call of the generator for many packets.
  std::array<std::uint8_t, 512> padding_pool_{};
  std::size_t padding_left_ = 0;
  std::uint32_t sequence_ = 0;
  std::uint64_t packets_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace hawser::transport
