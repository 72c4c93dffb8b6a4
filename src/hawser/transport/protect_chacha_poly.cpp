// chacha20-poly1305@openssh.com (OpenSSH's PROTOCOL.chacha20poly1305): the length encrypted under a
// key of its own, everything authenticated, the sequence number as nonce.
#include "hawser/transport/protection.h"

namespace hawser::transport {

namespace {

class ChachaPolyOpener final : public Opener {
 public:
  ChachaPolyOpener(const crypto::CipherAlgorithm& cipher,
                   std::unique_ptr<crypto::ChachaPoly> chacha_poly)
      : cipher_(cipher), chacha_poly_(std::move(chacha_poly)) {}

  Result<std::optional<std::size_t>> packet_size(std::uint32_t sequence, ByteSpan input,
                                                 std::size_t max_packet) override {
    if (input.size() < kLengthField) return std::nullopt;
    if (!length_) {  // decrypted once, however often the packet is asked for
      const std::uint32_t length =
          HAWSER_TRY(chacha_poly_->peek_length(sequence, input.first(kLengthField)));
      HAWSER_TRY(check_packet_length(length, cipher_.block_size, LengthField::apart, max_packet));
      length_ = length;
    }
    return kLengthField + *length_ + cipher_.tag_size;
  }

  Result<ByteSpan> open(std::uint32_t sequence, ByteSpan packet) override {
    length_.reset();
    const ByteSpan authenticated = packet.first(packet.size() - cipher_.tag_size);
    HAWSER_TRY(chacha_poly_->open(sequence, authenticated, packet.last(cipher_.tag_size)));
    return payload_of(authenticated.subspan(kLengthField));
  }

 private:
  const crypto::CipherAlgorithm& cipher_;
  std::unique_ptr<crypto::ChachaPoly> chacha_poly_;
  std::optional<std::uint32_t> length_;
};

class ChachaPolySealer final : public Sealer {
 public:
  ChachaPolySealer(const crypto::CipherAlgorithm& cipher,
                   std::unique_ptr<crypto::ChachaPoly> chacha_poly)
      : cipher_(cipher), chacha_poly_(std::move(chacha_poly)) {}

  [[nodiscard]] std::size_t padding_size(std::size_t payload) const override {
    return padding_for(payload, cipher_.block_size, LengthField::apart);
  }
  [[nodiscard]] std::size_t tag_size() const override { return cipher_.tag_size; }

  Status seal(std::uint32_t sequence, const Gather& payload, ByteView padding,
              ByteSpan out) override {
    const Plaintext plaintext(payload, padding);
    const std::size_t length = plaintext.all().size();
    return chacha_poly_->seal(sequence, static_cast<std::uint32_t>(length), plaintext.all(),
                              out.first(kLengthField + length), out.last(cipher_.tag_size));
  }

 private:
  const crypto::CipherAlgorithm& cipher_;
  std::unique_ptr<crypto::ChachaPoly> chacha_poly_;
};

}  // namespace

Result<std::unique_ptr<Opener>> make_chacha_poly_opener(const ProtectionSuite& suite,
                                                        const ProtectionKeys& keys) {
  auto made = HAWSER_TRY(suite.cipher->make_chacha_poly(keys.cipher_key.view()));
  return std::make_unique<ChachaPolyOpener>(*suite.cipher, std::move(made));
}

Result<std::unique_ptr<Sealer>> make_chacha_poly_sealer(const ProtectionSuite& suite,
                                                        const ProtectionKeys& keys) {
  auto made = HAWSER_TRY(suite.cipher->make_chacha_poly(keys.cipher_key.view()));
  return std::make_unique<ChachaPolySealer>(*suite.cipher, std::move(made));
}

}  // namespace hawser::transport
