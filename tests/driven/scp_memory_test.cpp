// One file by SCP into memory and from it: every size, and a remote scp that refuses, lies or goes.
#include <gtest/gtest.h>

#include "hawser/operations/scp_receive.h"
#include "hawser/operations/scp_send.h"

#include "driven/scp_remote.h"
#include "scenario/printing.h"

namespace hawser::driven {
namespace {

using operations::ScpReceive;
using operations::ScpSend;
using scenario::pattern;

// one file into memory ----------------------------------------------------------------------------

Result<Bytes> receive(Driver& driver, ScpReceive& operation) {
  HAWSER_TRY(driver.run(operation));
  Bytes content(static_cast<std::size_t>(operation.size()));
  const std::size_t half = content.size() / 2;
  for (const auto piece : {ByteSpan(content).first(half), ByteSpan(content).subspan(half)}) {
    if (piece.empty() || operation.is_over()) continue;
    operation.read_into(piece);
    HAWSER_TRY(driver.run(operation));
  }
  if (!operation.is_over()) {
    operation.finish();
    HAWSER_TRY(driver.run(operation));
  }
  return content;
}

TEST(ScpReceive, brings_every_size) {
  for (const std::size_t size : {0U, 1U, 16'384U, 300'000U}) {
    const std::string data = text(pattern(size));
    Driver driver(with_remote(
        Source{{"C0644 " + std::to_string(size) + " file\n", data + std::string(1, '\0')}}));
    ASSERT_TRUE(driver.log_in());
    ScpReceive operation("scp", "file");
    const auto got = receive(driver, operation);
    ASSERT_TRUE(got) << describe(got.error().code);
    EXPECT_EQ(text(*got), data);
    EXPECT_TRUE(operation.is_over());
    EXPECT_TRUE(operation.link().exit());
  }
}

TEST(ScpReceive, hears_what_is_wrong) {
  const std::pair<std::vector<std::string>, Errc> cases[] = {
      {{"C0644 5 other\n"}, Errc::name_unsafe},
      {{"D0755 0 file\n"}, Errc::scp_protocol},
      {{"nonsense\n"}, Errc::scp_protocol},
      {{"\2no such file\n"}, Errc::scp_refused},
  };
  for (const auto& [lines, code] : cases) {
    Driver driver(with_remote(Source{lines}));
    ASSERT_TRUE(driver.log_in());
    ScpReceive operation("scp", "file");
    const auto got = receive(driver, operation);
    ASSERT_FALSE(got) << lines[0];
    EXPECT_EQ(got.error().code, code) << lines[0] << describe(got.error().code);
    EXPECT_FALSE(driver.session().failure());
  }
}

TEST(ScpReceive, is_over_where_the_remote_only_complains) {
  SceneOptions options;
  auto& script = options.server.commands["scp"];
  script.output = to_bytes(as_bytes("\1no such file\n"));
  script.errors = to_bytes(as_bytes("scp: ugly\x1b[2J\r\n"));
  script.status = 1;
  Driver driver(options);
  ASSERT_TRUE(driver.log_in());
  ScpReceive operation("scp", "file");
  (void)driver.run(operation);
  EXPECT_EQ(operation.sink().complaints().last(), "no such file");
  EXPECT_EQ(operation.link().error_output(), "scp: ugly\\x1b[2J");
}

TEST(ScpReceive, ends_where_it_is_refused_or_goes) {
  Driver none;  // has no such command
  ASSERT_TRUE(none.log_in());
  ScpReceive refused("scp", "file");
  EXPECT_EQ(none.run(refused).error().code, Errc::channel_request_refused);
  SceneOptions full;
  full.server.most_channels = 0;
  Driver no_channel(full);
  ASSERT_TRUE(no_channel.log_in());
  ScpReceive unopened("scp", "file");
  EXPECT_EQ(no_channel.run(unopened).error().code, Errc::channel_open_refused);
  EXPECT_TRUE(unopened.link().refusal());
  SceneOptions goes;
  goes.server.commands["scp"].output = to_bytes(as_bytes("C0644 10 file\n12345"));
  Driver driver(goes);
  ASSERT_TRUE(driver.log_in());
  ScpReceive cut("scp", "file");
  EXPECT_EQ(receive(driver, cut).error().code, Errc::scp_ended);
}

TEST(ScpReceive, keeps_so_much_of_what_is_said) {
  for (const std::size_t more : {0U, 1U}) {
    SceneOptions options;
    Bytes said(limits::kTextShown + more, 'a');
    said.front() = 'x';
    options.server.commands["scp"].errors = said;
    Driver driver(options);
    ASSERT_TRUE(driver.log_in());
    ScpReceive operation("scp", "file");
    EXPECT_FALSE(driver.run(operation));
    EXPECT_EQ(operation.link().error_output().size(), limits::kTextShown);
    EXPECT_EQ(operation.link().error_output()[0] == 'x', more == 0);
  }
}

// one file from memory ----------------------------------------------------------------------------

TEST(ScpSend, brings_every_size_and_mode) {
  for (const std::uint32_t mode : {0644U, 04755U}) {
    for (const std::size_t size : {0U, 1U, 5'000'000U}) {
      const Sink sink;
      Driver driver(with_remote(sink, kGreeting));
      ASSERT_TRUE(driver.log_in());
      const Bytes data = pattern(size);
      ScpSend operation("scp", mode, data);
      const Status status = driver.run(operation);
      ASSERT_TRUE(status) << describe(status.error().code);
      ASSERT_EQ(sink.files->size(), 1U);
      EXPECT_EQ(sink.files->begin()->second, text(data));
      EXPECT_EQ(operation.source().complaints().count(), 0U);
    }
  }
}

TEST(ScpSend, is_refused_before_and_after_the_bytes) {
  Sink refusing;
  refusing.refuses = "C";
  Driver driver(with_remote(refusing, kGreeting));
  ASSERT_TRUE(driver.log_in());
  const Bytes data = pattern(1000);
  ScpSend refused("scp", 0644, data);
  ASSERT_TRUE(driver.run(refused));
  EXPECT_EQ(refused.source().complaints().last(), "not here");
  EXPECT_FALSE(ScpSend::is_about_directory("not here"));
  EXPECT_TRUE(ScpSend::is_about_directory("scp: a directory where a file was meant ___: no"));
  Driver complaining(with_remote([](ByteView) { return Bytes(); }, "\1no\n"));
  ASSERT_TRUE(complaining.log_in());
  ScpSend at_once("scp", 0644, data);
  ASSERT_TRUE(complaining.run(at_once));
  EXPECT_EQ(at_once.source().complaints().last(), "no");
}

TEST(ScpSend, ends_where_the_remote_goes) {
  SceneOptions options;
  options.server.commands["scp"].output = to_bytes(as_bytes(kGreeting + kGreeting));
  Driver driver(options);
  ASSERT_TRUE(driver.log_in());
  const Bytes data = pattern(100);
  ScpSend operation("scp", 0644, data);
  EXPECT_FALSE(driver.run(operation));
  EXPECT_FALSE(driver.session().failure());
}

}  // namespace
}  // namespace hawser::driven
