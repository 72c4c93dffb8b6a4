// Time, volume and memory: nothing that a peer does or leaves undone is without a bound.
#include <gtest/gtest.h>

#include "hawser/wire/messages_auth.h"
#include "hawser/wire/messages_connection.h"
#include "hawser/wire/messages_transport.h"

#include "scenario/printing.h"
#include "scenario/scene.h"

namespace hawser::scenario {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kIdleMemory = 64 * 1024;
constexpr std::size_t kMemoryBeforeLogin = 256 * 1024 + 2 * limits::kPacketBeforeLogin;

session::Config make_config(const crypto::Engine& engine) {
  session::Config config;
  config.transport.proposal = transport::default_proposal(engine);
  return config;
}

// All of `bytes` into the session, as a socket would bring it, until it wants no more.
void feed(session::Session& session, ByteView bytes) {
  while (!bytes.empty()) {
    const ByteSpan space = session.receive_space();
    if (space.empty()) return;
    const std::size_t size = std::min(space.size(), bytes.size());
    copy(bytes.first(size), space);
    session.received(size);
    bytes = bytes.subspan(size);
    while (const auto event = session.next()) {
      if (!*event) break;
    }
  }
}

TEST(Deadline, of_the_identification) {
  const crypto::Engine& engine = crypto::openssl_engine();
  session::Session session(make_config(engine), engine, Instant{});
  EXPECT_EQ(session.next_deadline(), Instant{} + seconds(30));
  // One byte each second does not help.
  for (int second = 0; second < 30; ++second) {
    session.on_time(Instant{} + seconds(second));
    feed(session, as_bytes("x"));
    ASSERT_FALSE(session.failure());
  }
  session.on_time(Instant{} + seconds(30));
  ASSERT_FALSE(session.next());
  EXPECT_EQ(session.failure()->code, Errc::timed_out);
  EXPECT_FALSE(session.next_deadline());
}

TEST(Deadline, of_the_key_exchange) {
  Scene scene;
  scene.client.wait(seconds(20));
  scene.server.transport().outgoing = [](Bytes& payload) {
    return payload[0] != wire::KexEcdhReply::number;
  };
  scene.run();
  EXPECT_EQ(scene.client.session().next_deadline(), Instant{} + seconds(80));
  scene.client.wait(seconds(59));
  EXPECT_FALSE(scene.failure());
  scene.client.wait(seconds(1));
  EXPECT_EQ(scene.failure_code(), Errc::timed_out);
  scene.run();
  EXPECT_EQ(scene.server.disconnect_code(), 11u);
}

TEST(Deadline, does_not_run_while_the_host_key_is_judged) {
  SceneOptions options;
  options.rules.judges_host_key = false;
  Scene scene(options);
  scene.run();
  EXPECT_FALSE(scene.client.session().next_deadline());
  scene.client.wait(minutes(10));
  EXPECT_FALSE(scene.failure());
  ASSERT_TRUE(scene.client.session().accept_host_key());
  EXPECT_TRUE(scene.handshake()) << describe(scene.failure_code());
}

TEST(Deadline, of_the_login) {
  Scene scene;
  ASSERT_TRUE(scene.handshake());
  scene.server.transport().outgoing = [](Bytes& payload) {
    return payload[0] != wire::UserauthSuccess::number;
  };
  EXPECT_FALSE(scene.login());
  EXPECT_EQ(scene.client.session().next_deadline(), Instant{} + seconds(120));
  scene.client.wait(seconds(119));
  EXPECT_FALSE(scene.failure());
  scene.client.wait(seconds(1));
  EXPECT_EQ(scene.failure_code(), Errc::timed_out);
}

TEST(Deadline, none_once_logged_in) {
  SceneOptions options;
  options.rekey.interval.reset();
  Scene scene(options);
  ASSERT_TRUE(scene.handshake() && scene.login());
  EXPECT_FALSE(scene.client.session().next_deadline());
  scene.client.wait(std::chrono::hours(1000));
  EXPECT_FALSE(scene.failure());
}

TEST(Deadline, can_be_left_out) {
  SceneOptions options;
  options.deadlines = {std::nullopt, std::nullopt, std::nullopt};
  options.rekey.interval.reset();
  Scene scene(options);
  EXPECT_FALSE(scene.client.session().next_deadline());
  scene.client.wait(std::chrono::hours(1000));
  ASSERT_TRUE(scene.handshake() && scene.login());
}

TEST(Deadline, time_never_runs_backwards) {
  const crypto::Engine& engine = crypto::openssl_engine();
  session::Session session(make_config(engine), engine, Instant{} + seconds(100));
  session.on_time(Instant{});
  EXPECT_EQ(session.next_deadline(), Instant{} + seconds(130));
  EXPECT_TRUE(session.next());
}

TEST(Volume, of_packets_before_login_is_bounded) {
  Scene scene;
  ASSERT_TRUE(scene.handshake());
  const Bytes ignore = wire::encode_to_bytes(wire::Ignore{});
  for (std::uint64_t i = 0; i < limits::kPacketsBeforeLogin && !scene.failure(); ++i) {
    scene.server.inject(ignore);
    if (i % 100 == 0) scene.run();
  }
  scene.run();
  EXPECT_EQ(scene.failure_code(), Errc::volume_before_login);
}

TEST(Volume, of_bytes_before_login_is_bounded) {
  Scene scene;
  ASSERT_TRUE(scene.handshake());
  const Bytes filler(30'000);
  std::size_t sent = 0;
  while (sent < limits::kBytesBeforeLogin && !scene.failure()) {
    scene.server.inject_message(wire::Ignore{wire::Blob(filler)});
    scene.run();
    sent += filler.size();
    ASSERT_LE(scene.client.session().held_memory(), kMemoryBeforeLogin);
  }
  EXPECT_EQ(scene.failure_code(), Errc::volume_before_login);
  EXPECT_GT(sent, limits::kBytesBeforeLogin - 2 * filler.size());
}

TEST(Volume, after_login_is_not) {
  Scene scene;
  ASSERT_TRUE(scene.handshake() && scene.login());
  const Bytes filler(30'000);
  for (int i = 0; i < 300; ++i) {
    scene.server.inject_message(wire::Ignore{wire::Blob(filler)});
    scene.run();
  }
  EXPECT_FALSE(scene.failure());
}

TEST(Volume, packets_are_larger_only_after_login) {
  for (const bool is_logged_in : {false, true}) {
    Scene scene;
    ASSERT_TRUE(scene.handshake());
    ASSERT_TRUE(!is_logged_in || scene.login());
    scene.server.inject_message(wire::Ignore{wire::Blob(Bytes(35'000))});
    scene.run();
    EXPECT_EQ(scene.failure_code(), is_logged_in ? Errc{} : Errc::packet_too_long);
    if (!is_logged_in) continue;
    scene.server.inject_message(wire::Ignore{wire::Blob(Bytes(limits::kPacket - 64))});
    scene.run();
    EXPECT_FALSE(scene.failure());
    scene.server.inject_message(wire::Ignore{wire::Blob(Bytes(limits::kPacket))});
    scene.run();
    EXPECT_EQ(scene.failure_code(), Errc::packet_too_long);
  }
}

// A peer that sends requests and reads no answers: reading stops, nothing grows without end.
TEST(Memory, answers_that_the_peer_does_not_read_are_bounded) {
  Scene scene;
  ASSERT_TRUE(scene.handshake() && scene.login());
  session::Session& session = scene.client.session();
  for (int i = 0; i < 200'000; ++i) {
    scene.server.inject_message(wire::GlobalRequest{"ping@example.com", true, {}});
    const ByteView pending = scene.server.pending_output();
    const ByteSpan space = session.receive_space();
    if (space.size() < pending.size()) break;
    copy(pending, space);
    session.received(pending.size());
    scene.server.sent(pending.size());
    ASSERT_TRUE(session.next());
    ASSERT_LE(session.pending_output().size(), limits::kOutboundBytes + limits::kPacket);
  }
  EXPECT_TRUE(session.receive_space().empty());
  EXPECT_FALSE(session.failure());
  scene.run();  // the peer reads again, and all goes on
  EXPECT_TRUE(scene.open_session());
}

TEST(Memory, before_login_is_bounded_at_every_byte) {
  SceneOptions options;
  options.cutting.kind = Cutting::Kind::bytes;
  options.server.auth.banners = {std::string(20'000, 'b')};
  Scene scene(options);
  scene.server.transport().incoming = [&scene](ByteView) {
    EXPECT_LE(scene.client.session().held_memory(), kMemoryBeforeLogin);
  };
  ASSERT_TRUE(scene.handshake());
  EXPECT_LE(scene.client.session().held_memory(), kMemoryBeforeLogin);
  ASSERT_TRUE(scene.login());
}

TEST(Memory, of_an_idle_session_is_given_back) {
  SceneOptions options;
  options.server.commands["echo"].echoes = true;
  Scene scene(options);
  ASSERT_TRUE(scene.handshake());
  scene.client.session().release_idle_memory();
  EXPECT_LE(scene.client.session().held_memory(), kIdleMemory);
  ASSERT_TRUE(scene.login());
  const auto channel = scene.open_session();
  ASSERT_TRUE(channel && scene.exec(*channel, "echo"));
  const Bytes data = pattern(1 << 20);
  scene.client.write_all(*channel, data);
  scene.run();
  EXPECT_EQ(scene.client.output(*channel), data);
  scene.client.session().release_idle_memory();
  EXPECT_LE(scene.client.session().held_memory(), kIdleMemory);
  EXPECT_TRUE(scene.open_session());
}

}  // namespace
}  // namespace hawser::scenario
