// The connection ends after every byte of four sessions, of the server's and of the client's, and
// the bytes come whole, one by one or in random pieces: there is one error, and what happened
// before it is what happens in a session that goes through, as far as that came. Data that was cut
// never passes for whole. A hundred thousand sessions take their time, so these have the null
// engine; faults_test.cpp does the same to one with real ciphers.
#include <gtest/gtest.h>

#include "scenario/printing.h"
#include "scenario/scene.h"
#include "support/null_engine.h"

namespace hawser::scenario {
namespace {

struct Row {
  const char* name;
  void (*prepare)(SceneOptions&);
  void (*play)(Scene&);
  std::size_t offsets_to_client;  // at least
  std::size_t offsets_to_server;
};

void play_command(Scene& scene) {
  (void)scene.start("command");
}

// Output through a small window, and errors beside it.
void prepare_download(SceneOptions& options) {
  options.server.auth.banners = {"one\n", "two\n"};
  options.server.commands["command"].output = pattern(26'000);
  options.server.commands["command"].errors = pattern(1000);
  options.connection.window = options.connection.window_most = 4000;
}

void prepare_echo(SceneOptions& options) {
  options.server.commands["command"].echoes = true;
  options.rules.writes_at_most = 700;
  options.server.window = 4000;
}

void play_echo(Scene& scene) {
  const auto channel = scene.start("command");
  if (!channel) return;
  scene.client.write_all(*channel, pattern(12'000));
  scene.run();
}

// Both sides want new keys all the time.
void prepare_rekeys(SceneOptions& options) {
  prepare_echo(options);
  options.rekey.packets = 1;
  options.server.rekeys_every_packets = 1;
}

void play_rekeys(Scene& scene) {
  const auto channel = scene.start("command");
  if (!channel) return;
  scene.client.write_all(*channel, pattern(6000));
  scene.run();
}

// A login that is refused first, then four channels at once.
void prepare_channels(SceneOptions& options) {
  prepare_echo(options);
  options.server.commands["fails"].status.reset();
  options.server.commands["fails"].signal = "TERM";
  options.server.commands["fails"].errors = pattern(3000);
}

void play_channels(Scene& scene) {
  if (!scene.handshake()) return;
  (void)scene.login(password("wrong"));
  if (!scene.login()) return;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto channel = scene.open_session();
    if (!channel) return;
    const bool is_echo = i % 2 == 0;
    if (!scene.exec(*channel, is_echo ? "command" : "fails")) return;
    if (is_echo) scene.client.write_all(*channel, pattern(3500));
  }
  scene.run();
}

constexpr Row kRows[] = {
    {"download", prepare_download, play_command, 28'000, 1000},
    {"echo", prepare_echo, play_echo, 13'000, 13'000},
    {"rekeys", prepare_rekeys, play_rekeys, 15'000, 15'000},
    {"channels", prepare_channels, play_channels, 14'000, 8000},
};
constexpr std::size_t all_offsets() {
  std::size_t sum = 0;
  for (const Row& row : kRows) sum += row.offsets_to_client + row.offsets_to_server;
  return sum;
}
static_assert(all_offsets() >= 100'000);

SceneOptions options_of(const Row& row, Cutting cutting) {
  SceneOptions options;
  options.make_engine = test::null_engine;
  transport::Proposal& proposal = options.server.proposal;
  proposal.kex = {"curve25519-sha256"};
  proposal.host_key = {"ssh-ed25519"};
  options.cutting = cutting;
  row.prepare(options);
  return options;
}

struct Played {
  Scene scene;
  Played(const Row& row, const SceneOptions& options) : scene(options) {
    row.play(scene);
    scene.link.end();
  }
  [[nodiscard]] const std::vector<std::string>& events() { return scene.client.events(); }
};

// Whether a line of data ("stdout 0 123") is the other, or the beginning of it.
bool is_beginning(const std::string& line, const std::string& whole) {
  if (line == whole) return true;
  const auto blank = line.rfind(' ');
  if (!line.starts_with("std") || whole.substr(0, blank) != line.substr(0, blank)) return false;
  return std::stoul(line.substr(blank)) < std::stoul(whole.substr(blank));
}

// All happened in the whole session too, in the same order; then came one error.
void expect_prefix(const std::vector<std::string>& events, const std::vector<std::string>& whole) {
  ASSERT_FALSE(events.empty());
  ASSERT_LE(events.size(), whole.size());
  ASSERT_TRUE(events.back().starts_with("error "));
  for (std::size_t i = 0; i + 1 < events.size(); ++i) {
    const bool is_last = i + 2 == events.size();
    ASSERT_TRUE(is_last ? is_beginning(events[i], whole[i]) : events[i] == whole[i])
        << i << ": " << events[i] << " instead of " << whole[i];
  }
}

enum class Side { server, client };
class Ends : public testing::TestWithParam<std::tuple<Row, Side>> {};

// Mostly whole: byte by byte costs a hundred times as much.
Cutting cutting_of(std::size_t offset) {
  if (offset % 64 == 5) return {Cutting::Kind::bytes, 0};
  if (offset % 16 == 3) return {Cutting::Kind::random, offset % 5};
  return {};
}

TEST_P(Ends, after_every_byte) {
  const auto [row, side] = GetParam();
  std::map<std::pair<Cutting::Kind, std::uint64_t>, std::vector<std::string>> undisturbed;
  std::size_t total = SIZE_MAX;
  const auto whole_of = [&](const Cutting& cutting) -> const std::vector<std::string>& {
    auto& events = undisturbed[{cutting.kind, cutting.seed}];
    if (!events.empty()) return events;
    Played played(row, options_of(row, cutting));
    EXPECT_FALSE(played.scene.server.complaint());
    EXPECT_TRUE(played.scene.client.saw("closed 0"));
    total = std::min(total, side == Side::server ? played.scene.link.bytes_to_client()
                                                 : played.scene.link.bytes_to_server());
    events = played.events();
    return events;
  };
  (void)whole_of({});
  ASSERT_GE(total, side == Side::server ? row.offsets_to_client : row.offsets_to_server);
  const std::size_t identification = ServerOptions{}.identification.size() + 2;
  for (std::size_t offset = 0; offset < total; ++offset) {
    SCOPED_TRACE(offset);
    const Cutting cutting = cutting_of(offset);
    const auto& whole = whole_of(cutting);
    SceneOptions options = options_of(row, cutting);
    (side == Side::server ? options.faults.ends_after : options.faults.ends_after_sent) = offset;
    Played cut(row, options);
    const bool is_before_ssh = side == Side::server && offset > 0 && offset < identification;
    ASSERT_EQ(cut.scene.failure_code(), is_before_ssh ? Errc::not_ssh : Errc::connection_lost);
    ASSERT_NO_FATAL_FAILURE(expect_prefix(cut.events(), whole));
    ASSERT_FALSE(cut.scene.server.complaint());
  }
}

INSTANTIATE_TEST_SUITE_P(Faults, Ends,
                         testing::Combine(testing::ValuesIn(kRows),
                                          testing::Values(Side::server, Side::client)),
                         [](const auto& row) {
                           return std::string(std::get<0>(row.param).name) +
                                  (std::get<1>(row.param) == Side::server ? "_to_client"
                                                                          : "_to_server");
                         });

}  // namespace
}  // namespace hawser::scenario
