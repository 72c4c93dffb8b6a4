// A stream cipher with a MAC: RFC 4253 6.3 and 6.4 (encrypt and MAC), and OpenSSH's -etm MACs
// (encrypt then MAC: the length in clear, the MAC over what is on the wire).
#include "hawser/transport/protection.h"

namespace hawser::transport {

namespace {

// What every MAC covers first.
std::array<std::uint8_t, 4> sequence_bytes(std::uint32_t sequence) {
  std::array<std::uint8_t, 4> bytes;
  store_be32(bytes.data(), sequence);
  return bytes;
}

// Cipher, MAC and sizes: the same for both directions.
struct StreamMac {
  const crypto::CipherAlgorithm& cipher_row;
  const crypto::MacAlgorithm& mac_row;
  std::unique_ptr<crypto::StreamCipher> cipher;
  std::unique_ptr<crypto::Mac> mac;

  [[nodiscard]] Status compute_mac(std::uint32_t sequence, ByteView data, ByteSpan tag) const {
    const auto prefix = sequence_bytes(sequence);
    return mac->compute(Gather{prefix, data}, tag);
  }

  [[nodiscard]] Status check_mac(std::uint32_t sequence, ByteView data, ByteView tag) const {
    std::array<std::uint8_t, crypto::kMaxDigest> expected;
    const ByteSpan computed = ByteSpan(expected).first(mac_row.tag_size);
    HAWSER_TRY(compute_mac(sequence, data, computed));
    if (!constant_time_equal(computed, tag)) return fail(Errc::mac_mismatch, "packet");
    return {};
  }
};

class EncryptAndMacOpener final : public Opener {
 public:
  explicit EncryptAndMacOpener(StreamMac parts) : parts_(std::move(parts)) {}

  Result<std::optional<std::size_t>> packet_size(std::uint32_t /*sequence*/, ByteSpan input,
                                                 std::size_t max_packet) override {
    const std::size_t block = parts_.cipher_row.block_size;
    if (!is_start_decrypted_) {
      if (input.size() < block) return std::nullopt;
      HAWSER_TRY(parts_.cipher->process(input.first(block), input.first(block)));
      is_start_decrypted_ = true;
    }
    const std::uint32_t length = load_be32(input.data());
    HAWSER_TRY(check_packet_length(length, block, LengthField::padded, max_packet));
    return kLengthField + length + parts_.mac_row.tag_size;
  }

  Result<ByteSpan> open(std::uint32_t sequence, ByteSpan packet) override {
    const std::size_t tag_size = parts_.mac_row.tag_size;
    const ByteSpan plaintext = packet.first(packet.size() - tag_size);
    const ByteSpan rest = plaintext.subspan(parts_.cipher_row.block_size);
    is_start_decrypted_ = false;
    HAWSER_TRY(parts_.cipher->process(rest, rest));
    HAWSER_TRY(parts_.check_mac(sequence, plaintext, packet.last(tag_size)));
    return payload_of(plaintext.subspan(kLengthField));
  }

 private:
  StreamMac parts_;
  bool is_start_decrypted_ = false;
};

class EncryptThenMacOpener final : public Opener {
 public:
  explicit EncryptThenMacOpener(StreamMac parts) : parts_(std::move(parts)) {}

  Result<std::optional<std::size_t>> packet_size(std::uint32_t /*sequence*/, ByteSpan input,
                                                 std::size_t max_packet) override {
    if (input.size() < kLengthField) return std::nullopt;
    const std::uint32_t length = load_be32(input.data());
    HAWSER_TRY(
        check_packet_length(length, parts_.cipher_row.block_size, LengthField::apart, max_packet));
    return kLengthField + length + parts_.mac_row.tag_size;
  }

  Result<ByteSpan> open(std::uint32_t sequence, ByteSpan packet) override {
    const std::size_t tag_size = parts_.mac_row.tag_size;
    const ByteSpan authenticated = packet.first(packet.size() - tag_size);
    HAWSER_TRY(parts_.check_mac(sequence, authenticated, packet.last(tag_size)));
    const ByteSpan data = authenticated.subspan(kLengthField);
    HAWSER_TRY(parts_.cipher->process(data, data));
    return payload_of(data);
  }

 private:
  StreamMac parts_;
};

class StreamMacSealer final : public Sealer {
 public:
  explicit StreamMacSealer(StreamMac parts) : parts_(std::move(parts)) {}

  [[nodiscard]] std::size_t padding_size(std::size_t payload) const override {
    const auto length = is_etm() ? LengthField::apart : LengthField::padded;
    return padding_for(payload, parts_.cipher_row.block_size, length);
  }
  [[nodiscard]] std::size_t tag_size() const override { return parts_.mac_row.tag_size; }

  Status seal(std::uint32_t sequence, const Gather& payload, ByteView padding,
              ByteSpan out) override {
    const ByteSpan packet = out.first(out.size() - tag_size());
    const ByteSpan tag = out.last(tag_size());
    store_be32(packet.data(), static_cast<std::uint32_t>(packet.size() - kLengthField));
    // The plaintext is staged: the caller's memory is read once, so that another thread that
    // changes it meanwhile cannot make MAC and ciphertext differ.
    Plaintext(payload, padding).all().copy_to(packet.subspan(kLengthField));
    if (is_etm()) {
      const ByteSpan data = packet.subspan(kLengthField);
      HAWSER_TRY(parts_.cipher->process(data, data));
      return parts_.compute_mac(sequence, packet, tag);
    }
    HAWSER_TRY(parts_.compute_mac(sequence, packet, tag));
    return parts_.cipher->process(packet, packet);
  }

 private:
  [[nodiscard]] bool is_etm() const {
    return parts_.mac_row.order == crypto::MacOrder::encrypt_then_mac;
  }

  StreamMac parts_;
};

Result<StreamMac> make_parts(const ProtectionSuite& suite, const ProtectionKeys& keys,
                             crypto::Direction direction) {
  if (suite.mac == nullptr) return fail(Errc::internal, "stream cipher without MAC");
  auto cipher =
      HAWSER_TRY(suite.cipher->make_stream(keys.cipher_key.view(), keys.iv.view(), direction));
  auto mac = HAWSER_TRY(suite.mac->make(keys.mac_key.view()));
  return StreamMac{*suite.cipher, *suite.mac, std::move(cipher), std::move(mac)};
}

}  // namespace

Result<std::unique_ptr<Opener>> make_stream_mac_opener(const ProtectionSuite& suite,
                                                       const ProtectionKeys& keys) {
  auto parts = HAWSER_TRY(make_parts(suite, keys, crypto::Direction::decrypt));
  if (suite.mac->order == crypto::MacOrder::encrypt_then_mac) {
    return std::make_unique<EncryptThenMacOpener>(std::move(parts));
  }
  return std::make_unique<EncryptAndMacOpener>(std::move(parts));
}

Result<std::unique_ptr<Sealer>> make_stream_mac_sealer(const ProtectionSuite& suite,
                                                       const ProtectionKeys& keys) {
  auto parts = HAWSER_TRY(make_parts(suite, keys, crypto::Direction::encrypt));
  return std::make_unique<StreamMacSealer>(std::move(parts));
}

}  // namespace hawser::transport
