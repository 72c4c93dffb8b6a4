#include "hawser/connection/window.h"

#include <gtest/gtest.h>

#include "scenario/printing.h"

namespace hawser::connection {
namespace {

constexpr std::uint32_t kPacket = 32 * 1024;

TEST(ReceiveWindow, is_enforced_to_the_byte) {
  ReceiveWindow window(100);
  EXPECT_TRUE(window.take(99));
  EXPECT_TRUE(window.take(1));
  EXPECT_TRUE(window.take(0));
  EXPECT_EQ(window.take(1).error().code, Errc::window_overrun);
}

TEST(ReceiveWindow, grows_back_by_half_or_three_packets) {
  ReceiveWindow small(1000);
  ASSERT_TRUE(small.take(800));
  EXPECT_EQ(small.consume(499, kPacket), 0u);
  EXPECT_EQ(small.consume(1, kPacket), 500u);
  EXPECT_EQ(small.left(), 700u);
  ReceiveWindow middle(16 * kPacket);
  ASSERT_TRUE(middle.take(8 * kPacket));
  EXPECT_EQ(middle.consume(3 * kPacket - 1, kPacket), 0u);
  EXPECT_EQ(middle.consume(1, kPacket), 3 * kPacket);
}

TEST(ReceiveWindow, grows_back_by_an_eighth_if_that_is_more) {
  for (const auto& [size, piece] : {std::pair<std::uint32_t, std::uint32_t>(2 << 20, 256 << 10),
                                    {8 << 20, 1 << 20},
                                    {64 << 20, 1 << 20}}) {
    ReceiveWindow window(size);
    ASSERT_TRUE(window.take(2 << 20));
    EXPECT_EQ(window.consume(piece - 1, kPacket), 0u);
    EXPECT_EQ(window.consume(1, kPacket), piece);
  }
}

TEST(ReceiveWindow, of_one_byte) {
  ReceiveWindow window(1);
  ASSERT_TRUE(window.take(1));
  EXPECT_EQ(window.consume(1, kPacket), 1u);
  EXPECT_EQ(window.left(), 1u);
}

TEST(ReceiveWindow, never_gives_back_more_than_came) {
  ReceiveWindow window(1000);
  EXPECT_EQ(window.consume(5000, kPacket), 0u);
  ASSERT_TRUE(window.take(600));
  EXPECT_EQ(window.consume(SIZE_MAX, kPacket), 600u);
  EXPECT_EQ(window.left(), 1000u);
}

TEST(SendWindow, overflows_are_found) {
  SendWindow window;
  window.open(UINT32_MAX - 5);
  EXPECT_TRUE(window.adjust(0));
  EXPECT_TRUE(window.adjust(5));
  EXPECT_EQ(window.adjust(1).error().code, Errc::window_overflow);
  window.take(10);
  EXPECT_TRUE(window.adjust(10));
}

}  // namespace
}  // namespace hawser::connection
