// Packets in and out; the exchange itself stands in server_kex.cpp.
#include "scenario/server_transport.h"

#include <algorithm>

#include "hawser/transport/algorithm_list.h"
#include "hawser/wire/messages_auth.h"
#include "hawser/wire/messages_kex.h"

namespace hawser::scenario {

ServerTransport::ServerTransport(const ServerOptions& options, const crypto::Engine& engine)
    : options_(options),
      engine_(engine),
      proposal_(transport::default_proposal(engine)),
      writer_(*engine.random) {
  proposal_.host_key.clear();
  for (const auto& row : engine.signatures) proposal_.host_key.emplace_back(row.name);
  transport::allow_all_legacy(engine, proposal_);
  std::erase_if(proposal_.host_key, [](const auto& name) { return name.contains("-cert-"); });
  const auto choose = [](std::vector<std::string>& list, const std::vector<std::string>& wanted) {
    if (!wanted.empty()) list = wanted;
  };
  choose(proposal_.kex, options.proposal.kex);
  choose(proposal_.host_key, options.proposal.host_key);
  choose(proposal_.cipher, options.proposal.cipher);
  choose(proposal_.mac, options.proposal.mac);
  choose(proposal_.compression, options.proposal.compression);
  writer_.write_raw(as_bytes(options.before_identification));
  writer_.write_raw(as_bytes(options.identification + options.line_end));
}

void ServerTransport::received(ByteView bytes) {
  copy(bytes, in_.reserve(bytes.size()));
  in_.commit(bytes.size());
}

Result<std::optional<Bytes>> ServerTransport::next() {
  if (client_line_.empty()) {
    HAWSER_TRY(identify());
    if (client_line_.empty()) return std::nullopt;
    HAWSER_TRY(begin());
  }
  for (;;) {
    const auto packet = HAWSER_TRY(reader_.next(in_, limits::kPacket));
    if (!packet) return std::nullopt;
    numbers_.push_back(packet->number);
    HAWSER_TRY(check_legal(packet->number));
    if (incoming) incoming(packet->payload);
    if (packet->number == wire::KexInit::number) {
      HAWSER_TRY(take_kexinit(packet->payload));
    } else if (packet->number == wire::NewKeys::number) {
      HAWSER_TRY(take_newkeys());
    } else if (packet->number >= 30 && packet->number < 50) {
      HAWSER_TRY(take_method(packet->payload));
    } else {
      return to_bytes(packet->payload);
    }
    if (is_rekey_due()) HAWSER_TRY(rekey());
  }
}

Status ServerTransport::identify() {
  const std::string_view text = as_text(in_.view());
  const std::size_t end = text.find("\r\n");
  if (end == std::string_view::npos) return {};
  client_line_ = text.substr(0, end);
  in_.consume(end + 2);
  return {};
}

// RFC 4253 7.1: from the client's KEXINIT to its NEWKEYS nothing but key exchange may come.
Status ServerTransport::check_legal(std::uint8_t number) const {
  const bool is_kex = number == wire::NewKeys::number || (number >= 30 && number < 50);
  const bool is_generic = number == 1 || (number < 5 && !(is_strict_ && exchanges_ == 0));
  if (!client_kexinit_.empty() && !is_kex && !is_generic) {
    return fail(Errc::unexpected_message, "client sends during key exchange", number);
  }
  if (client_kexinit_.empty() && is_kex) {
    return fail(Errc::unexpected_message, "client exchanges keys without KEXINIT", number);
  }
  return {};
}

Status ServerTransport::send(ByteView payload) {
  if (holds_output() || exchanges_ == 0) {
    held_.push_back(to_bytes(payload));
    return {};
  }
  HAWSER_TRY(seal(to_bytes(payload)));
  return is_rekey_due() ? rekey() : Status{};
}

// With delayed compression not before the login: USERAUTH_SUCCESS would cross the client's NEWKEYS,
// and nobody could say which of them is the last that is not compressed.
bool ServerTransport::is_rekey_due() const {
  const std::uint64_t every = options_.rekeys_every_packets;
  const auto* compression = agreed_.client_to_server.compression;
  const bool waits = compression != nullptr && !is_login_done_ &&
                     compression->start == transport::CompressionStart::after_login;
  return every != 0 && exchanges_ > 0 && !waits && writer_.packets_under_key() >= every;
}

Status ServerTransport::seal(Bytes payload) {
  if (outgoing && !outgoing(payload)) return {};
  HAWSER_TRY(writer_.write(Gather(payload)));
  if (payload[0] == wire::UserauthSuccess::number) {
    is_login_done_ = true;
    writer_.login_done();
    reader_.login_done();
  }
  return {};
}

}  // namespace hawser::scenario
