#include "hawser/operations/prove_host_keys.h"

#include "hawser/keys/algorithms.h"
#include "hawser/wire/reader.h"
#include "hawser/wire/sink.h"

namespace hawser::operations {

Result<Want> ProveHostKeys::advance(session::Session& session, Inbox& inbox) {
  if (!round_trip_) {
    if (!session.failure() && !session.is_logged_in()) {
      return fail(Errc::wrong_state, "not logged in");
    }
    // sshd announces its keys behind the login; who is asked something later has said it by then.
    HAWSER_TRY(session.keepalive());
    round_trip_ = inbox.next_global_reply();
  }
  if (inbox.global_replies() < *round_trip_) return AwaitPeer{"host keys", Patience::for_protocol};
  if (!proof_) {
    HAWSER_TRY(ask(session, inbox));
    if (asked_.empty()) return Done{};
  }
  if (inbox.global_replies() < *proof_) return AwaitPeer{"host keys", Patience::for_protocol};
  const auto answer = inbox.take_answer(*proof_);
  if (!answer) return fail(Errc::host_key_signature, "the server proves none of its host keys");
  HAWSER_TRY(check(session, *answer));
  return Done{};
}

void ProveHostKeys::cancel(session::Session& /*session*/, Inbox& inbox) {
  if (proof_) (void)inbox.take_answer(*proof_);
}

Status ProveHostKeys::ask(session::Session& session, Inbox& inbox) {
  const auto& present = *session.transport().kex().host_key();
  if (present.certificate() == nullptr) proved_.push_back(to_bytes(present.blob()));
  announced_ = inbox.host_keys();
  std::vector<ByteView> blobs;
  for (const Bytes& blob : announced_) {
    if (equal(blob, present.blob())) continue;
    auto key = keys::PublicKey::parse(engine_, blob);
    if (!key || key->certificate() != nullptr) continue;  // not ours to judge
    const unsigned bits = key->rsa_bits();
    if (bits != 0 && bits < session.transport().required_rsa_bits()) continue;  // nor to keep
    asked_.push_back(*std::move(key));
    blobs.push_back(blob);
  }
  if (asked_.empty()) return {};
  HAWSER_TRY(session.prove_host_keys(blobs));
  proof_ = inbox.next_global_reply();
  inbox.await_answer(*proof_);
  return {};
}

// A signature for each key, in the order of the request, over what binds it to this session.
Status ProveHostKeys::check(session::Session& session, ByteView answer) {
  constexpr std::string_view kPurpose = "hostkeys-prove-00@openssh.com";
  wire::Reader reader(answer);
  std::vector<Bytes> proved;
  for (const keys::PublicKey& key : asked_) {
    const ByteView signature = reader.string();
    Bytes data;
    wire::BytesSink sink(data);
    wire::put_string(sink, as_bytes(kPurpose));
    wire::put_string(sink, session.transport().kex().session_id());
    wire::put_string(sink, key.blob());
    const std::string_view algorithm = keys::key_type_of(signature);
    // sshd signs by SHA-1 where we offered no rsa-sha2 for host keys: no lie, and no proof.
    if (algorithm == "ssh-rsa") continue;
    const auto* use = keys::find_key_use(engine_, algorithm);
    const bool is_for_key = use != nullptr && use->blob_type == key.type();
    if (!reader.ok() || !is_for_key || !key.verify(engine_, algorithm, data, signature)) {
      return fail(Errc::host_key_signature, "a host key that the server announced");
    }
    proved.push_back(to_bytes(key.blob()));
  }
  if (!reader.at_end()) return fail(Errc::host_key_signature, "more signatures than host keys");
  std::ranges::move(proved, std::back_inserter(proved_));
  return {};
}

}  // namespace hawser::operations
