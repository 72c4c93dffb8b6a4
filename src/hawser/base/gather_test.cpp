#include "hawser/base/gather.h"

#include <gtest/gtest.h>

namespace hawser {
namespace {

std::string joined(const Gather& gather) {
  std::string out(gather.size(), '?');
  gather.copy_to({reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
  return out;
}

TEST(Gather, ReadsAsOneSequence) {
  EXPECT_TRUE(Gather().empty());
  EXPECT_EQ(joined(Gather(as_bytes("one"))), "one");
  const Gather gather{as_bytes("one"), {}, as_bytes("two"), as_bytes("three")};
  EXPECT_EQ(gather.size(), 11u);
  EXPECT_EQ(gather.views().size(), 3u);  // empty ones are left out
  EXPECT_EQ(joined(gather), "onetwothree");
}

TEST(Gather, IsCutAnywhereWithoutLoss) {
  const Gather gather{as_bytes("one"), as_bytes("two"), as_bytes("three")};
  for (std::size_t size = 0; size <= gather.size(); ++size) {
    const Gather head = gather.first(size);
    const Gather tail = gather.without_first(size);
    EXPECT_EQ(head.size(), size);
    EXPECT_EQ(joined(head) + joined(tail), "onetwothree");
  }
}

TEST(GatherDeathTest, HoldsNoMoreThanItCan) {
  Gather gather;
  for (std::size_t i = 0; i < Gather::kMaxViews; ++i) gather.add(as_bytes("x"));
  gather.add({});
  EXPECT_DEATH(gather.add(as_bytes("x")), "broken invariant");
}

}  // namespace
}  // namespace hawser
