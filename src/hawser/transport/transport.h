// The transport floor's façade: bytes in, packets of the floors above out. It identifies, exchanges
// keys, protects, judges legality by the table, and bounds what a peer may send. Errors are latched
// by the session; after one, nothing here is called again.
#pragma once

#include "hawser/transport/identification.h"
#include "hawser/transport/kex_machine.h"
#include "hawser/transport/packet_reader.h"
#include "hawser/transport/packet_trace.h"
#include "hawser/transport/rekey_policy.h"

namespace hawser::transport {

struct TransportConfig {
  Proposal proposal;
  RekeyLimits rekey;
  bool requires_strict_kex = false;
  unsigned required_rsa_bits = limits::kRsaBitsRequired;  // of host keys, and of keys that log in
  PacketTrace trace = {};  // NOLINT(readability-redundant-member-init): may be left out
};

// How far the floors above are: it bounds sizes and decides legality between exchanges.
enum class Stage : std::uint8_t { service, authentication, connection };

struct HostKeyToJudge {};  // ask host_key(); answer with accept_host_key()
struct KeysReady {
  bool is_first;
};
using TransportEvent = std::variant<PacketView, HostKeyToJudge, KeysReady>;

class Transport {
 public:
  // The engine outlives the transport.
  Transport(TransportConfig config, const crypto::Engine& engine);
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  // bytes
  ByteSpan receive_space();
  // False while a verdict is due, or while the peer does not take what waits for it.
  [[nodiscard]] bool can_receive() const {
    const std::size_t most =
        stage_ == Stage::connection ? limits::kOutboundBytes : limits::kOutboundBeforeLogin;
    return !kex_.is_judging() && writer_.pending().size() <= most;
  }
  void received(std::size_t size) { in_.commit(size); }
  [[nodiscard]] ByteView pending_output() const { return writer_.pending(); }
  void sent(std::size_t size) { writer_.sent(size); }
  void release_idle_memory();
  [[nodiscard]] std::size_t held_memory() const { return in_.held() + writer_.held(); }

  // Our identification and KEXINIT, at once: the peer's are not waited for.
  Status start();

  // The next thing that happened; its views live until the next call. nullopt: more bytes are
  // needed, or the verdict on the host key, or the peer must first take what waits for it.
  Result<std::optional<TransportEvent>> next();

  // Sends a payload of the floors above. Requires: can_send().
  Status send(const Gather& payload);
  template <typename Message>
  Status send_message(const Message& message) {
    if constexpr (Message::number >= 50) note_channel_use(Message::number);
    return writer_.write_message(message);
  }
  // False while our half of a key exchange is open; only DISCONNECT may be sent then.
  [[nodiscard]] bool can_send() const { return kex_.is_first_done() && !kex_.holds_output(); }

  Status accept_host_key() { return kex_.accept_host_key(); }
  Status rekey() { return kex_.begin(); }

  // Starts an exchange if the policy says that the keys have done enough.
  Status rekey_if_due(Instant now);
  // When the keys are too old; nullopt while none are in use.
  [[nodiscard]] std::optional<Instant> rekey_deadline() const;

  void set_stage(Stage stage);

  [[nodiscard]] wire::Phase phase() const;
  [[nodiscard]] bool is_identified() const { return is_identified_; }
  [[nodiscard]] bool saw_text() const { return identification_.saw_text(); }
  [[nodiscard]] bool is_exchanging() const { return !kex_.is_idle(); }
  [[nodiscard]] bool is_judging() const { return kex_.is_judging(); }
  // The stream is spoilt, and only more of it will tell (protect_cbc.cpp).
  [[nodiscard]] bool is_discarding() const { return reader_.is_discarding(); }
  [[nodiscard]] const std::string& server_line() const { return server_line_; }
  [[nodiscard]] const std::string& server_signature_algorithms() const { return server_sig_algs_; }
  // The server knows publickey-hostbound-v00@openssh.com.
  [[nodiscard]] bool takes_host_bound_keys() const { return takes_host_bound_keys_; }
  [[nodiscard]] const KexMachine& kex() const { return kex_; }
  [[nodiscard]] unsigned required_rsa_bits() const { return config_.required_rsa_bits; }
  [[nodiscard]] Report& report() { return report_; }
  [[nodiscard]] const Report& report() const { return report_; }

 private:
  Status identify();
  Result<std::optional<TransportEvent>> dispatch(const PacketView& packet);
  Status check_volume(const PacketView& packet);
  Status take_kexinit(const PacketView& packet);
  Result<TransportEvent> take_newkeys(const PacketView& packet);
  Status take_disconnect(ByteView payload);
  Status take_ext_info(ByteView payload);
  void note_channel_use(std::uint8_t number);

  const TransportConfig config_;
  Report report_;
  Slab in_;
  PacketReader reader_;
  PacketWriter writer_;
  IdentificationReader identification_;
  KexMachine kex_;
  RekeyPolicy policy_;
  Stage stage_ = Stage::service;
  bool is_identified_ = false;
  std::string server_line_;
  std::string server_sig_algs_;
  unsigned ext_infos_ = 0;
  bool takes_host_bound_keys_ = false;
  unsigned rekeys_without_data_ = 0;
  std::uint64_t packets_before_login_ = 0;
  std::uint64_t bytes_before_login_ = 0;
  std::optional<Instant> keys_since_;  // set by rekey_if_due() after each exchange
};

}  // namespace hawser::transport
