#include "hawser/scp/scp_sink.h"

#include <gtest/gtest.h>

#include "scenario/seeded_random.h"

namespace hawser::scp {
namespace {

using namespace std::string_view_literals;

// A download by the book: everything is taken but names that begin with "no".
class Download {
 public:
  explicit Download(Recursion recursion, std::string name = "a")
      : sink_(std::move(name), recursion) {}

  void feed(std::string_view text) {
    ByteView bytes = as_bytes(text);
    while (!error_ && !bytes.empty()) {
      if (sink_.data_left() > 0) {
        const auto size =
            static_cast<std::size_t>(std::min<std::uint64_t>(sink_.data_left(), bytes.size()));
        log_ += as_text(bytes.first(size));
        bytes = bytes.subspan(size);
        sink_.data_taken(size);
        continue;
      }
      auto offer = sink_.take(bytes);
      if (!offer) error_ = offer.error();
      if (offer && *offer) std::visit([this](const auto& each) { answer(each); }, **offer);
    }
  }
  void end() {
    if (error_) return;
    if (const Status status = sink_.end(); !status) error_ = status.error();
  }

  // What came, in one line; then the replies; then how it ended.
  [[nodiscard]] std::string story() {
    std::string story = log_ + "|";
    for (const char letter : sink_.output()) {
      if (letter == kAccepted)
        story += '0';
      else if (letter == '\1')
        story += '!';
    }
    story += "|" + std::to_string(sink_.complaints().count());
    if (error_) story += "|" + std::string(describe(error_->code));
    return story;
  }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] ScpSink& sink() { return sink_; }

 private:
  void answer(const FileOffered& offer) {
    log_ += offer.file.name + ":" + std::to_string(offer.file.mode) + times(offer.times) + "[";
    accept_unless_no(offer.file.name);
  }
  void answer(const FileSent& sent) {
    log_ += sent.is_whole ? "]" : "?]";
    sink_.accept();
  }
  void answer(const DirectoryOffered& offer) {
    log_ += offer.directory.name + times(offer.times) + "{";
    accept_unless_no(offer.directory.name);
  }
  void answer(const DirectoryEnded& /*ended*/) {
    log_ += "}";
    sink_.accept();
  }
  void answer(const Complained& /*complained*/) {}
  void accept_unless_no(std::string_view name) {
    if (!name.starts_with("no")) return sink_.accept();
    log_ += "refused";
    sink_.refuse("not that");
  }
  static std::string times(const std::optional<Times>& times) {
    if (!times) return "";
    return "@" + std::to_string(times->modified) + "," + std::to_string(times->accessed);
  }

  ScpSink sink_;
  std::string log_;
  std::optional<Error> error_;
};

constexpr auto kFile = Recursion::none;
constexpr auto kTree = Recursion::trees;

struct Row {
  std::string_view bytes;
  std::string_view story;  // of the download, up to its end
  Recursion recursion = kFile;
};

const Row kRows[] = {
    // files
    {"C0644 3 a\nabc\0"sv, "a:420[abc]|000|0"},
    {"C0000 0 a\n\0"sv, "a:0[]|000|0"},
    {"T5 0 6 0\nC4755 1 a\n\0\0"sv, "a:2541@5,6[\0]|0000|0"sv},
    {"C0644 3 a\nabc\1a: changed\n"sv, "a:420[abc?]|000|1"},
    {"\1scp: a: No such file\n"sv, "|0|1"},
    {"T5 0 6 0\n\1scp: a: No such file\n"sv, "|00|1"},
    // trees
    {"D0755 0 a\nC0644 1 b\nb\0D0700 0 c\nC0600 0 d\n\0E\nE\n"sv,
     "a{b:420[b]c{d:384[]}}|000000000|0", kTree},
    {"T1 0 2 0\nD0755 0 a\nT3 0 4 0\nC0644 1 b\nb\0E\n"sv, "a@1,2{b:420@3,4[b]}|0000000|0", kTree},
    {"D0755 0 a\n\1a/b: Permission denied\nC0644 1 c\nc\0E\n"sv, "a{c:420[c]}|00000|1", kTree},
    {"D0755 0 a\nC0644 1 no\nC0644 1 c\nc\0E\n"sv, "a{no:420[refusedc:420[c]}|00!000|0", kTree},
    {"D0755 0 a\nD0755 0 nodir\nC0644 1 c\nc\0E\n"sv, "a{nodir{refusedc:420[c]}|00!000|0", kTree},
    {"C0644 1 a\na\0"sv, "a:420[a]|000|0", kTree},
    // ended early
    {""sv, "|0|0|the remote scp ended before the work was done"},
    {"C0644 3 a"sv, "|0|0|the remote scp ended before the work was done"},
    {"C0644 3 a\nab"sv, "a:420[ab|00|0|the remote scp ended before the work was done"},
    {"C0644 3 a\nabc"sv, "a:420[abc|00|0|the remote scp ended before the work was done"},
    {"T5 0 6 0\n"sv, "|00|0|the remote scp ended before the work was done"},
    {"D0755 0 a\n"sv, "a{|00|0|the remote scp ended before the work was done", kTree},
    {"D0755 0 a\nC0644 1 c\nc\0"sv,
     "a{c:420[c]|0000|0|the remote scp ended before the work was done", kTree},
};

TEST(ScpSink, tells_what_it_took) {
  for (const Row& row : kRows) {
    Download download(row.recursion);
    download.feed(row.bytes);
    download.end();
    EXPECT_EQ(download.story(), row.story) << row.bytes;
  }
}

TEST(ScpSink, cares_not_how_bytes_are_cut) {
  scenario::SeededRandom random(20);
  for (const Row& row : kRows) {
    for (const std::size_t most : {1, 2, 3, 7}) {
      Download download(row.recursion);
      for (std::size_t done = 0; done < row.bytes.size();) {
        const std::size_t size = most == 1 ? 1 : 1 + random.below(most);
        download.feed(row.bytes.substr(done, size));
        done += size;
      }
      download.end();
      EXPECT_EQ(download.story(), row.story) << row.bytes;
    }
  }
}

TEST(ScpSink, refuses_what_breaks_the_rules) {
  const struct {
    std::string_view bytes;
    Errc code;
    Recursion recursion = kFile;
  } rows[] = {
      // names that lead away, or were not asked for
      {"C0644 5 ../x\n"sv, Errc::name_unsafe},
      {"C0644 5 /etc/x\n"sv, Errc::name_unsafe},
      {"C0644 5 a/b\n"sv, Errc::name_unsafe},
      {"C0644 5 ..\n"sv, Errc::name_unsafe},
      {"C0644 5 .\n"sv, Errc::name_unsafe},
      {"C0644 5 \n"sv, Errc::name_unsafe},
      {"C0644 5 a\0\n"sv, Errc::name_unsafe},
      {"C0644 5 .bashrc\n"sv, Errc::name_unsafe},
      {"C0644 5 A\n"sv, Errc::name_unsafe},
      {"C0644 5 a \n"sv, Errc::name_unsafe},
      {"D0777 0 .\n"sv, Errc::name_unsafe, kTree},
      {"D0777 0 ..\n"sv, Errc::name_unsafe, kTree},
      {"D0777 0 \n"sv, Errc::name_unsafe, kTree},
      {"D0777 0 b\n"sv, Errc::name_unsafe, kTree},
      {"D0755 0 a\nC0644 5 ../x\n"sv, Errc::name_unsafe, kTree},
      {"D0755 0 a\nD0755 0 ..\n"sv, Errc::name_unsafe, kTree},
      {"C0644 0 a\n\0C0644 0 b\n"sv, Errc::name_unsafe},
      // records out of place
      {"D0755 0 a\n"sv, Errc::scp_protocol},
      {"E\n"sv, Errc::scp_protocol, kTree},
      {"D0755 0 a\nE\nE\n"sv, Errc::scp_protocol, kTree},
      {"D0755 0 a\nT1 0 2 0\nE\n"sv, Errc::scp_protocol, kTree},
      {"T1 0 2 0\nT1 0 2 0\n"sv, Errc::scp_protocol},
      {"C0644 0 a\n\0C0644 0 a\n"sv, Errc::scp_protocol},
      {"D0755 0 a\nE\nD0755 0 a\n"sv, Errc::scp_protocol, kTree},
      {"\0"sv, Errc::scp_protocol},
      // more bytes than were announced
      {"C0644 3 a\nabcd\0"sv, Errc::scp_protocol},
      {"C0644 3 a\nabcC0644 3 a\n"sv, Errc::scp_protocol},
      // no records
      {"C0644 -5 a\n"sv, Errc::scp_protocol},
      {"C9999 5 a\n"sv, Errc::scp_protocol},
      {"T99999999999999999999 0 1 0\n"sv, Errc::scp_protocol},
      {"welcome\n"sv, Errc::scp_protocol},
      // the remote gives up
      {"\2no\n"sv, Errc::scp_refused},
      {"C0644 3 a\nabc\2disk on fire\n"sv, Errc::scp_refused},
  };
  for (const auto& row : rows) {
    for (const bool is_whole : {true, false}) {
      Download download(row.recursion);
      if (is_whole) {
        download.feed(row.bytes);
      } else {
        for (std::size_t i = 0; i < row.bytes.size(); ++i) download.feed(row.bytes.substr(i, 1));
      }
      ASSERT_TRUE(download.error()) << row.bytes;
      EXPECT_EQ(download.error()->code, row.code) << row.bytes;
    }
  }
}

TEST(ScpSink, takes_the_names_that_were_asked_for) {
  for (const auto* name : {".", "..", ""}) {
    Download download(kTree, name);
    download.feed("D0755 0 " + std::string(name) + "\nC0644 1 b\nb" + std::string(1, '\0') + "E\n");
    download.end();
    EXPECT_EQ(download.story(), std::string(name) + "{b:420[b]}|00000|0");
  }
}

TEST(ScpSink, shows_what_the_server_said) {
  Download download(kFile);
  download.feed("\1first \x1b[31m\n\1second\n\2the end\n");
  EXPECT_EQ(download.sink().complaints().texts(),
            (std::vector<std::string>{"first \\x1b[31m", "second"}));
  EXPECT_EQ(download.sink().last_words(), "the end");
  Download greeted(kFile);
  greeted.feed("Welcome!\n");
  EXPECT_EQ(greeted.sink().last_words(), "Welcome!");
}

TEST(ScpSink, keeps_few_of_many_complaints) {
  Download download(kFile);
  for (int i = 0; i < 10'000; ++i) download.feed("\1again\n");
  EXPECT_EQ(download.sink().complaints().count(), 10'000u);
  EXPECT_EQ(download.sink().complaints().texts().size(), limits::kScpComplaints);
}

TEST(ScpSink, bounds_depth_and_number) {
  Download deep(kTree);
  for (unsigned i = 0; i < limits::kTreeDepth; ++i) deep.feed("D0755 0 a\n");
  EXPECT_FALSE(deep.error());
  deep.feed("D0755 0 a\n");
  EXPECT_EQ(deep.error()->code, Errc::limit_passed);
  Download long_one(kFile);
  for (std::size_t i = 0; !long_one.error(); ++i) {
    ASSERT_LE(i, 3 * limits::kTreeEntries);
    long_one.feed("\1\n");
  }
  EXPECT_EQ(long_one.error()->code, Errc::limit_passed);
}

}  // namespace
}  // namespace hawser::scp
