// Transfers whose server breaks at any step: it refuses all from then on, or what it says is no
// SFTP any more, or its files are not what they seemed. They end, or go on with what can be had;
// none passes a part for the whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/transfer_scene.h"

namespace hawser::operations {
namespace {

using hawser::testing::MemoryServer;
using hawser::testing::Packet;
using hawser::testing::pattern;
using hawser::testing::Scene;

enum class Break : std::uint8_t { refuses_all, is_malformed };

void break_now(Scene& scene, Break how) {
  if (how == Break::refuses_all) scene.server.refuses_all = true;
  if (how == Break::is_malformed) (void)scene.link->engine().received(Packet(250).u32(1).framed());
}

// As Scene::run(), but a server that has broken says nothing any more.
template <typename Machine>
Result<bool> finish(Scene& scene, Machine& machine) {
  for (int steps = 0; steps < 100'000; ++steps) {
    if (scene.link->engine().failure()) return std::unexpected(*scene.link->engine().failure());
    const auto done = scene.run(machine, 1);
    if (!done || *done) return done;
  }
  return fail(Errc::internal, "it does not end");
}

// Runs it with each kind of break at each step; `check` sees what is left.
template <typename Make, typename Check>
void break_everywhere(const Make& make, const Check& check) {
  for (const Break how : {Break::refuses_all, Break::is_malformed}) {
    bool is_done = false;
    for (unsigned steps = 0; !is_done; ++steps) {
      ASSERT_LT(steps, 2000U);
      Scene scene(make.server());
      make.plant(scene.world);
      auto machine = make.machine(scene);
      is_done = *scene.run(machine, steps);
      Result<bool> end = true;
      if (!is_done) {
        break_now(scene, how);
        end = finish(scene, machine);
        EXPECT_TRUE(end || end.error().code != Errc::internal) << steps;
      }
      check(scene, machine, end.has_value());
      if (!end) machine.abandon();
      if (how == Break::refuses_all) scene.settle();
    }
  }
}

CopyOptions kept(CopyOptions::Start start) {
  CopyOptions options;
  options.attributes = CopyOptions::Attributes::preserved;
  options.start = start;
  options.progress = CopyOptions::Progress::told;
  return options;
}

constexpr std::size_t kSize = 300'000;

struct ADownload {
  CopyOptions options;
  MemoryServer server() const {
    MemoryServer server;
    server.files["remote"] = pattern(kSize);
    server.tells_times = true;
    return server;
  }
  void plant(hawser::testing::MemoryWorld&) const {}
  FileDownload machine(Scene& scene) const {
    return FileDownload(scene.link, {"remote", "local", options, {}, {}});
  }
};

TEST(BrokenServer, GivesNoPartOfADownloadForTheWhole) {
  for (const auto start : {CopyOptions::Start::anew, CopyOptions::Start::resumed}) {
    break_everywhere(ADownload{kept(start)}, [](Scene& scene, auto&, bool) {
      const auto found = scene.world.files.find("local");
      EXPECT_TRUE(found == scene.world.files.end() || found->second == pattern(kSize));
    });
  }
}

struct AnUpload {
  CopyOptions options;
  bool is_there = true;
  MemoryServer server() const {
    MemoryServer server;
    if (is_there) server.files["dir/remote"] = pattern(7);
    return server;
  }
  void plant(hawser::testing::MemoryWorld& world) const { world.files["local"] = pattern(kSize); }
  FileUpload machine(Scene& scene) const {
    return FileUpload(scene.link, {"local", "dir/remote", options, "letters"});
  }
};

TEST(BrokenServer, LeavesTheOldFileOfAnUploadOrHasTheNew) {
  for (const auto start : {CopyOptions::Start::anew, CopyOptions::Start::resumed}) {
    for (const bool is_there : {true, false}) {
      break_everywhere(AnUpload{kept(start), is_there}, [&](Scene& scene, auto&, bool is_done) {
        const auto found = scene.server.files.find("dir/remote");
        const std::size_t size = found == scene.server.files.end() ? 0 : found->second.size();
        EXPECT_TRUE(size == (is_there ? 7U : 0U) || size == kSize) << size;
        EXPECT_TRUE(!is_done || size == kSize);
      });
    }
  }
}

struct ATree {
  MemoryServer server() const {
    MemoryServer server;
    server.folders["top"] = {"a", "sub/", "b"};
    server.folders["top/sub"] = {"c"};
    server.files = {{"top/a", pattern(40'000)}, {"top/b", {}}, {"top/sub/c", pattern(1)}};
    return server;
  }
  void plant(hawser::testing::MemoryWorld& world) const {
    world.folders["here"] = {"a", "b", "sub"};
    world.folders["here/sub"] = {"c"};
    world.files = {{"here/a", pattern(40'000)}, {"here/b", {}}, {"here/sub/c", pattern(1)}};
  }
};
struct ATreeDownload : ATree {
  void plant(hawser::testing::MemoryWorld&) const {}
  TreeDownload machine(Scene& scene) const {
    return {scene.link, {"top", "here", {}, kept(CopyOptions::Start::anew)}};
  }
};
struct ATreeUpload : ATree {
  MemoryServer server() const { return {}; }
  TreeUpload machine(Scene& scene) const {
    LocalFacts facts;
    facts.type = LocalType::directory;
    return {scene.link, {"here", "top", facts, kept(CopyOptions::Start::anew), "letters"}};
  }
};

TEST(BrokenServer, EndsATreeWithFaultsForAllThatIsMissing) {
  break_everywhere(ATreeDownload{}, [](Scene& scene, auto& tree, bool is_done) {
    if (!is_done) return;
    EXPECT_TRUE(tree.faults() > 0 || scene.world.files.size() == 3) << scene.world.files.size();
    for (const auto& [path, content] : scene.world.files) {
      EXPECT_TRUE(content == scene.server.files["top" + path.substr(4)]) << path;
    }
  });
  break_everywhere(ATreeUpload{}, [](Scene& scene, auto& tree, bool is_done) {
    if (!is_done || tree.faults() > 0) return;
    EXPECT_TRUE(scene.server.files["top/a"] == pattern(40'000));
    EXPECT_TRUE(scene.server.files["top/sub/c"] == pattern(1));
  });
}

TEST(BrokenServer, HasFilesThatAreNone) {
  for (const std::uint32_t mode : {040755U, 0120777U, 060600U, 0U, 0100644U}) {
    Scene scene;
    scene.server.files["remote"] = pattern(10);
    scene.server.mode = mode;
    FileDownload download(scene.link,
                          {"remote", "local", kept(CopyOptions::Start::resumed), {}, {}});
    const auto done = scene.run(download);
    const bool may_be = mode == 0 || mode == 0100644;
    EXPECT_EQ(done.has_value(), may_be) << mode;
    EXPECT_EQ(scene.world.files.contains("local"), may_be);
    if (!done) {
      EXPECT_EQ(done.error().code, Errc::sftp_status);
      download.abandon();
    }
    Scene there;
    there.server.files["dir/remote"] = pattern(7);
    there.server.mode = mode;
    there.world.files["local"] = pattern(10);
    FileUpload upload(there.link, {"local", "dir/remote", {}, "letters"});
    if (there.run(upload)) {
      EXPECT_TRUE(there.server.files["dir/remote"] == pattern(10)) << mode;
    } else {
      EXPECT_TRUE(there.server.files["dir/remote"] == pattern(7)) << mode;
      upload.abandon();
    }
    there.settle();
    scene.settle();
  }
}

// Paths of as many bytes as a request may have, and of one more.
TEST(BrokenServer, HasNamesThatNoRequestHolds) {
  MemoryServer server;
  const std::string longest(limits::kSftpPaths - 4, 'a');
  const std::string too_long(limits::kSftpPaths - 3, 'b');
  server.folders["top"] = {longest, too_long, too_long + "/"};
  server.refuses = {"top/" + longest};  // which is asked all the same
  Scene scene(std::move(server));
  TreeDownload tree(scene.link, {"top", "here", {}, {}});
  ASSERT_TRUE(scene.finishes(tree));
  EXPECT_EQ(scene.world.faults.size(), 3U);
  ASSERT_TRUE(tree.first_fault());
  EXPECT_EQ(tree.first_fault()->source, "top/" + longest);
  EXPECT_EQ(tree.first_fault()->error.detail, 3U);  // SSH_FX_PERMISSION_DENIED: the server's word
}

}  // namespace
}  // namespace hawser::operations
