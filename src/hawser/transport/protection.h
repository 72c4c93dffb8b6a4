// How packets are protected, one object a direction and key: an Opener for what comes, a Sealer for
// what goes. Packets are opened where they were received and sealed where they will be sent.
#pragma once

#include <memory>
#include <optional>

#include "hawser/base/gather.h"
#include "hawser/base/secret.h"
#include "hawser/crypto/engine.h"
#include "hawser/transport/framing.h"

namespace hawser::transport {

class Opener {
 public:
  virtual ~Opener() = default;
  // The size of the packet at the front of `input`, length field and tag included; nullopt while
  // too little has come to tell. May decrypt the start in place, once. Any size is checked against
  // `max_packet` before it is returned.
  virtual Result<std::optional<std::size_t>> packet_size(std::uint32_t sequence, ByteSpan input,
                                                         std::size_t max_packet) = 0;
  // Authenticates and decrypts a whole packet in place; the payload within it. Nothing of a packet
  // that is not authentic is ever returned. Requires: packet.size() is what packet_size() said.
  virtual Result<ByteSpan> open(std::uint32_t sequence, ByteSpan packet) = 0;

  // Whether the moment in which a failure of the two above is told would give away plaintext. If
  // so, as much as the largest packet is taken first, and given to discard().
  [[nodiscard]] virtual bool hides_failures() const { return false; }
  // Does the work that authenticating this would have been.
  virtual void discard(std::uint32_t /*sequence*/, ByteView /*data*/) {}
};

class Sealer {
 public:
  virtual ~Sealer() = default;
  [[nodiscard]] virtual std::size_t padding_size(std::size_t payload) const = 0;
  [[nodiscard]] virtual std::size_t tag_size() const = 0;
  // Writes the whole packet. Requires: padding.size() is padding_size(payload.size()), and
  // out.size() is sealed_size(payload.size()).
  virtual Status seal(std::uint32_t sequence, const Gather& payload, ByteView padding,
                      ByteSpan out) = 0;

  [[nodiscard]] std::size_t sealed_size(std::size_t payload) const {
    return kLengthField + kPaddingLengthField + payload + padding_size(payload) + tag_size();
  }
};

struct CompressionAlgorithm;

// The algorithms of one direction.
struct ProtectionSuite {
  const crypto::CipherAlgorithm* cipher = nullptr;
  const crypto::MacAlgorithm* mac = nullptr;  // nullptr where the cipher authenticates by itself
  const CompressionAlgorithm* compression = nullptr;  // the caller's to apply
};

// The keys of one direction (RFC 4253 7.2).
struct ProtectionKeys {
  SecretBytes iv;
  SecretBytes cipher_key;
  SecretBytes mac_key;
};

// Before the first NEWKEYS.
std::unique_ptr<Opener> make_plain_opener();
std::unique_ptr<Sealer> make_plain_sealer();

Result<std::unique_ptr<Opener>> make_opener(const ProtectionSuite& suite,
                                            const ProtectionKeys& keys);
Result<std::unique_ptr<Sealer>> make_sealer(const ProtectionSuite& suite,
                                            const ProtectionKeys& keys);

// One pair of makers for each crypto::CipherMode, each in its file.
Result<std::unique_ptr<Opener>> make_gcm_opener(const ProtectionSuite&, const ProtectionKeys&);
Result<std::unique_ptr<Sealer>> make_gcm_sealer(const ProtectionSuite&, const ProtectionKeys&);
Result<std::unique_ptr<Opener>> make_chacha_poly_opener(const ProtectionSuite&,
                                                        const ProtectionKeys&);
Result<std::unique_ptr<Sealer>> make_chacha_poly_sealer(const ProtectionSuite&,
                                                        const ProtectionKeys&);
Result<std::unique_ptr<Opener>> make_stream_mac_opener(const ProtectionSuite&,
                                                       const ProtectionKeys&);
Result<std::unique_ptr<Sealer>> make_stream_mac_sealer(const ProtectionSuite&,
                                                       const ProtectionKeys&);
Result<std::unique_ptr<Opener>> make_cbc_opener(const ProtectionSuite&, const ProtectionKeys&);

}  // namespace hawser::transport
