#include "hawser/base/secret.h"

#include <type_traits>

#include <gtest/gtest.h>

namespace hawser {
namespace {

static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(!std::is_copy_assignable_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes>);
static_assert(std::is_nothrow_move_assignable_v<SecretBytes>);

TEST(Wipe, LeavesZeros) {
  Bytes bytes = {1, 2, 3};
  wipe(bytes);
  EXPECT_EQ(bytes, (Bytes{0, 0, 0}));
  wipe({});
}

TEST(ConstantTimeEqual, IsEquality) {
  EXPECT_TRUE(constant_time_equal({}, {}));
  EXPECT_TRUE(constant_time_equal(as_bytes("secret"), as_bytes("secret")));
  EXPECT_FALSE(constant_time_equal(as_bytes("secret"), as_bytes("secre")));
  for (std::size_t i = 0; i < 6; ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      Bytes other = to_bytes(as_bytes("secret"));
      other[i] = static_cast<std::uint8_t>(other[i] ^ (1u << bit));
      EXPECT_FALSE(constant_time_equal(as_bytes("secret"), other));
    }
  }
}

TEST(SecretBytes, AreMovedAndLeaveNothingBehind) {
  SecretBytes from(as_bytes("secret"));
  SecretBytes to(std::move(from));
  EXPECT_EQ(as_text(to.view()), "secret");
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): that is the point
  SecretBytes third(as_bytes("other"));
  third = std::move(to);
  EXPECT_EQ(as_text(third.view()), "secret");
  EXPECT_TRUE(to.empty());  // NOLINT(bugprone-use-after-move)
}

TEST(SecretBytes, MovedOntoThemselvesStay) {
  SecretBytes secret(as_bytes("secret"));
  SecretBytes& same = secret;
  secret = std::move(same);
  EXPECT_EQ(as_text(secret.view()), "secret");
}

TEST(SecretBytes, AreCopiedOnlyByName) {
  const SecretBytes secret(as_bytes("secret"));
  const SecretBytes copy = secret.duplicate();
  EXPECT_EQ(as_text(copy.view()), "secret");
  EXPECT_NE(copy.view().data(), secret.view().data());
}

TEST(SecretBytes, KeepTheirFrontWhenResized) {
  SecretBytes secret(as_bytes("secret"));
  secret.resize(3);
  EXPECT_EQ(as_text(secret.view()), "sec");
  secret.resize(5);
  EXPECT_EQ(as_text(secret.view()), std::string_view("sec\0\0", 5));
  secret.resize(0);
  EXPECT_TRUE(secret.empty());
}

}  // namespace
}  // namespace hawser
