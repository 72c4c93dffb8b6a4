#include "fuzz/player.h"

#include "hawser/wire/messages_auth.h"
#include "hawser/wire/messages_transport.h"

#include "fuzz/channel_calls.h"
#include "fuzz/credentials.h"
#include "support/null_peer.h"

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

}  // namespace

Player::Player(Compresses compresses)
    : engine_(test::null_engine(random_)),
      session_(config_for(engine_, compresses), engine_, Instant{}) {}

void Player::log_in() {
  bring_raw(test::null_handshake());
  check(session_.login("user", auth::NoneCredential{}));
  is_asked_ = true;
  bring_packet(wire::encode_to_bytes(wire::ServiceAccept{"ssh-userauth"}));
  bring_packet(wire::encode_to_bytes(wire::UserauthSuccess{}));
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
  const bool is_protected = session_.transport().kex().exchanges() > 0;
  bring_raw(is_protected ? test::null_packet(payload) : test::plain_packet(payload));
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
      const Bytes blob = test::null_host_key();
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
