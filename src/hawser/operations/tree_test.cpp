// Trees against a server in memory: what is asked of both sides, what is left out, and what is left
// when they are ended at any step.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/transfer_scene.h"

namespace hawser::operations {
namespace {

using hawser::testing::MemoryServer;
using hawser::testing::MemoryWorld;
using hawser::testing::pattern;
using hawser::testing::Scene;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TreeDownload::Spec tree_to_get() {
  return {"top", "here", {}, {}};
}

MemoryServer server_with_tree() {
  MemoryServer server;
  server.folders["top"] = {".", "..", "a", "sub/", "b"};
  server.folders["top/sub"] = {"c", "empty/"};
  server.folders["top/sub/empty"] = {"."};
  server.files = {{"top/a", pattern(300'000)}, {"top/b", {}}, {"top/sub/c", pattern(1)}};
  return server;
}

TEST(TreeDownload, BringsAll) {
  Scene scene(server_with_tree());
  TreeDownload tree(scene.link, tree_to_get());
  ASSERT_TRUE(scene.finishes(tree));
  scene.settle();
  EXPECT_THAT(scene.server.open, IsEmpty());
  EXPECT_EQ(scene.world.files.size(), 3U);
  EXPECT_TRUE(scene.world.files["here/a"] == pattern(300'000));
  EXPECT_TRUE(scene.world.files["here/sub/c"] == pattern(1));
  EXPECT_EQ(scene.world.folders.size(), 3U);
  EXPECT_EQ(tree.faults(), 0U);
}

TEST(TreeDownload, GoesOnWhenEntriesFail) {
  for (const std::string refused : {"top/a", "top/sub", "top/sub/c"}) {
    Scene scene(server_with_tree());
    scene.server.refuses.insert(refused);
    TreeDownload tree(scene.link, tree_to_get());
    ASSERT_TRUE(scene.finishes(tree));
    scene.settle();
    EXPECT_THAT(scene.server.open, IsEmpty());
    EXPECT_THAT(scene.world.faults, ElementsAre(refused));
    EXPECT_EQ(tree.first_fault()->source, refused);
    EXPECT_TRUE(scene.world.files.contains("here/b"));
    EXPECT_THAT(scene.world.parts, IsEmpty());
  }
  for (const std::string refused : {"here/a", "here/sub"}) {
    Scene scene(server_with_tree());
    scene.world.refuses = refused;
    TreeDownload tree(scene.link, tree_to_get());
    ASSERT_TRUE(scene.finishes(tree));
    EXPECT_EQ(tree.first_fault()->target, refused);
    EXPECT_TRUE(scene.world.files.contains("here/b"));
  }
}

TEST(TreeDownload, CanBeAbandonedAtEveryStep) {
  bool is_done = false;
  for (unsigned steps = 0; !is_done; ++steps) {
    Scene scene(server_with_tree());
    {
      TreeDownload tree(scene.link, tree_to_get());
      is_done = *scene.run(tree, steps);
      if (!is_done) tree.abandon();
    }
    scene.settle();
    EXPECT_THAT(scene.server.open, IsEmpty()) << steps;
    ASSERT_LT(steps, 1000U);
  }
}

TEST(TreeDownload, EndsAtTheDeepestAndAtNamesThatAreNone) {
  Scene deep;
  std::string path = "top";
  for (unsigned depth = 0; depth <= limits::kTreeDepth; ++depth, path += "/d") {
    deep.server.folders[path] = {"d/"};
  }
  TreeDownload bottomless(deep.link, tree_to_get());
  const auto went = deep.run(bottomless);
  ASSERT_FALSE(went);
  EXPECT_EQ(went.error().code, Errc::sftp_limit);
  EXPECT_EQ(deep.world.folders.size(), limits::kTreeDepth);
  bottomless.abandon();
  for (const std::string name : {"", "a/b", "/x"}) {
    Scene scene;
    scene.server.folders["top"] = {name.empty() ? std::string("a\0b", 3) : name, "fine"};
    TreeDownload tree(scene.link, tree_to_get());
    const auto ended = scene.run(tree);
    ASSERT_FALSE(ended) << name;
    EXPECT_EQ(ended.error().code, Errc::name_unsafe);
    EXPECT_THAT(scene.world.files, IsEmpty());
    tree.abandon();
  }
}

// The same name again and again, so that neither side needs memory for it.
TEST(TreeDownload, CountsEntries) {
  MemoryServer server;
  server.lists_for_ever = true;
  server.folders["top"].assign(2000, "s");
  Scene scene(std::move(server));
  TreeDownload tree(scene.link, tree_to_get());
  const auto ended = scene.run(tree);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, Errc::sftp_limit);
  EXPECT_EQ(scene.world.skipped, limits::kTreeEntries);
  tree.abandon();
}

TreeUpload::Spec tree_to_put() {
  LocalFacts facts;
  facts.type = LocalType::directory;
  return {"here", "top", facts, {}, "letters"};
}

void plant_tree(MemoryWorld& world) {
  world.folders["here"] = {"a", "b", "sub"};
  world.folders["here/sub"] = {"c"};
  world.files = {{"here/a", pattern(300'000)}, {"here/b", {}}, {"here/sub/c", pattern(1)}};
}

TEST(TreeUpload, BringsAll) {
  Scene scene;
  plant_tree(scene.world);
  TreeUpload tree(scene.link, tree_to_put());
  ASSERT_TRUE(scene.finishes(tree));
  scene.settle();
  EXPECT_THAT(scene.server.open, IsEmpty());
  EXPECT_EQ(scene.server.files.size(), 3U);
  EXPECT_TRUE(scene.server.files["top/a"] == pattern(300'000));
  EXPECT_TRUE(scene.server.files["top/sub/c"] == pattern(1));
}

TEST(TreeUpload, GoesOnWhenEntriesFail) {
  Scene scene;
  plant_tree(scene.world);
  scene.world.files.erase("here/b");
  scene.server.refuses = {"top/a", "top/.a.letters.part"};
  TreeUpload tree(scene.link, tree_to_put());
  ASSERT_TRUE(scene.finishes(tree));
  EXPECT_THAT(scene.world.faults, ElementsAre("here/a", "here/b"));
  EXPECT_TRUE(scene.server.files.contains("top/sub/c"));
}

TEST(TreeUpload, CanBeAbandonedAtEveryStep) {
  bool is_done = false;
  for (unsigned steps = 0; !is_done; ++steps) {
    Scene scene;
    plant_tree(scene.world);
    {
      TreeUpload tree(scene.link, tree_to_put());
      is_done = *scene.run(tree, steps);
      if (!is_done) tree.abandon();
    }
    scene.settle();
    EXPECT_THAT(scene.server.open, IsEmpty()) << steps;
    for (const auto& [path, content] : scene.server.files) {
      EXPECT_EQ(path.find(".part"), std::string::npos) << steps;
    }
    ASSERT_LT(steps, 1000U);
  }
}

}  // namespace
}  // namespace hawser::operations
