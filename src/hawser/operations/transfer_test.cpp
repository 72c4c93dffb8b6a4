// Whole transfers against a server in memory: what is asked of both sides, and what is left when
// they are ended at any step.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/transfer_scene.h"

namespace hawser::operations {
namespace {

using hawser::testing::MemoryServer;
using hawser::testing::pattern;
using hawser::testing::Scene;
using ::testing::IsEmpty;

FileDownload::Spec download_spec() {
  FileDownload::Spec spec{"remote", "local", {}, {}, {}};
  spec.options.progress = CopyOptions::Progress::told;
  return spec;
}
FileUpload::Spec upload_spec() {
  FileUpload::Spec spec{"local", "dir/remote", {}, "letters"};
  spec.options.progress = CopyOptions::Progress::told;
  return spec;
}

TEST(FileDownload, BringsEverySize) {
  for (const std::size_t size : {0UL, 1UL, 261'120UL, 5'000'000UL}) {
    for (const bool is_size_known : {false, true}) {
      Scene scene;
      scene.server.files["remote"] = pattern(size);
      auto spec = download_spec();
      if (is_size_known) spec.expected_size = size;
      FileDownload download(scene.link, spec);
      ASSERT_TRUE(scene.finishes(download));
      scene.settle();
      EXPECT_TRUE(scene.world.files["local"] == pattern(size));
      EXPECT_EQ(scene.world.reports.back(), size);
      EXPECT_THAT(scene.server.open, IsEmpty());
    }
  }
}

TEST(FileDownload, CanBeAbandonedAtEveryStep) {
  bool is_done = false;
  for (unsigned steps = 0; !is_done; ++steps) {
    Scene scene;
    scene.server.files["remote"] = pattern(600'000);
    {
      FileDownload download(scene.link, download_spec());
      is_done = *scene.run(download, steps);
      if (!is_done) download.abandon();
    }
    scene.settle();
    EXPECT_THAT(scene.server.open, IsEmpty()) << steps;
    EXPECT_TRUE(!is_done || scene.world.files.contains("local"));
    ASSERT_LT(steps, 1000U);
  }
}

TEST(FileUpload, BringsEverySize) {
  for (const std::size_t size : {0UL, 1UL, 32'768UL, 5'000'000UL}) {
    for (const bool has_posix_rename : {false, true}) {
      for (const bool is_there : {false, true}) {
        MemoryServer server;
        server.has_posix_rename = has_posix_rename;
        if (is_there) server.files["dir/remote"] = pattern(7);
        Scene scene(std::move(server));
        scene.world.files["local"] = pattern(size);
        FileUpload upload(scene.link, upload_spec());
        ASSERT_TRUE(scene.finishes(upload));
        scene.settle();
        EXPECT_TRUE(scene.server.files["dir/remote"] == pattern(size));
        EXPECT_EQ(scene.server.files.size(), 1U);
        EXPECT_EQ(scene.world.reports.back(), size);
        EXPECT_THAT(scene.server.open, IsEmpty());
      }
    }
  }
}

TEST(FileUpload, LeavesTheOldFileWhereverItIsAbandoned) {
  bool is_done = false;
  for (unsigned steps = 0; !is_done; ++steps) {
    Scene scene;
    scene.server.files["dir/remote"] = pattern(7);
    scene.world.files["local"] = pattern(1'200'000);
    {
      FileUpload upload(scene.link, upload_spec());
      is_done = *scene.run(upload, steps);
      if (!is_done) upload.abandon();
    }
    scene.settle();
    EXPECT_THAT(scene.server.open, IsEmpty()) << steps;
    EXPECT_EQ(scene.server.files.size(), 1U) << steps;
    // The rename may have been under way.
    const auto size = scene.server.files["dir/remote"].size();
    EXPECT_TRUE(size == 7 || size == 1'200'000) << steps;
    EXPECT_TRUE(!is_done || size == 1'200'000U);
    ASSERT_LT(steps, 1000U);
  }
}

TEST(FileUpload, WritesInPlaceWhereNothingCanBeMadeBesideIt) {
  Scene scene;
  scene.server.files["dir/remote"] = pattern(7);
  scene.server.refuses.insert("dir/.remote.letters.part");
  scene.world.files["local"] = pattern(3);
  FileUpload upload(scene.link, upload_spec());
  ASSERT_TRUE(scene.finishes(upload));
  EXPECT_TRUE(scene.server.files["dir/remote"] == pattern(3));
}

}  // namespace
}  // namespace hawser::operations
