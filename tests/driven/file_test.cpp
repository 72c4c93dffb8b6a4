// Open remote files: reading, writing, flushing and closing, one after the other, with refusals
// that come late, and given up at every turn.
#include <gtest/gtest.h>

#include "hawser/operations/file_io.h"
#include "hawser/operations/open_sftp.h"

#include "driven/driver.h"
#include "scenario/printing.h"
#include "striping/sftp_host.h"

namespace hawser::driven {
namespace {

using operations::CloseFile;
using operations::FlushFile;
using operations::ReadFile;
using operations::RemoteFile;
using operations::WriteFile;
using scenario::pattern;

class Files : public ::testing::Test {
 protected:
  Files() : driver_(options()) {
    operations::OpenSftp open;
    EXPECT_TRUE(driver_.log_in() && driver_.run(open));
    link_ = open.link();
    file_ = std::make_shared<RemoteFile>(link_, to_bytes(as_bytes("0:/file")));
  }
  scenario::SceneOptions options() {
    scenario::SceneOptions options;
    options.server.commands["subsystem:sftp"].answers = striping::SftpPeer(host_);
    return options;
  }
  Bytes& content() { return host_->files["/file"]; }
  Status write(ByteView data, operations::Place place = {}) {
    WriteFile operation(file_, data, place);
    return driver_.run(operation);
  }
  Status flush() {
    FlushFile operation(file_);
    return driver_.run(operation);
  }

  std::shared_ptr<striping::Host> host_ = std::make_shared<striping::Host>();
  Driver driver_;
  std::shared_ptr<operations::SftpLink> link_;
  std::shared_ptr<RemoteFile> file_;
};

TEST_F(Files, are_written_and_read_at_their_position) {
  const Bytes data = pattern(300'000);
  const ByteView view(data);
  ASSERT_TRUE(write(view.first(10)));
  ASSERT_TRUE(write(view.subspan(10, 90)));  // joined with the one before
  EXPECT_EQ(content().size(), 0U);           // and not sent yet
  ASSERT_TRUE(write(view.subspan(100)));
  ASSERT_TRUE(flush());
  EXPECT_EQ(content(), data);
  EXPECT_EQ(file_->position(), data.size());
  file_->set_position(0);
  Bytes got(data.size() + 10);
  ReadFile read(file_, got);
  ASSERT_TRUE(driver_.run(read));
  EXPECT_EQ(read.size(), data.size());
  got.resize(read.size());
  EXPECT_EQ(got, data);
}

TEST_F(Files, are_written_and_read_at_places_of_their_own) {
  ASSERT_TRUE(write(pattern(1000)));
  ASSERT_TRUE(write(as_bytes("here"), 500));
  EXPECT_EQ(file_->position(), 1000U);
  Bytes got(4);
  ReadFile read(file_, got, 500);  // sees what was written before it
  ASSERT_TRUE(driver_.run(read));
  EXPECT_EQ(as_text(got), "here");
  EXPECT_EQ(file_->position(), 1000U);
}

TEST_F(Files, take_turns) {
  const Bytes data = pattern(1'000'000);
  WriteFile first(file_, data);
  ASSERT_TRUE(first.advance(driver_.session(), driver_.inbox()));
  FlushFile second(file_);
  const auto want = second.advance(driver_.session(), driver_.inbox());
  ASSERT_TRUE(want);
  ASSERT_TRUE(std::holds_alternative<operations::AwaitPeer>(*want));
  EXPECT_STREQ(std::get<operations::AwaitPeer>(*want).phase, "another call on the file");
  ASSERT_TRUE(driver_.run(first));
  ASSERT_TRUE(driver_.run(second));
  EXPECT_EQ(content(), data);
}

TEST_F(Files, are_closed_once) {
  ASSERT_TRUE(write(pattern(100)));
  CloseFile close(file_);
  ASSERT_TRUE(driver_.run(close));
  EXPECT_EQ(content().size(), 100U);
  EXPECT_EQ(flush().error().code, Errc::file_closed);
  Bytes got(1);
  ReadFile read(file_, got);
  EXPECT_EQ(driver_.run(read).error().code, Errc::file_closed);
}

TEST_F(Files, tell_of_refusals_late_but_tell) {
  host_->refuses_writes_from = 0;
  ASSERT_TRUE(write(pattern(40'000)));
  FlushFile flushes(file_);
  EXPECT_EQ(driver_.run(flushes).error().code, Errc::sftp_status);
  EXPECT_EQ(flushes.refusal().text, "not today");
  ASSERT_TRUE(write(pattern(10)));
  CloseFile close(file_);
  EXPECT_EQ(driver_.run(close).error().code, Errc::sftp_status);
  EXPECT_TRUE(file_->is_closed());
}

TEST_F(Files, tell_of_refused_closes) {
  host_->refuses_closes_from = 0;
  CloseFile close(file_);
  EXPECT_EQ(driver_.run(close).error().code, Errc::sftp_status);
  EXPECT_EQ(close.refusal().text, "not today");
  EXPECT_TRUE(file_->is_closed());
}

TEST_F(Files, can_be_given_up_at_every_turn) {
  const Bytes data = pattern(2'000'000);
  for (unsigned turns = 0; turns < 5; ++turns) {
    WriteFile writes(file_, data, 0);
    (void)driver_.run(writes, {}, turns);
    Bytes got(500'000);
    ReadFile reads(file_, got);
    (void)driver_.run(reads, {}, turns);
    ReadFile reads_there(file_, got, 100);
    (void)driver_.run(reads_there, {}, turns);
    ASSERT_TRUE(flush()) << turns;
    EXPECT_FALSE(driver_.session().failure());
  }
  for (unsigned turns = 0; turns < 3; ++turns) {
    auto other = std::make_shared<RemoteFile>(link_, to_bytes(as_bytes("1:/other")));
    WriteFile writes(other, ByteView(data).first(100));
    ASSERT_TRUE(driver_.run(writes));
    CloseFile close(other);
    (void)driver_.run(close, {}, turns);
    while (driver_.carry()) {
    }
    EXPECT_EQ(host_->files["/other"].size(), 100U) << turns;
  }
}

TEST_F(Files, end_with_the_connection) {
  ASSERT_TRUE(write(pattern(100)));
  driver_.cut();
  const Error why = *driver_.session().failure();
  EXPECT_EQ(flush().error().code, why.code);
  Bytes got(1);
  ReadFile read(file_, got);
  EXPECT_FALSE(driver_.run(read));
  CloseFile close(file_);
  EXPECT_FALSE(driver_.run(close));
}

}  // namespace
}  // namespace hawser::driven
