// Many files of a tree under way at once: what people see is in the order of the entries, whatever
// the order of the answers, and a server that has few handles or little to give is served all the
// same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/transfer_scene.h"

namespace hawser::operations {
namespace {

using hawser::testing::MemoryServer;
using hawser::testing::pattern;
using hawser::testing::Scene;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::size_t kFiles = 300;

std::string name_of(std::size_t number) {
  return "f" + std::to_string(1000 + number);  // sorted as they are numbered
}

std::vector<std::string> paths(const std::string& folder, std::size_t end = kFiles) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < end; ++i) all.push_back(folder + "/" + name_of(i));
  return all;
}

CopyOptions telling() {
  CopyOptions options;
  options.progress = CopyOptions::Progress::told;
  return options;
}

TreeDownload::Spec tree_to_get() {
  return {"top", "here", {}, telling()};
}
TreeUpload::Spec tree_to_put() {
  LocalFacts facts;
  facts.type = LocalType::directory;
  return {"here", "top", facts, telling(), "letters"};
}

MemoryServer server_with_files(std::size_t size = 100) {
  MemoryServer server;
  for (std::size_t i = 0; i < kFiles; ++i) {
    server.folders["top"].push_back(name_of(i));
    server.files["top/" + name_of(i)] = pattern(size, static_cast<unsigned>(i));
  }
  server.shuffles = true;
  server.tells_sizes = true;
  return server;
}

void plant_files(Scene& scene, std::size_t size = 100) {
  for (std::size_t i = 0; i < kFiles; ++i) {
    scene.world.folders["here"].push_back(name_of(i));
    scene.world.files["here/" + name_of(i)] = pattern(size, static_cast<unsigned>(i));
  }
  scene.server.shuffles = true;
}

void expect_all(const std::map<std::string, Bytes>& files, const std::string& folder,
                std::size_t size = 100) {
  for (std::size_t i = 0; i < kFiles; ++i) {
    const auto found = files.find(folder + "/" + name_of(i));
    ASSERT_TRUE(found != files.end()) << i;
    EXPECT_TRUE(found->second == pattern(size, static_cast<unsigned>(i))) << i;
  }
}

// downloads ---------------------------------------------------------------------------------------

// A server's handles, and the requests that it answers in a round.
std::vector<std::pair<std::size_t, std::size_t>> few_handles(std::size_t fewest) {
  std::vector<std::pair<std::size_t, std::size_t>> cases;
  for (const std::size_t handles : {fewest, std::size_t{3}, std::size_t{10}}) {
    for (const std::size_t at_once : {std::size_t{1}, std::size_t{4}, SIZE_MAX}) {
      cases.emplace_back(handles, at_once);
    }
  }
  return cases;
}

TEST(TreeDownloadPipeline, IsSeenInTheOrderOfTheListing) {
  Scene scene(server_with_files());
  TreeDownload tree(scene.link, tree_to_get());
  ASSERT_TRUE(scene.finishes(tree));
  expect_all(scene.world.files, "here");
  EXPECT_EQ(scene.world.finished, paths("here"));
  EXPECT_EQ(scene.world.reported, paths("top"));
  EXPECT_LT(scene.server.rounds, kFiles / 4);
  EXPECT_LE(scene.server.most_open, limits::kTreeFiles);
}

TEST(TreeDownloadPipeline, TellsFailuresInOrderAndGoesOn) {
  auto server = server_with_files();
  server.refuses = {"top/" + name_of(70), "top/" + name_of(5)};
  server.fails = {"top/" + name_of(6), "top/" + name_of(290)};
  server.breaks = {{"top/" + name_of(40), 50}, {"top/" + name_of(41), 0}};
  server.most = 20;
  Scene scene(std::move(server));
  TreeDownload tree(scene.link, tree_to_get());
  ASSERT_TRUE(scene.finishes(tree));
  scene.settle();
  EXPECT_THAT(scene.world.faults,
              ElementsAre("top/" + name_of(5), "top/" + name_of(6), "top/" + name_of(40),
                          "top/" + name_of(41), "top/" + name_of(70), "top/" + name_of(290)));
  EXPECT_EQ(scene.world.finished.size(), kFiles - 6);
  EXPECT_TRUE(std::is_sorted(scene.world.finished.begin(), scene.world.finished.end()));
  EXPECT_THAT(scene.world.parts, IsEmpty());
  EXPECT_THAT(scene.server.open, IsEmpty());
}

// What was given up may be opened still when the next is asked for.
TEST(TreeDownloadPipeline, MakesDoWithFewHandles) {
  for (const auto& [handles, at_once] : few_handles(2)) {
    SCOPED_TRACE(std::to_string(handles) + " " + std::to_string(at_once));
    auto server = server_with_files();
    server.handles = handles;
    server.at_once = at_once;
    server.shuffles = false;  // a handle is free when its close has been dealt with
    Scene scene(std::move(server));
    TreeDownload tree(scene.link, tree_to_get());
    ASSERT_TRUE(scene.finishes(tree));
    scene.settle();
    expect_all(scene.world.files, "here");
    EXPECT_EQ(scene.world.finished, paths("here"));
    EXPECT_THAT(scene.world.faults, IsEmpty());
    EXPECT_THAT(scene.server.open, IsEmpty());
  }
}

TEST(TreeDownloadPipeline, TakesOneByteARead) {
  auto server = server_with_files(10);
  server.most = 1;
  Scene scene(std::move(server));
  TreeDownload tree(scene.link, tree_to_get());
  ASSERT_TRUE(scene.finishes(tree));
  expect_all(scene.world.files, "here", 10);
}

TEST(TreeDownloadPipeline, IsBoundedInMemory) {
  MemoryServer server;
  for (std::size_t i = 0; i < 40; ++i) {
    server.folders["top"].push_back(name_of(i));
    server.files["top/" + name_of(i)] = Bytes(3'000'000);
  }
  server.tells_sizes = true;
  Scene scene(std::move(server));
  TreeDownload tree(scene.link, tree_to_get());
  ASSERT_TRUE(scene.finishes(tree));
  EXPECT_EQ(scene.world.finished.size(), 40U);
  EXPECT_GT(scene.server.most_wanted, 2 * 3'000'000U);  // more than one at once
  EXPECT_LT(scene.server.most_wanted,
            limits::kTreeBytes + limits::kSftpReadAhead + limits::kTreeFiles * limits::kSftpBlock);
}

TEST(TreeDownloadPipeline, ListsFoldersAhead) {
  MemoryServer server;
  for (std::size_t i = 0; i < 100; ++i) {
    const std::string folder = "top/" + name_of(i);
    server.folders["top"].push_back(name_of(i) + "/");
    server.folders[folder] = {"inner/"};
    server.folders[folder + "/inner"] = {"file"};
    server.files[folder + "/inner/file"] = pattern(i);
  }
  server.shuffles = true;
  server.tells_sizes = true;
  Scene scene(std::move(server));
  TreeDownload tree(scene.link, tree_to_get());
  ASSERT_TRUE(scene.finishes(tree));
  scene.settle();
  EXPECT_EQ(scene.world.finished.size(), 100U);
  EXPECT_TRUE(std::is_sorted(scene.world.finished.begin(), scene.world.finished.end()));
  EXPECT_LT(scene.server.rounds, 100U);
  EXPECT_THAT(scene.server.open, IsEmpty());
}

TEST(TreeDownloadPipeline, LeavesOutWhatIsInAFolderThatCannotBeMade) {
  MemoryServer server;
  server.folders["top"] = {"bad/", "good/"};
  server.folders["top/bad"] = {"a", "sub/", "b"};
  server.folders["top/bad/sub"] = {"c"};
  server.folders["top/good"] = {"d"};
  for (const std::string path : {"bad/a", "bad/b", "bad/sub/c", "good/d"}) {
    server.files["top/" + path] = pattern(10);
  }
  Scene scene(std::move(server));
  scene.world.refuses = "here/bad";
  TreeDownload tree(scene.link, tree_to_get());
  ASSERT_TRUE(scene.finishes(tree));
  scene.settle();
  EXPECT_THAT(scene.world.faults, ElementsAre("top/bad"));
  EXPECT_THAT(scene.world.finished, ElementsAre("here/good/d"));
  EXPECT_THAT(scene.server.open, IsEmpty());
}

TEST(TreeDownloadPipeline, EndsWhereAListenerSaysSo) {
  Scene scene(server_with_files());
  scene.world.stops_at = "top/" + name_of(50);
  TreeDownload tree(scene.link, tree_to_get());
  const auto ended = scene.run(tree);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, Errc::cancelled);
  tree.abandon();
  scene.settle();
  EXPECT_EQ(scene.world.finished, paths("here", 50));
  EXPECT_THAT(scene.server.open, IsEmpty());
}

// uploads -----------------------------------------------------------------------------------------

TEST(TreeUploadPipeline, IsSeenInTheOrderOfTheNames) {
  for (const bool has_posix_rename : {true, false}) {
    MemoryServer server;
    server.has_posix_rename = has_posix_rename;
    Scene scene(std::move(server));
    plant_files(scene);
    scene.server.shuffles = false;  // renames that are under way together come in any order
    TreeUpload tree(scene.link, tree_to_put());
    ASSERT_TRUE(scene.finishes(tree));
    scene.settle();
    expect_all(scene.server.files, "top");
    EXPECT_EQ(scene.server.files.size(), kFiles);
    EXPECT_EQ(scene.world.reported, paths("here"));
    EXPECT_THAT(scene.server.open, IsEmpty());
    if (!has_posix_rename) continue;
    EXPECT_EQ(scene.server.renamed, paths("top"));
    EXPECT_LT(scene.server.rounds, kFiles / 4);
    EXPECT_LE(scene.server.most_open, limits::kTreeFiles);
  }
}

TEST(TreeUploadPipeline, TellsFailuresInOrderAndGoesOn) {
  Scene scene;
  plant_files(scene);
  scene.world.files.erase("here/" + name_of(9));
  for (const std::size_t number : {30U, 20U}) {
    scene.server.refuses.insert("top/" + name_of(number));
    scene.server.refuses.insert("top/." + name_of(number) + ".letters.part");
  }
  TreeUpload tree(scene.link, tree_to_put());
  ASSERT_TRUE(scene.finishes(tree));
  scene.settle();
  EXPECT_THAT(scene.world.faults,
              ElementsAre("here/" + name_of(9), "here/" + name_of(20), "here/" + name_of(30)));
  EXPECT_EQ(scene.server.files.size(), kFiles - 3);
  EXPECT_THAT(scene.server.open, IsEmpty());
}

// Every file replaces the old one as a whole, although its temporary one could not be opened at
// first.
TEST(TreeUploadPipeline, MakesDoWithFewHandles) {
  for (const auto& [handles, at_once] : few_handles(1)) {
    SCOPED_TRACE(std::to_string(handles) + " " + std::to_string(at_once));
    Scene scene;
    plant_files(scene);
    scene.server.handles = handles;
    scene.server.at_once = at_once;
    scene.server.shuffles = false;
    for (const auto& path : paths("top")) scene.server.files[path] = pattern(7);
    TreeUpload tree(scene.link, tree_to_put());
    ASSERT_TRUE(scene.finishes(tree));
    scene.settle();
    expect_all(scene.server.files, "top");
    EXPECT_EQ(scene.server.files.size(), kFiles);
    EXPECT_EQ(scene.server.renamed.size(), kFiles);
    EXPECT_THAT(scene.world.faults, IsEmpty());
    EXPECT_THAT(scene.server.open, IsEmpty());
  }
}

TEST(TreeUploadPipeline, WritesInPlaceWhereFailureMeansMoreThanHandles) {
  Scene scene;
  plant_files(scene);
  for (const std::size_t number : {3U, 4U, 200U}) {
    scene.server.fails.insert("top/." + name_of(number) + ".letters.part");
  }
  TreeUpload tree(scene.link, tree_to_put());
  ASSERT_TRUE(scene.finishes(tree));
  scene.settle();
  expect_all(scene.server.files, "top");
  EXPECT_EQ(scene.server.renamed.size(), kFiles - 3);
}

TEST(TreeUploadPipeline, PutsNothingInPlaceAfterTheListenersEnd) {
  Scene scene;
  plant_files(scene);
  scene.world.stops_at = "here/" + name_of(50);
  TreeUpload tree(scene.link, tree_to_put());
  const auto ended = scene.run(tree);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, Errc::cancelled);
  scene.server.shuffles = false;
  tree.abandon();
  scene.settle();
  EXPECT_EQ(scene.server.files.size(), 50U);
  for (const auto& path : paths("top", 50)) EXPECT_TRUE(scene.server.files.contains(path));
  EXPECT_THAT(scene.server.open, IsEmpty());
}

TEST(TreeUploadPipeline, GoesThroughManySmallFolders) {
  Scene scene;
  for (std::size_t i = 0; i < 100; ++i) {
    scene.world.folders["here"].push_back(name_of(i));
    const std::string folder = "here/" + name_of(i);
    scene.world.folders[folder] = {"x", "y"};
    for (const std::string name : {"/x", "/y"}) scene.world.files[folder + name] = pattern(i);
  }
  auto spec = tree_to_put();
  spec.options.attributes = CopyOptions::Attributes::preserved;
  TreeUpload tree(scene.link, spec);
  ASSERT_TRUE(scene.finishes(tree));
  scene.settle();
  EXPECT_EQ(scene.server.files.size(), 200U);
  EXPECT_TRUE(std::is_sorted(scene.server.renamed.begin(), scene.server.renamed.end()));
  EXPECT_LT(scene.server.rounds, 50U);
}

TEST(TreePipeline, CanBeAbandonedAnywhere) {
  for (unsigned steps = 1; steps < 3000; steps += 37) {
    Scene up;
    plant_files(up);
    Scene down(server_with_files());
    {
      TreeUpload upload(up.link, tree_to_put());
      if (!*up.run(upload, steps)) upload.abandon();
      TreeDownload download(down.link, tree_to_get());
      if (!*down.run(download, steps)) download.abandon();
    }
    up.server.shuffles = false;
    up.settle();
    down.settle();
    EXPECT_THAT(up.server.open, IsEmpty()) << steps;
    EXPECT_THAT(down.server.open, IsEmpty()) << steps;
    for (const auto& [path, content] : up.server.files) {
      EXPECT_EQ(path.find(".part"), std::string::npos) << steps;
    }
  }
}

}  // namespace
}  // namespace hawser::operations
