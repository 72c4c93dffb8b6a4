// SFTP from the subsystem to its limits: what servers refuse, say instead, or never say.
#include <gtest/gtest.h>

#include "hawser/operations/open_sftp.h"

#include "driven/driver.h"
#include "scenario/printing.h"
#include "striping/sftp_host.h"

namespace hawser::driven {
namespace {

using hawser::testing::Packet;
using operations::OpenSftp;
using scenario::SceneOptions;

// Answers the first input with this, and nothing after.
SceneOptions answering(Bytes answer) {
  SceneOptions options;
  options.server.commands["subsystem:sftp"].answers = [answer](ByteView) mutable {
    return std::exchange(answer, {});
  };
  return options;
}

SceneOptions with_host(const std::function<void(striping::Host&)>& change) {
  auto host = std::make_shared<striping::Host>();
  change(*host);
  SceneOptions options;
  options.server.commands["subsystem:sftp"].answers = striping::SftpPeer(host);
  return options;
}

std::string limits_of(std::uint64_t packet, std::uint64_t read, std::uint64_t write) {
  Bytes bytes;
  wire::BytesSink sink(bytes);
  for (const std::uint64_t each : {packet, read, write, std::uint64_t{10}}) {
    wire::put_uint64(sink, each);
  }
  return std::string(as_text(bytes));
}

TEST(OpenSftp, learns_the_limits_within_ours) {
  const struct {
    std::uint64_t told;
    std::uint32_t learned;
  } cases[] = {
      {0, limits::kSftpBlock},
      {1, 1024},
      {1024, 1024},
      {1025, 1025},
      {limits::kSftpBlockMost - 1, limits::kSftpBlockMost - 1},
      {limits::kSftpBlockMost, limits::kSftpBlockMost},
      {limits::kSftpBlockMost + 1, limits::kSftpBlockMost},
      {UINT64_MAX, limits::kSftpBlockMost},
  };
  for (const auto& row : cases) {
    Driver driver(
        with_host([&](auto& host) { host.limits = limits_of(256 * 1024, row.told, row.told); }));
    ASSERT_TRUE(driver.log_in());
    OpenSftp open;
    ASSERT_TRUE(driver.run(open)) << row.told;
    EXPECT_EQ(open.link()->read_block(), row.learned);
    EXPECT_EQ(open.link()->write_block(), row.learned);
  }
}

TEST(OpenSftp, does_without_limits_or_with_malformed_ones) {
  for (const std::string& told : {std::string(), std::string(31, '\0'), std::string("x")}) {
    Driver driver(with_host([&](auto& host) { host.limits = told; }));
    ASSERT_TRUE(driver.log_in());
    OpenSftp open;
    ASSERT_TRUE(driver.run(open)) << told.size();
    EXPECT_EQ(open.link()->read_block(), limits::kSftpBlock);
  }
}

TEST(OpenSftp, is_refused) {
  Driver driver;  // has no such subsystem
  ASSERT_TRUE(driver.log_in());
  OpenSftp open;
  EXPECT_EQ(driver.run(open).error().code, Errc::channel_request_refused);
  EXPECT_EQ(open.refusal(), nullptr);
  SceneOptions options;
  options.server.most_channels = 0;
  Driver full(options);
  ASSERT_TRUE(full.log_in());
  OpenSftp unopened;
  EXPECT_EQ(full.run(unopened).error().code, Errc::channel_open_refused);
  ASSERT_TRUE(unopened.refusal());
  EXPECT_EQ(unopened.refusal()->reason, 2U);
}

TEST(OpenSftp, hears_what_is_no_sftp) {
  const struct {
    Bytes said;
    Errc code;
    std::string_view complaint;
  } cases[] = {
      {to_bytes(as_bytes("Welcome to this host!\r\n")), Errc::sftp_not_spoken, "Welcome"},
      {Packet(2).u32(2).framed(), Errc::sftp_version, ""},
      {Packet(101).u32(1).u32(0).framed(), Errc::sftp_protocol, ""},
  };
  for (const auto& row : cases) {
    Driver driver(answering(row.said));
    ASSERT_TRUE(driver.log_in());
    OpenSftp open;
    const Status status = driver.run(open);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, row.code) << describe(status.error().code);
    EXPECT_NE(open.link()->complaint().find(row.complaint), std::string::npos)
        << open.link()->complaint();
    EXPECT_FALSE(driver.session().failure());
  }
}

TEST(OpenSftp, ends_before_it_began) {
  SceneOptions options;
  options.server.commands["subsystem:sftp"].errors = to_bytes(as_bytes("sh: no such file\n"));
  Driver driver(options);
  ASSERT_TRUE(driver.log_in());
  OpenSftp open;
  EXPECT_EQ(driver.run(open).error().code, Errc::sftp_ended);
  EXPECT_EQ(open.link()->complaint(), "the server says: sh: no such file\\x0a");
}

// Of stderr the end is kept, to the byte.
TEST(OpenSftp, keeps_so_much_of_what_is_said) {
  for (const std::size_t more : {0U, 1U}) {
    SceneOptions options;
    Bytes said(limits::kTextShown + more, 'a');
    said.front() = 'x';
    options.server.commands["subsystem:sftp"].errors = said;
    Driver driver(options);
    ASSERT_TRUE(driver.log_in());
    OpenSftp open;
    EXPECT_EQ(driver.run(open).error().code, Errc::sftp_ended);
    EXPECT_EQ(open.link()->complaint().find('x') != std::string::npos, more == 0);
  }
}

TEST(OpenSftp, can_be_given_up_at_every_turn) {
  for (unsigned turns = 0; turns < 5; ++turns) {
    Driver driver(with_host([](auto& host) { host.limits = limits_of(0, 0, 0); }));
    ASSERT_TRUE(driver.log_in());
    OpenSftp open;
    if (driver.run(open, {}, turns)) continue;
    while (driver.carry()) {
    }
    EXPECT_EQ(driver.inbox().channels(), 0U) << turns;
    EXPECT_FALSE(driver.session().failure());
  }
}

}  // namespace
}  // namespace hawser::driven
