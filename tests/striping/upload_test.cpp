// Uploads over a long path to servers in memory: how many channels they use, and what they make of
// servers that refuse channels, lie about files or break.
#include "hawser/operations/upload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hawser/operations/open_sftp.h"

#include "scenario/printing.h"
#include "striping/far_link.h"
#include "striping/sftp_host.h"

namespace hawser::striping {
namespace {

namespace local = operations::local;
using operations::CopyOptions;
using operations::FileUpload;
using operations::LocalAnswer;
using operations::LocalRequest;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint32_t kWindow = 256 * 1024;
constexpr std::size_t kSize = 10'345'678;
constexpr Duration kFar = std::chrono::milliseconds(50);

// An upload of one file, from the login to the end.
class FarUpload {
 public:
  struct Options {
    std::function<void(scenario::ServerOptions&)> server = [](auto&) {};
    std::function<void(Host&)> host = [](auto&) {};
    Duration round_trip = kFar;
    std::size_t size = kSize;
    bool resumes = false;
    bool is_stream = false;  // its size is not known
  };

  explicit FarUpload(const Options& options)
      : options_(options),
        content_(options.size),
        scene_(scene_options()),
        far_(scene_, options.round_trip) {
    options.host(*host);
    // Cheap, and no two blocks alike.
    for (std::size_t i = 0; i < content_.size(); ++i) {
      content_[i] = static_cast<std::uint8_t>(i ^ i >> 8 ^ i >> 16);
    }
  }

  Status run(unsigned most = 100'000) {
    if (!scene_.handshake() || !scene_.login()) return fail(Errc::wrong_state, "test");
    operations::OpenSftp open;
    HAWSER_TRY(far_.run(open, {}));
    const unsigned before = far_.rounds();
    CopyOptions copying;
    if (options_.resumes) copying.start = CopyOptions::Start::resumed;
    operations::Upload upload(open.link(), {"local", "remote", copying, "letters"});
    const Status status =
        far_.run(upload, [this](const LocalRequest& request) { return answer(request); }, most);
    refusal = upload.refusal().text;
    rounds = far_.rounds() - before;
    // What was left to be sent goes with whatever comes next.
    const Bytes path = to_bytes(as_bytes("."));
    operations::SftpRequest next(open.link(), sftp::message::Stat{0, wire::Blob(path)},
                                 sftp::Expected::attributes);
    (void)far_.run(next, {});
    far_.settle();
    open_channels = far_.inbox().channels();
    if (scene_.server.complaint()) return std::unexpected(*scene_.server.complaint());
    if (scene_.failure()) return std::unexpected(*scene_.failure());
    return status;
  }

  [[nodiscard]] const Bytes& content() const { return content_; }
  [[nodiscard]] std::set<std::string> names() const {
    std::set<std::string> names;
    for (const auto& [name, content] : host->files) names.insert(name);
    return names;
  }
  // That wrote something.
  [[nodiscard]] std::size_t servers() const { return host->written.size(); }
  scenario::ServerConnection& server() { return scene_.server.connection(); }
  FarLink& far() { return far_; }

  std::shared_ptr<Host> host = std::make_shared<Host>();
  std::string refusal;
  unsigned rounds = 0;
  std::size_t open_channels = 0;

 private:
  scenario::SceneOptions scene_options() {
    scenario::SceneOptions options;
    options.server.window = kWindow;
    options.server.commands["subsystem:sftp"].answers = SftpPeer(host);
    options_.server(options.server);
    return options;
  }

  Result<LocalAnswer> answer(const LocalRequest& request) {
    LocalAnswer answer;
    if (std::holds_alternative<local::OpenSource>(request)) {
      const std::uint64_t size = options_.is_stream ? 0 : content_.size();
      answer.facts = {operations::LocalType::regular, size, 0644, {}, 0, 0};
    } else if (const auto* piece = std::get_if<local::ReadPiece>(&request)) {
      const auto begin = static_cast<std::size_t>(piece->offset);
      answer.size = std::min(content_.size() - begin, piece->to.size());
      copy(ByteView(content_).subspan(begin, static_cast<std::size_t>(answer.size)), piece->to);
    }
    return answer;
  }

  Options options_;
  Bytes content_;
  scenario::Scene scene_;
  FarLink far_;
};

void expect_whole(FarUpload& upload) {
  EXPECT_TRUE(upload.host->files["remote"] == upload.content());
  EXPECT_THAT(upload.names(), ElementsAre("remote"));
  EXPECT_THAT(upload.host->open, IsEmpty());
  EXPECT_EQ(upload.open_channels, 1U);
}

TEST(StripedUpload, goes_over_several_channels_where_the_window_holds_it_back) {
  FarUpload upload({.size = 2 * kSize});
  ASSERT_TRUE(upload.run());
  expect_whole(upload);
  EXPECT_EQ(upload.servers(), 8U);
  EXPECT_LT(upload.rounds, 2 * kSize / kWindow / 3);
}

TEST(StripedUpload, takes_sources_of_unknown_size) {
  FarUpload upload({.size = 2 * kSize, .is_stream = true});
  ASSERT_TRUE(upload.run());
  expect_whole(upload);
  EXPECT_EQ(upload.servers(), 8U);
}

TEST(StripedUpload, stays_on_one_channel_where_nothing_is_to_be_gained) {
  const struct {
    const char* name;
    FarUpload::Options options;
  } cases[] = {
      {"a short path", {.round_trip = std::chrono::milliseconds(1)}},
      {"a small file", {.size = 3'000'000}},
      {"a large window", {.server = [](auto& server) { server.window = 64 << 20; }}},
      {"the target itself", {.host = [](Host& host) { host.has_posix_rename = false; }}},
  };
  for (const auto& row : cases) {
    SCOPED_TRACE(row.name);
    FarUpload upload(row.options);
    ASSERT_TRUE(upload.run());
    expect_whole(upload);
    EXPECT_EQ(upload.host->servers, 1U);
  }
}

TEST(StripedUpload, makes_do_with_what_the_server_gives) {
  const struct {
    const char* name;
    std::size_t servers;
    FarUpload::Options options;
  } cases[] = {
      {"one session", 1, {.server = [](auto& server) { server.most_channels = 1; }}},
      {"two sessions", 2, {.server = [](auto& server) { server.most_channels = 2; }}},
      {"one subsystem",
       1,
       {.server = [](auto& server) { server.commands["subsystem:sftp"].most = 1; }}},
      {"one writer", 1, {.host = [](Host& host) { host.writers_most = 1; }}},
      {"two writers", 2, {.host = [](Host& host) { host.writers_most = 2; }}},
      {"writers of their own", 1, {.host = [](Host& host) { host.gives_each_its_own = true; }}},
      {"writers that fail", 1, {.host = [](Host& host) { host.refuses_writes_from = 1; }}},
      {"some writers that fail", 3, {.host = [](Host& host) { host.refuses_writes_from = 3; }}},
      {"another order", 4, {.host = [](Host& host) { host.is_shuffled = true; }}},
  };
  for (const auto& row : cases) {
    SCOPED_TRACE(row.name);
    FarUpload upload(row.options);
    const Status status = upload.run();
    ASSERT_TRUE(status) << describe(status.error().code) << " " << status.error().where;
    expect_whole(upload);
    EXPECT_EQ(upload.servers(), row.servers);
  }
}

TEST(StripedUpload, is_right_whatever_the_limits_are_said_to_be) {
  for (const std::uint64_t limit : {std::uint64_t{1}, std::uint64_t{32'768}, UINT64_MAX}) {
    SCOPED_TRACE(limit);
    const hawser::testing::Packet say =
        hawser::testing::Packet(0).u64(limit).u64(limit).u64(limit).u64(1);
    FarUpload upload({.host = [&](Host& host) {
      host.limits = std::string(as_text(ByteView(say.framed()).subspan(5)));
    }});
    ASSERT_TRUE(upload.run());
    expect_whole(upload);
  }
}

TEST(StripedUpload, is_right_with_a_window_of_one_byte) {
  FarUpload upload({.server = [](auto& server) { server.window = 1; }, .size = 3000});
  ASSERT_TRUE(upload.run());
  expect_whole(upload);
}

// Whichever of the channels it is, and whenever it breaks; but for the first.
TEST(StripedUpload, survives_channels_that_break) {
  for (const std::size_t killed : {std::size_t{1}, std::size_t{3}}) {
    for (const unsigned round : {5U, 6U, 7U, 8U, 9U, 11U}) {
      SCOPED_TRACE(std::to_string(killed) + " in round " + std::to_string(round));
      FarUpload upload({});
      unsigned seen = 0;
      upload.far().on_round = [&] {
        auto& channels = upload.server().channels();
        if (++seen < round || channels.size() <= killed) return;
        std::next(channels.begin(), static_cast<std::ptrdiff_t>(killed))->second.is_killed = true;
        upload.far().on_round = [] {};
      };
      ASSERT_TRUE(upload.run());
      EXPECT_TRUE(upload.host->files["remote"] == upload.content());
      EXPECT_EQ(upload.open_channels, 1U);
    }
  }
}

TEST(StripedUpload, fails_with_the_first_channel_and_leaves_the_old_file) {
  FarUpload upload({});
  upload.host->files["remote"] = to_bytes(as_bytes("old"));
  unsigned seen = 0;
  upload.far().on_round = [&] {
    if (++seen == 12) upload.server().channels().begin()->second.is_killed = true;
  };
  const Status status = upload.run();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::sftp_ended);
  EXPECT_EQ(upload.host->files["remote"], to_bytes(as_bytes("old")));
}

TEST(StripedUpload, tells_what_a_close_says) {
  FarUpload upload({.host = [](Host& host) { host.refuses_closes_from = 1; }});
  upload.host->files["remote"] = to_bytes(as_bytes("old"));
  const Status status = upload.run();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::sftp_status);
  EXPECT_THAT(upload.refusal, ::testing::HasSubstr("not today"));
  EXPECT_EQ(upload.host->files["remote"], to_bytes(as_bytes("old")));
  EXPECT_THAT(upload.names(), ElementsAre("remote"));
}

TEST(StripedUpload, leaves_nothing_wherever_it_ends) {
  bool is_done = false;
  for (unsigned most = 1; !is_done; ++most) {
    SCOPED_TRACE(most);
    FarUpload upload({});
    upload.host->files["remote"] = to_bytes(as_bytes("old"));
    is_done = upload.run(most).has_value();
    EXPECT_THAT(upload.names(), ElementsAre("remote"));
    EXPECT_EQ(upload.open_channels, 1U);
    EXPECT_TRUE(is_done || upload.host->files["remote"].size() == 3 ||
                upload.host->files["remote"] == upload.content());
    ASSERT_LT(most, 100U);
  }
}

// What a killed upload leaves has gaps only near its end, and the next goes on before them.
TEST(StripedUpload, can_be_resumed_in_spite_of_gaps) {
  constexpr std::size_t kLarge = 40 << 20;
  constexpr std::size_t kSpread = limits::kUploadSpread;
  FarUpload first(
      {.host = [](Host& host) { host.loses_writes_from = 3; }, .size = kLarge, .resumes = true});
  const Status status = first.run(100);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::timed_out);
  const std::string name = ".remote." + std::to_string(kLarge) + "-0.part";
  ASSERT_THAT(first.names(), ElementsAre(name));
  const Bytes part = first.host->files[name];
  const auto gap = std::mismatch(part.begin(), part.end(), first.content().begin());
  const auto whole = static_cast<std::size_t>(gap.first - part.begin());
  EXPECT_LT(whole, part.size());
  EXPECT_GE(whole + kSpread, part.size());
  EXPECT_GT(part.size(), kSpread);

  FarUpload second(
      {.host = [&](Host& host) { host.files[name] = part; }, .size = kLarge, .resumes = true});
  ASSERT_TRUE(second.run());
  expect_whole(second);
  std::size_t sent = 0;
  for (const auto& [server, bytes] : second.host->written) sent += bytes;
  EXPECT_EQ(sent, kLarge - (part.size() - kSpread));
}

}  // namespace
}  // namespace hawser::striping
