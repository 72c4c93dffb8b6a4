#include "hawser/base/display.h"

#include <gtest/gtest.h>

namespace hawser {
namespace {

std::string shown(std::string_view text, std::size_t max = 512, Lines lines = Lines::escape) {
  return display(as_bytes(text), max, lines);
}

TEST(Display, LeavesOrdinaryTextAlone) {
  EXPECT_EQ(shown(""), "");
  EXPECT_EQ(shown("Hello, world!"), "Hello, world!");
  EXPECT_EQ(shown("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"),
            "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
}

TEST(Display, EscapesWhatWouldAct) {
  EXPECT_EQ(shown("a\x1b[31mb"), "a\\x1b[31mb");
  EXPECT_EQ(shown(std::string_view("\0\a\r\x7f", 4)), "\\x00\\x07\\x0d\\x7f");
  EXPECT_EQ(shown("\xc2\x9b"), "\\xc2\\x9b");           // C1: CSI in one character
  EXPECT_EQ(shown("\xe2\x80\xae"), "\\xe2\\x80\\xae");  // right-to-left override
  EXPECT_EQ(shown("\xe2\x81\xa6"), "\\xe2\\x81\\xa6");  // isolate
  EXPECT_EQ(shown("\xd8\x9c"), "\\xd8\\x9c");           // Arabic letter mark
  EXPECT_EQ(shown("\xef\xbb\xbf"), "\\xef\\xbb\\xbf");  // byte order mark
}

TEST(Display, EscapesAreNotToBeForged) {
  EXPECT_EQ(shown("\\x1b"), "\\\\x1b");
}

TEST(Display, EscapesWhatIsNotUtf8) {
  EXPECT_EQ(shown("\xff"), "\\xff");
  EXPECT_EQ(shown("a\xc3"), "a\\xc3");                           // cut
  EXPECT_EQ(shown("\xc3("), "\\xc3(");                           // no continuation
  EXPECT_EQ(shown("\xc0\xaf"), "\\xc0\\xaf");                    // overlong
  EXPECT_EQ(shown("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // surrogate
  EXPECT_EQ(shown("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // past U+10FFFF
  EXPECT_EQ(shown("\x80"), "\\x80");
}

TEST(Display, KeepsLinesWhereAsked) {
  EXPECT_EQ(shown("a\n\tb\r\n"), "a\\x0a\\x09b\\x0d\\x0a");
  EXPECT_EQ(shown("a\n\tb\r\n", 512, Lines::keep), "a\n\tb\n");
  EXPECT_EQ(shown("a\rb\r\r\n\r", 512, Lines::keep), "a\\x0db\\x0d\n\\x0d");
}

TEST(Display, IsCutBetweenCharacters) {
  EXPECT_EQ(shown("abcdefgh", 7), "abcd...");
  EXPECT_EQ(shown("ab\x1b\x1b\x1b", 9), "ab\\x1b...");
  EXPECT_EQ(shown("ab\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", 9), "ab\xe2\x82\xac...");
  for (std::size_t max = 3; max < 40; ++max) {
    EXPECT_LE(shown(std::string(100, '\x01'), max).size(), max);
  }
}

TEST(Hex, IsLowerCase) {
  EXPECT_EQ(hex({}), "");
  EXPECT_EQ(hex(Bytes{0x00, 0x0f, 0xa0, 0xff}), "000fa0ff");
}

}  // namespace
}  // namespace hawser
