#include "hawser/transport/packet_reader.h"

namespace hawser::transport {

Result<std::optional<PacketView>> PacketReader::next(Slab& slab, std::size_t max_packet) {
  release(slab);
  if (expected_ == 0) {
    const auto size = HAWSER_TRY(opener_->packet_size(sequence_, slab.span(), max_packet));
    if (!size) return std::nullopt;
    expected_ = *size;
  }
  if (slab.size() < expected_) return std::nullopt;
  // RFC 4344 3.1: never more than 2^31 packets under one key; a re-key was due long before.
  if (packets_ >= limits::kHardPackets) return fail(Errc::sequence_exhausted, "receive");

  ByteView payload = HAWSER_TRY(opener_->open(sequence_, slab.span().first(expected_)));
  taken_ = expected_;
  expected_ = 0;
  ++packets_;
  bytes_ += taken_;
  if (Inflater* inflater = compression_.context()) {
    payload = HAWSER_TRY(inflater->expand(payload, max_packet));
  }
  return PacketView{payload[0], payload, sequence_++};
}

void PacketReader::release(Slab& slab) {
  if (taken_ == 0) return;
  slab.consume(taken_);
  taken_ = 0;
}

void PacketReader::switch_keys(std::unique_ptr<Opener> opener, bool reset_sequence,
                               const CompressionAlgorithm* compression) {
  opener_ = std::move(opener);
  compression_.switch_keys(compression);
  if (reset_sequence) sequence_ = 0;
  packets_ = 0;
  bytes_ = 0;
}

}  // namespace hawser::transport
