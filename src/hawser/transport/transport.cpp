#include "hawser/transport/transport.h"

#include "hawser/base/display.h"
#include "hawser/wire/messages_connection.h"
#include "hawser/wire/messages_transport.h"

namespace hawser::transport {

namespace {

// Room for one packet of the largest size and one read of the socket besides.
constexpr std::size_t kReceiveSlab = limits::kPacket + 64 * 1024;
constexpr std::size_t kReceiveSlabBeforeLogin = 48 * 1024;
constexpr std::size_t kReadBeforeLogin = 8 * 1024;
constexpr std::size_t kRead = 32 * 1024;

}  // namespace

Transport::Transport(TransportConfig config, const crypto::Engine& engine)
    : config_(std::move(config)),
      in_(kReceiveSlabBeforeLogin),
      writer_(*engine.random, config_.trace ? &config_.trace : nullptr),
      kex_(engine, config_.proposal, config_.required_rsa_bits, writer_, report_),
      policy_(config_.rekey) {}

Status Transport::start() {
  const std::string line = std::string(kClientIdentification) + "\r\n";
  writer_.write_raw(as_bytes(line));
  return kex_.begin();
}

ByteSpan Transport::receive_space() {
  reader_.release(in_);
  if (!can_receive()) return {};
  if (stage_ != Stage::connection) {
    return in_.reserve(std::max(reader_.missing(in_), kReadBeforeLogin));
  }
  if (in_.capacity() < kReceiveSlab) in_.reserve(kReceiveSlab - in_.size());
  return in_.reserve(std::max(reader_.missing(in_), kRead));
}

void Transport::release_idle_memory() {
  reader_.release(in_);
  in_.release_if_empty();
  writer_.release_if_empty();
}

Result<std::optional<TransportEvent>> Transport::next() {
  if (!is_identified_) {
    HAWSER_TRY(identify());
    if (!is_identified_) return std::nullopt;
  }
  for (;;) {
    if (!can_receive()) return std::nullopt;
    const std::size_t max_packet =
        stage_ == Stage::connection ? limits::kPacket : limits::kPacketBeforeLogin;
    const auto packet = HAWSER_TRY(reader_.next(in_, max_packet));
    if (!packet) return std::nullopt;
    const auto event = HAWSER_TRY(dispatch(*packet));
    if (event) return event;
  }
}

Status Transport::identify() {
  const auto progress = HAWSER_TRY(identification_.scan(in_.view()));
  in_.consume(progress.consumed);
  if (!progress.line) return {};
  is_identified_ = true;
  server_line_ = *progress.line;
  kex_.set_lines(std::string(kClientIdentification), server_line_);
  return {};
}

Result<std::optional<TransportEvent>> Transport::dispatch(const PacketView& packet) {
  if (config_.trace) [[unlikely]] {
    tell_of_packet(config_.trace, Way::in, packet.number, packet.payload.size());
  }
  HAWSER_TRY(check_volume(packet));
  switch (wire::legality(packet.number, phase(), kex_.strict())) {
    case wire::Legality::legal:
      break;
    case wire::Legality::illegal:
      report_.text = std::string(wire::message_name(packet.number)) + " is not allowed during " +
                     std::string(wire::phase_name(phase()));
      return fail(Errc::unexpected_message, "transport", packet.number);
    case wire::Legality::unknown:
      HAWSER_TRY(writer_.write_message(wire::Unimplemented{packet.sequence}));
      return std::nullopt;
  }
  switch (packet.number) {
    case wire::Disconnect::number:
      return std::unexpected(take_disconnect(packet.payload).error());
    case wire::Ignore::number:
      HAWSER_TRY(wire::decode<wire::Ignore>(packet.payload));
      return std::nullopt;
    case wire::Unimplemented::number:
      HAWSER_TRY(wire::decode<wire::Unimplemented>(packet.payload));
      return std::nullopt;
    case wire::Debug::number:
      HAWSER_TRY(wire::decode<wire::Debug>(packet.payload));
      return std::nullopt;
    case wire::ExtInfo::number:
      HAWSER_TRY(take_ext_info(packet.payload));
      return std::nullopt;
    case wire::KexInit::number:
      HAWSER_TRY(take_kexinit(packet));
      return std::nullopt;
    case wire::NewKeys::number:
      return HAWSER_TRY(take_newkeys(packet));
    default:
      break;
  }
  if (packet.number >= 30 && packet.number < 50) {
    HAWSER_TRY(kex_.take_method(packet.payload));
    if (kex_.is_judging()) return HostKeyToJudge{};
    return std::nullopt;
  }
  note_channel_use(packet.number);
  return packet;
}

Status Transport::check_volume(const PacketView& packet) {
  if (stage_ == Stage::connection) return {};
  bytes_before_login_ += packet.payload.size();
  if (++packets_before_login_ > limits::kPacketsBeforeLogin ||
      bytes_before_login_ > limits::kBytesBeforeLogin) {
    return fail(Errc::volume_before_login, "transport");
  }
  return {};
}

Status Transport::take_kexinit(const PacketView& packet) {
  const bool is_peers_idea = kex_.is_idle();
  if (is_peers_idea && ++rekeys_without_data_ > limits::kRekeysWithoutData) {
    return fail(Errc::rekey_flood, "transport");
  }
  HAWSER_TRY(kex_.take_kexinit(packet.payload, packet.sequence));
  if (config_.requires_strict_kex && kex_.strict() == wire::StrictKex::off) {
    return fail(Errc::not_strict, "transport");
  }
  return {};
}

Result<TransportEvent> Transport::take_newkeys(const PacketView& packet) {
  auto opener = HAWSER_TRY(kex_.take_newkeys(packet.payload));
  reader_.switch_keys(std::move(opener), kex_.strict() == wire::StrictKex::on,
                      kex_.agreed()->server_to_client.compression);
  keys_since_.reset();
  return KeysReady{kex_.exchanges() == 1};
}

Status Transport::take_disconnect(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::Disconnect>(payload));
  report_.disconnect_code = message.reason;
  report_.text =
      "the server disconnected: " + display(message.description.bytes, limits::kTextShown - 64) +
      " (reason " + std::to_string(message.reason) + ")";
  return fail(Errc::disconnected, "transport", message.reason);
}

// RFC 8308 2.4 lets a server send it twice: after its NEWKEYS and just before USERAUTH_SUCCESS.
Status Transport::take_ext_info(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::ExtInfo>(payload));
  if (++ext_infos_ > 2) return fail(Errc::unexpected_message, "EXT_INFO", wire::ExtInfo::number);
  if (message.count > limits::kExtensions) {
    return fail(Errc::limit_passed, "EXT_INFO", limits::kExtensions);
  }
  wire::Reader reader(message.entries.bytes);
  for (std::uint32_t i = 0; i < message.count; ++i) {
    const auto entry = wire::read<wire::ExtInfoEntry>(reader);
    if (entry.name.view() == "server-sig-algs") server_sig_algs_ = as_text(entry.value.bytes);
    if (entry.name.view() == "publickey-hostbound@openssh.com") {
      takes_host_bound_keys_ = as_text(entry.value.bytes) == "0";  // the version
    }
  }
  if (!reader.ok() || !reader.at_end()) {
    return fail(Errc::malformed_message, "EXT_INFO", wire::ExtInfo::number);
  }
  return {};
}

void Transport::set_stage(Stage stage) {
  stage_ = stage;
  if (stage != Stage::connection) return;
  reader_.login_done();
  writer_.login_done();
}

Status Transport::send(const Gather& payload) {
  note_channel_use(payload.views()[0][0]);
  return writer_.write(payload);
}

void Transport::note_channel_use(std::uint8_t number) {
  if (number == wire::ChannelData::number || number == wire::ChannelExtendedData::number) {
    rekeys_without_data_ = 0;
  }
}

// Not before login: OpenSSH answers a KEXINIT with UNIMPLEMENTED then, and check_volume() bounds
// what the first keys have to do.
Status Transport::rekey_if_due(Instant now) {
  if (!kex_.is_idle() || !kex_.is_first_done()) return {};
  if (!keys_since_) keys_since_ = now;
  if (stage_ != Stage::connection) return {};
  const Agreed& agreed = *kex_.agreed();
  const KeyUse in{reader_.bytes_under_key(), reader_.packets_under_key(),
                  agreed.server_to_client.cipher->block_size,
                  agreed.server_to_client.cipher->bytes_under_key};
  const KeyUse out{writer_.bytes_under_key(), writer_.packets_under_key(),
                   agreed.client_to_server.cipher->block_size,
                   agreed.client_to_server.cipher->bytes_under_key};
  const auto deadline = policy_.deadline(*keys_since_);
  if (policy_.is_due(in) || policy_.is_due(out) || (deadline && now >= *deadline)) {
    return kex_.begin();
  }
  return {};
}

std::optional<Instant> Transport::rekey_deadline() const {
  if (!keys_since_ || !kex_.is_idle() || stage_ != Stage::connection) return std::nullopt;
  return policy_.deadline(*keys_since_);
}

wire::Phase Transport::phase() const {
  if (!kex_.is_first_done()) {
    return kex_.holds_input() ? wire::Phase::first_exchange : wire::Phase::first_packet;
  }
  if (kex_.holds_input()) {
    return stage_ == Stage::connection ? wire::Phase::exchange : wire::Phase::exchange_before_login;
  }
  switch (stage_) {
    case Stage::service:
      return wire::Phase::service;
    case Stage::authentication:
      return wire::Phase::authentication;
    case Stage::connection:
      return wire::Phase::connection;
  }
  return wire::Phase::service;
}

}  // namespace hawser::transport
