#include "hawser/client/local_files.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "hawser/base/limits.h"

namespace hawser::client {
namespace {

namespace fs = std::filesystem;
namespace local = operations::local;
using operations::LocalAnswer;
using operations::LocalFile;
using operations::LocalPermissions;
using operations::LocalRequest;
using operations::LocalTimes;
using operations::LocalType;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr LocalFile kFile{7};

class LocalFilesTest : public testing::TestWithParam<Beneath::Method> {
 protected:
  void SetUp() override {
    old_umask_ = umask(022);
    std::string name = fs::temp_directory_path() / "hawser-XXXXXX";
    top_ = mkdtemp(name.data());
    fs::create_directory(root());
    fs::create_directory(outside());
  }
  void TearDown() override {
    (void)umask(old_umask_);
    fs::remove_all(top_);
  }

  [[nodiscard]] fs::path root() const { return top_ / "root"; }
  [[nodiscard]] fs::path outside() const { return top_ / "outside"; }
  [[nodiscard]] static LocalFiles targets_at(const fs::path& root) {
    return *LocalFiles::for_targets(root, LocalTarget::Durability::synced, GetParam());
  }
  [[nodiscard]] LocalFiles targets() const { return targets_at(root()); }
  [[nodiscard]] LocalFiles sources() const { return *LocalFiles::for_sources(root()); }

 private:
  fs::path top_;
  mode_t old_umask_ = 0;
};
INSTANTIATE_TEST_SUITE_P(, LocalFilesTest,
                         testing::Values(Beneath::Method::by_kernel, Beneath::Method::by_component),
                         [](const auto& method) {
                           return method.param == Beneath::Method::by_kernel ? "kernel"
                                                                             : "components";
                         });

void write_file(const fs::path& path, std::string_view text, mode_t mode = 0644) {
  std::ofstream(path) << text;
  chmod(path.c_str(), mode);
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> names_in(const fs::path& path) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(path)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

mode_t mode_of(const fs::path& path) {
  struct stat status{};
  EXPECT_EQ(lstat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

// The errno that it failed with, 0: it did not, -1: name_unsafe.
int error_of(const Result<LocalAnswer>& answer) {
  if (answer) return 0;
  if (answer.error().code == Errc::name_unsafe) return -1;
  EXPECT_EQ(answer.error().code, Errc::local_file);
  return static_cast<int>(answer.error().detail);
}

Result<LocalAnswer> make(LocalFiles& files, const std::string& path, std::string_view text,
                         LocalPermissions permissions = {},
                         std::optional<LocalTimes> times = std::nullopt) {
  HAWSER_TRY(files.local(local::OpenTarget{kFile, path, std::nullopt}));
  HAWSER_TRY(files.local(local::WritePiece{kFile, as_bytes(text)}));
  return files.local(local::FinishTarget{kFile, permissions, times});
}

TEST_P(LocalFilesTest, NoPathLeadsOut) {
  write_file(outside() / "secret", "untouched");
  using std::string_literals::operator""s;
  const std::string kBad[] = {"/etc/x"s, ".."s,  "../x"s, "a/../x"s, "a/../../x"s, "./x"s,
                              "a//b"s,   "a/."s, "a/"s,   "/"s,      "a\0b"s,      "\0"s};
  auto files = targets();
  fs::create_directory(root() / "a");
  for (const std::string& path : kBad) {
    const LocalRequest requests[] = {
        local::Look{path}, local::List{path}, local::OpenTarget{kFile, path, std::nullopt},
        local::MakeDirectory{path, {}}, local::FinishDirectory{path, {}, LocalTimes{}}};
    for (const LocalRequest& request : requests) {
      EXPECT_EQ(error_of(files.local(request)), -1) << path << " request " << request.index();
    }
  }
  EXPECT_THAT(names_in(root()), ElementsAre("a"));
  EXPECT_THAT(names_in(outside()), ElementsAre("secret"));
}

TEST_P(LocalFilesTest, NoSymlinkLeadsOut) {
  auto files = targets();
  fs::create_directory_symlink(outside(), root() / "link");
  fs::create_directory_symlink("../outside", root() / "relative");
  fs::create_directory(root() / "inner");
  fs::create_directory_symlink("inner", root() / "harmless");
  fs::create_symlink(outside() / "x", root() / "file");
  for (const std::string name : {"link", "relative", "harmless"}) {
    EXPECT_NE(error_of(make(files, name + "/x", "bad")), 0) << name;
    EXPECT_NE(error_of(files.local(local::MakeDirectory{name + "/x", {}})), 0) << name;
    EXPECT_NE(error_of(files.local(local::List{name})), 0) << name;
    EXPECT_EQ(error_of(files.local(local::MakeDirectory{name, {}})), ELOOP) << name;
    EXPECT_NE(error_of(files.local(local::FinishDirectory{name, {}, LocalTimes{}})), 0) << name;
  }
  EXPECT_EQ(error_of(make(files, "file", "bad")), ELOOP);
  EXPECT_EQ(files.local(local::Look{"link"})->facts.type, LocalType::symlink);
  EXPECT_THAT(names_in(outside()), IsEmpty());
  EXPECT_THAT(names_in(root() / "inner"), IsEmpty());
}

TEST_P(LocalFilesTest, ADirectoryThatIsSwappedForALinkMeanwhileIsNotFollowed) {
  auto files = targets();
  fs::create_directory(root() / "d");
  ASSERT_EQ(error_of(files.local(local::OpenTarget{kFile, "d/x", {}})), 0);
  ASSERT_EQ(error_of(files.local(local::WritePiece{kFile, as_bytes("data")})), 0);
  fs::rename(root() / "d", root() / "moved");
  fs::create_directory_symlink(outside(), root() / "d");
  ASSERT_EQ(error_of(files.local(local::FinishTarget{kFile, {}, {}})), 0);
  EXPECT_THAT(names_in(outside()), IsEmpty());
  EXPECT_EQ(text_of(root() / "moved/x"), "data");
}

TEST_P(LocalFilesTest, ALinkThatAppearsAtTheTargetIsRefused) {
  auto files = targets();
  write_file(outside() / "old", "old");
  ASSERT_EQ(error_of(files.local(local::OpenTarget{kFile, "x", {}})), 0);
  fs::create_symlink(outside() / "old", root() / "x");
  EXPECT_EQ(error_of(files.local(local::FinishTarget{kFile, {}, {}})), ELOOP);
  EXPECT_EQ(text_of(outside() / "old"), "old");
  EXPECT_THAT(names_in(root()), ElementsAre("x"));
}

TEST_P(LocalFilesTest, WhatIsNoFileIsNotReplaced) {
  auto files = targets();
  fs::create_directory(root() / "d");
  mkfifo((root() / "pipe").c_str(), 0600);
  EXPECT_EQ(error_of(make(files, "d", "")), EISDIR);
  EXPECT_EQ(error_of(make(files, "pipe", "")), EEXIST);
  EXPECT_EQ(error_of(make(files, "", "")), EISDIR);
  EXPECT_EQ(error_of(make(files, "missing/x", "")), ENOENT);
  EXPECT_EQ(files.failed_path(), root() / "missing/x");
  EXPECT_EQ(error_of(make(files, std::string(256, 'n'), "")), ENAMETOOLONG);
  EXPECT_THAT(names_in(root()), ElementsAre("d", "pipe"));
}

TEST_P(LocalFilesTest, AFileIsThereWhenItIsFinished) {
  auto files = targets();
  write_file(root() / "x", "old");
  ASSERT_EQ(error_of(files.local(local::OpenTarget{kFile, "x", {}})), 0);
  ASSERT_EQ(error_of(files.local(local::WritePiece{kFile, as_bytes("ne")})), 0);
  ASSERT_EQ(error_of(files.local(local::WritePiece{kFile, as_bytes("w")})), 0);
  EXPECT_EQ(text_of(root() / "x"), "old");
  EXPECT_EQ(names_in(root()).size(), 2U);
  EXPECT_EQ(mode_of(root() / names_in(root())[0]), 0600U);  // nobody else reads it meanwhile
  ASSERT_EQ(error_of(files.local(local::FinishTarget{kFile, {}, {}})), 0);
  EXPECT_EQ(text_of(root() / "x"), "new");
  EXPECT_THAT(names_in(root()), ElementsAre("x"));
}

TEST_P(LocalFilesTest, AFileThatIsNotFinishedLeavesNothing) {
  write_file(root() / "x", "old");
  {
    auto files = targets();
    ASSERT_EQ(error_of(files.local(local::OpenTarget{kFile, "x", {}})), 0);
    ASSERT_EQ(error_of(files.local(local::OpenTarget{LocalFile(8), "y", {}})), 0);
    ASSERT_EQ(error_of(files.local(local::WritePiece{kFile, as_bytes("new")})), 0);
    ASSERT_EQ(error_of(files.local(local::DropTarget{LocalFile(8)})), 0);
    EXPECT_EQ(names_in(root()).size(), 2U);
  }
  EXPECT_EQ(text_of(root() / "x"), "old");
  EXPECT_THAT(names_in(root()), ElementsAre("x"));
}

TEST_P(LocalFilesTest, Permissions) {
  using Rule = LocalPermissions::Rule;
  struct Row {
    mode_t old;  // 0: there is no file
    LocalPermissions asked;
    mode_t expected;
  };
  const Row kRows[] = {
      {0, {0666, Rule::masked}, 0644},    {0, {0777, Rule::masked}, 0755},
      {0, {07777, Rule::masked}, 0755},   {0, {0106755, Rule::exact}, 0755},
      {0, {0666, Rule::exact}, 0666},     {0, {0, Rule::masked}, 0},
      {0600, {0666, Rule::masked}, 0600}, {0755, {0644, Rule::masked}, 0755},
      {0600, {0644, Rule::exact}, 0644},  {04755, {0644, Rule::masked}, 0755},
  };
  for (const Row& row : kRows) {
    auto files = targets();
    fs::remove(root() / "x");
    if (row.old != 0) write_file(root() / "x", "old", row.old);
    ASSERT_EQ(error_of(make(files, "x", "new", row.asked)), 0);
    EXPECT_EQ(mode_of(root() / "x"), row.expected) << std::oct << row.asked.bits << " " << row.old;
  }
}

TEST_P(LocalFilesTest, TimesAreThoseThatAreGiven) {
  auto files = targets();
  const LocalTimes times{1'000'000'000, 4'294'967'295};
  ASSERT_EQ(error_of(make(files, "x", "data", {}, times)), 0);
  EXPECT_EQ(files.local(local::Look{"x"})->facts.times, times);
  EXPECT_EQ(files.local(local::Look{"x"})->facts.size, 4U);
}

TEST_P(LocalFilesTest, TheOwnerOfAReplacedFileKeepsIt) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  auto files = targets();
  write_file(root() / "x", "old", 0640);
  ASSERT_EQ(chown((root() / "x").c_str(), 12345, 54321), 0);
  ASSERT_EQ(error_of(make(files, "x", "new")), 0);
  struct stat status{};
  ASSERT_EQ(stat((root() / "x").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 12345U);
  EXPECT_EQ(status.st_gid, 54321U);
  EXPECT_EQ(status.st_mode & 07777, 0640U);
}

const std::string kPart = ".x.4-99.part";

Result<LocalAnswer> open_to_resume(LocalFiles& files, const std::string& tag = "4-99",
                                   std::uint64_t most = 4, const std::string& name = "x") {
  return files.local(local::OpenTarget{kFile, name, local::Resume{tag, most}});
}

TEST_P(LocalFilesTest, ResumedFromWhatIsThere) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto files = targets();
    ASSERT_EQ(open_to_resume(files)->size, attempt);
    ASSERT_EQ(error_of(files.local(local::WritePiece{kFile, as_bytes("a")})), 0);
    // The second is left to the end of `files`.
    if (attempt == 0) (void)files.local(local::DropTarget{kFile});
  }
  EXPECT_THAT(names_in(root()), ElementsAre(kPart));
  auto files = targets();
  ASSERT_EQ(open_to_resume(files)->size, 2U);
  ASSERT_EQ(error_of(files.local(local::WritePiece{kFile, as_bytes("bc")})), 0);
  ASSERT_EQ(error_of(files.local(local::FinishTarget{kFile, {}, {}})), 0);
  EXPECT_EQ(text_of(root() / "x"), "aabc");
  EXPECT_THAT(names_in(root()), ElementsAre("x"));
}

TEST_P(LocalFilesTest, NotResumedFromWhatIsAnothers) {
  auto files = targets();
  write_file(root() / kPart, "12");
  EXPECT_EQ(open_to_resume(files, "5-99")->size, 0U) << "another content";
  EXPECT_EQ(open_to_resume(files, "4-99", 1)->size, 0U) << "longer than it can be";
  fs::remove(root() / kPart);
  write_file(outside() / "secret", "12");
  fs::create_symlink(outside() / "secret", root() / kPart);
  EXPECT_EQ(error_of(open_to_resume(files)), ELOOP);
  fs::remove(root() / kPart);
  fs::create_hard_link(outside() / "secret", root() / kPart);
  EXPECT_EQ(error_of(open_to_resume(files)), EEXIST);
  fs::remove(root() / kPart);
  mkfifo((root() / kPart).c_str(), 0600);
  EXPECT_NE(error_of(open_to_resume(files)), 0);
  EXPECT_EQ(text_of(outside() / "secret"), "12");
}

TEST_P(LocalFilesTest, ResumedByOneAtATime) {
  auto first = targets();
  auto second = targets();
  ASSERT_EQ(error_of(open_to_resume(first)), 0);
  EXPECT_EQ(error_of(open_to_resume(second)), EBUSY);
  ASSERT_EQ(error_of(first.local(local::DropTarget{kFile})), 0);
  EXPECT_EQ(error_of(open_to_resume(second)), 0);
}

TEST_P(LocalFilesTest, LongNames) {
  auto files = targets();
  const std::string name(255, 'n');
  ASSERT_EQ(error_of(make(files, name, "data")), 0);
  EXPECT_THAT(names_in(root()), ElementsAre(name));
  // Two names that are alike where they are cut are not resumed from one another.
  ASSERT_EQ(open_to_resume(files, "4-99", 4, name)->size, 0U);
  ASSERT_EQ(error_of(files.local(local::WritePiece{kFile, as_bytes("a")})), 0);
  ASSERT_EQ(error_of(files.local(local::DropTarget{kFile})), 0);
  EXPECT_EQ(open_to_resume(files, "4-99", 4, name.substr(1) + "m")->size, 0U);
  ASSERT_EQ(error_of(files.local(local::DropTarget{kFile})), 0);
  EXPECT_EQ(open_to_resume(files, "4-99", 4, name)->size, 1U);
}

TEST_P(LocalFilesTest, PathsLongerThanACallTakes) {
  auto files = targets();
  std::string path;
  for (unsigned depth = 0; depth < limits::kTreeDepth; ++depth) {
    path += (depth == 0 ? "" : "/") + std::string(250, 'd');
    ASSERT_EQ(error_of(files.local(local::MakeDirectory{path, {}})), 0) << depth;
  }
  ASSERT_EQ(error_of(make(files, path + "/x", "deep")), 0);
  auto again = sources();
  EXPECT_EQ(again.local(local::OpenSource{kFile, path + "/x"})->facts.size, 4U);
  EXPECT_THAT(again.local(local::List{path})->names, ElementsAre("x"));
}

TEST_P(LocalFilesTest, Directories) {
  using Rule = LocalPermissions::Rule;
  auto files = targets();
  const LocalTimes times{1, 2};
  ASSERT_EQ(error_of(files.local(local::MakeDirectory{"d", {0555}})), 0);
  EXPECT_EQ(mode_of(root() / "d"), 0755U);
  ASSERT_EQ(error_of(make(files, "d/x", "")), 0);
  ASSERT_EQ(error_of(files.local(local::FinishDirectory{"d", {07555}, times})), 0);
  EXPECT_EQ(mode_of(root() / "d"), 0555U);
  EXPECT_EQ(files.local(local::Look{"d"})->facts.times, times);
  // One that was there keeps its permissions unless they are to be exact.
  ASSERT_EQ(error_of(files.local(local::MakeDirectory{"d", {0777}})), 0);
  ASSERT_EQ(error_of(files.local(local::FinishDirectory{"d", {0777}, {}})), 0);
  EXPECT_EQ(mode_of(root() / "d"), 0555U);
  ASSERT_EQ(error_of(files.local(local::MakeDirectory{"d", {}})), 0);
  ASSERT_EQ(error_of(files.local(local::FinishDirectory{"d", {0777, Rule::exact}, {}})), 0);
  EXPECT_EQ(mode_of(root() / "d"), 0777U);
  write_file(root() / "file", "");
  EXPECT_EQ(error_of(files.local(local::MakeDirectory{"file", {}})), ENOTDIR);
  EXPECT_EQ(error_of(files.local(local::MakeDirectory{"", {}})), 0);
}

TEST_P(LocalFilesTest, Sources) {
  fs::create_directory(root() / "d");
  write_file(outside() / "x", "0123456789", 0640);
  fs::create_symlink(outside() / "x", root() / "link");
  fs::create_directory_symlink(outside(), root() / "there");
  mkfifo((root() / "pipe").c_str(), 0600);
  auto files = sources();
  EXPECT_THAT(files.local(local::List{""})->names, ElementsAre("d", "link", "pipe", "there"));
  EXPECT_EQ(files.local(local::Look{"link", local::Look::Links::keep})->facts.type,
            LocalType::symlink);
  EXPECT_EQ(files.local(local::Look{"link", local::Look::Links::follow})->facts.type,
            LocalType::regular);
  EXPECT_EQ(files.local(local::OpenSource{kFile, "there/x"})->facts.permissions, 0640U);
  Bytes piece(8);
  EXPECT_EQ(files.local(local::ReadPiece{kFile, 4, piece})->size, 6U);
  EXPECT_EQ(as_text(ByteView(piece).first(6)), "456789");
  EXPECT_EQ(files.local(local::ReadPiece{kFile, 10, piece})->size, 0U);
  EXPECT_EQ(error_of(files.local(local::OpenSource{kFile, "d"})), EISDIR);
  EXPECT_EQ(error_of(files.local(local::OpenSource{kFile, "pipe"})), EINVAL);
  EXPECT_EQ(error_of(files.local(local::OpenSource{kFile, "missing"})), ENOENT);
  EXPECT_FALSE(files.local(local::OpenTarget{kFile, "new", {}}));
  EXPECT_FALSE(files.local(local::MakeDirectory{"new", {}}));
  EXPECT_FALSE(fs::exists(root() / "new"));
}

TEST_P(LocalFilesTest, AReportCanEndIt) {
  auto files = targets();
  EXPECT_TRUE(files.local(local::Report{"x", 1, 2}));
  std::vector<std::uint64_t> seen;
  Listeners listeners;
  listeners.on_progress = [&](const local::Report& report) -> Status {
    seen.push_back(report.done);
    if (report.done == report.total) return fail(Errc::cancelled, "report");
    return {};
  };
  files.tell(listeners);
  EXPECT_TRUE(files.local(local::Report{"x", 1, 2}));
  EXPECT_EQ(files.local(local::Report{"x", 2, 2}).error().code, Errc::cancelled);
  EXPECT_THAT(seen, ElementsAre(1U, 2U));
}

TEST_P(LocalFilesTest, AFullDiskLeavesTheOldFile) {
  // The rest of this process has a mount table of its own.
  const bool may_mount = unshare(CLONE_NEWNS) == 0 &&
                         mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                         mount("tmpfs", root().c_str(), "tmpfs", 0, "size=64k") == 0;
  if (!may_mount) GTEST_SKIP() << "needs root";
  {
    auto files = targets();
    write_file(root() / "x", "old");
    const std::string much(128 * 1024, 'x');
    EXPECT_EQ(error_of(make(files, "x", much)), ENOSPC);
    EXPECT_EQ(files.failed_path(), root() / "x");
    EXPECT_EQ(error_of(files.local(local::DropTarget{kFile})), 0);
    EXPECT_EQ(text_of(root() / "x"), "old");
    EXPECT_THAT(names_in(root()), ElementsAre("x"));
  }
  umount(root().c_str());
}

TEST_P(LocalFilesTest, ADirectoryThatIsNotOursToWrite) {
  write_file(root() / "x", "old", 0666);
  chmod(root().c_str(), 0555);
  chmod(root().parent_path().c_str(), 0755);
  const uid_t before = geteuid();
  const bool is_root = before == 0 && seteuid(65534) == 0;
  {
    auto files = targets();
    EXPECT_EQ(error_of(make(files, "x", "new")), EACCES);
    EXPECT_EQ(error_of(files.local(local::MakeDirectory{"d", {}})), EACCES);
  }
  EXPECT_TRUE(!is_root || seteuid(before) == 0);
  EXPECT_EQ(text_of(root() / "x"), "old");
  chmod(root().c_str(), 0755);
}

TEST(Umask, IsReadWithoutChangingIt) {
  for (const mode_t mask : {0U, 022U, 077U, 0137U}) {
    const mode_t before = umask(mask);
    EXPECT_EQ(current_umask(), mask);
    EXPECT_EQ(umask(before), mask);
  }
}

}  // namespace
}  // namespace hawser::client
