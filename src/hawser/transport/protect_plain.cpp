// Packets before the first NEWKEYS: framed, not protected (RFC 4253 6).
#include "hawser/transport/protection.h"

namespace hawser::transport {

namespace {

class PlainOpener final : public Opener {
 public:
  Result<std::optional<std::size_t>> packet_size(std::uint32_t /*sequence*/, ByteSpan input,
                                                 std::size_t max_packet) override {
    if (input.size() < kLengthField) return std::nullopt;
    const std::uint32_t length = load_be32(input.data());
    HAWSER_TRY(check_packet_length(length, kBlockMin, LengthField::padded, max_packet));
    return kLengthField + length;
  }

  Result<ByteSpan> open(std::uint32_t /*sequence*/, ByteSpan packet) override {
    return payload_of(packet.subspan(kLengthField));
  }
};

class PlainSealer final : public Sealer {
 public:
  [[nodiscard]] std::size_t padding_size(std::size_t payload) const override {
    return padding_for(payload, kBlockMin, LengthField::padded);
  }
  [[nodiscard]] std::size_t tag_size() const override { return 0; }

  Status seal(std::uint32_t /*sequence*/, const Gather& payload, ByteView padding,
              ByteSpan out) override {
    store_be32(out.data(), static_cast<std::uint32_t>(out.size() - kLengthField));
    const Plaintext plaintext(payload, padding);
    plaintext.all().copy_to(out.subspan(kLengthField));
    return {};
  }
};

}  // namespace

std::unique_ptr<Opener> make_plain_opener() {
  return std::make_unique<PlainOpener>();
}
std::unique_ptr<Sealer> make_plain_sealer() {
  return std::make_unique<PlainSealer>();
}

}  // namespace hawser::transport
