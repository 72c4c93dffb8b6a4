#include "hawser/scp/scp_source.h"

#include <utility>

#include <gtest/gtest.h>

namespace hawser::scp {
namespace {

using namespace std::string_view_literals;

// Feeds what the remote says and gives what is to be sent then.
std::string after(ScpSource& source, std::string_view said, std::optional<Answer> expected) {
  ByteView bytes = as_bytes(said);
  const auto answer = source.take(bytes);
  EXPECT_TRUE(bytes.empty());
  EXPECT_TRUE(answer);
  EXPECT_EQ(answer.value_or(std::nullopt), expected) << said;
  return std::exchange(source.output(), {});
}

TEST(ScpSource, sends_a_file) {
  ScpSource source;
  EXPECT_TRUE(source.awaits_answer());
  EXPECT_EQ(after(source, "\0"sv, Answer::accepted), "");
  source.send_file({0640, 5, "name"}, std::nullopt);
  EXPECT_EQ(source.output(), "C0640 5 name\n");
  EXPECT_EQ(source.data_left(), 0u);  // not before it is accepted
  EXPECT_EQ(after(source, "\0"sv, Answer::accepted), "C0640 5 name\n");
  EXPECT_EQ(source.data_left(), 5u);
  source.data_sent(2);
  source.data_sent(3);
  source.end_file();
  EXPECT_EQ(source.output(), "\0"sv);
  EXPECT_EQ(after(source, "\0"sv, Answer::accepted), "\0"sv);
  EXPECT_FALSE(source.awaits_answer());
  EXPECT_TRUE(source.complaints().empty());
}

TEST(ScpSource, sends_times_first) {
  ScpSource source;
  after(source, "\0"sv, Answer::accepted);
  source.send_file({0640, 0, "name"}, Times{5, 6});
  EXPECT_EQ(std::exchange(source.output(), {}), "T5 0 6 0\n");
  EXPECT_EQ(after(source, "\0"sv, std::nullopt), "C0640 0 name\n");
  EXPECT_TRUE(source.awaits_answer());
  EXPECT_EQ(after(source, "\0"sv, Answer::accepted), "");
}

TEST(ScpSource, sends_a_tree) {
  ScpSource source;
  std::string sent = after(source, "\0"sv, Answer::accepted);
  source.send_directory({0755, "d"}, Times{1, 2});
  sent += after(source, "\0\0"sv, Answer::accepted);
  source.send_file({0644, 1, "f"}, std::nullopt);
  sent += after(source, "\0"sv, Answer::accepted);
  sent += "f";
  source.data_sent(1);
  source.end_file();
  sent += after(source, "\0"sv, Answer::accepted);
  source.end_directory();
  sent += after(source, "\0"sv, Answer::accepted);
  EXPECT_EQ(sent, "T1 0 2 0\nD0755 0 d\nC0644 1 f\nf\0E\n"sv);
}

TEST(ScpSource, goes_on_after_a_complaint) {
  ScpSource source;
  after(source, "\0"sv, Answer::accepted);
  source.send_file({0644, 5, "a"}, Times{1, 2});
  after(source, "\1no times\n"sv, Answer::refused);
  EXPECT_EQ(source.data_left(), 0u);
  source.send_file({0644, 5, "b"}, std::nullopt);
  after(source, "\1scp: b: Is a \x1b[1mdirectory\n"sv, Answer::refused);
  EXPECT_EQ(source.data_left(), 0u);
  source.send_file({0644, 5, "c"}, std::nullopt);
  after(source, "\0"sv, Answer::accepted);
  source.data_sent(5);
  source.fail_file("it shrank");
  EXPECT_EQ(after(source, "\1bad\n"sv, Answer::refused), "\1scp: it shrank\n");
  EXPECT_EQ(source.complaints().texts(),
            (std::vector<std::string>{"no times", "scp: b: Is a \\x1b[1mdirectory", "bad"}));
}

TEST(ScpSource, ends_where_the_remote_makes_no_sense) {
  const struct {
    std::string_view said;
    Errc code;
    std::string_view words;
  } rows[] = {
      {"\2scp: full\n"sv, Errc::scp_refused, "scp: full"},
      {"Welcome\n"sv, Errc::scp_protocol, "Welcome"},
      {"C0644 5 a\n"sv, Errc::scp_protocol, ""},
      {"E\n"sv, Errc::scp_protocol, ""},
  };
  for (const auto& row : rows) {
    ScpSource source;
    ByteView bytes = as_bytes(row.said);
    const auto answer = source.take(bytes);
    ASSERT_FALSE(answer) << row.said;
    EXPECT_EQ(answer.error().code, row.code);
    EXPECT_EQ(source.last_words(), row.words);
  }
}

TEST(ScpSource, waits_for_whole_replies) {
  ScpSource source;
  after(source, "\1not "sv, std::nullopt);
  EXPECT_TRUE(source.awaits_answer());
  after(source, "today\n"sv, Answer::refused);
  EXPECT_EQ(source.complaints().texts().front(), "not today");
}

}  // namespace
}  // namespace hawser::scp
