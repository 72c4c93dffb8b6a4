#include "recorded/go_kex.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>

#include "hawser/wire/codec.h"
#include "hawser/wire/messages_kex.h"

namespace hawser::recorded {

namespace {

using transport::KexOutcome;

// Hands out the bytes that Go's side drew.
class FixedRandom final : public crypto::Random {
 public:
  explicit FixedRandom(ByteView bytes) : rest_(bytes) {}
  Status fill(ByteSpan out) override {
    if (out.size() > rest_.size()) return fail(Errc::no_randomness, "recording");
    copy(rest_.first(out.size()), out);
    rest_ = rest_.subspan(out.size());
    return {};
  }

 private:
  ByteView rest_;
};

// Our own method in the place of Go's client: it must say what Go said.
std::optional<KexOutcome> by_our_method(const crypto::Engine& engine,
                                        const transport::KexAlgorithm& kex, ByteView drawn,
                                        const KexMessages& messages) {
  constexpr std::size_t kCurve = 32;
  constexpr std::size_t kKem = 64;
  // Go draws the curve's key first, we draw the KEM's.
  Bytes in_our_order;
  if (!kex.kem.empty()) in_our_order = to_bytes(drawn.subspan(kCurve, kKem));
  append(in_our_order, drawn.first(kCurve));
  FixedRandom random(in_our_order);
  crypto::Engine fixed = engine;
  fixed.random = &random;
  const auto method = kex.make(fixed, kex);
  EXPECT_TRUE(method);
  if (!method) return std::nullopt;
  EXPECT_EQ((*method)->start().value(), messages.from_client.at(0));
  auto step = (*method)->take(messages.from_server.at(0));
  EXPECT_TRUE(step) << describe(step.error().code);
  if (!step) return std::nullopt;
  return std::move(step->outcome);
}

template <typename Field>
void put(Bytes& to, const Field& field) {
  wire::BytesSink sink(to);
  wire::put_field(sink, field);
}

KexOutcome outcome_of(const wire::Blob& host_key, const wire::Blob& signature) {
  KexOutcome outcome;
  outcome.host_key = to_bytes(host_key.bytes);
  outcome.signature = to_bytes(signature.bytes);
  return outcome;
}

void put_shared(KexOutcome& outcome, ByteView magnitude) {
  Bytes shared;
  put(shared, wire::Mpint(magnitude));
  outcome.shared = SecretBytes(shared);
}

// Go was the server: only the agreement is ours.
std::optional<KexOutcome> by_our_curve(const crypto::Engine& engine,
                                       const transport::KexAlgorithm& kex, ByteView drawn,
                                       const KexMessages& messages) {
  const auto init = wire::decode<wire::KexEcdhInit>(messages.from_client.at(0)).value();
  const auto reply = wire::decode<wire::KexEcdhReply>(messages.from_server.at(0)).value();
  FixedRandom random(drawn);
  const auto agreement = crypto::find_agreement(engine, kex.agreement)->generate(random).value();
  EXPECT_TRUE(equal(agreement->public_value(), reply.server_value.bytes));
  const auto secret = agreement->agree(init.client_value.bytes);
  if (!secret) return std::nullopt;
  KexOutcome outcome = outcome_of(reply.host_key, reply.signature);
  put(outcome.public_values, init.client_value);
  put(outcome.public_values, reply.server_value);
  put_shared(outcome, secret->view());
  return outcome;
}

// base ^ exponent mod prime
Bytes power(ByteView base, ByteView exponent, ByteView prime) {
  const auto number = [](ByteView bytes) {
    return BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr);
  };
  BIGNUM* numbers[] = {number(base), number(exponent), number(prime)};
  BIGNUM* result = BN_new();
  BN_CTX* context = BN_CTX_new();
  BN_mod_exp(result, numbers[0], numbers[1], numbers[2], context);
  Bytes magnitude(static_cast<std::size_t>(BN_num_bytes(result)));
  BN_bn2bin(result, magnitude.data());
  BN_CTX_free(context);
  BN_free(result);
  for (BIGNUM* each : numbers) BN_free(each);
  return magnitude;
}

Bytes fixed_prime(const transport::KexAlgorithm& kex) {
  BIGNUM* prime = kex.agreement == "modp2048" ? BN_get_rfc3526_prime_2048(nullptr)
                                              : BN_get_rfc3526_prime_4096(nullptr);
  Bytes magnitude(static_cast<std::size_t>(BN_num_bytes(prime)));
  BN_bn2bin(prime, magnitude.data());
  BN_free(prime);
  return magnitude;
}

// Go's exponents are as long as the prime, ours are not: so this is done by hand.
std::optional<KexOutcome> in_fixed_group(const transport::KexAlgorithm& kex, Side side,
                                         ByteView drawn, const KexMessages& messages) {
  const auto init = wire::decode<wire::KexDhInit>(messages.from_client.at(0)).value();
  const auto reply = wire::decode<wire::KexDhReply>(messages.from_server.at(0)).value();
  const Bytes prime = fixed_prime(kex);
  const ByteView exponent = drawn.first(prime.size());
  const bool is_client = side == Side::client;
  const ByteView ours = (is_client ? init.e : reply.f).trimmed();
  const ByteView theirs = (is_client ? reply.f : init.e).trimmed();
  EXPECT_EQ(power(Bytes{2}, exponent, prime), to_bytes(ours));
  KexOutcome outcome = outcome_of(reply.host_key, reply.signature);
  put(outcome.public_values, init.e);
  put(outcome.public_values, reply.f);
  put_shared(outcome, power(theirs, exponent, prime));
  return outcome;
}

std::optional<KexOutcome> in_servers_group(ByteView drawn, const KexMessages& messages) {
  const ByteView request = messages.from_client.at(0);
  const ByteView group_payload = messages.from_server.at(0);
  const auto group = wire::decode<wire::KexDhGexGroup>(group_payload).value();
  const auto init = wire::decode<wire::KexDhGexInit>(messages.from_client.at(1)).value();
  const auto reply = wire::decode<wire::KexDhGexReply>(messages.from_server.at(1)).value();
  const ByteView prime = group.prime.trimmed();
  // Go drew the padding of its request first, and an exponent below half the prime.
  constexpr std::size_t kPaddingOfRequest = 14;
  Bytes exponent = to_bytes(drawn.subspan(kPaddingOfRequest, prime.size()));
  exponent[0] &= 0x7f;
  EXPECT_EQ(power(group.generator.magnitude, exponent, prime), to_bytes(init.e.trimmed()));
  KexOutcome outcome = outcome_of(reply.host_key, reply.signature);
  append(outcome.public_values, request.subspan(1));
  append(outcome.public_values, group_payload.subspan(1));
  put(outcome.public_values, init.e);
  put(outcome.public_values, reply.f);
  put_shared(outcome, power(reply.f.magnitude, exponent, prime));
  return outcome;
}

}  // namespace

std::optional<KexOutcome> exchange_anew(const crypto::Engine& engine,
                                        const transport::KexAlgorithm& kex, Side side,
                                        ByteView drawn, const KexMessages& messages) {
  if (kex.agreement.empty()) return in_servers_group(drawn, messages);
  if (kex.make == transport::make_kex_dh) return in_fixed_group(kex, side, drawn, messages);
  if (side == Side::client) return by_our_method(engine, kex, drawn, messages);
  return by_our_curve(engine, kex, drawn, messages);
}

}  // namespace hawser::recorded
