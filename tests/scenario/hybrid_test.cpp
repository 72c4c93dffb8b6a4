// The hybrid key exchanges (RFC 10042, RFC 9941) with a server whose values are not what they
// should be, and the scenarios of faults_test.cpp and rekey_test.cpp on them.
#include <algorithm>

#include <gtest/gtest.h>

#include "hawser/wire/messages_kex.h"

#include "scenario/printing.h"
#include "scenario/scene.h"

namespace hawser::scenario {
namespace {

class Hybrid : public testing::TestWithParam<std::string> {
 protected:
  SceneOptions options() const {
    SceneOptions options;
    transport::Proposal& proposal = options.server.proposal;
    proposal.kex = {GetParam()};
    proposal.host_key = {"ssh-ed25519"};
    proposal.cipher = {"aes128-gcm@openssh.com"};
    proposal.mac = {"hmac-sha2-256"};
    options.proposal = proposal;
    return options;
  }

  // How many bytes the client gets until its keys are in use.
  std::size_t bytes_of_handshake() const {
    Scene scene(options());
    EXPECT_TRUE(scene.handshake());
    return scene.link.bytes_to_client();
  }

  // What the client says of a reply whose value was changed on its way out.
  template <typename Change>
  Errc outcome_of(Change&& change) const {
    Scene scene(options());
    scene.server.transport().outgoing = [&](Bytes& payload) {
      if (payload[0] != wire::KexEcdhReply::number) return true;
      auto reply = *wire::decode<wire::KexEcdhReply>(payload);
      Bytes value = to_bytes(reply.server_value.bytes);
      change(value);
      reply.server_value = wire::Blob(value);
      payload = wire::encode_to_bytes(reply);
      return true;
    };
    EXPECT_FALSE(scene.handshake());
    for (const std::uint8_t number : scene.server.received_numbers()) {
      EXPECT_TRUE(number == 1 || (number >= 20 && number < 50)) << int{number};
    }
    return scene.failure_code();
  }
};

TEST_P(Hybrid, works) {
  Scene scene(options());
  ASSERT_TRUE(scene.handshake() && scene.login());
  EXPECT_EQ(scene.client.session().transport().kex().agreed()->kex->name, GetParam());
  scene.server.rekey();
  scene.run();
  ASSERT_TRUE(scene.client.session().rekey());
  scene.run();
  EXPECT_EQ(scene.client.count("keys again"), 2u);
  EXPECT_TRUE(scene.open_session());
}

TEST_P(Hybrid, sizes_are_exact) {
  const Errc expected = Errc::bad_kex_value;
  EXPECT_EQ(outcome_of([](Bytes& value) { value.clear(); }), expected);
  EXPECT_EQ(outcome_of([](Bytes& value) { value.pop_back(); }), expected);
  EXPECT_EQ(outcome_of([](Bytes& value) { value.push_back(0); }), expected);
  EXPECT_EQ(outcome_of([](Bytes& value) { value.resize(value.size() - 32); }), expected);
  EXPECT_EQ(outcome_of([](Bytes& value) { value.resize(32); }), expected);
  EXPECT_EQ(outcome_of([](Bytes& value) { value.resize(30'000); }), expected);
}

// RFC 8731 3, also where another secret stands beside it.
TEST_P(Hybrid, the_zero_secret_of_the_curve_is_refused) {
  for (const std::uint8_t low_order : {0, 1}) {
    const Errc code = outcome_of([low_order](Bytes& value) {
      std::fill(value.end() - 32, value.end(), 0);
      *(value.end() - 32) = low_order;
    });
    EXPECT_EQ(code, Errc::bad_kex_value);
  }
}

// What the KEM rejects, it rejects without a word: the secrets differ, and so do the hashes.
TEST_P(Hybrid, another_ciphertext_fails_at_the_signature) {
  EXPECT_EQ(outcome_of([](Bytes& value) { value[0] ^= 1; }), Errc::host_key_signature);
  EXPECT_EQ(outcome_of([](Bytes& value) { *(value.end() - 33) ^= 0x80; }),
            Errc::host_key_signature);
  EXPECT_EQ(outcome_of([](Bytes& value) { std::fill(value.begin(), value.end() - 32, 0); }),
            Errc::host_key_signature);
  EXPECT_EQ(outcome_of([](Bytes& value) { std::fill(value.begin(), value.end() - 32, 0xff); }),
            Errc::host_key_signature);
  EXPECT_EQ(outcome_of([](Bytes& value) { *(value.end() - 1) ^= 1; }), Errc::host_key_signature);
}

TEST_P(Hybrid, a_bit_that_flips_on_its_way_is_found) {
  const std::size_t handshake = bytes_of_handshake();
  SceneOptions flipped = options();
  for (std::size_t offset = 0; offset < handshake; offset += 37) {
    SCOPED_TRACE(offset);
    flipped.faults.flips_byte = offset;
    flipped.faults.flip_mask = static_cast<std::uint8_t>(1u << (offset * 3 % 8));
    Scene scene(flipped);
    if (scene.handshake()) continue;  // in the padding
    for (const std::uint8_t number : scene.server.received_numbers()) {
      ASSERT_TRUE(number < 5 || (number >= 20 && number < 50)) << int{number};
    }
  }
}

TEST_P(Hybrid, ends_with_the_connection) {
  const std::size_t handshake = bytes_of_handshake();
  for (std::size_t offset = 0; offset < handshake; offset += 100) {
    SceneOptions cut = options();
    cut.faults.ends_after = offset;
    Scene scene(cut);
    EXPECT_FALSE(scene.handshake() && scene.login());
    EXPECT_TRUE(scene.failure());
  }
}

TEST_P(Hybrid, a_second_reply_ends_the_session) {
  Scene scene(options());
  scene.server.transport().outgoing = [&scene](Bytes& payload) {
    if (payload[0] == wire::KexEcdhReply::number) scene.server.inject(payload);
    return true;
  };
  EXPECT_FALSE(scene.handshake() && scene.login());
  EXPECT_EQ(scene.failure_code(), Errc::unexpected_message);
}

INSTANTIATE_TEST_SUITE_P(Kex, Hybrid,
                         testing::Values("mlkem768x25519-sha256", "sntrup761x25519-sha512"),
                         [](const auto& each) {
                           return each.param.substr(0, each.param.find('x'));
                         });

}  // namespace
}  // namespace hawser::scenario
