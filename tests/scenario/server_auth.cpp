#include "scenario/server_auth.h"

#include <algorithm>

#include "hawser/keys/public_key.h"
#include "hawser/wire/codec.h"
#include "hawser/wire/messages_transport.h"

namespace hawser::scenario {

Result<std::vector<Bytes>> ServerAuth::take(ByteView payload, ByteView session_id) {
  if (payload[0] == wire::ServiceRequest::number) {
    const auto request = HAWSER_TRY(wire::decode<wire::ServiceRequest>(payload));
    if (request.service.view() != "ssh-userauth") return fail(Errc::unexpected_message, "service");
    return std::vector<Bytes>{wire::encode_to_bytes(wire::ServiceAccept{request.service})};
  }
  const auto request = HAWSER_TRY(wire::decode<wire::UserauthRequest>(payload));
  std::vector<Bytes> answers;
  if (!std::exchange(has_banners_sent_, true)) {
    for (const std::string& banner : script_.banners) {
      answers.push_back(wire::encode_to_bytes(wire::UserauthBanner{wire::Text(banner), ""}));
    }
  }
  const Verdict verdict = HAWSER_TRY(judge(request, payload, session_id));
  answers.push_back(answer(verdict, request));
  return answers;
}

Result<ServerAuth::Verdict> ServerAuth::judge(const wire::UserauthRequest& request,
                                              ByteView payload, ByteView session_id) {
  if (request.service.view() != "ssh-connection") return fail(Errc::unexpected_message, "service");
  if (request.user.view() != script_.user) return Verdict::refused;
  const ByteView fields = request.fields_of_method.bytes;
  if (request.method.view() == "password") return judge_password(fields);
  if (request.method.view() == "publickey") return judge_key(fields, payload, session_id);
  const bool is_none = request.method.view() == "none";
  return is_none && script_.accepts_none ? Verdict::accepted : Verdict::refused;
}

Result<ServerAuth::Verdict> ServerAuth::judge_password(ByteView fields) {
  const auto given = HAWSER_TRY(wire::decode<wire::PasswordFields>(fields));
  if (script_.wants_new_password) return Verdict::wants_new_password;
  has_password_ = as_text(given.password.bytes) == script_.password;
  return has_password_ ? Verdict::accepted : Verdict::refused;
}

Result<ServerAuth::Verdict> ServerAuth::judge_key(ByteView fields, ByteView payload,
                                                  ByteView session_id) {
  wire::Reader reader(fields);
  const auto given = wire::read<wire::PublicKeyFields>(reader);
  const ByteView covered = payload.first(payload.size() - reader.rest().size());
  const ByteView signature = given.has_signature ? reader.string() : ByteView{};
  if (!reader.ok() || !reader.at_end()) return fail(Errc::malformed_message, "publickey");
  const bool is_known = std::ranges::any_of(
      script_.public_keys, [&](const Bytes& blob) { return equal(blob, given.key.bytes); });
  if (!is_known) return Verdict::refused;
  if (!given.has_signature) return Verdict::probe_accepted;
  ++signatures_;
  Bytes message;
  wire::BytesSink sink(message);
  wire::put_string(sink, session_id);
  sink.put(covered);
  const auto key = HAWSER_TRY(keys::PublicKey::parse(engine_, given.key.bytes));
  HAWSER_TRY(key.verify(engine_, given.algorithm.view(), message, signature));
  has_key_ = true;
  return Verdict::accepted;
}

Bytes ServerAuth::answer(Verdict verdict, const wire::UserauthRequest& request) {
  if (verdict == Verdict::probe_accepted) {
    wire::Reader reader(request.fields_of_method.bytes);
    const auto asked = wire::read<wire::PublicKeyFields>(reader);
    return wire::encode_to_bytes(wire::UserauthPkOk{asked.algorithm, asked.key});
  }
  if (verdict == Verdict::wants_new_password) {
    return wire::encode_to_bytes(wire::UserauthPasswdChangereq{"expired", ""});
  }
  if (verdict == Verdict::refused) {
    return wire::encode_to_bytes(
        wire::UserauthFailure{wire::NameList("publickey,password"), false});
  }
  if (script_.wants_key_and_password && !(has_key_ && has_password_)) {
    const wire::NameList rest(has_key_ ? "password" : "publickey");
    return wire::encode_to_bytes(wire::UserauthFailure{rest, true});
  }
  is_done_ = true;
  return wire::encode_to_bytes(wire::UserauthSuccess{});
}

}  // namespace hawser::scenario
