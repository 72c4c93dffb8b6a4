// Servers that break the connection protocol: each case is one message too much.
#include <algorithm>

#include <gtest/gtest.h>

#include "hawser/wire/messages_connection.h"

#include "scenario/printing.h"
#include "scenario/scene.h"

namespace hawser::scenario {
namespace {

using connection::ChannelId;

// A session with one channel (0, the server's 100) on which "lasting" ran, and nothing under way.
class ChannelFaults : public testing::Test {
 protected:
  ChannelFaults() : scene_(options()) {
    EXPECT_TRUE(scene_.handshake() && scene_.login() && scene_.open_session());
  }

  static SceneOptions options() {
    SceneOptions options;
    options.connection.window = 40'000;
    options.rules.consumes = false;
    return options;
  }

  template <typename... Messages>
  void say(const Messages&... messages) {
    (scene_.server.inject_message(messages), ...);
    scene_.run();
  }

  void expect_end(Errc code) {
    EXPECT_EQ(scene_.failure_code(), code);
    EXPECT_EQ(scene_.server.disconnect_code(), 2u);
    EXPECT_EQ(scene_.client.count("error " + std::string(describe(code))), 1u);
    // Later calls say the same.
    EXPECT_EQ(scene_.client.session().open(connection::SessionKind{}).error().code, code);
    EXPECT_EQ(scene_.client.session().next().error().code, code);
    EXPECT_TRUE(scene_.client.session().receive_space().empty());
  }

  Scene scene_;
};

wire::ChannelData data(std::uint32_t channel, ByteView bytes) {
  return {channel, wire::Blob(bytes)};
}

TEST_F(ChannelFaults, window_overrun_by_one_byte) {
  say(data(0, Bytes(32'768)), data(0, Bytes(40'000 - 32'768)));
  EXPECT_FALSE(scene_.failure());
  say(data(0, Bytes(1)));
  expect_end(Errc::window_overrun);
  EXPECT_EQ(scene_.client.output(ChannelId(0)).size(), 40'000u);
}

TEST_F(ChannelFaults, window_overrun_on_both_streams_together) {
  say(data(0, Bytes(30'000)), wire::ChannelExtendedData{0, 1, wire::Blob(Bytes(10'001))});
  expect_end(Errc::window_overrun);
}

TEST_F(ChannelFaults, unknown_streams_are_given_back) {
  for (const std::uint32_t type : {0u, 2u, 0xffffffffu}) {
    for (int i = 0; i < 5; ++i) {
      say(wire::ChannelExtendedData{0, type, wire::Blob(Bytes(30'000))});
    }
  }
  EXPECT_FALSE(scene_.failure()) << describe(scene_.failure_code());
  EXPECT_TRUE(scene_.client.output(ChannelId(0)).empty());
}

TEST_F(ChannelFaults, data_larger_than_the_maximum_packet) {
  say(data(0, Bytes(32'769)));
  expect_end(Errc::packet_too_long);
}

TEST_F(ChannelFaults, window_adjust_overflow) {
  say(wire::ChannelWindowAdjust{0, 0}, wire::ChannelWindowAdjust{0, 0xffffffff - (2u << 20)});
  EXPECT_FALSE(scene_.failure());
  say(wire::ChannelWindowAdjust{0, 1});
  expect_end(Errc::window_overflow);
}

TEST_F(ChannelFaults, unknown_channels) {
  const Bytes messages[] = {
      wire::encode_to_bytes(data(1, {})),
      wire::encode_to_bytes(wire::ChannelExtendedData{1, 1, {}}),
      wire::encode_to_bytes(wire::ChannelEof{1}),
      wire::encode_to_bytes(wire::ChannelClose{0xffffffff}),
      wire::encode_to_bytes(wire::ChannelWindowAdjust{1, 1}),
      wire::encode_to_bytes(wire::ChannelRequest{1, "exit-status", false, {}}),
      wire::encode_to_bytes(wire::ChannelSuccess{1}),
      wire::encode_to_bytes(wire::ChannelFailure{1}),
      wire::encode_to_bytes(wire::ChannelOpenConfirmation{1, 0, 0, 1, {}}),
      wire::encode_to_bytes(wire::ChannelOpenFailure{1, 1, "", ""}),
  };
  for (const Bytes& message : messages) {
    SCOPED_TRACE(int{message[0]});
    Scene scene(options());
    ASSERT_TRUE(scene.handshake() && scene.login() && scene.open_session());
    scene.server.inject(message);
    scene.run();
    EXPECT_EQ(scene.failure_code(), Errc::unknown_channel);
  }
}

TEST_F(ChannelFaults, data_after_eof) {
  say(wire::ChannelEof{0}, data(0, Bytes(1)));
  expect_end(Errc::bad_channel_state);
}

TEST_F(ChannelFaults, eof_twice) {
  say(wire::ChannelEof{0}, wire::ChannelEof{0});
  expect_end(Errc::bad_channel_state);
}

TEST_F(ChannelFaults, anything_after_close) {
  say(wire::ChannelClose{0}, wire::ChannelEof{0});
  expect_end(Errc::unknown_channel);
}

TEST_F(ChannelFaults, second_confirmation) {
  say(wire::ChannelOpenConfirmation{0, 101, 1, 1, {}});
  expect_end(Errc::bad_channel_state);
}

TEST_F(ChannelFaults, failure_after_confirmation) {
  say(wire::ChannelOpenFailure{0, 1, "no", ""});
  expect_end(Errc::bad_channel_state);
}

TEST_F(ChannelFaults, messages_before_confirmation) {
  const Bytes messages[] = {wire::encode_to_bytes(data(1, {})),
                            wire::encode_to_bytes(wire::ChannelEof{1}),
                            wire::encode_to_bytes(wire::ChannelClose{1}),
                            wire::encode_to_bytes(wire::ChannelWindowAdjust{1, 1}),
                            wire::encode_to_bytes(wire::ChannelRequest{1, "x", true, {}})};
  for (const Bytes& message : messages) {
    SCOPED_TRACE(int{message[0]});
    Scene scene(options());
    ASSERT_TRUE(scene.handshake() && scene.login() && scene.open_session());
    scene.server.transport().outgoing = [](Bytes& payload) {
      return payload[0] != wire::ChannelOpenConfirmation::number;
    };
    ASSERT_TRUE(scene.client.session().open(connection::SessionKind{}));
    scene.server.inject(message);
    scene.run();
    EXPECT_EQ(scene.failure_code(), Errc::bad_channel_state);
  }
}

TEST_F(ChannelFaults, maximum_packet_of_zero) {
  SceneOptions zero;
  zero.server.max_packet = 0;
  Scene scene(zero);
  ASSERT_TRUE(scene.handshake() && scene.login());
  EXPECT_FALSE(scene.open_session());
  EXPECT_EQ(scene.failure_code(), Errc::limit_passed);
}

TEST_F(ChannelFaults, unsolicited_channel_replies) {
  say(wire::ChannelSuccess{0});
  expect_end(Errc::unexpected_reply);
}

TEST_F(ChannelFaults, unsolicited_global_replies) {
  say(wire::RequestFailure{});
  expect_end(Errc::unexpected_reply);
}

TEST_F(ChannelFaults, channels_that_the_server_opens_are_refused) {
  for (const char* type : {"session", "x11", "forwarded-tcpip", "auth-agent@openssh.com", ""}) {
    say(wire::ChannelOpen{type, 7, 1000, 1000, {}});
    EXPECT_EQ(scene_.server.connection().requests().back(), "open refused 7 1");
  }
  EXPECT_FALSE(scene_.failure());
}

TEST_F(ChannelFaults, requests_of_the_server_are_declined) {
  say(wire::ChannelRequest{0, "unheard-of", true, {}},
      wire::ChannelRequest{0, "unheard-of", false, {}},
      wire::GlobalRequest{"hostkeys-00@openssh.com", false, {}},
      wire::GlobalRequest{"unheard-of", true, {}});
  EXPECT_FALSE(scene_.failure());
  const auto& numbers = scene_.server.received_numbers();
  EXPECT_EQ(std::ranges::count(numbers, wire::ChannelFailure::number), 1);
  EXPECT_EQ(std::ranges::count(numbers, wire::RequestFailure::number), 1);
}

TEST_F(ChannelFaults, exit_status_that_is_damaged) {
  const Bytes extra(3);
  say(wire::ChannelRequest{0, "exit-status", false, wire::Rest{extra}});
  expect_end(Errc::malformed_message);
}

TEST_F(ChannelFaults, exit_signal_is_shown_escaped) {
  const Bytes extra =
      wire::encode_to_bytes(wire::ExitSignal{"\x1b[31mKILL", true, "message", "en"});
  say(wire::ChannelRequest{0, "exit-signal", false, wire::Rest{extra}});
  EXPECT_TRUE(scene_.client.saw("exit 0 \\x1b[31mKILL"));
}

// Sessions over sizes: every message cut short or lengthened is malformed.
TEST_F(ChannelFaults, messages_of_every_wrong_length) {
  const Bytes messages[] = {
      wire::encode_to_bytes(data(0, as_bytes("abc"))),
      wire::encode_to_bytes(wire::ChannelExtendedData{0, 1, wire::Blob(as_bytes("abc"))}),
      wire::encode_to_bytes(wire::ChannelWindowAdjust{0, 1}),
      wire::encode_to_bytes(wire::ChannelEof{0}),
      wire::encode_to_bytes(wire::ChannelClose{0}),
      wire::encode_to_bytes(wire::ChannelSuccess{0}),
  };
  for (const Bytes& message : messages) {
    for (std::size_t size = 1; size <= message.size() + 1; ++size) {
      if (size == message.size()) continue;
      SCOPED_TRACE(testing::Message() << int{message[0]} << " of " << size);
      Scene scene(options());
      ASSERT_TRUE(scene.handshake() && scene.login() && scene.open_session());
      Bytes damaged = message;
      damaged.resize(size);
      scene.server.inject(damaged);
      scene.run();
      EXPECT_EQ(scene.failure_code(), Errc::malformed_message);
    }
  }
}

}  // namespace
}  // namespace hawser::scenario
