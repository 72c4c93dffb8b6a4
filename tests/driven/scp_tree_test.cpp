// Trees by SCP, both ways: entries that fail while the others go on, and remotes that refuse or
// lie.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hawser/operations/scp_get.h"
#include "hawser/operations/scp_put.h"

#include "driven/scp_remote.h"
#include "scenario/printing.h"

namespace hawser::driven {
namespace {

using operations::CopyOptions;
using operations::LocalFacts;
using operations::ScpGet;
using operations::ScpPut;
using scenario::pattern;
using ::testing::ElementsAre;

const std::vector<std::string> kTree = {
    "D0755 0 top\n",
    "T1500 0 1600 0\n",
    "C0644 5 a\n",
    std::string("hello\0", 6),
    "D0700 0 sub\n",
    "C0600 0 b\n",
    std::string(1, '\0'),
    "E\n",
    "C0644 3 c\n",
    std::string("abc\0", 4),
    "E\n",
};

struct Got {
  Status status;
  std::uint64_t faults = 0;
  std::string first;
};

Got get(ScpFiles& files, std::vector<std::string> lines, CopyOptions options = {}) {
  Driver driver(with_remote(Source{std::move(lines)}));
  EXPECT_TRUE(driver.log_in());
  ScpGet operation({"scp", "top", "here", scp::Recursion::trees, options});
  const Status status = driver.run(operation, files.world());
  EXPECT_FALSE(driver.session().failure());
  const auto& first = operation.first_fault();
  return {status, operation.faults(), first ? first->source + ">" + first->target : ""};
}

TEST(ScpGet, brings_trees) {
  ScpFiles files;
  CopyOptions options;
  options.attributes = CopyOptions::Attributes::preserved;
  options.progress = CopyOptions::Progress::told;
  const Got got = get(files, kTree, options);
  ASSERT_TRUE(got.status) << describe(got.status.error().code);
  EXPECT_EQ(got.faults, 0U);
  EXPECT_EQ(files.content, (std::map<std::string, std::string>{
                               {"here/a", "hello"}, {"here/sub/b", ""}, {"here/c", "abc"}}));
  EXPECT_THAT(files.told, ElementsAre("top/a 5", "times 1500", "top/sub/b 0", "top/c 3"));
}

TEST(ScpGet, goes_on_where_an_entry_fails) {
  for (const std::string refused : {"here/a", "here/sub/b", "here/c"}) {
    ScpFiles files;
    files.refused = {refused};
    std::vector<std::string> lines = kTree;
    // What is refused is not sent.
    const std::string record_end = " " + refused.substr(refused.rfind('/') + 1) + "\n";
    const auto record = std::ranges::find_if(
        lines, [&](const std::string& line) { return line.ends_with(record_end); });
    lines.erase(record + 1);
    const Got got = get(files, lines);
    ASSERT_TRUE(got.status) << refused << describe(got.status.error().code);
    EXPECT_EQ(got.faults, 1U);
    EXPECT_TRUE(got.first.ends_with(">" + refused)) << got.first;
    EXPECT_EQ(files.content.size(), 2U);
  }
}

TEST(ScpGet, goes_on_where_the_disk_fails_for_a_file_and_ends_where_it_is_full) {
  ScpFiles files;
  files.breaks = "here/a";
  const Got got = get(files, kTree);
  ASSERT_TRUE(got.status);
  EXPECT_EQ(got.first, "top/a>here/a");
  EXPECT_FALSE(files.content.contains("here/a"));
  EXPECT_TRUE(files.content.contains("here/c"));
  ScpFiles full;
  full.breaks = "here/a";
  full.disk_error.detail = 28;  // ENOSPC
  const Got ended = get(full, kTree);
  ASSERT_FALSE(ended.status);
  EXPECT_EQ(ended.status.error().code, Errc::local_file);
}

TEST(ScpGet, notes_what_the_remote_complains_of) {
  ScpFiles files;
  auto lines = kTree;
  lines[3] = "hello\1read error\n";
  lines.insert(lines.begin() + 8, "\1no such entry\n" + lines[8]);
  lines.erase(lines.begin() + 9);
  const Got got = get(files, lines);
  ASSERT_TRUE(got.status) << describe(got.status.error().code);
  EXPECT_EQ(got.faults, 2U);
  EXPECT_EQ(got.first, "top/a>here/a");
  EXPECT_FALSE(files.content.contains("here/a"));
}

TEST(ScpGet, ends_where_the_remote_lies_or_goes) {
  const std::pair<std::vector<std::string>, Errc> cases[] = {
      {{"C0644 5 ../x\n"}, Errc::name_unsafe},
      {{"D0755 0 other\n"}, Errc::name_unsafe},
      {{"E\n"}, Errc::scp_protocol},
      {{}, Errc::timed_out},  // it says nothing
  };
  for (const auto& [lines, code] : cases) {
    ScpFiles files;
    const Got got = get(files, lines);
    ASSERT_FALSE(got.status);
    EXPECT_EQ(got.status.error().code, code) << describe(got.status.error().code);
    EXPECT_TRUE(files.content.empty());
  }
}

ScpFiles planted() {
  ScpFiles files;
  files.folders["here"] = {"a", "sub", "odd", "loop", "c\nd"};
  files.folders["here/sub"] = {"b"};
  files.content = {{"here/a", text(pattern(600'000))}, {"here/sub/b", ""}, {"here/odd", ""}};
  files.specials = {"here/odd"};
  return files;
}

struct Put {
  Status status;
  std::map<std::string, std::string> remote;
  std::uint64_t faults = 0;
  std::string first;
};

Put put(ScpFiles& files, const Sink& sink, const std::string& path = "here",
        CopyOptions options = {}) {
  Driver driver(with_remote(sink, kGreeting));
  EXPECT_TRUE(driver.log_in());
  LocalFacts facts;
  facts.type = files.folders.contains(path) ? LocalType::directory : LocalType::regular;
  facts.device = 1;
  facts.inode = std::hash<std::string>()(path);
  ScpPut operation({"scp", path, facts, "top", options});
  const Status status = driver.run(operation, files.world());
  EXPECT_FALSE(driver.session().failure());
  const auto& first = operation.first_fault();
  return {status, *sink.files, operation.faults(), first ? first->source : ""};
}

TEST(ScpPut, brings_trees) {
  ScpFiles files = planted();
  CopyOptions options;
  options.attributes = CopyOptions::Attributes::preserved;
  options.progress = CopyOptions::Progress::told;
  const Put got = put(files, Sink(), "here", options);
  ASSERT_TRUE(got.status) << describe(got.status.error().code);
  EXPECT_EQ(got.remote, (std::map<std::string, std::string>{{"top/a", files.content["here/a"]},
                                                            {"top/sub/b", ""}}));
  EXPECT_EQ(got.faults, 1U);
  EXPECT_EQ(got.first, "here/c\nd");  // SCP has no way to say it
  EXPECT_THAT(files.told, ::testing::IsSupersetOf({"skip here/odd", "skip here/loop",
                                                   "here/a 600000", "here/sub/b 0"}));
}

TEST(ScpPut, goes_on_where_an_entry_fails) {
  for (const std::string refused : {"here/a", "here/sub", "here/sub/b"}) {
    ScpFiles files = planted();
    files.refused = {refused};
    const Put got = put(files, Sink());
    ASSERT_TRUE(got.status);
    EXPECT_EQ(got.first, refused);
    EXPECT_EQ(got.faults, 2U);
  }
  for (const std::string refused : {"C0640 600000 a", "D0640 0 sub", "C0640 0 b"}) {
    ScpFiles files = planted();
    Sink sink;
    sink.refuses = refused;
    const Put got = put(files, sink);
    ASSERT_TRUE(got.status);
    EXPECT_TRUE(got.first.ends_with(refused.substr(refused.rfind(' ') + 1))) << got.first;
  }
  ScpFiles files = planted();
  Sink sink;
  sink.complains = "a";
  EXPECT_EQ(put(files, sink).first, "here/a");
}

TEST(ScpPut, tells_the_remote_of_files_that_break_shrink_or_grow) {
  ScpFiles broken = planted();
  broken.breaks = "here/a";
  Put got = put(broken, Sink());
  ASSERT_TRUE(got.status);
  EXPECT_TRUE(got.remote["top/a"].ends_with(" (failed)"));
  EXPECT_EQ(got.first, "here/a");
  for (const std::size_t grows : {std::size_t{1}, SIZE_MAX}) {  // by one, and by minus one
    ScpFiles files;
    files.content["here"] = "hello";
    files.grows = grows;
    got = put(files, Sink(), "here");
    ASSERT_TRUE(got.status);
    EXPECT_EQ(got.faults, 1U);
    EXPECT_TRUE(got.remote["top"].ends_with(" (failed)"));
  }
  ScpFiles full;
  full.content["here"] = "hello";
  full.breaks = "here";
  full.disk_error.detail = 28;
  EXPECT_FALSE(put(full, Sink(), "here").status);
}

TEST(ScpPut, is_refused_at_once) {
  ScpFiles files = planted();
  Driver driver(with_remote([](ByteView) { return Bytes(); }, "\1no\n"));
  ASSERT_TRUE(driver.log_in());
  ScpPut operation({"scp", "here", {}, "top", {}});
  ASSERT_TRUE(driver.run(operation, files.world()));
  EXPECT_EQ(operation.faults(), 1U);
}

TEST(Scp, can_be_given_up_at_every_turn) {
  for (unsigned turns = 0; turns < 40; ++turns) {
    ScpFiles files = planted();
    Driver driver(with_remote(Sink(), kGreeting));
    ASSERT_TRUE(driver.log_in());
    LocalFacts facts;
    facts.type = LocalType::directory;
    ScpPut operation({"scp", "here", facts, "top", {}});
    (void)driver.run(operation, files.world(), turns);
    while (driver.carry()) {
    }
    EXPECT_EQ(driver.inbox().channels(), 0U) << turns;
    EXPECT_FALSE(driver.session().failure());
  }
}

}  // namespace
}  // namespace hawser::driven
