// Diffie-Hellman in a group of the server's (RFC 4419): we say which sizes we take, it names a
// prime and a generator, and an exchange as in RFC 4253 8 follows. All of it is in the hash.
#include "hawser/base/limits.h"
#include "hawser/transport/kex_round_trip.h"
#include "hawser/wire/messages_kex.h"

namespace hawser::transport {

namespace {

class KexGroupExchange final : public KexMethod {
 public:
  explicit KexGroupExchange(const crypto::Engine& engine) : engine_(engine) {}

  Result<Bytes> start() override { return wire::encode_to_bytes(kRequest); }

  Result<Step> take(ByteView payload) override {
    switch (state_) {
      case State::awaits_group:
        return take_group(payload);
      case State::awaits_reply:
        return take_reply(payload);
      case State::done:
        break;
    }
    return fail(Errc::unexpected_message, "kex", payload[0]);
  }

 private:
  enum class State : std::uint8_t { awaits_group, awaits_reply, done };

  static constexpr wire::KexDhGexRequest kRequest{limits::kGroupBitsMin, limits::kGroupBitsWanted,
                                                  limits::kGroupBitsMax};

  Result<Step> take_group(ByteView payload) {
    const auto group = HAWSER_TRY(wire::decode<wire::KexDhGexGroup>(payload));
    agreement_ = HAWSER_TRY(engine_.generate_in_group(
        {group.prime.magnitude, group.generator.magnitude}, *engine_.random));
    state_ = State::awaits_reply;
    const wire::Mpint ours(agreement_->public_value());
    wire::BytesSink values(public_values_);
    wire::encode(values, Values{kRequest.min, kRequest.wanted, kRequest.max, group.prime,
                                group.generator, ours});
    return Step{wire::encode_to_bytes(wire::KexDhGexInit{ours}), std::nullopt};
  }

  Result<Step> take_reply(ByteView payload) {
    const auto reply = HAWSER_TRY(wire::decode<wire::KexDhGexReply>(payload));
    const SecretBytes secret = HAWSER_TRY(agreement_->agree(reply.f.magnitude));
    state_ = State::done;
    KexOutcome outcome;
    outcome.host_key = to_bytes(reply.host_key.bytes);
    outcome.signature = to_bytes(reply.signature.bytes);
    wire::BytesSink values(public_values_);
    wire::put_field(values, reply.f);
    outcome.public_values = std::move(public_values_);
    outcome.shared = encode_shared_mpint(secret.view());
    return Step{std::nullopt, std::move(outcome)};
  }

  // What the hash covers of the exchange, but for f: RFC 4419 3.
  struct Values {
    std::uint32_t min, wanted, max;
    wire::Mpint prime, generator, e;
    static constexpr auto fields(auto& m, auto&& each) {
      return each(m.min, m.wanted, m.max, m.prime, m.generator, m.e);
    }
  };

  const crypto::Engine& engine_;
  State state_ = State::awaits_group;
  std::unique_ptr<crypto::KeyAgreement> agreement_;
  Bytes public_values_;
};

}  // namespace

Result<std::unique_ptr<KexMethod>> make_kex_group_exchange(const crypto::Engine& engine,
                                                           const KexAlgorithm& /*algorithm*/) {
  if (engine.generate_in_group == nullptr) return fail(Errc::internal, "kex");
  return std::make_unique<KexGroupExchange>(engine);
}

}  // namespace hawser::transport
