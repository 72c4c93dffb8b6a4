#include "hawser/transport/kex_machine.h"

#include <utility>

#include "hawser/transport/weakness.h"

namespace hawser::transport {

void KexMachine::set_lines(std::string client, std::string server) {
  client_line_ = std::move(client);
  server_line_ = std::move(server);
}

Status KexMachine::begin() {
  if (!is_idle()) return {};
  const Exchange exchange = is_first_done() ? Exchange::again : Exchange::first;
  Bytes kexinit = HAWSER_TRY(make_kexinit(proposal_, *engine_.random, exchange));
  HAWSER_TRY(writer_.write(Gather(kexinit)));
  state_ = Offered{std::move(kexinit)};
  return {};
}

Status KexMachine::take_kexinit(ByteView payload, std::uint32_t sequence) {
  HAWSER_TRY(begin());
  auto* offered = std::get_if<Offered>(&state_);
  if (offered == nullptr) return fail(Errc::unexpected_message, "kex", wire::KexInit::number);

  const auto server = HAWSER_TRY(wire::decode<wire::KexInit>(payload));
  const auto client = HAWSER_TRY(wire::decode<wire::KexInit>(offered->client_kexinit));
  if (!is_first_done() && server.kex.contains(kStrictKexServer)) {
    strict_ = wire::StrictKex::on;
    // A packet before it, whatever it was, could have been a middleman's (CVE-2023-48795).
    if (sequence != 0) return fail(Errc::unexpected_message, "strict kex", wire::KexInit::number);
  }
  const Agreed agreed = HAWSER_TRY(negotiate(engine_, client, server, report_));
  auto method = HAWSER_TRY(agreed.kex->make(engine_, *agreed.kex));
  const Bytes first = HAWSER_TRY(method->start());
  HAWSER_TRY(writer_.write(Gather(first)));
  state_ = Running{agreed, std::move(offered->client_kexinit), to_bytes(payload), std::move(method),
                   agreed.is_guess_wrong};
  return {};
}

Status KexMachine::take_method(ByteView payload) {
  auto* running = std::get_if<Running>(&state_);
  if (running == nullptr) return fail(Errc::unexpected_message, "kex", payload[0]);
  if (std::exchange(running->ignores_next, false)) return {};
  KexMethod::Step step = HAWSER_TRY(running->method->take(payload));
  if (step.send) HAWSER_TRY(writer_.write(Gather(*step.send)));
  if (step.outcome) return finish_method(*running, std::move(*step.outcome));
  return {};
}

Status KexMachine::finish_method(Running& running, KexOutcome outcome) {
  const Agreed agreed = running.agreed;
  const Bytes hash = HAWSER_TRY(exchange_hash(
      engine_, agreed.kex->hash,
      {client_line_, server_line_, running.client_kexinit, running.server_kexinit}, outcome));
  HAWSER_TRY(verify_host_key(agreed, outcome, hash));
  if (session_id_.empty()) session_id_ = hash;
  SessionKeys keys =
      HAWSER_TRY(derive_keys(engine_, agreed, outcome.shared.view(), hash, session_id_));
  agreed_ = agreed;
  if (is_first_done()) return switch_output(agreed, std::move(keys));
  state_ = Judging{agreed, std::move(keys)};
  return {};
}

Status KexMachine::verify_host_key(const Agreed& agreed, const KexOutcome& outcome, ByteView hash) {
  auto parsed = keys::PublicKey::parse(engine_, outcome.host_key);
  if (!parsed || parsed->type() != agreed.host_key->blob_type) {
    return fail(Errc::bad_host_key, "host key");
  }
  if (parsed->rsa_bits() != 0 && parsed->rsa_bits() < required_rsa_bits_) {
    report_.text = short_rsa_text("the server's host key", parsed->rsa_bits(), required_rsa_bits_);
    return fail(Errc::host_key_short, "host key", parsed->rsa_bits());
  }
  if (host_key_ && !equal(host_key_->blob(), parsed->blob())) {
    return fail(Errc::host_key_switched, "host key");
  }
  const Status verified = parsed->verify(engine_, agreed.host_key->name, hash, outcome.signature);
  if (!verified && verified.error().code == Errc::crypto_failed) return verified;
  if (!verified) return fail(Errc::host_key_signature, "host key");
  host_key_ = *std::move(parsed);
  return {};
}

Status KexMachine::accept_host_key() {
  auto* judging = std::get_if<Judging>(&state_);
  if (judging == nullptr) return fail(Errc::wrong_state, "accept_host_key");
  const Agreed agreed = judging->agreed;
  SessionKeys keys = std::move(judging->keys);
  return switch_output(agreed, std::move(keys));
}

Status KexMachine::switch_output(const Agreed& agreed, SessionKeys keys) {
  auto opener = HAWSER_TRY(make_opener(agreed.server_to_client, keys.server_to_client));
  auto sealer = HAWSER_TRY(make_sealer(agreed.client_to_server, keys.client_to_server));
  HAWSER_TRY(writer_.write_message(wire::NewKeys{}));
  writer_.switch_keys(std::move(sealer), strict_ == wire::StrictKex::on,
                      agreed.client_to_server.compression);
  state_ = Switching{std::move(opener)};
  return {};
}

Result<std::unique_ptr<Opener>> KexMachine::take_newkeys(ByteView payload) {
  auto* switching = std::get_if<Switching>(&state_);
  if (switching == nullptr) return fail(Errc::unexpected_message, "kex", wire::NewKeys::number);
  HAWSER_TRY(wire::decode<wire::NewKeys>(payload));
  auto opener = std::move(switching->opener);
  state_ = Idle{};
  ++exchanges_;
  return opener;
}

}  // namespace hawser::transport
