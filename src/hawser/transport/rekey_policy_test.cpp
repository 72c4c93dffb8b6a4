#include "hawser/transport/rekey_policy.h"

#include <gtest/gtest.h>

namespace hawser::transport {
namespace {

TEST(RekeyPolicy, thresholds) {
  const RekeyPolicy policy({.bytes = 1000, .packets = 10, .interval = std::nullopt});
  EXPECT_FALSE(policy.is_due({999, 9, 16}));
  EXPECT_TRUE(policy.is_due({1000, 9, 16}));
  EXPECT_TRUE(policy.is_due({999, 10, 16}));
}

TEST(RekeyPolicy, thresholds_of_its_own) {
  const RekeyPolicy policy({});
  EXPECT_FALSE(policy.is_due({limits::kRekeyBytes - 1, limits::kRekeyPackets - 1, 16}));
  EXPECT_TRUE(policy.is_due({limits::kRekeyBytes, 0, 16}));
  EXPECT_TRUE(policy.is_due({0, limits::kRekeyPackets, 16}));
  static_assert(limits::kRekeyPackets < limits::kHardPackets);
}

// RFC 4344 3.2: a small block wears its key out sooner.
TEST(RekeyPolicy, blocks) {
  const RekeyPolicy policy({.bytes = UINT64_MAX, .packets = UINT64_MAX, .interval = std::nullopt});
  EXPECT_FALSE(policy.is_due({limits::kRekeyBlocks * 16 - 1, 0, 16}));
  EXPECT_TRUE(policy.is_due({limits::kRekeyBlocks * 16, 0, 16}));
  EXPECT_TRUE(policy.is_due({limits::kRekeyBlocks * 8, 0, 8}));
  EXPECT_FALSE(policy.is_due({limits::kSmallBlockBytes - 1, 0, 8, limits::kSmallBlockBytes}));
  EXPECT_TRUE(policy.is_due({limits::kSmallBlockBytes, 0, 8, limits::kSmallBlockBytes}));
}

TEST(RekeyPolicy, time) {
  const Instant since = Instant{} + std::chrono::seconds(5);
  const RekeyPolicy hourly({});
  EXPECT_EQ(hourly.deadline(since), since + std::chrono::hours(1));
  const RekeyPolicy never({.interval = std::nullopt});
  EXPECT_FALSE(never.deadline(since));
}

}  // namespace
}  // namespace hawser::transport
