// CBC with a plain MAC (RFC 4253 6.3 and 6.4). The length field is decrypted before anything is
// authentic, and in CBC whoever alters a packet can put a block of another one in its place: if the
// failure came after as many bytes as the length says, or at once where the length is impossible,
// it would tell what the length decrypts to, which are bytes of that other block (CVE-2008-5161).
// So every failure comes after the same number of bytes, and after the same work, as in OpenSSH.
// With an -etm MAC nothing is decrypted before it is authentic, and there is nothing to hide.
#include "hawser/transport/protection.h"

namespace hawser::transport {

namespace {

class CbcOpener final : public Opener {
 public:
  CbcOpener(std::unique_ptr<Opener> opener, std::unique_ptr<crypto::Mac> mac, std::size_t tag_size)
      : opener_(std::move(opener)), mac_(std::move(mac)), tag_size_(tag_size) {}

  Result<std::optional<std::size_t>> packet_size(std::uint32_t sequence, ByteSpan input,
                                                 std::size_t max_packet) override {
    authenticated_ = 0;
    return opener_->packet_size(sequence, input, max_packet);
  }

  Result<ByteSpan> open(std::uint32_t sequence, ByteSpan packet) override {
    authenticated_ = packet.size();
    return opener_->open(sequence, packet);
  }

  [[nodiscard]] bool hides_failures() const override { return true; }

  void discard(std::uint32_t /*sequence*/, ByteView data) override {
    Bytes unused_tag(tag_size_);
    (void)mac_->compute(Gather(data.subspan(std::min(authenticated_, data.size()))), unused_tag);
  }

 private:
  std::unique_ptr<Opener> opener_;
  std::unique_ptr<crypto::Mac> mac_;
  std::size_t tag_size_;
  std::size_t authenticated_ = 0;  // of the packet at the front
};

}  // namespace

Result<std::unique_ptr<Opener>> make_cbc_opener(const ProtectionSuite& suite,
                                                const ProtectionKeys& keys) {
  auto opener = HAWSER_TRY(make_stream_mac_opener(suite, keys));
  if (suite.mac->order == crypto::MacOrder::encrypt_then_mac) return opener;
  auto mac = HAWSER_TRY(suite.mac->make(keys.mac_key.view()));
  return std::make_unique<CbcOpener>(std::move(opener), std::move(mac), suite.mac->tag_size);
}

}  // namespace hawser::transport
