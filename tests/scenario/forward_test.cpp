// Channels that the server opens because it was asked to listen (RFC 4254 7).
#include <algorithm>

#include <gtest/gtest.h>

#include "hawser/wire/messages_connection.h"

#include "scenario/printing.h"
#include "scenario/scene.h"

namespace hawser::scenario {
namespace {

using connection::ChannelId;
using connection::OpenRefusal;

class Forward : public testing::Test {
 protected:
  Forward() { EXPECT_TRUE(scene_.handshake() && scene_.login()); }

  session::Session& session() { return scene_.client.session(); }

  void listen(std::string_view address, std::uint16_t port) {
    EXPECT_TRUE(session().forward(connection::TcpipForward{address, port}));
    scene_.run();
  }

  template <typename... Messages>
  void say(const Messages&... messages) {
    (scene_.server.inject_message(messages), ...);
    scene_.run();
  }

  // Somebody came to 127.0.0.1:4000, the server's channel 500 (and up).
  void offer(std::uint32_t channel = 500, std::string_view type = "forwarded-tcpip") {
    const Bytes extra =
        wire::encode_to_bytes(wire::ForwardedTcpip{"127.0.0.1", 4000, "10.0.0.1", 5555});
    say(wire::ChannelOpen{wire::Text(type), channel, 2 << 20, 32'768, wire::Rest{extra}});
  }

  bool server_saw(std::string_view request) {
    const auto& all = scene_.server.connection().requests();
    return std::ranges::find(all, request) != all.end();
  }

  Scene scene_;
};

TEST_F(Forward, is_asked_for_and_answered) {
  listen("127.0.0.1", 4000);
  EXPECT_TRUE(server_saw("tcpip-forward 127.0.0.1:4000"));
  EXPECT_EQ(scene_.client.count("alive yes"), 1U);
  listen("forbidden", 1);
  EXPECT_EQ(scene_.client.count("alive no"), 1U);
  EXPECT_FALSE(scene_.failure());
}

TEST_F(Forward, is_taken_and_used_both_ways) {
  listen("127.0.0.1", 4000);
  offer();
  ASSERT_TRUE(scene_.client.saw("offered 0 127.0.0.1:4000 10.0.0.1:5555"));
  ASSERT_TRUE(session().accept(ChannelId(0)));
  scene_.run();
  EXPECT_TRUE(server_saw("open taken 500"));
  Bytes data(100'000);
  std::ranges::generate(data, [n = 0]() mutable { return static_cast<std::uint8_t>(++n * 7); });
  scene_.client.write_all(ChannelId(0), data);
  scene_.run();
  EXPECT_EQ(scene_.client.output(ChannelId(0)), data);
  EXPECT_TRUE(session().close(ChannelId(0)));
  scene_.run();
  EXPECT_TRUE(scene_.client.saw("closed 0"));
  EXPECT_FALSE(scene_.failure());
}

TEST_F(Forward, is_refused) {
  listen("127.0.0.1", 4000);
  offer(500);
  offer(501);
  EXPECT_TRUE(session().refuse(ChannelId(0), OpenRefusal::connect_failed));
  EXPECT_TRUE(session().close(ChannelId(1)));  // the same, without a reason
  scene_.run();
  EXPECT_TRUE(server_saw("open refused 500 2"));
  EXPECT_TRUE(server_saw("open refused 501 1"));
  EXPECT_EQ(session().accept(ChannelId(0)).error().code, Errc::channel_closed);
  EXPECT_EQ(session().write(ChannelId(0), Gather{Bytes(1)}).error().code, Errc::channel_closed);
  EXPECT_FALSE(scene_.failure());
}

TEST_F(Forward, other_types_are_refused_and_nothing_is_heard_unasked) {
  offer(500);
  EXPECT_TRUE(server_saw("open refused 500 1"));
  listen("127.0.0.1", 4000);
  offer(501, "session");
  offer(502, "x11");
  EXPECT_TRUE(server_saw("open refused 501 3"));
  EXPECT_TRUE(server_saw("open refused 502 3"));
  EXPECT_FALSE(scene_.failure());
}

TEST_F(Forward, an_offer_is_no_open_channel_yet) {
  const Bytes byte(1);
  const auto faults = [&](const auto& message) {  // a session ends with its first
    Scene scene;
    EXPECT_TRUE(scene.handshake() && scene.login());
    EXPECT_TRUE(scene.client.session().forward(connection::TcpipForward{"127.0.0.1", 4000}));
    scene.run();
    const Bytes extra = wire::encode_to_bytes(wire::ForwardedTcpip{"127.0.0.1", 4000, "", 1});
    scene.server.inject_message(
        wire::ChannelOpen{"forwarded-tcpip", 500, 1000, 1000, wire::Rest{extra}});
    scene.server.inject_message(message);
    scene.run();
    return scene.failure_code();
  };
  EXPECT_EQ(faults(wire::ChannelData{0, wire::Blob(byte)}), Errc::bad_channel_state);
  EXPECT_EQ(faults(wire::ChannelEof{0}), Errc::bad_channel_state);
  EXPECT_EQ(faults(wire::ChannelClose{0}), Errc::bad_channel_state);
  EXPECT_EQ(faults(wire::ChannelWindowAdjust{0, 1}), Errc::bad_channel_state);
  EXPECT_EQ(faults(wire::ChannelRequest{0, "x", true, {}}), Errc::bad_channel_state);
  EXPECT_EQ(faults(wire::ChannelSuccess{0}), Errc::unexpected_reply);
  EXPECT_EQ(faults(wire::ChannelOpenConfirmation{0, 1, 1, 1, {}}), Errc::bad_channel_state);
  EXPECT_EQ(faults(wire::ChannelOpenFailure{0, 1, "", ""}), Errc::bad_channel_state);
}

TEST_F(Forward, malformed_offers_end_the_session) {
  listen("127.0.0.1", 4000);
  say(wire::ChannelOpen{"forwarded-tcpip", 500, 1000, 1000, {}});
  EXPECT_EQ(scene_.failure_code(), Errc::malformed_message);
}

TEST_F(Forward, an_offer_without_packets_ends_the_session) {
  listen("127.0.0.1", 4000);
  const Bytes extra = wire::encode_to_bytes(wire::ForwardedTcpip{"127.0.0.1", 4000, "", 1});
  say(wire::ChannelOpen{"forwarded-tcpip", 500, 1000, 0, wire::Rest{extra}});
  EXPECT_EQ(scene_.failure_code(), Errc::limit_passed);
}

TEST_F(Forward, addresses_are_bounded) {
  listen("127.0.0.1", 4000);
  for (const std::size_t more : {0U, 1U}) {
    const std::string address(limits::kForwardAddress + more, 'a');
    const Bytes extra =
        wire::encode_to_bytes(wire::ForwardedTcpip{wire::Text(address), 4000, "", 1});
    say(wire::ChannelOpen{"forwarded-tcpip", 500, 1000, 1000, wire::Rest{extra}});
    EXPECT_EQ(scene_.failure().has_value(), more == 1);
  }
}

TEST_F(Forward, more_offers_than_channels_are_refused) {
  listen("127.0.0.1", 4000);
  for (std::uint32_t i = 0; i < limits::kChannels; ++i) offer(1000 + i);
  offer(9000);
  EXPECT_TRUE(server_saw("open refused 9000 4"));
  EXPECT_FALSE(scene_.failure());
}

}  // namespace
}  // namespace hawser::scenario
