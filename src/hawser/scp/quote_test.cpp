#include "hawser/scp/quote.h"

#include <gtest/gtest.h>

namespace hawser::scp {
namespace {

using namespace std::string_view_literals;

TEST(Quote, keeps_a_word_one_word) {
  const struct {
    std::string_view word;
    std::string_view quoted;
  } rows[] = {
      {"", "''"},
      {"plain", "'plain'"},
      {"with spaces", "'with spaces'"},
      {"$(reboot); `x` \"y\" *?[a] ~ # & | < >", "'$(reboot); `x` \"y\" *?[a] ~ # & | < >'"},
      {"it's", R"('it'\''s')"},
      {"''", R"(''\'''\''')"},
      {"a!b", R"('a'\!'b')"},
      {R"(back\slash)", R"('back'\\'slash')"},
      {R"(\')", R"(''\\''\''')"},
      {"\xff\xc3\xa9\x1b", "'\xff\xc3\xa9\x1b'"},
  };
  for (const auto& row : rows) EXPECT_EQ(quote(row.word), row.quoted);
}

TEST(RemoteCommand, names_the_direction_and_the_path) {
  const struct {
    CommandOptions options;
    std::string_view path;
    std::string_view command;
  } rows[] = {
      {{Direction::from_remote}, "/etc/motd", "scp -f '/etc/motd'"},
      {{Direction::to_remote, false, true}, "a b", "scp -p -t 'a b'"},
      {{Direction::from_remote, true, true}, "d", "scp -r -p -f 'd'"},
      {{Direction::to_remote, true, false, true}, "d", "scp -r -d -t 'd'"},
      {{Direction::from_remote}, "-rf", "scp -f './-rf'"},
      {{Direction::from_remote}, "./-rf", "scp -f './-rf'"},
      {{Direction::from_remote}, "-", "scp -f './-'"},
      {{Direction::from_remote}, "~/x", "scp -f '~/x'"},
  };
  for (const auto& row : rows) EXPECT_EQ(*remote_command(row.options, row.path), row.command);
}

TEST(RemoteCommand, refuses_what_cannot_be_named) {
  for (const auto path : {""sv, "a\0b"sv, "\0"sv, "a\nb"sv, "\n"sv, "a\rb"sv}) {
    EXPECT_EQ(remote_command({Direction::to_remote}, path).error().code, Errc::invalid_argument);
  }
}

TEST(LastName, is_what_the_remote_sends) {
  const struct {
    std::string_view path;
    std::string_view name;
  } rows[] = {{"a", "a"}, {"/a", "a"}, {"d/a", "a"}, {"d/a/", "a"},  {"d//a///", "a"},
              {"/", ""},  {"", ""},    {".", "."},   {"d/..", ".."}, {"./-x", "-x"}};
  for (const auto& row : rows) EXPECT_EQ(last_name(row.path), row.name);
}

}  // namespace
}  // namespace hawser::scp
