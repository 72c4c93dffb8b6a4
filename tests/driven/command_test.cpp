// Commands, and channels read and written by hand.
#include "hawser/operations/command.h"

#include <gtest/gtest.h>

#include "hawser/operations/ask_channel.h"
#include "hawser/operations/channel_io.h"
#include "hawser/wire/messages_connection.h"

#include "driven/driver.h"
#include "scenario/printing.h"

namespace hawser::driven {
namespace {

using connection::Stream;
using operations::AskChannel;
using operations::AwaitClose;
using operations::Command;
using operations::CommandSpec;
using operations::ErrorOutput;
using operations::ReadChannel;
using operations::WriteAmount;
using operations::WriteChannel;
using scenario::pattern;
using scenario::SceneOptions;

Bytes all_of(ByteQueue queue) {
  Bytes bytes(queue.size());
  queue.pop(bytes);
  return bytes;
}

SceneOptions with_commands() {
  SceneOptions options;
  auto& commands = options.server.commands;
  commands["say"].output = pattern(300'000);
  commands["say"].errors = pattern(1000, 3);
  commands["say"].status = 7;
  commands["echo"].echoes = true;
  commands["dies"].signal = "TERM";
  commands["silent"].closes = commands["silent"].sends_eof = false;
  commands["silent"].status.reset();
  commands["talks"] = commands["silent"];
  commands["talks"].output = pattern(100'000);
  return options;
}

class Commands : public ::testing::Test {
 protected:
  Commands() : driver_(with_commands()) { EXPECT_TRUE(driver_.log_in()); }
  Driver driver_;
};

TEST_F(Commands, bring_their_output_and_status) {
  for (const auto kept : {ErrorOutput::keep, ErrorOutput::discard}) {
    Command command(CommandSpec{"say", {}, {}, false, kept});
    ASSERT_TRUE(driver_.run(command));
    EXPECT_EQ(all_of(command.take_output()), pattern(300'000));
    EXPECT_EQ(all_of(command.take_error_output()).size(), kept == ErrorOutput::keep ? 1000U : 0U);
    ASSERT_TRUE(command.exit());
    EXPECT_EQ(std::get<std::uint32_t>(*command.exit()), 7U);
    EXPECT_EQ(driver_.inbox().channels(), 0U);
  }
  Command killed(CommandSpec{"dies", {}, {}, false, {}});
  ASSERT_TRUE(driver_.run(killed));
  EXPECT_EQ(std::get<std::string>(*killed.exit()), "TERM");
}

TEST_F(Commands, get_their_input_in_pieces) {
  const Bytes data = pattern(5'000'000);  // more than the server's window
  std::size_t done = 0;
  World world;
  world.input = [&](std::size_t most) {
    const std::size_t size = std::min({most, data.size() - done, std::size_t{70'000}});
    World::Input input{to_bytes(ByteView(data).subspan(done, size)), false};
    done += size;
    input.is_end = done == data.size();
    return input;
  };
  Command command(CommandSpec{"echo", {}, {}, true, {}});
  ASSERT_TRUE(driver_.run(command, world));
  EXPECT_EQ(all_of(command.take_output()), data);
}

TEST_F(Commands, have_an_environment_and_a_terminal) {
  Command command(
      CommandSpec{"say", {{"LANG", "C"}, {"A", ""}}, operations::Terminal{}, false, {}});
  ASSERT_TRUE(driver_.run(command));
  const auto& requests = driver_.server().connection().requests();
  EXPECT_EQ(requests, (std::vector<std::string>{"env LANG=C", "env A=", "pty-req xterm 80x24 1",
                                                "exec say"}));
}

TEST_F(Commands, say_what_was_refused) {
  Command unknown(CommandSpec{"unknown", {}, {}, false, {}});
  EXPECT_EQ(driver_.run(unknown).error().code, Errc::channel_request_refused);
  EXPECT_EQ(unknown.refused(), "the command");
  driver_.server().transport().outgoing = [asked = 0](Bytes& payload) mutable {
    // The second request of the channel is that for the terminal.
    const bool is_reply = payload[0] == wire::ChannelSuccess::number;
    if (is_reply && ++asked == 2) payload[0] = wire::ChannelFailure::number;
    return true;
  };
  Command refused(CommandSpec{"say", {{"LANG", "C"}}, operations::Terminal{}, false, {}});
  EXPECT_EQ(driver_.run(refused).error().code, Errc::channel_request_refused);
  EXPECT_EQ(refused.refused(), "a terminal");
  EXPECT_FALSE(driver_.session().failure());
}

TEST_F(Commands, are_refused_a_channel) {
  driver_.server().transport().outgoing = [](Bytes& payload) {
    if (payload[0] == wire::ChannelOpenConfirmation::number) {
      payload = wire::encode_to_bytes(wire::ChannelOpenFailure{0, 4, "too many", ""});
    }
    return true;
  };
  Command command(CommandSpec{"say", {}, {}, false, {}});
  EXPECT_EQ(driver_.run(command).error().code, Errc::channel_open_refused);
  ASSERT_TRUE(command.refusal());
  EXPECT_EQ(command.refusal()->reason, 4U);
  EXPECT_EQ(command.refusal()->text, "too many");
}

TEST_F(Commands, lose_their_channel_before_it_is_answered) {
  driver_.server().transport().outgoing = [](Bytes& payload) {
    if (payload[0] == wire::ChannelSuccess::number) {
      payload = wire::encode_to_bytes(wire::ChannelClose{0});
    }
    return true;
  };
  Command command(CommandSpec{"silent", {}, {}, false, {}});
  EXPECT_EQ(driver_.run(command).error().code, Errc::channel_closed);
}

// Whenever it is given up, its channel is closed and nothing is left.
TEST(Command, can_be_given_up_at_every_turn) {
  for (unsigned turns = 0; turns < 8; ++turns) {
    Driver driver(with_commands());
    ASSERT_TRUE(driver.log_in());
    Command command(CommandSpec{"silent", {{"A", "B"}}, {}, true, {}});
    EXPECT_FALSE(driver.run(command, {}, turns)) << turns;
    while (driver.carry()) {
    }
    EXPECT_EQ(driver.inbox().channels(), 0U) << turns;
    EXPECT_TRUE(driver.server().connection().channels().empty()) << turns;
    EXPECT_FALSE(driver.session().failure());
  }
}

TEST_F(Commands, end_with_the_connection_and_keep_what_came) {
  Command command(CommandSpec{"talks", {}, {}, false, {}});
  EXPECT_EQ(driver_.run(command).error().code, Errc::timed_out);  // it waits for nothing else
  Command other(CommandSpec{"talks", {}, {}, false, {}});
  EXPECT_EQ(driver_.run(other, {}, 60).error().code, Errc::timed_out);
  EXPECT_EQ(all_of(other.take_output()).size(), 100'000U);
  driver_.cut();
  Command after(CommandSpec{"say", {}, {}, false, {}});
  EXPECT_EQ(driver_.run(after).error(), *driver_.session().failure());
}

TEST_F(Commands, are_read_by_hand) {
  const auto box = driver_.open("say");
  ASSERT_TRUE(box);
  Bytes got;
  Bytes piece(10'000);
  for (;;) {
    ReadChannel read(box, Stream::standard, piece);
    ASSERT_TRUE(driver_.run(read));
    if (read.size() == 0) break;
    append(got, ByteView(piece).first(read.size()));
  }
  EXPECT_EQ(got, pattern(300'000));
  ReadChannel errors(box, Stream::error, piece);
  ASSERT_TRUE(driver_.run(errors));
  EXPECT_EQ(errors.size(), 1000U);
}

TEST_F(Commands, are_written_by_hand) {
  const auto box = driver_.open("echo");
  ASSERT_TRUE(box);
  const Bytes data = pattern(200'000);
  WriteChannel some(box, data, WriteAmount::some);
  ASSERT_TRUE(driver_.run(some));
  EXPECT_GT(some.size(), 0U);
  WriteChannel rest(box, ByteView(data).subspan(some.size()), WriteAmount::all);
  ASSERT_TRUE(driver_.run(rest));
  EXPECT_EQ(some.size() + rest.size(), data.size());
  WriteChannel nothing(box, {}, WriteAmount::all);
  EXPECT_TRUE(driver_.run(nothing));
  ASSERT_TRUE(driver_.session().send_eof(box->id()));
  AwaitClose end(box);
  ASSERT_TRUE(driver_.run(end));
  EXPECT_EQ(box->readable(Stream::standard), data.size());
  WriteChannel late(box, data, WriteAmount::some);
  EXPECT_EQ(driver_.run(late).error().code, Errc::channel_closed);
}

// What nobody reads is kept for later, to the byte of its limit; a byte more ends the wait.
TEST(AwaitClose, keeps_so_much_output_and_no_more) {
  for (const std::size_t more : {0U, 1U}) {
    SceneOptions options;
    auto& fountain = options.server.commands["fountain"];
    fountain.output = Bytes(limits::kUnreadOutput + more);
    fountain.closes = false;
    Driver driver(options);
    ASSERT_TRUE(driver.log_in());
    const auto box = driver.open("fountain");
    ASSERT_TRUE(box);
    AwaitClose end(box);
    const Status status = driver.run(end);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, more == 0 ? Errc::timed_out : Errc::output_unread);
    EXPECT_EQ(box->readable(Stream::standard), limits::kUnreadOutput + more);
  }
}

TEST_F(Commands, answer_requests_on_their_channel) {
  const auto box = driver_.open();
  ASSERT_TRUE(box);
  AskChannel terminal(box, connection::TerminalRequest{"vt100", {}, {}});
  EXPECT_TRUE(driver_.run(terminal));
  AskChannel size(box, connection::ResizeRequest{{100, 50, 0, 0}});
  EXPECT_TRUE(driver_.run(size));  // has no answer
  AskChannel unknown(box, connection::ExecRequest{"unknown"});
  EXPECT_EQ(driver_.run(unknown).error().code, Errc::channel_request_refused);
  AskChannel given_up(box, connection::ExecRequest{"unknown"});
  EXPECT_EQ(driver_.run(given_up, {}, 1).error().code, Errc::cancelled);
  AskChannel silent(box, connection::ExecRequest{"silent"});
  EXPECT_TRUE(driver_.run(silent));  // the answer of the one before is not taken for its own
  driver_.server().inject_message(wire::ChannelClose{box->id().value()});
  AskChannel late(box, connection::ExecRequest{"say"});
  EXPECT_FALSE(driver_.run(late));
}

}  // namespace
}  // namespace hawser::driven
