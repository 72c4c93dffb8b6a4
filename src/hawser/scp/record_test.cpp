#include "hawser/scp/record.h"

#include <gtest/gtest.h>

#include "hawser/base/display.h"

#include "scenario/printing.h"

namespace hawser::scp {
namespace {

using namespace std::string_view_literals;

TEST(Record, reads_and_writes_the_same_line) {
  const struct {
    std::string_view line;
    Record record;
  } rows[] = {
      {"C0644 5 a.txt"sv, FileRecord{0644, 5, "a.txt"}},
      {"C0000 0 with  two spaces "sv, FileRecord{0, 0, "with  two spaces "}},
      {"C4755 9223372036854775807 \xff"sv, FileRecord{04755, INT64_MAX, "\xff"}},
      {"D0755 0 d"sv, DirectoryRecord{0755, "d"}},
      {"T1700000000 0 1700000001 0"sv, Times{1700000000, 1700000001}},
      {"E"sv, EndRecord{}},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(parse_record(as_bytes(row.line)), row.record) << row.line;
    const auto encoded = std::visit(
        [](const auto& record) -> std::string {
          if constexpr (requires { encode(record); }) return encode(record);
          return {};
        },
        row.record);
    EXPECT_EQ(encoded, std::string(row.line) + "\n");
  }
}

TEST(Record, reads_what_others_write) {
  const struct {
    std::string_view line;
    Record record;
  } rows[] = {
      {"\0"sv, Accepted{}},
      {"\1scp: x: No such file"sv, Complaint{false, "scp: x: No such file"}},
      {"\2bye"sv, Complaint{true, "bye"}},
      {"\1"sv, Complaint{false, ""}},
      {"\1\x1b[31mred"sv, Complaint{false, "\\x1b[31mred"}},
      {"D0700 4096 d"sv, DirectoryRecord{0700, "d"}},
      {"T1 999999 2 1"sv, Times{1, 2}},
  };
  for (const auto& row : rows) EXPECT_EQ(parse_record(as_bytes(row.line)), row.record) << row.line;
}

TEST(Record, of_a_long_complaint_both_ends_are_kept) {
  for (const std::string_view letter : {"y", "\xc3\xbc", "\x1b"}) {
    std::string line = "\1scp: ";
    for (int i = 0; i < 2000; ++i) line += letter;
    const auto record = parse_record(as_bytes(line + ": No such file or directory"));
    const std::string text = std::get<Complaint>(*record).text;
    EXPECT_LE(text.size(), 512u);
    EXPECT_TRUE(text.starts_with("scp: ")) << text;
    EXPECT_TRUE(text.ends_with(": No such file or directory")) << text;
    EXPECT_EQ(display(as_bytes(text), 4096).find("\\xc3"), std::string::npos) << text;
    EXPECT_EQ(display(as_bytes(text), 4096).find("\\xbc"), std::string::npos) << text;
  }
}

TEST(Record, refuses_what_is_none) {
  for (const auto line : {
           ""sv,
           "X"sv,
           "hello"sv,
           "\0x"sv,
           "c0644 5 a"sv,
           "E "sv,
           "E0"sv,
           "C"sv,
           "C0644"sv,
           "C0644 5"sv,
           "C0644 "sv,
           "C 0644 5 a"sv,
           "C0644  5 a"sv,
           "C0644 5\ta"sv,
           // modes
           "C644 5 a"sv,
           "C00644 5 a"sv,
           "C07777 5 a"sv,
           "C9999 5 a"sv,
           "C0648 5 a"sv,
           "C-644 5 a"sv,
           "C+644 5 a"sv,
           "C0x64 5 a"sv,
           "D755 0 a"sv,
           // sizes
           "C0644 -5 a"sv,
           "C0644 +5 a"sv,
           "C0644 0x5 a"sv,
           "C0644 5k a"sv,
           "C0644 5.0 a"sv,
           "C0644 9223372036854775808 a"sv,
           "C0644 18446744073709551616 a"sv,
           "C0644 00000000000000000005 a"sv,
           "D0755 -1 a"sv,
           // times
           "T"sv,
           "T1"sv,
           "T1 0"sv,
           "T1 0 2"sv,
           "T1 0 2 "sv,
           "T1 0 2 0 "sv,
           "T-1 0 2 0"sv,
           "T99999999999999999999 0 1 0"sv,
           "T9223372036854775808 0 1 0"sv,
           "T1 1000000 2 0"sv,
           "T1 0 2 1000000"sv,
           "T1 -1 2 0"sv,
           "T1  0 2 0"sv,
       }) {
    const auto record = parse_record(as_bytes(line));
    ASSERT_FALSE(record) << line;
    EXPECT_EQ(record.error().code, Errc::scp_protocol) << line;
  }
}

TEST(Record, complaints_stay_in_one_line) {
  EXPECT_EQ(encode_complaint("no\n\1way"), "\1scp: no\\x0a\\x01way\n");
}

TEST(SafeName, leads_down_by_one) {
  for (const auto name : {"a"sv, "..."sv, ".bashrc"sv, "a b"sv, "-rf"sv, "a\\b"sv, "\xff"sv}) {
    EXPECT_TRUE(is_safe_name(name)) << name;
  }
  for (const auto name :
       {""sv, "."sv, ".."sv, "/"sv, "/etc/x"sv, "../x"sv, "a/b"sv, "a/"sv, "a\0b"sv, "\0"sv}) {
    EXPECT_FALSE(is_safe_name(name)) << name;
  }
}

}  // namespace
}  // namespace hawser::scp
