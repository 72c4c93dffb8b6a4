#include "hawser/base/error.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "hawser/base/result.h"

namespace hawser {
namespace {

constexpr auto kLast = Errc::file_changed;

TEST(Errors, EachHaveASentenceOfTheirOwn) {
  std::set<std::string_view> seen;
  for (unsigned code = 0; code <= static_cast<unsigned>(kLast); ++code) {
    const std::string_view sentence = describe(static_cast<Errc>(code));
    EXPECT_NE(sentence, "unknown error") << code;
    EXPECT_FALSE(sentence.ends_with('.')) << sentence;
    EXPECT_TRUE(seen.insert(sentence).second) << sentence;
  }
  EXPECT_EQ(describe(static_cast<Errc>(static_cast<unsigned>(kLast) + 1)), "unknown error");
}

TEST(Errors, OfThePeerAreToldToIt) {
  struct Row {
    Errc code;
    std::uint32_t reason;  // RFC 4253 11.1
  };
  for (const auto& [code, reason] : {
           Row{Errc::connection_lost, 0},  // nobody is there
           Row{Errc::disconnected, 0},
           Row{Errc::not_ssh, 0},
           Row{Errc::malformed_message, 2},
           Row{Errc::unexpected_message, 2},
           Row{Errc::packet_too_long, 2},
           Row{Errc::window_overrun, 2},
           Row{Errc::no_common_algorithm, 3},
           Row{Errc::bad_kex_value, 3},
           Row{Errc::mac_mismatch, 5},
           Row{Errc::bad_compression, 6},
           Row{Errc::expanded_too_long, 6},
           Row{Errc::bad_version, 8},
           Row{Errc::host_key_changed, 9},
           Row{Errc::host_key_signature, 9},
           Row{Errc::cancelled, 11},
           Row{Errc::timed_out, 11},
       }) {
    EXPECT_EQ(disconnect_reason(code), reason) << describe(code);
  }
}

TEST(Errors, AreEqualByCodeAndDetail) {
  EXPECT_EQ((Error{Errc::closed, 1, "here"}), (Error{Errc::closed, 1, "there"}));
  EXPECT_NE((Error{Errc::closed, 1}), (Error{Errc::closed, 2}));
  EXPECT_NE((Error{Errc::closed, 1}), (Error{Errc::cancelled, 1}));
}

Result<int> half(int number) {
  if (number % 2 != 0) return fail(Errc::invalid_argument, "half", 7);
  return number / 2;
}
Result<int> quarter(int number) {
  const int halved = HAWSER_TRY(half(number));
  return half(halved);
}
Status check(int number) {
  HAWSER_TRY(half(number));
  return {};
}

TEST(Try, UnwrapsOrReturnsTheError) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error(), (Error{Errc::invalid_argument, 7}));
  EXPECT_TRUE(check(2));
  EXPECT_FALSE(check(1));
}

}  // namespace
}  // namespace hawser
