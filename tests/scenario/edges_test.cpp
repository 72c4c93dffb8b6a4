// Limits of base/limits.h from both sides: what just fits, and what is one too many. Those of one
// floor stand beside its files; here are those that take a session.
#include <gtest/gtest.h>

#include "hawser/auth/authenticator.h"
#include "hawser/keys/agent_messages.h"
#include "hawser/wire/messages_auth.h"
#include "hawser/wire/messages_connection.h"
#include "hawser/wire/messages_transport.h"

#include "scenario/printing.h"
#include "scenario/scene.h"

namespace hawser::scenario {
namespace {

// What the server has to say, into the client, though the client's own bytes go nowhere.
void bring_one_way(Scene& scene) {
  session::Session& session = scene.client.session();
  while (!scene.server.pending_output().empty()) {
    const ByteView pending = scene.server.pending_output();
    const ByteSpan space = session.receive_space();
    if (space.empty()) return;
    const std::size_t size = std::min(space.size(), pending.size());
    copy(pending.first(size), space);
    session.received(size);
    scene.server.sent(size);
    scene.client.process();
  }
}

wire::ExtInfo ext_info(std::uint32_t entries, Bytes& memory) {
  wire::BytesSink sink(memory);
  for (std::uint32_t i = 0; i < entries; ++i) {
    wire::put_string(sink, as_bytes("name@example.com"));
    wire::put_string(sink, as_bytes("value"));
  }
  return {entries, wire::Rest{memory}};
}

TEST(Edge, of_entries_in_ext_info) {
  for (const std::uint32_t too_many : {0u, 1u}) {
    Scene scene;
    ASSERT_TRUE(scene.handshake());
    Bytes entries;
    scene.server.inject_message(
        ext_info(static_cast<std::uint32_t>(limits::kExtensions) + too_many, entries));
    scene.run();
    EXPECT_EQ(scene.failure_code(), too_many == 0 ? Errc{} : Errc::limit_passed);
  }
}

TEST(Edge, of_login_attempts) {
  auth::Authenticator authenticator;
  const Bytes accept = wire::encode_to_bytes(wire::ServiceAccept{"ssh-userauth"});
  const Bytes refusal =
      wire::encode_to_bytes(wire::UserauthFailure{wire::NameList("password"), false});
  for (unsigned i = 0; i < limits::kAuthRequests; ++i) {
    ASSERT_TRUE(authenticator.offer("user", Bytes(32), auth::NoneCredential{}));
    if (i == 0) {
      ASSERT_TRUE(authenticator.take(accept));
    }
    ASSERT_TRUE(authenticator.take(refusal));
    while (authenticator.next()) {
    }
  }
  const Status more = authenticator.offer("user", Bytes(32), auth::NoneCredential{});
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Errc::limit_passed);
}

TEST(Edge, of_global_requests_without_an_answer) {
  Scene scene;
  ASSERT_TRUE(scene.handshake() && scene.login());
  session::Session& session = scene.client.session();
  for (std::size_t i = 0; i < limits::kGlobalRequestsPending; ++i) ASSERT_TRUE(session.keepalive());
  const Status more = session.keepalive();
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Errc::wrong_state);
  EXPECT_FALSE(scene.failure());
  scene.run();
  EXPECT_TRUE(session.keepalive());
}

TEST(Edge, of_packets_that_wait_for_new_keys) {
  for (const std::size_t too_many : {0u, 1u}) {
    Scene scene;
    ASSERT_TRUE(scene.handshake() && scene.login());
    ASSERT_TRUE(scene.client.session().rekey());
    for (std::size_t i = 0; i < limits::kDeferredPackets + too_many; ++i) {
      scene.server.inject_message(wire::GlobalRequest{"ping@example.com", true, {}});
    }
    bring_one_way(scene);
    EXPECT_EQ(scene.failure_code(), too_many == 0 ? Errc{} : Errc::limit_passed);
    if (too_many != 0) continue;
    scene.run();  // the exchange ends, and they go
    EXPECT_TRUE(scene.client.saw("keys again"));
    EXPECT_FALSE(scene.failure());
  }
}

TEST(Edge, of_bytes_that_wait_for_new_keys) {
  SceneOptions options;
  Scene scene(options);
  ASSERT_TRUE(scene.handshake() && scene.login());
  const auto channel = scene.open_session();
  ASSERT_TRUE(channel && scene.client.session().rekey());
  const std::string command(limits::kDeferredBytes / 5 - 100, 'c');
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(scene.client.session().request(*channel, connection::ExecRequest{command}));
  }
  const Status more = scene.client.session().request(*channel, connection::ExecRequest{command});
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Errc::limit_passed);
}

TEST(Edge, of_data_that_waits_for_the_socket) {
  SceneOptions options;
  options.server.commands["echo"].echoes = true;
  Scene scene(options);
  const auto channel = scene.start("echo");
  ASSERT_TRUE(channel);
  session::Session& session = scene.client.session();
  const Bytes data(limits::kChannelPacketSend);
  while (session.pending_output().size() < limits::kOutboundData) {
    const auto taken = session.write(*channel, Gather(data));
    ASSERT_TRUE(taken && *taken > 0);
  }
  EXPECT_LE(session.pending_output().size(), limits::kOutboundData + limits::kPacketBeforeLogin);
  const auto more = session.write(*channel, Gather(data));
  ASSERT_TRUE(more);
  EXPECT_EQ(*more, 0u);
}

// Before a login a peer can have us answer what we do not know, and read no answer.
TEST(Edge, of_answers_that_wait_before_the_login) {
  Scene scene;
  ASSERT_TRUE(scene.handshake());
  session::Session& session = scene.client.session();
  const std::size_t before = session.pending_output().size();
  std::size_t answer = 0;
  for (std::size_t i = 0; i < limits::kPacketsBeforeLogin && session.can_receive(); ++i) {
    scene.server.inject(Bytes{200});
    bring_one_way(scene);
    if (answer == 0) answer = session.pending_output().size() - before;
  }
  ASSERT_FALSE(scene.failure());
  ASSERT_GT(answer, 0U);
  EXPECT_GT(session.pending_output().size(), limits::kOutboundBeforeLogin);
  EXPECT_LE(session.pending_output().size(), limits::kOutboundBeforeLogin + answer);
  scene.run();  // the peer reads again
  EXPECT_TRUE(scene.login());
}

TEST(Edge, of_keys_in_an_agent) {
  for (const std::uint32_t too_many : {0u, 1u}) {
    const std::uint32_t count = limits::kAgentIdentities + too_many;
    Bytes reply{12};
    wire::BytesSink sink(reply);
    wire::put_uint32(sink, count);
    for (std::uint32_t i = 0; i < count; ++i) {
      wire::put_string(sink, as_bytes("blob"));
      wire::put_string(sink, as_bytes(""));
    }
    const auto keys = keys::agent::parse_identities(reply);
    EXPECT_EQ(keys.has_value(), too_many == 0);
    if (!keys) {
      EXPECT_EQ(keys.error().code, Errc::agent_protocol);
    }
  }
}

}  // namespace
}  // namespace hawser::scenario
