// Channels that go well: commands, subsystems, terminals, forwarding, many at once, tiny windows.
#include <algorithm>

#include <gtest/gtest.h>

#include "hawser/wire/messages_connection.h"

#include "scenario/printing.h"
#include "scenario/scene.h"

namespace hawser::scenario {
namespace {

using connection::ChannelId;

SceneOptions with_commands() {
  SceneOptions options;
  auto& commands = options.server.commands;
  commands["echo"].echoes = true;
  commands["bulk"].output = pattern(500'000);
  commands["noisy"].errors = pattern(100'000);
  commands["noisy"].output = pattern(100'000, 8);
  commands["killed"].signal = "TERM";
  commands["no eof"].sends_eof = false;
  commands["silent"].status.reset();
  commands["lasting"].closes = false;
  commands["subsystem:sftp"].echoes = true;
  commands["shell"].output = to_bytes(as_bytes("$ "));
  return options;
}

class Channels : public testing::Test {
 protected:
  void expect_all_is_well(Scene& scene) {
    EXPECT_FALSE(scene.failure()) << describe(scene.failure_code());
    EXPECT_FALSE(scene.server.complaint())
        << describe(scene.server.complaint()->code) << " " << scene.server.complaint()->where;
  }
};

TEST_F(Channels, ends_of_commands) {
  const struct {
    const char* command;
    std::vector<std::string> tail;
  } cases[] = {
      {"killed", {"end 0", "exit 0 TERM", "closed 0"}},
      {"no eof", {"yes 0", "exit 0 0", "closed 0"}},
      {"silent", {"yes 0", "end 0", "closed 0"}},
      {"lasting", {"end 0", "exit 0 0"}},
  };
  for (const auto& row : cases) {
    SCOPED_TRACE(row.command);
    Scene scene(with_commands());
    ASSERT_TRUE(scene.start(row.command));
    const auto& events = scene.client.events();
    ASSERT_GE(events.size(), row.tail.size());
    EXPECT_TRUE(std::equal(row.tail.rbegin(), row.tail.rend(), events.rbegin()));
    expect_all_is_well(scene);
  }
}

TEST_F(Channels, unknown_command_is_refused) {
  Scene scene(with_commands());
  EXPECT_FALSE(scene.start("no such thing"));
  EXPECT_TRUE(scene.client.saw("no 0"));
  EXPECT_TRUE(scene.exec(ChannelId(0), "echo"));
}

TEST_F(Channels, requests_of_every_kind) {
  Scene scene(with_commands());
  ASSERT_TRUE(scene.handshake() && scene.login());
  const auto channel = scene.open_session();
  ASSERT_TRUE(channel);
  session::Session& session = scene.client.session();
  using namespace connection;
  const TerminalSize size{100, 50, 0, 0};
  ASSERT_TRUE(session.request(*channel, TerminalRequest{"xterm", size, {{53, 1}, {128, 9600}}}));
  ASSERT_TRUE(session.request(*channel, EnvironmentRequest{"LANG", "C.UTF-8"}));
  ASSERT_TRUE(session.request(*channel, ShellRequest{}));
  ASSERT_TRUE(session.request(*channel, ResizeRequest{{120, 60, 0, 0}}));
  scene.run();
  EXPECT_EQ(scene.client.count("yes 0"), 3u);
  const std::vector<std::string> expected = {"pty-req xterm 100x50 11", "env LANG=C.UTF-8", "shell",
                                             "window-change 120x60"};
  EXPECT_EQ(scene.server.connection().requests(), expected);
  EXPECT_EQ(as_text(scene.client.output(*channel)), "$ ");
  expect_all_is_well(scene);
}

TEST_F(Channels, subsystem) {
  Scene scene(with_commands());
  ASSERT_TRUE(scene.handshake() && scene.login());
  const auto channel = scene.open_session();
  ASSERT_TRUE(scene.client.session().request(*channel, connection::SubsystemRequest{"sftp"}));
  scene.run();
  EXPECT_TRUE(scene.client.saw("yes 0"));
}

TEST_F(Channels, forwarded_connections) {
  Scene scene(with_commands());
  ASSERT_TRUE(scene.handshake() && scene.login());
  const connection::DirectTcpipKind target{"db.example.com", 5432, "127.0.0.1", 40000};
  const auto channel = scene.client.session().open(target);
  ASSERT_TRUE(channel);
  scene.run();
  scene.client.write_all(*channel, pattern(100'000));
  scene.run();
  EXPECT_EQ(scene.client.output(*channel), pattern(100'000));
  EXPECT_EQ(scene.server.connection().requests()[0], "direct-tcpip db.example.com:5432");
  ASSERT_TRUE(scene.client.session().open(connection::DirectTcpipKind{"refused", 1, "", 0}));
  scene.run();
  EXPECT_TRUE(scene.client.saw("refused 1 2 connect failed"));
  expect_all_is_well(scene);
}

TEST_F(Channels, window_of_one_byte_both_ways) {
  SceneOptions options = with_commands();
  options.server.window = 1;
  options.connection.window = 1;
  Scene scene(options);
  const auto channel = scene.start("echo");
  ASSERT_TRUE(channel);
  scene.client.write_all(*channel, pattern(300));
  scene.run();
  EXPECT_EQ(scene.client.output(*channel), pattern(300));
  EXPECT_TRUE(scene.client.saw("closed 0"));
  expect_all_is_well(scene);
}

TEST_F(Channels, windows_of_every_awkward_size) {
  for (const std::uint32_t window : {2u, 3u, 1000u, 32'767u, 32'768u, 32'769u, 98'304u, 200'000u}) {
    SCOPED_TRACE(window);
    SceneOptions options = with_commands();
    options.server.window = window;
    options.connection.window = window;
    Scene scene(options);
    const auto channel = scene.start("noisy");
    ASSERT_TRUE(channel);
    if (window < 1000) continue;  // 100,000 packets prove no more
    EXPECT_EQ(scene.client.output(*channel), pattern(100'000, 8));
    EXPECT_EQ(scene.client.errors(*channel), pattern(100'000));
    expect_all_is_well(scene);
  }
}

TEST_F(Channels, a_window_that_is_not_given_back_stops_the_server) {
  SceneOptions options = with_commands();
  options.connection.window = 100'000;
  options.rules.consumes = false;
  Scene scene(options);
  const auto channel = scene.start("bulk");
  ASSERT_TRUE(channel);
  EXPECT_EQ(scene.client.output(*channel).size(), 100'000u);
  // Half of it given back brings as much again.
  ASSERT_TRUE(scene.client.session().consume(*channel, 50'000));
  scene.run();
  EXPECT_EQ(scene.client.output(*channel).size(), 150'000u);
  expect_all_is_well(scene);
}

TEST_F(Channels, a_window_of_the_servers_stops_us) {
  SceneOptions options = with_commands();
  options.server.window = 70'000;
  options.server.gives_window_back = false;
  Scene scene(options);
  const auto channel = scene.start("echo");
  ASSERT_TRUE(channel);
  scene.client.write_all(*channel, pattern(100'000));
  scene.run();
  EXPECT_EQ(scene.server.connection().channel(100)->input.size(), 70'000u);
  EXPECT_EQ(scene.client.session().write(*channel, as_bytes("x")), std::size_t{0});
  scene.server.connection().channel(100)->window_in += 30'000;
  scene.server.send_message(wire::ChannelWindowAdjust{0, 30'000});
  scene.run();
  EXPECT_TRUE(scene.client.has_written_all());
  EXPECT_EQ(scene.client.output(*channel), pattern(100'000));
  expect_all_is_well(scene);
}

TEST_F(Channels, maximum_packet_of_one_byte) {
  SceneOptions options = with_commands();
  options.server.max_packet = 1;
  Scene scene(options);
  const auto channel = scene.start("echo");
  ASSERT_TRUE(channel);
  scene.client.write_all(*channel, pattern(100));
  scene.run();
  EXPECT_EQ(scene.client.output(*channel), pattern(100));
  expect_all_is_well(scene);
}

TEST_F(Channels, many_interleaved) {
  Scene scene(with_commands());
  ASSERT_TRUE(scene.handshake() && scene.login());
  std::vector<ChannelId> channels;
  for (unsigned i = 0; i < 40; ++i) {
    channels.push_back(*scene.open_session());
    ASSERT_TRUE(scene.exec(channels.back(), "echo"));
  }
  for (const ChannelId channel : channels) {
    scene.client.write_all(channel, pattern(40'000, channel.value()));
  }
  scene.run();
  for (const ChannelId channel : channels) {
    EXPECT_EQ(scene.client.output(channel), pattern(40'000, channel.value()));
    EXPECT_TRUE(scene.client.saw("closed " + std::to_string(channel.value())));
  }
  expect_all_is_well(scene);
}

TEST_F(Channels, as_many_as_the_limit_and_one) {
  SceneOptions options = with_commands();
  options.server.window = 100;
  Scene scene(options);
  ASSERT_TRUE(scene.handshake() && scene.login());
  session::Session& session = scene.client.session();
  for (std::size_t i = 0; i < limits::kChannels; ++i) {
    ASSERT_TRUE(session.open(connection::SessionKind{}));
  }
  EXPECT_EQ(session.open(connection::SessionKind{}).error().code, Errc::too_many_channels);
  scene.run();
  expect_all_is_well(scene);
  // One that ends makes room; its number is not used again.
  ASSERT_TRUE(session.close(ChannelId(5)));
  scene.run();
  EXPECT_TRUE(scene.client.saw("closed 5"));
  const auto next = session.open(connection::SessionKind{});
  ASSERT_TRUE(next);
  EXPECT_EQ(next->value(), limits::kChannels);
}

TEST_F(Channels, closed_by_us_in_the_middle) {
  SceneOptions options = with_commands();
  options.rules.consumes = false;
  options.connection.window = 60'000;
  Scene scene(options);
  const auto channel = scene.start("bulk");
  ASSERT_TRUE(channel);
  session::Session& session = scene.client.session();
  ASSERT_TRUE(session.close(*channel));
  EXPECT_EQ(session.write(*channel, as_bytes("x")).error().code, Errc::channel_closed);
  EXPECT_EQ(session.request(*channel, connection::ShellRequest{}).error().code,
            Errc::channel_closed);
  const std::size_t before = scene.client.output(*channel).size();
  // What was on its way is dropped without a word.
  scene.server.inject_message(wire::ChannelData{0, wire::Blob{}});
  scene.run();
  EXPECT_EQ(scene.client.output(*channel).size(), before);
  EXPECT_TRUE(scene.client.saw("closed 0"));
  EXPECT_TRUE(session.close(*channel));
  expect_all_is_well(scene);
}

TEST_F(Channels, given_up_before_it_was_open) {
  Scene scene(with_commands());
  ASSERT_TRUE(scene.handshake() && scene.login());
  session::Session& session = scene.client.session();
  const auto channel = session.open(connection::SessionKind{});
  ASSERT_TRUE(channel);
  ASSERT_TRUE(session.close(*channel));
  scene.run();
  EXPECT_TRUE(scene.client.saw("closed 0"));
  EXPECT_FALSE(scene.client.saw("opened 0"));
  expect_all_is_well(scene);
}

TEST_F(Channels, keepalive) {
  Scene scene(with_commands());
  ASSERT_TRUE(scene.handshake() && scene.login());
  ASSERT_TRUE(scene.client.session().keepalive());
  scene.run();
  EXPECT_TRUE(scene.client.saw("alive no"));
  EXPECT_EQ(scene.server.connection().requests()[0], "keepalive@openssh.com");
}

TEST_F(Channels, too_many_requests_at_once_are_the_callers_to_wait_for) {
  Scene scene(with_commands());
  ASSERT_TRUE(scene.handshake() && scene.login());
  const auto channel = scene.open_session();
  session::Session& session = scene.client.session();
  const connection::EnvironmentRequest request{"A", "B"};
  for (std::size_t i = 0; i < limits::kChannelRequestsPending; ++i) {
    ASSERT_TRUE(session.request(*channel, request));
  }
  EXPECT_FALSE(session.request(*channel, request));
  EXPECT_FALSE(scene.failure()) << describe(scene.failure_code());
  scene.run();
  EXPECT_TRUE(session.request(*channel, request));
}

}  // namespace
}  // namespace hawser::scenario
