// The key exchange, first and again, as a variant of states each owning only its data:
//
//   Idle -> Offered (our KEXINIT is out) -> Running (both are) -> Judging (host key) -> Switching
//   (our NEWKEYS is out) -> Idle
//
// Either side may begin. It writes its packets to the writer and switches the writer's keys; the
// reader's new Opener is handed over when the peer's NEWKEYS comes.
#pragma once

#include <variant>

#include "hawser/keys/public_key.h"
#include "hawser/transport/key_schedule.h"
#include "hawser/transport/packet_writer.h"
#include "hawser/transport/proposal.h"
#include "hawser/wire/message_table.h"

namespace hawser::transport {

class KexMachine {
 public:
  // All references outlive the machine.
  KexMachine(const crypto::Engine& engine, const Proposal& proposal, unsigned required_rsa_bits,
             PacketWriter& writer, Report& report)
      : engine_(engine),
        proposal_(proposal),
        required_rsa_bits_(required_rsa_bits),
        writer_(writer),
        report_(report) {}

  void set_lines(std::string client, std::string server);

  // Sends our KEXINIT if none is out.
  Status begin();

  // The peer's KEXINIT. `sequence` is its packet's: strict key exchange wants it to be the first.
  Status take_kexinit(ByteView payload, std::uint32_t sequence);
  // A message of the method (30 to 49).
  Status take_method(ByteView payload);
  // The verdict on the key of Judging: accepted. A refusal ends the session and is not told here.
  Status accept_host_key();
  // The peer's NEWKEYS: the keys to open what follows.
  Result<std::unique_ptr<Opener>> take_newkeys(ByteView payload);

  // No exchange is under way.
  [[nodiscard]] bool is_idle() const { return std::holds_alternative<Idle>(state_); }
  // From our KEXINIT to our NEWKEYS nothing but key exchange may be sent (RFC 4253 7.1).
  [[nodiscard]] bool holds_output() const {
    return !is_idle() && !std::holds_alternative<Switching>(state_);
  }
  // From the peer's KEXINIT to its NEWKEYS nothing but key exchange may come.
  [[nodiscard]] bool holds_input() const {
    return !is_idle() && !std::holds_alternative<Offered>(state_);
  }
  // The host key waits for a verdict; nothing may be read until then.
  [[nodiscard]] bool is_judging() const { return std::holds_alternative<Judging>(state_); }

  [[nodiscard]] wire::StrictKex strict() const { return strict_; }
  [[nodiscard]] bool is_first_done() const { return exchanges_ > 0; }
  [[nodiscard]] unsigned exchanges() const { return exchanges_; }
  [[nodiscard]] ByteView session_id() const { return session_id_; }
  // Of the last exchange that reached an agreement.
  [[nodiscard]] const std::optional<Agreed>& agreed() const { return agreed_; }
  // The server's key, once its signature was verified.
  [[nodiscard]] const std::optional<keys::PublicKey>& host_key() const { return host_key_; }

 private:
  struct Idle {};
  struct Offered {
    Bytes client_kexinit;
  };
  struct Running {
    Agreed agreed;
    Bytes client_kexinit;
    Bytes server_kexinit;
    std::unique_ptr<KexMethod> method;
    bool ignores_next;
  };
  struct Judging {
    Agreed agreed;
    SessionKeys keys;
  };
  struct Switching {
    std::unique_ptr<Opener> opener;
  };

  Status finish_method(Running& running, KexOutcome outcome);
  Status verify_host_key(const Agreed& agreed, const KexOutcome& outcome, ByteView hash);
  Status switch_output(const Agreed& agreed, SessionKeys keys);

  const crypto::Engine& engine_;
  const Proposal& proposal_;
  const unsigned required_rsa_bits_;
  PacketWriter& writer_;
  Report& report_;
  std::string client_line_;
  std::string server_line_;
  std::variant<Idle, Offered, Running, Judging, Switching> state_;
  wire::StrictKex strict_ = wire::StrictKex::off;
  unsigned exchanges_ = 0;
  Bytes session_id_;
  std::optional<Agreed> agreed_;
  std::optional<keys::PublicKey> host_key_;
};

}  // namespace hawser::transport
