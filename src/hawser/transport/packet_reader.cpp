#include "hawser/transport/packet_reader.h"

namespace hawser::transport {

Result<std::optional<PacketView>> PacketReader::next(Slab& slab, std::size_t max_packet) {
  if (is_discarding_) return discard(slab);
  release(slab);
  const auto opened = open_next(slab, max_packet);
  if (!opened && opener_->hides_failures()) {
    is_discarding_ = true;
    expected_ = kLengthField + max_packet + crypto::kMaxDigest;
    return discard(slab);
  }
  if (!opened) return std::unexpected(opened.error());
  if (!*opened) return std::nullopt;
  ByteView payload = **opened;
  if (Inflater* inflater = compression_.context()) {
    payload = HAWSER_TRY(inflater->expand(payload, max_packet));
  }
  return PacketView{payload[0], payload, sequence_++};
}

// The payload of the packet at the front, once that is whole.
Result<std::optional<ByteView>> PacketReader::open_next(Slab& slab, std::size_t max_packet) {
  if (expected_ == 0) {
    const auto size = HAWSER_TRY(opener_->packet_size(sequence_, slab.span(), max_packet));
    if (!size) return std::nullopt;
    expected_ = *size;
  }
  if (slab.size() < expected_) return std::nullopt;
  // RFC 4344 3.1: never more than 2^31 packets under one key; a re-key was due long before.
  if (packets_ >= limits::kHardPackets) return fail(Errc::sequence_exhausted, "receive");

  const ByteView payload = HAWSER_TRY(opener_->open(sequence_, slab.span().first(expected_)));
  taken_ = expected_;
  expected_ = 0;
  ++packets_;
  bytes_ += taken_;
  return payload;
}

// Whatever was wrong, one answer.
Result<std::optional<PacketView>> PacketReader::discard(Slab& slab) {
  if (slab.size() < expected_) return std::nullopt;
  opener_->discard(sequence_, slab.view().first(expected_));
  return fail(Errc::mac_mismatch, "packet");
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
