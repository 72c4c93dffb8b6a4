// The server's half of the transport protocol, on the role-neutral parts of the transport floor. It
// is strict with the client: whatever RFC 4253 forbids one to send is an error here.
#pragma once

#include <deque>

#include "hawser/transport/key_schedule.h"
#include "hawser/transport/packet_reader.h"
#include "hawser/transport/packet_writer.h"

#include "scenario/server_method.h"
#include "scenario/server_options.h"

namespace hawser::scenario {

class ServerTransport {
 public:
  // Both outlive the transport.
  ServerTransport(const ServerOptions& options, const crypto::Engine& engine);

  void received(ByteView bytes);
  // The next payload for the floors above; nullopt: more bytes are needed.
  Result<std::optional<Bytes>> next();

  [[nodiscard]] ByteView pending_output() const { return writer_.pending(); }
  void sent(std::size_t size) { writer_.sent(size); }

  // Sends a payload, after the exchange if one is under way.
  Status send(ByteView payload);
  // Sends any payload at once, whatever the protocol says about it.
  Status send_now(ByteView payload) { return writer_.write(Gather(payload)); }
  void send_raw(ByteView bytes) { writer_.write_raw(bytes); }
  Status rekey();

  [[nodiscard]] ByteView session_id() const { return session_id_; }
  [[nodiscard]] unsigned exchanges() const { return exchanges_; }
  // From its KEXINIT to its NEWKEYS.
  [[nodiscard]] bool holds_output() const { return !own_kexinit_.empty(); }
  [[nodiscard]] bool is_strict() const { return is_strict_; }
  [[nodiscard]] bool client_wants_ext_info() const { return client_wants_ext_info_; }
  [[nodiscard]] const transport::Agreed& agreed() const { return agreed_; }
  [[nodiscard]] const std::string& client_line() const { return client_line_; }
  [[nodiscard]] std::uint32_t packets_sent() const { return writer_.sequence(); }
  // Numbers of all messages that came, in order.
  [[nodiscard]] const std::vector<std::uint8_t>& received_numbers() const { return numbers_; }

  // Sees every payload before it is sealed and may change it; false: it is not sent.
  std::function<bool(Bytes& payload)> outgoing;
  // Sees every payload of the client before it is acted upon.
  std::function<void(ByteView payload)> incoming;

 private:
  Status identify();
  Status seal(Bytes payload);
  Status check_legal(std::uint8_t number) const;
  Status begin();
  [[nodiscard]] bool is_rekey_due() const;
  Status take_kexinit(ByteView payload);
  Status take_method(ByteView payload);
  Status reply(ServerMethod::Answer answer);
  Status switch_output(const transport::SessionKeys& keys);
  Status take_newkeys();
  [[nodiscard]] std::string presented_key() const;

  const ServerOptions& options_;
  const crypto::Engine& engine_;
  transport::Proposal proposal_;
  Report report_;
  Slab in_{64 * 1024};
  transport::PacketReader reader_;
  transport::PacketWriter writer_;
  std::string client_line_;
  Bytes own_kexinit_;     // not empty: it is out, our NEWKEYS is not
  Bytes client_kexinit_;  // not empty: it came, the client's NEWKEYS did not
  transport::Agreed agreed_;
  std::unique_ptr<ServerMethod> method_;
  std::unique_ptr<transport::Opener> opener_;  // for what follows the client's NEWKEYS
  Bytes session_id_;
  std::deque<Bytes> held_;
  std::vector<std::uint8_t> numbers_;
  unsigned exchanges_ = 0;
  bool is_strict_ = false;
  bool is_login_done_ = false;
  bool client_wants_ext_info_ = false;
};

}  // namespace hawser::scenario
