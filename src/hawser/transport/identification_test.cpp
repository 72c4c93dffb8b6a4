#include "hawser/transport/identification.h"

#include <gtest/gtest.h>

#include "hawser/base/limits.h"

#include "scenario/printing.h"

namespace hawser::transport {
namespace {

constexpr std::size_t kWaits = SIZE_MAX;

// How a stream reads, and how it reads byte by byte; both must agree.
struct Outcome {
  Errc code{};
  std::optional<std::string> line;
  bool operator==(const Outcome&) const = default;
};

void PrintTo(const Outcome& outcome, std::ostream* out) {
  *out << describe(outcome.code) << ", " << outcome.line.value_or("no line");
}

Outcome scan_in_pieces(std::string_view stream, std::size_t piece) {
  IdentificationReader reader;
  std::size_t consumed = 0;
  for (std::size_t come = 0; come < stream.size();) {
    come = std::min(stream.size(), come + std::min(piece, stream.size()));
    const auto progress = reader.scan(as_bytes(stream.substr(consumed, come - consumed)));
    if (!progress) return {progress.error().code, std::nullopt};
    consumed += progress->consumed;
    if (progress->line) return {Errc{}, progress->line};
  }
  return {};
}

Outcome scan(std::string_view stream) {
  const Outcome whole = scan_in_pieces(stream, kWaits);
  EXPECT_EQ(scan_in_pieces(stream, 1), whole);
  EXPECT_EQ(scan_in_pieces(stream, 7), whole);
  return whole;
}

Outcome line(std::string text) {
  return {Errc{}, std::move(text)};
}
Outcome error(Errc code) {
  return {code, std::nullopt};
}
const Outcome waiting;

TEST(Identification, versions) {
  EXPECT_EQ(scan("SSH-2.0-x\r\n"), line("SSH-2.0-x"));
  EXPECT_EQ(scan("SSH-1.99-x\r\n"), line("SSH-1.99-x"));
  EXPECT_EQ(scan("SSH-1.5-x\r\n"), error(Errc::bad_version));
  EXPECT_EQ(scan("SSH-2.0x-y\r\n"), error(Errc::bad_version));
  EXPECT_EQ(scan("SSH-3.0-x\r\n"), error(Errc::bad_version));
  EXPECT_EQ(scan("SSH-2.0\r\n"), error(Errc::bad_version));
  EXPECT_EQ(scan("SSH-\r\n"), error(Errc::bad_version));
  EXPECT_EQ(scan("ssh-2.0-x\r\n"), waiting);  // a line before the identification
}

TEST(Identification, exact_bytes_are_kept) {
  EXPECT_EQ(scan("SSH-2.0-x y  z \n"), line("SSH-2.0-x y  z "));
  EXPECT_EQ(scan("SSH-2.0-x\t\x1b\x80\xff\r\n"), line("SSH-2.0-x\t\x1b\x80\xff"));
  EXPECT_EQ(scan("SSH-2.0-x\rSSH-2.0-y\r\n"), error(Errc::not_ssh));
  EXPECT_EQ(scan(std::string_view("SSH-2.0-\0x\r\n", 12)), error(Errc::not_ssh));
}

TEST(Identification, length_of_the_line) {
  const std::string longest = "SSH-2.0-" + std::string(limits::kIdentificationLine - 10, 'x');
  EXPECT_EQ(scan(longest + "\r\n"), line(longest));
  EXPECT_EQ(scan(longest + "xx\n"), error(Errc::identification_too_long));
  EXPECT_EQ(scan(longest + "x\r\n"), error(Errc::identification_too_long));
  EXPECT_EQ(scan("SSH-2.0-" + std::string(10'000, 'x')), error(Errc::identification_too_long));
}

TEST(Identification, lines_before_it) {
  EXPECT_EQ(scan("hello\r\n\n SSH-2.0-no\r\nSSH-2.0-yes\r\n"), line("SSH-2.0-yes"));
  std::string lines;
  for (std::size_t i = 0; i < limits::kPreBannerLines; ++i) lines += "x\n";
  EXPECT_EQ(scan(lines + "SSH-2.0-x\r\n"), line("SSH-2.0-x"));
  EXPECT_EQ(scan("x\n" + lines), error(Errc::too_many_banner_lines));
}

TEST(Identification, bytes_before_it) {
  EXPECT_EQ(scan(std::string(10 << 10, 'A')), error(Errc::identification_too_long));
  EXPECT_EQ(scan(std::string(limits::kPreBannerLine, 'A')), waiting);
  std::string lines;
  while (lines.size() < limits::kPreBannerBytes) lines += std::string(1023, 'A') + "\n";
  EXPECT_EQ(scan(lines + "SSH-2.0-x\r\n"), line("SSH-2.0-x"));
  EXPECT_EQ(scan(lines + "\nSSH-2.0-x\r\n"), error(Errc::too_many_banner_lines));
}

// The first thing wrong decides, however the bytes come.
TEST(Identification, nul_and_length_in_one_line) {
  const std::string nul(1, '\0');
  EXPECT_EQ(scan("SSH-2.0-" + std::string(100, 'x') + nul + std::string(200, 'x')),
            error(Errc::not_ssh));
  EXPECT_EQ(scan("SSH-2.0-" + std::string(300, 'x') + nul + "\r\n"),
            error(Errc::identification_too_long));
  EXPECT_EQ(scan(nul), error(Errc::not_ssh));
}

TEST(Identification, stops_behind_its_line) {
  IdentificationReader reader;
  const auto progress = reader.scan(as_bytes("SSH-2.0-x\r\nrest"));
  ASSERT_TRUE(progress);
  EXPECT_EQ(progress->consumed, 11u);
}

TEST(Identification, tells_silence_from_text) {
  IdentificationReader reader;
  EXPECT_TRUE(reader.scan({}));
  EXPECT_FALSE(reader.saw_text());
  EXPECT_TRUE(reader.scan(as_bytes("H")));
  EXPECT_TRUE(reader.saw_text());
}

}  // namespace
}  // namespace hawser::transport
