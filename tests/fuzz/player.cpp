#include "fuzz/player.h"

#include "hawser/wire/messages_auth.h"
#include "hawser/wire/messages_kex.h"
#include "hawser/wire/messages_transport.h"

#include "fuzz/channel_calls.h"
#include "fuzz/credentials.h"
#include "support/null_engine.h"

namespace hawser::fuzz {

namespace {

// SECURITY.md: before login, and after it with windows of kWindow bytes.
constexpr std::size_t kMemoryBeforeLogin = 256 * 1024 + 2 * limits::kPacketBeforeLogin;
constexpr std::size_t kMemory = 4 << 20;
constexpr std::uint32_t kWindow = 64 * 1024;

session::Config config_for(const crypto::Engine& engine, Compresses compresses) {
  session::Config config;
  config.transport.proposal = transport::default_proposal(engine);
  if (compresses == Compresses::yes) {
    config.transport.proposal.compression = transport::wanted_compression();
  }
  config.connection = {kWindow, 2 * kWindow, 8};
  return config;
}

// As the null cipher has it: the length apart, padding to 16 bytes, an empty tag.
Bytes framed(ByteView payload, bool is_protected) {
  const std::size_t padding =
      is_protected ? transport::padding_for(payload.size(), 16, transport::LengthField::apart)
                   : transport::padding_for(payload.size(), 8, transport::LengthField::padded);
  Bytes packet(4);
  store_be32(packet.data(), static_cast<std::uint32_t>(1 + payload.size() + padding));
  packet.push_back(static_cast<std::uint8_t>(padding));
  append(packet, payload);
  packet.resize(packet.size() + padding + (is_protected ? 16 : 0));
  return packet;
}

wire::KexInit servers_kexinit() {
  wire::KexInit message;
  message.kex = wire::NameList("curve25519-sha256,kex-strict-s-v00@openssh.com");
  message.host_key = wire::NameList("ssh-ed25519");
  const wire::NameList cipher("aes256-gcm@openssh.com");
  message.cipher_client_to_server = message.cipher_server_to_client = cipher;
  const wire::NameList compression("zlib@openssh.com,none");
  message.compression_client_to_server = message.compression_server_to_client = compression;
  return message;
}

Bytes host_key_blob() {
  Bytes blob{0, 0, 0, 11};
  append(blob, as_bytes("ssh-ed25519"));
  append(blob, Bytes{0, 0, 0, 32});
  append(blob, Bytes(32, 7));
  return blob;
}

Bytes signature_blob() {
  Bytes blob{0, 0, 0, 11};
  append(blob, as_bytes("ssh-ed25519"));
  append(blob, Bytes{0, 0, 0, 64});
  append(blob, Bytes(64, 8));
  return blob;
}

}  // namespace

Player::Player(Compresses compresses)
    : engine_(test::null_engine(random_)),
      session_(config_for(engine_, compresses), engine_, Instant{}) {}

void Player::log_in() {
  bring_raw(as_bytes("SSH-2.0-null\r\n"));
  bring(servers_kexinit());
  const Bytes key = host_key_blob();
  const Bytes value(test::kNullValue, 9);
  const Bytes signature = signature_blob();
  bring(wire::KexEcdhReply{wire::Blob(key), wire::Blob(value), wire::Blob(signature)});
  bring(wire::NewKeys{});
  check(session_.login("user", auth::NoneCredential{}));
  is_asked_ = true;
  bring(wire::ServiceAccept{"ssh-userauth"});
  bring(wire::UserauthSuccess{});
  HAWSER_EXPECT(session_.is_logged_in());
}

void Player::play(Input& input) {
  const std::size_t what = input.below(8);
  if (what < 4) return bring_packet(input.piece());
  if (what == 4) return bring_raw(input.piece());
  if (what == 5) return call_connection(input);
  call(input);
  take_events();
}

void Player::bring_packet(ByteView payload) {
  if (payload.empty()) return;
  bring_raw(framed(payload, session_.transport().kex().exchanges() > 0));
}

void Player::bring_raw(ByteView bytes) {
  do {
    const ByteSpan space = session_.receive_space();
    const std::size_t size = std::min({bytes.size(), space.size(), cut_});
    if (size == 0 && !bytes.empty()) break;  // it wants no more now
    copy(bytes.first(size), space);
    if (size > 0) session_.received(size);
    bytes = bytes.subspan(size);
    take_events();
  } while (!bytes.empty());
}

// What an application does with its connection as a whole.
void Player::call(Input& input) {
  switch (input.below(16)) {
    case 0:
      check(session_.login("user", credential(input)));
      is_asked_ = true;
      return;
    case 1:
      return check(session_.answer(as_bytes("signature")));
    case 2:
      return check(session_.answer(std::vector<SecretBytes>(input.below(4))));
    case 3:
      return check(session_.cancel_login());
    case 4:
      return check(session_.accept_host_key());
    case 5:
      return check(session_.refuse_host_key(Errc::host_key_refused));
    case 6:
      judges_ = !judges_;
      return;
    case 7:
      now_ += std::chrono::seconds(input.byte());
      return session_.on_time(now_);
    case 8:
      return check(session_.keepalive());
    case 9: {
      const Bytes blob = host_key_blob();
      const ByteView blobs[] = {blob, blob};
      return check(session_.prove_host_keys(blobs));
    }
    case 10:
      return check(session_.rekey());
    case 11:
      return session_.release_idle_memory();
    case 12:
      cut_ = 1 + input.byte();
      return;
    case 13:
      return session_.ended();
    case 14:
      return session_.sent(session_.pending_output().size() / 2);
    default:
      if (input.byte() == 0) session_.disconnect();
      return;
  }
}

void Player::call_connection(Input& input) {
  check(call_channel<session::Session, connection::ChannelId>(session_, input));
  take_events();
}

void Player::take_events() {
  for (;;) {
    const auto event = session_.next();
    if (!event) {
      HAWSER_EXPECT(session_.failure() && *session_.failure() == event.error());
      HAWSER_EXPECT(event.error().code != Errc::internal);
      break;
    }
    if (!*event) break;
    note(**event);
  }
  check_memory();
  // A peer that reads: half the time all, or what waits would end every session.
  if (session_.pending_output().size() > limits::kOutboundData) {
    session_.sent(session_.pending_output().size());
  }
}

void Player::note(const session::Event& event) {
  if (std::holds_alternative<session::HostKeyOffered>(event) && judges_) {
    check(session_.accept_host_key());
  }
  if (std::holds_alternative<session::LoginSucceeded>(event)) {
    HAWSER_EXPECT(is_asked_ && session_.is_logged_in());
  }
  if (const auto* bytes = std::get_if<connection::ChannelBytes>(&event)) {
    HAWSER_EXPECT(session_.is_logged_in() && bytes->data.size() <= 2 * kWindow);
  }
}

void Player::check(const Status& status) const {
  HAWSER_EXPECT(status || status.error().code != Errc::internal);
}

void Player::check_memory() const {
  HAWSER_EXPECT(session_.held_memory() <= (session_.is_logged_in() ? kMemory : kMemoryBeforeLogin));
}

}  // namespace hawser::fuzz
