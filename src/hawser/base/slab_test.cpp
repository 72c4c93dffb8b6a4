#include "hawser/base/slab.h"

#include <random>

#include <gtest/gtest.h>

namespace hawser {
namespace {

void put(Slab& slab, std::string_view text) {
  copy(as_bytes(text), slab.reserve(text.size()));
  slab.commit(text.size());
}

TEST(Slab, HoldsNothingBeforeItsFirstUse) {
  Slab slab(100);
  EXPECT_EQ(slab.held(), 0u);
  EXPECT_TRUE(slab.empty());
  EXPECT_TRUE(slab.view().empty());
  EXPECT_EQ(slab.space().size(), 100u);
  EXPECT_EQ(slab.held(), 100u);
}

TEST(Slab, GivesItsStorageBackOnlyWhenEmpty) {
  Slab slab(100);
  put(slab, "abc");
  slab.release_if_empty();
  EXPECT_EQ(slab.held(), 100u);
  slab.consume(3);
  slab.release_if_empty();
  EXPECT_EQ(slab.held(), 0u);
  put(slab, "again");
  EXPECT_EQ(as_text(slab.view()), "again");
}

TEST(Slab, KeepsWhatIsBetweenCommitAndConsume) {
  Slab slab(16);
  put(slab, "hello");
  put(slab, " world");
  EXPECT_EQ(as_text(slab.view()), "hello world");
  slab.consume(6);
  EXPECT_EQ(as_text(slab.view()), "world");
  EXPECT_EQ(as_text(slab.span()), "world");
}

TEST(Slab, CompactsBeforeItGrows) {
  Slab slab(8);
  put(slab, "abcdefg");
  slab.consume(5);
  EXPECT_GE(slab.reserve(6).size(), 6u);
  EXPECT_EQ(slab.capacity(), 8u);
  EXPECT_EQ(as_text(slab.view()), "fg");
  EXPECT_GE(slab.reserve(7).size(), 7u);
  EXPECT_EQ(slab.capacity(), 9u);
  EXPECT_EQ(as_text(slab.view()), "fg");
}

TEST(Slab, SpaceIsEmptyWhenFullAndComesBackAtTheFront) {
  Slab slab(8);
  put(slab, "abcdefgh");
  EXPECT_TRUE(slab.space().empty());
  slab.consume(5);
  EXPECT_EQ(slab.space().size(), 5u);
  EXPECT_EQ(as_text(slab.view()), "fgh");
}

TEST(Slab, BehavesLikeAString) {
  std::mt19937 random(1);
  Slab slab(32);
  std::string model;
  for (int step = 0; step < 20'000; ++step) {
    const unsigned choice = random() % 4;
    if (choice == 0) {
      const std::string text(random() % 20, static_cast<char>('a' + step % 26));
      put(slab, text);
      model += text;
    } else if (choice == 1) {
      const ByteSpan space = slab.space();
      const std::size_t size = space.empty() ? 0 : random() % (space.size() + 1) % 10;
      for (std::size_t i = 0; i < size; ++i) space[i] = static_cast<std::uint8_t>(step);
      slab.commit(size);
      model.append(size, static_cast<char>(step));
    } else {
      const std::size_t size = model.empty() ? 0 : random() % (model.size() + 1);
      slab.consume(size);
      model.erase(0, size);
      if (choice == 3) slab.release_if_empty();
    }
    ASSERT_EQ(as_text(slab.view()), model) << step;
  }
}

TEST(SlabDeathTest, CommitAndConsumeAreChecked) {
  Slab slab(8);
  put(slab, "ab");
  EXPECT_DEATH(slab.commit(7), "broken invariant");
  EXPECT_DEATH(slab.consume(3), "broken invariant");
}

}  // namespace
}  // namespace hawser
