// Keys are exchanged again: at every moment, by either side, by every threshold; data never
// suffers.
#include <gtest/gtest.h>

#include "hawser/wire/messages_connection.h"
#include "hawser/wire/messages_transport.h"

#include "scenario/printing.h"
#include "scenario/scene.h"

namespace hawser::scenario {
namespace {

// An echo of much data: both directions are busy at once.
void expect_bulk_echo_works(Scene& scene, std::size_t size) {
  const auto channel = scene.start("echo");
  ASSERT_TRUE(channel) << describe(scene.failure_code());
  const Bytes data = pattern(size);
  scene.client.write_all(*channel, data);
  scene.run();
  ASSERT_FALSE(scene.failure()) << describe(scene.failure_code()) << " " << scene.failure()->where;
  ASSERT_FALSE(scene.server.complaint())
      << describe(scene.server.complaint()->code) << " " << scene.server.complaint()->where;
  EXPECT_EQ(scene.client.output(*channel), data);
  EXPECT_TRUE(scene.client.saw("closed 0"));
}

SceneOptions echo() {
  SceneOptions options;
  options.server.commands["echo"].echoes = true;
  return options;
}

TEST(Rekey, by_the_client_after_every_packet) {
  SceneOptions options = echo();
  options.rekey.packets = 1;
  options.rules.writes_at_most = 2048;
  Scene scene(options);
  expect_bulk_echo_works(scene, 100'000);
  EXPECT_GT(scene.client.count("keys again"), 48u);
}

TEST(Rekey, by_the_server_after_every_packet) {
  SceneOptions options = echo();
  options.server.rekeys_every_packets = 1;
  options.server.max_packet = 2048;
  Scene scene(options);
  expect_bulk_echo_works(scene, 100'000);
  EXPECT_GT(scene.client.count("keys again"), 48u);
}

// OpenSSH refuses a key exchange before login.
TEST(Rekey, waits_for_the_login) {
  SceneOptions options = echo();
  options.rekey.packets = 1;
  options.rekey.interval = std::chrono::seconds(1);
  Scene scene(options);
  ASSERT_TRUE(scene.handshake());
  scene.client.wait(std::chrono::seconds(2));
  scene.run();
  EXPECT_FALSE(scene.client.session().transport().is_exchanging());
  EXPECT_EQ(scene.client.count("keys again"), 0u);
  ASSERT_TRUE(scene.login());
  scene.run();
  EXPECT_GT(scene.client.count("keys again"), 0u);
}

TEST(Rekey, by_both_sides_whatever_the_cuts) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE(seed);
    SceneOptions options = echo();
    options.rekey.packets = 2 + seed % 3;
    options.server.rekeys_every_packets = 1 + seed % 4;
    options.server.offers_strict_kex = seed % 2 == 0;
    options.server.window = 20'000;
    options.server.max_packet = 3000;
    options.connection.window = 30'000;
    options.cutting = {Cutting::Kind::random, seed};
    Scene scene(options);
    expect_bulk_echo_works(scene, 100'000);
    EXPECT_GT(scene.client.count("keys again"), 10u);
  }
}

TEST(Rekey, with_every_cipher_and_method) {
  for (const transport::KexAlgorithm& kex : transport::kex_algorithms()) {
    if (kex.hash == crypto::HashId::sha512 && kex.make == transport::make_kex_dh) continue;  // slow
    for (const crypto::CipherAlgorithm& cipher : crypto::openssl_engine().ciphers) {
      SCOPED_TRACE(std::string(kex.name) + " " + std::string(cipher.name));
      SceneOptions options = echo();
      options.proposal.kex = {std::string(kex.name)};
      options.proposal.cipher = {std::string(cipher.name)};
      options.rekey.bytes = 64 * 1024;
      Scene scene(options);
      expect_bulk_echo_works(scene, 150'000);
      EXPECT_GE(scene.client.count("keys again"), 2u);
    }
  }
}

TEST(Rekey, after_a_time) {
  SceneOptions options = echo();
  options.rekey.interval = std::chrono::minutes(10);
  Scene scene(options);
  ASSERT_TRUE(scene.handshake() && scene.login());
  ASSERT_TRUE(scene.client.session().next_deadline());
  EXPECT_EQ(*scene.client.session().next_deadline(), Instant{} + std::chrono::minutes(10));
  scene.client.wait(std::chrono::minutes(9));
  scene.run();
  EXPECT_EQ(scene.client.count("keys again"), 0u);
  scene.client.wait(std::chrono::minutes(1));
  scene.run();
  EXPECT_EQ(scene.client.count("keys again"), 1u);
  EXPECT_EQ(*scene.client.session().next_deadline(), Instant{} + std::chrono::minutes(20));
}

TEST(Rekey, keeps_the_session_identifier) {
  Scene scene(echo());
  ASSERT_TRUE(scene.handshake() && scene.login());
  const Bytes before = to_bytes(scene.client.session().transport().kex().session_id());
  ASSERT_TRUE(scene.client.session().rekey());
  scene.run();
  scene.server.rekey();
  scene.run();
  EXPECT_EQ(scene.client.count("keys again"), 2u);
  EXPECT_EQ(to_bytes(scene.client.session().transport().kex().session_id()), before);
}

TEST(Rekey, both_begin_at_once_and_exchange_once) {
  Scene scene(echo());
  ASSERT_TRUE(scene.handshake() && scene.login());
  ASSERT_TRUE(scene.client.session().rekey());
  scene.server.rekey();
  scene.run();
  EXPECT_EQ(scene.client.count("keys again"), 1u);
  EXPECT_FALSE(scene.server.complaint());
}

TEST(Rekey, holds_back_commands_and_refuses_data_meanwhile) {
  Scene scene(echo());
  const auto channel = scene.start("echo");
  ASSERT_TRUE(channel);
  ASSERT_TRUE(scene.client.session().rekey());
  EXPECT_EQ(scene.client.session().write(*channel, as_bytes("data")), std::size_t{0});
  ASSERT_TRUE(scene.client.session().keepalive());
  ASSERT_TRUE(scene.client.session().request(*channel, connection::SignalRequest{"INT"}));
  scene.run();
  EXPECT_TRUE(scene.client.saw("alive no"));
  EXPECT_EQ(scene.client.session().write(*channel, as_bytes("data")), std::size_t{4});
  scene.run();
  EXPECT_EQ(as_text(scene.client.output(*channel)), "data");
  EXPECT_EQ(scene.server.connection().requests().back(), "signal INT");
  EXPECT_FALSE(scene.server.complaint());
}

TEST(Rekey, servers_data_before_its_kexinit_is_delivered) {
  Scene scene(echo());
  const auto channel = scene.start("echo");
  ASSERT_TRUE(channel);
  ASSERT_TRUE(scene.client.session().rekey());
  scene.server.inject_message(wire::ChannelData{0, wire::Blob(as_bytes("in flight"))});
  scene.run();
  EXPECT_EQ(as_text(scene.client.output(*channel)), "in flight");
  EXPECT_EQ(scene.client.count("keys again"), 1u);
}

TEST(Rekey, servers_data_after_its_kexinit_ends_the_session) {
  Scene scene(echo());
  ASSERT_TRUE(scene.start("echo"));
  scene.server.rekey();
  scene.server.inject_message(wire::ChannelData{0, wire::Blob(as_bytes("too late"))});
  scene.run();
  EXPECT_EQ(scene.failure_code(), Errc::unexpected_message);
  EXPECT_EQ(scene.server.disconnect_code(), 2u);
}

TEST(Rekey, with_another_host_key_ends_the_session) {
  for (const char* other : {"ssh-ed25519-other", "ecdsa-sha2-nistp256"}) {
    SCOPED_TRACE(other);
    SceneOptions options = echo();
    options.server.presents_key_in_rekey = other;
    Scene scene(options);
    ASSERT_TRUE(scene.handshake() && scene.login());
    scene.server.rekey();
    scene.run();
    const bool is_same_type = std::string_view(other).starts_with("ssh-ed25519");
    EXPECT_EQ(scene.failure_code(), is_same_type ? Errc::host_key_switched : Errc::bad_host_key);
    EXPECT_EQ(scene.server.disconnect_code(), 9u);
  }
}

TEST(Rekey, flood_without_data_ends_the_session) {
  Scene scene(echo());
  ASSERT_TRUE(scene.handshake() && scene.login());
  for (unsigned i = 0; i < limits::kRekeysWithoutData; ++i) {
    scene.server.rekey();
    scene.run();
  }
  ASSERT_FALSE(scene.failure()) << describe(scene.failure_code());
  EXPECT_EQ(scene.client.count("keys again"), limits::kRekeysWithoutData);
  scene.server.rekey();
  scene.run();
  EXPECT_EQ(scene.failure_code(), Errc::rekey_flood);
}

TEST(Rekey, flood_with_data_does_not) {
  Scene scene(echo());
  ASSERT_TRUE(scene.start("echo"));
  for (unsigned i = 0; i < 2 * limits::kRekeysWithoutData; ++i) {
    scene.server.rekey();
    scene.run();
    scene.server.send_message(wire::ChannelData{0, wire::Blob(as_bytes("x"))});
    scene.run();
  }
  EXPECT_FALSE(scene.failure()) << describe(scene.failure_code());
}

// A server that keeps silent: its time is bounded although nobody told the session the time after
// the exchange began.
TEST(Rekey, that_the_server_ignores_times_out) {
  SceneOptions options = echo();
  options.rekey.interval.reset();
  Scene scene(options);
  ASSERT_TRUE(scene.handshake() && scene.login());
  scene.server.transport().outgoing = [](Bytes& payload) {
    return payload[0] != wire::KexInit::number;
  };
  ASSERT_TRUE(scene.client.session().rekey());
  ASSERT_TRUE(scene.client.session().next_deadline());
  EXPECT_EQ(*scene.client.session().next_deadline(), Instant{} + std::chrono::seconds(60));
  scene.run();
  scene.client.wait(std::chrono::seconds(59));
  EXPECT_FALSE(scene.failure());
  scene.client.wait(std::chrono::seconds(1));
  EXPECT_EQ(scene.failure_code(), Errc::timed_out);
}

// The same when a threshold began the exchange within next().
TEST(Rekey, that_a_threshold_began_has_a_deadline) {
  SceneOptions options = echo();
  options.rekey.packets = 4;
  options.rekey.interval.reset();
  Scene scene(options);
  ASSERT_TRUE(scene.handshake() && scene.login());
  scene.server.transport().outgoing = [](Bytes& payload) {
    return payload[0] != wire::KexInit::number;
  };
  while (!scene.client.session().transport().is_exchanging()) {
    ASSERT_TRUE(scene.client.session().keepalive());
    scene.run();
  }
  EXPECT_TRUE(scene.client.session().next_deadline());
}

}  // namespace
}  // namespace hawser::scenario
