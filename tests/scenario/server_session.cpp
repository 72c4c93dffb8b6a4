#include "scenario/server_session.h"

#include "hawser/wire/messages_transport.h"

namespace hawser::scenario {

namespace {

// RFC 8308 3.1: the signature algorithms that userauth takes.
Bytes ext_info() {
  constexpr std::string_view kAlgorithms =
      "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,"
      "rsa-sha2-256";
  const Bytes entry = wire::encode_to_bytes(
      wire::ExtInfoEntry{"server-sig-algs", wire::Blob(as_bytes(kAlgorithms))});
  return wire::encode_to_bytes(wire::ExtInfo{1, wire::Rest{entry}});
}

}  // namespace

ServerSession::ServerSession(ServerOptions options, const crypto::Engine& engine)
    : options_(std::move(options)),
      transport_(options_, engine),
      auth_(options_.auth, engine),
      connection_(options_, [this](ByteView payload) { return transport_.send(payload); }) {}

void ServerSession::received(ByteView bytes) {
  if (complaint_) return;
  transport_.received(bytes);
  note(serve());
}

void ServerSession::pump() {
  if (complaint_ || disconnect_code_ || transport_.holds_output()) return;
  note(connection_.pump());
}

Status ServerSession::serve() {
  while (const auto payload = HAWSER_TRY(transport_.next())) HAWSER_TRY(take(*payload));
  if (options_.sends_ext_info && transport_.client_wants_ext_info() &&
      transport_.exchanges() == 1 && !std::exchange(has_sent_ext_info_, true)) {
    return transport_.send(ext_info());
  }
  return {};
}

Status ServerSession::take(ByteView payload) {
  switch (payload[0]) {
    case wire::Disconnect::number:
      disconnect_code_ = HAWSER_TRY(wire::decode<wire::Disconnect>(payload)).reason;
      return {};
    case wire::Ignore::number:
    case wire::Debug::number:
      return {};
    case wire::Unimplemented::number:
      unimplemented_.push_back(HAWSER_TRY(wire::decode<wire::Unimplemented>(payload)).sequence);
      return {};
    default:
      break;
  }
  if (payload[0] < 80) {
    for (const Bytes& answer : HAWSER_TRY(auth_.take(payload, transport_.session_id()))) {
      HAWSER_TRY(transport_.send(answer));
    }
    return {};
  }
  if (!auth_.is_done()) return fail(Errc::unexpected_message, "before login", payload[0]);
  return connection_.take(payload);
}

void ServerSession::note(Status status) {
  if (!status && !complaint_) complaint_ = status.error();
}

}  // namespace hawser::scenario
