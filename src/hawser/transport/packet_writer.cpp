#include "hawser/transport/packet_writer.h"

namespace hawser::transport {

Status PacketWriter::write(const Gather& payload) {
  if (trace_ != nullptr) [[unlikely]] {
    tell_of_packet(*trace_, Way::out, payload.views()[0][0], payload.size());
  }
  Deflater* deflater = compression_.context();
  if (deflater == nullptr) return seal(payload);
  return seal(Gather(HAWSER_TRY(deflater->compress(payload))));
}

Status PacketWriter::seal(const Gather& payload) {
  if (packets_ >= limits::kHardPackets) return fail(Errc::sequence_exhausted, "send");
  const ByteView random_padding = HAWSER_TRY(padding(sealer_->padding_size(payload.size())));
  const std::size_t size = sealer_->sealed_size(payload.size());
  HAWSER_TRY(sealer_->seal(sequence_, payload, random_padding, reserve(size).first(size)));
  slab_.commit(size);
  ++sequence_;
  ++packets_;
  bytes_ += size;
  return {};
}

void PacketWriter::write_raw(ByteView bytes) {
  copy(bytes, reserve(bytes.size()));
  slab_.commit(bytes.size());
}

void PacketWriter::switch_keys(std::unique_ptr<Sealer> sealer, bool reset_sequence,
                               const CompressionAlgorithm* compression) {
  sealer_ = std::move(sealer);
  compression_.switch_keys(compression);
  if (reset_sequence) sequence_ = 0;
  packets_ = 0;
  bytes_ = 0;
}

// Grows at once to what may wait for a slow peer, and from there by doubling: one that asks much
// and reads nothing must not cost a copy of all that waits for each small answer.
ByteSpan PacketWriter::reserve(std::size_t size) {
  const std::size_t waiting = slab_.size();
  if (slab_.capacity() - waiting >= size) return slab_.reserve(size);
  const std::size_t all = std::max(kGrown, 2 * waiting);
  return slab_.reserve(std::max(size, all - waiting));
}

Result<ByteView> PacketWriter::padding(std::size_t size) {
  if (padding_left_ < size) {
    HAWSER_TRY(random_.fill(padding_pool_));
    padding_left_ = padding_pool_.size();
  }
  padding_left_ -= size;
  return ByteView(padding_pool_).subspan(padding_left_, size);
}

}  // namespace hawser::transport
