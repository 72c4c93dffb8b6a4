// known_hosts files on disk: what is added, what stays, and who else writes at the same time.
#include "hawser/client/known_hosts_file.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "hawser/base/limits.h"
#include "hawser/client/descriptor.h"
#include "hawser/client/file_edit.h"

#include "scenario/printing.h"

namespace hawser::client {
namespace {

namespace fs = std::filesystem;

// An ed25519 key, as far as a line says.
Bytes key(std::uint8_t number) {
  Bytes blob{0, 0, 0, 11};
  append(blob, as_bytes("ssh-ed25519"));
  append(blob, Bytes{0, 0, 0, 32});
  append(blob, Bytes(32, number));
  return blob;
}

class KnownHostsFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = fs::temp_directory_path() / "hawser-XXXXXX";
    folder_ = mkdtemp(name.data());
    path_ = folder_ / "known_hosts";
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(std::string_view content) const { std::ofstream(path_) << content; }
  [[nodiscard]] std::string content() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] Status add(std::string_view host, std::uint8_t number = 1) const {
    return append_known_host(path_, host, 22, key(number));
  }
  static std::string line(std::string_view host, std::uint8_t number = 1) {
    return keys::known_hosts_line(host, 22, key(number));
  }
  [[nodiscard]] struct stat status() const {
    struct stat status{};
    EXPECT_EQ(stat(path_.c_str(), &status), 0);
    return status;
  }
  // No temporary file, no lock file.
  void expect_alone() const {
    for (const auto& entry : fs::directory_iterator(path_.parent_path())) {
      EXPECT_EQ(entry.path().filename(), path_.filename());
    }
  }

  fs::path folder_;
  fs::path path_;
};

TEST_F(KnownHostsFile, is_made_for_its_owner_alone) {
  const mode_t old = umask(0);
  EXPECT_TRUE(add("host"));
  (void)umask(old);
  EXPECT_EQ(content(), line("host"));
  EXPECT_EQ(status().st_mode & 07777, 0600u);
  expect_alone();
}

TEST_F(KnownHostsFile, other_lines_stay_byte_for_byte) {
  const std::string old = "# mine\r\n\n\xff\xfe\t bad line  \r\nother ssh-rsa AAAA comment \t\n";
  for (const auto& [before, between] : std::map<std::string, std::string>{
           {"", ""}, {old, ""}, {old + "no newline", "\n"}, {old + "cr\r", "\n"}}) {
    write(before);
    ASSERT_TRUE(add("host"));
    EXPECT_EQ(content(), before + between + line("host"));
    ASSERT_TRUE(add("second", 2));
    EXPECT_EQ(content(), before + between + line("host") + line("second", 2));
  }
}

TEST_F(KnownHostsFile, a_line_is_added_once) {
  write("x" + line("host"));  // another one that ends like it
  ASSERT_TRUE(add("host"));
  ASSERT_TRUE(add("host"));
  EXPECT_EQ(content(), "x" + line("host") + line("host"));
  ASSERT_TRUE(add("host", 2));
  EXPECT_EQ(content(), "x" + line("host") + line("host") + line("host", 2));
}

TEST_F(KnownHostsFile, is_replaced_as_a_whole_and_keeps_its_mode) {
  write("old\n");
  fs::permissions(path_, fs::perms(0640));
  const auto before = status();
  const Descriptor reader(open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(add("host"));
  EXPECT_NE(status().st_ino, before.st_ino);
  EXPECT_EQ(status().st_mode & 07777, 0640u);
  EXPECT_EQ(as_text(*read_file(reader.number(), 100)), "old\n");  // who reads sees the old one
  expect_alone();
}

TEST_F(KnownHostsFile, keeps_its_owner) {
  if (getuid() != 0) GTEST_SKIP() << "only root gives files away";
  write("old\n");
  ASSERT_EQ(chown(path_.c_str(), 65534, 65533), 0);
  ASSERT_TRUE(add("host"));
  EXPECT_EQ(status().st_uid, 65534u);
  EXPECT_EQ(status().st_gid, 65533u);
}

TEST_F(KnownHostsFile, symlinks_are_followed) {
  fs::create_directory(folder_ / "far");
  const fs::path target = folder_ / "far" / "hosts";
  fs::create_symlink("far/hosts", path_);
  for (const char* host : {"first", "second"}) {  // at first the link leads nowhere
    ASSERT_TRUE(add(host));
    EXPECT_TRUE(fs::is_symlink(path_));
    EXPECT_TRUE(fs::is_regular_file(target));
    EXPECT_THAT(content(), testing::EndsWith(line(host)));
  }
  EXPECT_EQ(content(), line("first") + line("second"));
}

// A mount on the file itself, as containers have, or a folder of somebody else's: no new file can
// take its place.
TEST_F(KnownHostsFile, is_written_in_place_where_it_cannot_be_replaced) {
  if (getuid() == 0) {
    const pid_t child = fork();
    if (child == 0) {
      write("old");
      fs::permissions(path_, fs::perms(0666));
      fs::permissions(folder_, fs::perms(0555));
      const bool is_done = setgid(65534) == 0 && setuid(65534) == 0 && add("host").has_value();
      _exit(is_done ? 0 : 1);
    }
    int result = 1;
    waitpid(child, &result, 0);
    EXPECT_EQ(result, 0);
  } else {
    write("old");
    fs::permissions(folder_, fs::perms(0555));
    EXPECT_TRUE(add("host"));
  }
  fs::permissions(folder_, fs::perms(0755));
  EXPECT_EQ(content(), "old\n" + line("host"));
  expect_alone();
}

TEST_F(KnownHostsFile, ssh_folder_is_made_but_no_other) {
  const char* home = std::getenv("HOME");
  const std::string old = home == nullptr ? "" : home;
  ASSERT_EQ(setenv("HOME", folder_.c_str(), 1), 0);
  path_ = folder_ / ".ssh" / "known_hosts";
  EXPECT_TRUE(add("host"));
  EXPECT_EQ(content(), line("host"));
  EXPECT_EQ(fs::status(folder_ / ".ssh").permissions(), fs::perms(0700));
  path_ = folder_ / "other" / "known_hosts";
  EXPECT_EQ(add("host").error().detail, static_cast<std::uint32_t>(ENOENT));
  setenv("HOME", old.c_str(), 1);
}

TEST_F(KnownHostsFile, hosts_that_no_line_can_name_are_refused) {
  for (const char* host : {"", "a b", "a,b", "*", "!a", "|1|a", "@revoked", "#a", "a\nb"}) {
    EXPECT_EQ(add(host).error().detail, static_cast<std::uint32_t>(EINVAL)) << host;
  }
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(KnownHostsFile, devices_remember_nothing) {
  EXPECT_TRUE(append_known_host("/dev/null", "host", 22, key(1)));
  path_ = folder_;
  EXPECT_EQ(add("host").error().detail, static_cast<std::uint32_t>(EISDIR));
}

// Each process adds lines of its own while the others do; none is lost.
TEST_F(KnownHostsFile, processes_that_write_at_once_lose_no_line) {
  constexpr int kProcesses = 6;
  constexpr int kLines = 25;
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    const pid_t child = fork();
    if (child == 0) {
      for (int i = 0; i < kLines; ++i) {
        if (!add("host-" + std::to_string(process) + "-" + std::to_string(i))) _exit(1);
      }
      _exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int result = 1;
    waitpid(child, &result, 0);
    EXPECT_EQ(result, 0);
  }
  std::istringstream lines(content());
  std::map<std::string, int> seen;
  for (std::string text; std::getline(lines, text);) ++seen[text + "\n"];
  EXPECT_EQ(seen.size(), std::size_t{kProcesses * kLines});
  for (int process = 0; process < kProcesses; ++process) {
    for (int i = 0; i < kLines; ++i) {
      EXPECT_EQ(seen[line("host-" + std::to_string(process) + "-" + std::to_string(i))], 1);
    }
  }
  expect_alone();
}

TEST_F(KnownHostsFile, a_lock_that_is_never_given_up_is_an_error) {
  write("old\n");
  const Descriptor other(open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(flock(other.number(), LOCK_EX), 0);
  const auto edited = edit_file({path_, 100, std::chrono::milliseconds(50)},
                                [](ByteView) -> Result<Bytes> { return Bytes{1}; });
  EXPECT_EQ(edited.error().detail, static_cast<std::uint32_t>(EWOULDBLOCK));
  EXPECT_EQ(content(), "old\n");
}

TEST_F(KnownHostsFile, size_is_bounded_before_and_after) {
  write("12345");
  const auto edit = [&](std::size_t most, Bytes after) {
    return edit_file({path_, most}, [&after](ByteView) -> Result<Bytes> { return after; });
  };
  EXPECT_EQ(edit(4, {}).error().detail, static_cast<std::uint32_t>(EFBIG));
  EXPECT_EQ(edit(5, Bytes(6, 'x')).error().detail, static_cast<std::uint32_t>(EFBIG));
  EXPECT_EQ(content(), "12345");
  EXPECT_TRUE(edit(5, Bytes(5, 'x')));
  EXPECT_EQ(content(), "xxxxx");
}

TEST_F(KnownHostsFile, a_change_that_fails_changes_nothing) {
  write("old\n");
  const auto edited = edit_file(
      {path_, 100}, [](ByteView) -> Result<Bytes> { return fail(Errc::internal, "test", 7); });
  EXPECT_EQ(edited.error(), (Error{Errc::internal, 7}));
  EXPECT_EQ(content(), "old\n");
  expect_alone();
}

TEST_F(KnownHostsFile, reading_is_bounded_by_size_and_lines) {
  const crypto::Engine& engine = crypto::openssl_engine();
  std::string failed;
  EXPECT_TRUE(read_known_hosts(engine, {path_}, failed));  // not there
  write("");
  fs::resize_file(path_, limits::kKnownHostsFile + 1);  // a hole
  const auto large = read_known_hosts(engine, {path_}, failed);
  EXPECT_EQ(large.error().detail, static_cast<std::uint32_t>(EFBIG));
  EXPECT_EQ(failed, path_);
}

}  // namespace
}  // namespace hawser::client
