#include "scenario/server_method.h"

#include <openssl/bn.h>

#include "hawser/wire/codec.h"
#include "hawser/wire/messages_kex.h"

namespace hawser::scenario {

namespace {

template <typename Field>
Bytes encode_field(const Field& field) {
  Bytes out;
  wire::BytesSink sink(out);
  wire::put_field(sink, field);
  return out;
}

// `agreement` answers the client's value; `Value` is the type that both are written as.
template <typename Value>
Result<ServerMethod::Answer> answer_with(crypto::KeyAgreement& agreement, ByteView client_value) {
  const SecretBytes secret = HAWSER_TRY(agreement.agree(client_value));
  ServerMethod::Answer answer;
  answer.value = encode_field(Value(agreement.public_value()));
  answer.public_values = encode_field(Value(client_value));
  append(answer.public_values, answer.value);
  answer.shared = SecretBytes(encode_field(wire::Mpint(secret.view())));
  return answer;
}

class RoundTrip final : public ServerMethod {
 public:
  RoundTrip(const crypto::Engine& engine, const transport::KexAlgorithm& algorithm)
      : engine_(engine), algorithm_(algorithm) {}

  Result<Step> take(ByteView payload) override {
    const auto* row = crypto::find_agreement(engine_, algorithm_.agreement);
    const auto agreement = HAWSER_TRY(row->generate(*engine_.random));
    if (algorithm_.make == transport::make_kex_dh) {
      const auto init = HAWSER_TRY(wire::decode<wire::KexDhInit>(payload));
      return Step{{}, HAWSER_TRY(answer_with<wire::Mpint>(*agreement, init.e.magnitude))};
    }
    const auto init = HAWSER_TRY(wire::decode<wire::KexEcdhInit>(payload));
    return Step{{}, HAWSER_TRY(answer_with<wire::Blob>(*agreement, init.client_value.bytes))};
  }

 private:
  const crypto::Engine& engine_;
  const transport::KexAlgorithm& algorithm_;
};

Bytes prime_of_2048_bits() {
  BIGNUM* prime = BN_get_rfc3526_prime_2048(nullptr);
  Bytes magnitude(static_cast<std::size_t>(BN_num_bytes(prime)));
  BN_bn2bin(prime, magnitude.data());
  BN_free(prime);
  return magnitude;
}

class GroupExchange final : public ServerMethod {
 public:
  explicit GroupExchange(const crypto::Engine& engine) : engine_(engine) {}

  Result<Step> take(ByteView payload) override {
    if (agreement_ == nullptr) return take_request(payload);
    const auto init = HAWSER_TRY(wire::decode<wire::KexDhGexInit>(payload));
    Answer answer = HAWSER_TRY(answer_with<wire::Mpint>(*agreement_, init.e.magnitude));
    append(sizes_and_group_, answer.public_values);
    answer.public_values = std::move(sizes_and_group_);
    answer.reply_number = wire::KexDhGexReply::number;
    return Step{{}, std::move(answer)};
  }

 private:
  Result<Step> take_request(ByteView payload) {
    HAWSER_TRY(wire::decode<wire::KexDhGexRequest>(payload));
    const Bytes prime = prime_of_2048_bits();
    const Bytes generator{2};
    agreement_ = HAWSER_TRY(engine_.generate_in_group({prime, generator}, *engine_.random));
    const Bytes group =
        wire::encode_to_bytes(wire::KexDhGexGroup{wire::Mpint(prime), wire::Mpint(generator)});
    // Both messages are fields of the hash, one after the other.
    sizes_and_group_ = to_bytes(payload.subspan(1));
    append(sizes_and_group_, ByteView(group).subspan(1));
    return Step{group, {}};
  }

  const crypto::Engine& engine_;
  std::unique_ptr<crypto::KeyAgreement> agreement_;
  Bytes sizes_and_group_;
};

class Hybrid final : public ServerMethod {
 public:
  Hybrid(const crypto::Engine& engine, const transport::KexAlgorithm& algorithm)
      : engine_(engine), algorithm_(algorithm) {}

  Result<Step> take(ByteView payload) override {
    const auto init = HAWSER_TRY(wire::decode<wire::KexEcdhInit>(payload));
    const ByteView theirs = init.client_value.bytes;
    const auto* kem = crypto::find_kem(engine_, algorithm_.kem);
    if (theirs.size() < kem->public_key_size) return fail(Errc::bad_kex_value, "hybrid");
    const auto encapsulation =
        HAWSER_TRY(kem->encapsulate(engine_, theirs.first(kem->public_key_size)));
    const auto* curve = crypto::find_agreement(engine_, algorithm_.agreement);
    const auto agreement = HAWSER_TRY(curve->generate(*engine_.random));
    const SecretBytes of_curve = HAWSER_TRY(agreement->agree(theirs.subspan(kem->public_key_size)));

    Bytes ours = encapsulation.ciphertext;
    append(ours, agreement->public_value());
    Answer answer;
    answer.value = encode_field(wire::Blob(ours));
    answer.public_values = encode_field(init.client_value);
    append(answer.public_values, answer.value);
    const ByteView secrets[] = {encapsulation.secret.view(), of_curve.view()};
    const Bytes digest = HAWSER_TRY(crypto::digest(engine_, algorithm_.hash, secrets));
    answer.shared = SecretBytes(encode_field(wire::Blob(digest)));
    return Step{{}, std::move(answer)};
  }

 private:
  const crypto::Engine& engine_;
  const transport::KexAlgorithm& algorithm_;
};

}  // namespace

std::unique_ptr<ServerMethod> make_server_method(const crypto::Engine& engine,
                                                 const transport::KexAlgorithm& algorithm) {
  if (algorithm.make == transport::make_kex_group_exchange) {
    return std::make_unique<GroupExchange>(engine);
  }
  if (!algorithm.kem.empty()) return std::make_unique<Hybrid>(engine, algorithm);
  return std::make_unique<RoundTrip>(engine, algorithm);
}

}  // namespace hawser::scenario
