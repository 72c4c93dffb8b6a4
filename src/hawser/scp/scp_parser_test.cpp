#include "hawser/scp/scp_parser.h"

#include <gtest/gtest.h>

#include "scenario/printing.h"

namespace hawser::scp {
namespace {

using namespace std::string_view_literals;

TEST(ScpParser, takes_one_record_at_a_time) {
  ScpParser parser;
  ByteView bytes = as_bytes("\0\0C0644 3 a\nabc\0\1oh\nE\n"sv);
  EXPECT_EQ(**parser.take(bytes), Record(Accepted{}));
  EXPECT_EQ(**parser.take(bytes), Record(Accepted{}));
  EXPECT_EQ(**parser.take(bytes), Record(FileRecord{0644, 3, "a"}));
  EXPECT_EQ(as_text(bytes.first(3)), "abc");  // not its own
  bytes = bytes.subspan(3);
  EXPECT_EQ(**parser.take(bytes), Record(Accepted{}));
  EXPECT_EQ(**parser.take(bytes), Record(Complaint{false, "oh"}));
  EXPECT_EQ(**parser.take(bytes), Record(EndRecord{}));
  EXPECT_TRUE(bytes.empty());
  EXPECT_EQ(*parser.take(bytes), std::nullopt);
}

TEST(ScpParser, waits_for_the_end_of_a_line) {
  ScpParser parser;
  const std::string_view line = "C0644 3 name\n";
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    ByteView byte = as_bytes(line.substr(i, 1));
    EXPECT_EQ(*parser.take(byte), std::nullopt);
    EXPECT_TRUE(byte.empty());
    EXPECT_FALSE(parser.is_between());
  }
  ByteView last = as_bytes("\n");
  EXPECT_EQ(**parser.take(last), Record(FileRecord{0644, 3, "name"}));
  EXPECT_TRUE(parser.is_between());
}

TEST(ScpParser, bounds_a_line) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}, limits::kScpLine * 3}) {
    ScpParser parser;
    const std::string endless(limits::kScpLine * 3, 'C');
    Result<std::optional<Record>> taken;
    std::size_t done = 0;
    while (taken && done < endless.size()) {
      ByteView bytes = as_bytes(endless).subspan(done);
      bytes = bytes.first(std::min(piece, bytes.size()));
      done += bytes.size();
      taken = parser.take(bytes);
    }
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, Errc::limit_passed);
    EXPECT_LE(done, limits::kScpLine + piece);
  }
  ScpParser parser;
  const std::string longest =
      "C0644 3 " + std::string(limits::kScpLine - std::strlen("C0644 3 "), 'n') + "\n";
  ByteView bytes = as_bytes(longest);
  EXPECT_TRUE(parser.take(bytes).value());
}

TEST(ScpParser, knows_a_greeting) {
  const struct {
    std::string_view bytes;
    std::string_view greeting;
  } rows[] = {
      {"Welcome to \x1b[1mhost\n", "Welcome to \\x1b[1mhost"},
      {"hello", "hello"},
      {"Come in\n", "Come in"},  // looks like a file at first
      {"\n", "\\x0a"},
  };
  for (const auto& row : rows) {
    ScpParser parser;
    ByteView bytes = as_bytes(row.bytes);
    EXPECT_EQ(parser.take(bytes).error().code, Errc::scp_protocol);
    EXPECT_EQ(parser.greeting(), row.greeting);
  }
  ScpParser parser;
  ByteView bytes = as_bytes("\0later"sv);
  EXPECT_TRUE(parser.take(bytes));
  EXPECT_EQ(parser.take(bytes).error().code, Errc::scp_protocol);
  EXPECT_EQ(parser.greeting(), "");
}

}  // namespace
}  // namespace hawser::scp
