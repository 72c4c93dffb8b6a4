// Group exchange (RFC 4419) with a server that names bad groups or speaks out of turn.
#include <gtest/gtest.h>

#include "hawser/wire/messages_kex.h"

#include "scenario/printing.h"
#include "scenario/scene.h"

namespace hawser::scenario {
namespace {

SceneOptions group_exchange() {
  SceneOptions options;
  options.proposal.kex = {"diffie-hellman-group-exchange-sha256"};
  return options;
}

// What the client says of an exchange in which the server's payloads with `number` are others.
template <typename Change>
Errc outcome_of(std::uint8_t number, Change&& change) {
  Scene scene(group_exchange());
  scene.server.transport().outgoing = [&](Bytes& payload) {
    if (payload[0] == number) change(payload);
    return true;
  };
  EXPECT_FALSE(scene.handshake());
  EXPECT_EQ(scene.server.disconnect_code(), disconnect_reason(scene.failure_code()));
  return scene.failure_code();
}

TEST(GroupExchange, asks_for_what_it_takes) {
  Scene scene(group_exchange());
  Bytes request;
  scene.server.transport().incoming = [&request](ByteView payload) {
    if (payload[0] == wire::KexDhGexRequest::number) request = to_bytes(payload);
  };
  ASSERT_TRUE(scene.handshake());
  const auto decoded = wire::decode<wire::KexDhGexRequest>(request);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->min, 2048u);
  EXPECT_EQ(decoded->wanted, 3072u);
  EXPECT_EQ(decoded->max, 8192u);
  EXPECT_TRUE(scene.login());
}

TEST(GroupExchange, bad_groups_end_the_session) {
  const Bytes two{2};
  const Bytes one{1};
  const Bytes none;
  const Bytes odd_of_2048_bits(256, 0xff);
  const Bytes of_1024_bits(128, 0xff);
  const Bytes of_8200_bits(1025, 0xff);
  const Bytes of_16384_bits(2048, 0xff);
  const struct {
    const Bytes& prime;
    const Bytes& generator;
  } groups[] = {
      {none, two},
      {one, two},
      {of_1024_bits, two},
      {of_8200_bits, two},
      {of_16384_bits, two},
      {odd_of_2048_bits, two},
      {odd_of_2048_bits, none},
      {odd_of_2048_bits, one},
      {odd_of_2048_bits, odd_of_2048_bits},
  };
  for (const auto& group : groups) {
    SCOPED_TRACE(testing::Message() << group.prime.size() << " " << group.generator.size());
    const Errc code = outcome_of(wire::KexDhGexGroup::number, [&](Bytes& payload) {
      payload = wire::encode_to_bytes(
          wire::KexDhGexGroup{wire::Mpint(group.prime), wire::Mpint(group.generator)});
    });
    EXPECT_EQ(code, Errc::bad_kex_value);
  }
}

TEST(GroupExchange, negative_and_cut_groups_are_malformed) {
  const Errc negative = outcome_of(wire::KexDhGexGroup::number, [](Bytes& payload) {
    payload[5] = 0x80;  // the prime's first byte
  });
  EXPECT_EQ(negative, Errc::malformed_message);
  const Errc cut = outcome_of(wire::KexDhGexGroup::number, [](Bytes& p) { p.pop_back(); });
  EXPECT_EQ(cut, Errc::malformed_message);
}

TEST(GroupExchange, bad_values_end_the_session) {
  for (const Bytes& value : {Bytes(), Bytes{1}, Bytes(256, 0xff), Bytes(2000, 0x7f)}) {
    const Errc code = outcome_of(wire::KexDhGexReply::number, [&value](Bytes& payload) {
      auto reply = *wire::decode<wire::KexDhGexReply>(payload);
      reply.f = wire::Mpint(value);
      payload = wire::encode_to_bytes(reply);
    });
    EXPECT_EQ(code, Errc::bad_kex_value) << value.size();
  }
}

// The group, its sizes and both values are signed for: another generator of ours would do as well,
// and is found.
TEST(GroupExchange, the_group_is_in_the_hash) {
  const Errc code = outcome_of(wire::KexDhGexGroup::number, [](Bytes& payload) {
    payload.back() = 5;  // the generator, which is 2
  });
  EXPECT_EQ(code, Errc::host_key_signature);
}

TEST(GroupExchange, messages_out_of_turn_end_the_session) {
  const auto becomes = [](std::uint8_t number) {
    return [number](Bytes& payload) { payload[0] = number; };
  };
  for (const std::uint8_t number : {30, 32, 33, 34}) {
    EXPECT_EQ(outcome_of(31, becomes(number)), Errc::unexpected_message) << int{number};
  }
  for (const std::uint8_t number : {30, 31, 32, 34}) {
    EXPECT_EQ(outcome_of(33, becomes(number)), Errc::unexpected_message) << int{number};
  }
  for (const std::uint8_t twice : {31, 33}) {
    Scene scene(group_exchange());
    scene.server.transport().outgoing = [&scene, twice](Bytes& payload) {
      if (payload[0] == twice) scene.server.inject(payload);
      return true;
    };
    EXPECT_FALSE(scene.handshake() && scene.login());
    EXPECT_TRUE(scene.failure());
  }
}

// A group where a reply is due.
TEST(GroupExchange, a_group_in_a_fixed_group_is_refused) {
  SceneOptions options;
  options.proposal.kex = {"diffie-hellman-group14-sha256"};
  Scene scene(options);
  scene.server.transport().outgoing = [](Bytes& payload) {
    const Bytes number{5};
    if (payload[0] == wire::KexDhReply::number) {
      payload =
          wire::encode_to_bytes(wire::KexDhGexGroup{wire::Mpint(number), wire::Mpint(number)});
    }
    return true;
  };
  EXPECT_FALSE(scene.handshake());
  EXPECT_EQ(scene.failure_code(), Errc::malformed_message);
}

}  // namespace
}  // namespace hawser::scenario
