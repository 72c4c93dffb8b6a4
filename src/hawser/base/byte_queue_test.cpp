#include "hawser/base/byte_queue.h"

#include <random>

#include <gtest/gtest.h>

namespace hawser {
namespace {

TEST(ByteQueue, GivesBytesBackInOrder) {
  ByteQueue queue;
  EXPECT_TRUE(queue.empty());
  EXPECT_TRUE(queue.front().empty());
  queue.push(as_bytes("hello "));
  queue.push({});
  queue.push(as_bytes("world"));
  EXPECT_EQ(queue.size(), 11u);
  Bytes out(20);
  EXPECT_EQ(queue.pop(out), 11u);
  EXPECT_EQ(as_text(out).substr(0, 11), "hello world");
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.pop(out), 0u);
}

TEST(ByteQueue, SmallPiecesShareAChunk) {
  ByteQueue queue;
  for (int i = 0; i < 1000; ++i) queue.push(as_bytes("x"));
  EXPECT_EQ(queue.front().size(), 1000u);
}

TEST(ByteQueue, FrontIsAViewOfWhatComesNext) {
  ByteQueue queue;
  queue.push(Bytes(100'000, 'a'));
  queue.push(as_bytes("tail"));
  EXPECT_EQ(queue.front()[0], 'a');
  queue.drop(99'999);
  EXPECT_EQ(queue.front()[0], 'a');
  queue.drop(1);
  EXPECT_EQ(as_text(queue.front()), "tail");
  queue.clear();
  EXPECT_TRUE(queue.empty());
  EXPECT_TRUE(queue.front().empty());
}

TEST(ByteQueue, BehavesLikeAString) {
  std::mt19937 random(1);
  ByteQueue queue;
  std::string model;
  for (int step = 0; step < 3000; ++step) {
    const std::size_t size = random() % (random() % 8 == 0 ? 70'000 : 50);
    switch (random() % 3) {
      case 0: {
        const std::string text(size, static_cast<char>('a' + step % 26));
        queue.push(as_bytes(text));
        model += text;
        break;
      }
      case 1: {
        const std::size_t dropped = std::min(size, model.size());
        queue.drop(dropped);
        model.erase(0, dropped);
        break;
      }
      default: {
        Bytes out(size);
        const std::size_t popped = queue.pop(out);
        ASSERT_EQ(popped, std::min(size, model.size()));
        ASSERT_EQ(as_text(out).substr(0, popped), model.substr(0, popped));
        model.erase(0, popped);
      }
    }
    ASSERT_EQ(queue.size(), model.size());
    const std::string_view front = as_text(queue.front());
    ASSERT_EQ(front, model.substr(0, front.size()));
    ASSERT_EQ(front.empty(), model.empty());
  }
}

TEST(ByteQueueDeathTest, DroppingMoreThanIsThereIsABug) {
  ByteQueue queue;
  queue.push(as_bytes("ab"));
  EXPECT_DEATH(queue.drop(3), "broken invariant");
}

}  // namespace
}  // namespace hawser
