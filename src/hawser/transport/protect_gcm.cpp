// AES-GCM (RFC 5647): the length in clear and authenticated, the rest encrypted, a nonce of four
// fixed bytes and an invocation counter that starts where the key exchange says.
#include "hawser/transport/protection.h"

namespace hawser::transport {

namespace {

// RFC 5647 7.1: fixed field | invocation counter, counted up once a packet.
class Nonce {
 public:
  explicit Nonce(ByteView iv) { copy(iv, bytes_); }
  [[nodiscard]] ByteView view() const { return bytes_; }
  void advance() {
    std::uint8_t* counter = bytes_.data() + kFixedField;
    store_be64(counter, load_be64(counter) + 1);
  }

 private:
  static constexpr std::size_t kFixedField = 4;
  std::array<std::uint8_t, 12> bytes_{};
};

class GcmOpener final : public Opener {
 public:
  GcmOpener(const crypto::CipherAlgorithm& cipher, std::unique_ptr<crypto::Aead> aead, ByteView iv)
      : cipher_(cipher), aead_(std::move(aead)), nonce_(iv) {}

  Result<std::optional<std::size_t>> packet_size(std::uint32_t /*sequence*/, ByteSpan input,
                                                 std::size_t max_packet) override {
    if (input.size() < kLengthField) return std::nullopt;
    const std::uint32_t length = load_be32(input.data());
    HAWSER_TRY(check_packet_length(length, cipher_.block_size, LengthField::apart, max_packet));
    return kLengthField + length + cipher_.tag_size;
  }

  Result<ByteSpan> open(std::uint32_t /*sequence*/, ByteSpan packet) override {
    const ByteSpan tag = packet.last(cipher_.tag_size);
    const ByteSpan data =
        packet.subspan(kLengthField, packet.size() - kLengthField - cipher_.tag_size);
    HAWSER_TRY(aead_->open(nonce_.view(), packet.first(kLengthField), data, tag));
    nonce_.advance();
    return payload_of(data);
  }

 private:
  const crypto::CipherAlgorithm& cipher_;
  std::unique_ptr<crypto::Aead> aead_;
  Nonce nonce_;
};

class GcmSealer final : public Sealer {
 public:
  GcmSealer(const crypto::CipherAlgorithm& cipher, std::unique_ptr<crypto::Aead> aead, ByteView iv)
      : cipher_(cipher), aead_(std::move(aead)), nonce_(iv) {}

  [[nodiscard]] std::size_t padding_size(std::size_t payload) const override {
    return padding_for(payload, cipher_.block_size, LengthField::apart);
  }
  [[nodiscard]] std::size_t tag_size() const override { return cipher_.tag_size; }

  Status seal(std::uint32_t /*sequence*/, const Gather& payload, ByteView padding,
              ByteSpan out) override {
    const Plaintext plaintext(payload, padding);
    const std::size_t length = plaintext.all().size();
    store_be32(out.data(), static_cast<std::uint32_t>(length));
    HAWSER_TRY(aead_->seal(nonce_.view(), out.first(kLengthField), plaintext.all(),
                           out.subspan(kLengthField, length), out.last(cipher_.tag_size)));
    nonce_.advance();
    return {};
  }

 private:
  const crypto::CipherAlgorithm& cipher_;
  std::unique_ptr<crypto::Aead> aead_;
  Nonce nonce_;
};

}  // namespace

Result<std::unique_ptr<Opener>> make_gcm_opener(const ProtectionSuite& suite,
                                                const ProtectionKeys& keys) {
  auto aead =
      HAWSER_TRY(suite.cipher->make_aead(keys.cipher_key.view(), crypto::Direction::decrypt));
  return std::make_unique<GcmOpener>(*suite.cipher, std::move(aead), keys.iv.view());
}

Result<std::unique_ptr<Sealer>> make_gcm_sealer(const ProtectionSuite& suite,
                                                const ProtectionKeys& keys) {
  auto aead =
      HAWSER_TRY(suite.cipher->make_aead(keys.cipher_key.view(), crypto::Direction::encrypt));
  return std::make_unique<GcmSealer>(*suite.cipher, std::move(aead), keys.iv.view());
}

}  // namespace hawser::transport
