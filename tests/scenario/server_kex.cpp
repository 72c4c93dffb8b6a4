// The server's side of a key exchange; its methods stand in server_method.cpp.
#include "hawser/keys/public_key.h"
#include "hawser/wire/messages_kex.h"

#include "scenario/server_transport.h"
#include "scenario/test_keys.h"

namespace hawser::scenario {

namespace {

std::string join(const std::vector<std::string>& names) {
  std::string joined;
  for (const std::string& name : names) joined += (joined.empty() ? "" : ",") + name;
  return joined;
}

template <typename Field>
Bytes encode_field(const Field& field) {
  Bytes out;
  wire::BytesSink sink(out);
  wire::put_field(sink, field);
  return out;
}

}  // namespace

Status ServerTransport::begin() {
  if (holds_output()) return {};
  std::string kex = join(proposal_.kex);
  if (options_.offers_strict_kex && session_id_.empty()) {
    kex += "," + std::string(transport::kStrictKexServer);
  }
  const std::string host_key = join(proposal_.host_key);
  const std::string cipher = join(proposal_.cipher);
  const std::string mac = join(proposal_.mac);
  const std::string compression = join(proposal_.compression);
  wire::KexInit message;
  HAWSER_TRY(engine_.random->fill(message.cookie.bytes));
  message.kex = wire::NameList(kex);
  message.host_key = wire::NameList(host_key);
  message.cipher_client_to_server = message.cipher_server_to_client = wire::NameList(cipher);
  message.mac_client_to_server = message.mac_server_to_client = wire::NameList(mac);
  message.compression_client_to_server = message.compression_server_to_client =
      wire::NameList(compression);
  Bytes payload = wire::encode_to_bytes(message);
  if (outgoing && !outgoing(payload)) return {};
  own_kexinit_ = payload;
  return writer_.write(Gather(payload));
}

Status ServerTransport::rekey() {
  if (holds_output() || !client_kexinit_.empty() || exchanges_ == 0) return {};
  return begin();
}

Status ServerTransport::take_kexinit(ByteView payload) {
  if (!client_kexinit_.empty()) return fail(Errc::unexpected_message, "second KEXINIT");
  HAWSER_TRY(begin());
  if (own_kexinit_.empty()) return {};  // the test keeps it from being sent
  const auto client = HAWSER_TRY(wire::decode<wire::KexInit>(payload));
  const auto server = HAWSER_TRY(wire::decode<wire::KexInit>(own_kexinit_));
  if (session_id_.empty()) {
    is_strict_ = options_.offers_strict_kex && client.kex.contains(transport::kStrictKexClient);
    client_wants_ext_info_ = client.kex.contains(transport::kExtInfoClient);
  } else if (client.kex.contains(transport::kStrictKexClient)) {
    return fail(Errc::unexpected_message, "strict marker in a re-key");
  }
  client_kexinit_ = to_bytes(payload);
  const auto agreed = transport::negotiate(engine_, client, server, report_);
  agreed_ = agreed ? *agreed : transport::Agreed{};  // without one the client is to say goodbye
  if (agreed_.kex != nullptr) method_ = make_server_method(engine_, *agreed_.kex);
  return {};
}

Status ServerTransport::take_method(ByteView payload) {
  if (method_ == nullptr || !holds_output()) return fail(Errc::unexpected_message, "kex");
  ServerMethod::Step step = HAWSER_TRY(method_->take(payload));
  if (step.send) HAWSER_TRY(seal(std::move(*step.send)));
  if (step.answer) return reply(std::move(*step.answer));
  return {};
}

Status ServerTransport::reply(ServerMethod::Answer answer) {
  method_.reset();
  transport::KexOutcome outcome;
  outcome.host_key = options_.presents_blob;
  if (outcome.host_key.empty()) {
    outcome.host_key = to_bytes(test_key(engine_, presented_key()).public_blob());
  }
  outcome.public_values = std::move(answer.public_values);
  outcome.shared = std::move(answer.shared);
  const Bytes hash = HAWSER_TRY(transport::exchange_hash(
      engine_, agreed_.kex->hash,
      {client_line_, options_.identification, client_kexinit_, own_kexinit_}, outcome));
  const bool is_first = session_id_.empty();
  if (is_first) session_id_ = hash;
  const auto signer = test_key(engine_, presented_key());
  const auto* wanted = crypto::find_signature(engine_, agreed_.host_key->signature);
  const std::string_view algorithm =
      wanted->key_type == signer.type() ? wanted->name : signer.type();
  const Bytes signature = HAWSER_TRY(signer.sign(engine_, algorithm, hash));
  // Only number and type of the value differ between the replies.
  Bytes message{answer.reply_number};
  append(message, encode_field(wire::Blob(outcome.host_key)));
  append(message, answer.value);
  append(message, encode_field(wire::Blob(signature)));
  if (outgoing && !outgoing(message)) return {};  // the test keeps the exchange from ending
  HAWSER_TRY(writer_.write(Gather(message)));
  return switch_output(HAWSER_TRY(
      transport::derive_keys(engine_, agreed_, outcome.shared.view(), hash, session_id_)));
}

Status ServerTransport::switch_output(const transport::SessionKeys& keys) {
  opener_ = HAWSER_TRY(transport::make_opener(agreed_.client_to_server, keys.client_to_server));
  auto sealer = HAWSER_TRY(transport::make_sealer(agreed_.server_to_client, keys.server_to_client));
  HAWSER_TRY(seal(wire::encode_to_bytes(wire::NewKeys{})));
  writer_.switch_keys(std::move(sealer), is_strict_,
                      options_.compresses ? agreed_.server_to_client.compression : nullptr);
  own_kexinit_.clear();
  ++exchanges_;
  while (!held_.empty()) {
    HAWSER_TRY(seal(std::move(held_.front())));
    held_.pop_front();
  }
  return {};
}

Status ServerTransport::take_newkeys() {
  if (opener_ == nullptr) return fail(Errc::unexpected_message, "client's NEWKEYS");
  reader_.switch_keys(std::move(opener_), is_strict_, agreed_.client_to_server.compression);
  client_kexinit_.clear();
  return {};
}

std::string ServerTransport::presented_key() const {
  if (exchanges_ > 0 && !options_.presents_key_in_rekey.empty()) {
    return options_.presents_key_in_rekey;
  }
  if (!options_.presents_key.empty()) return options_.presents_key;
  return std::string(crypto::find_signature(engine_, agreed_.host_key->signature)->key_type);
}

}  // namespace hawser::scenario
