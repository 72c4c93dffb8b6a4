#include "hawser/operations/remote_reader.h"

#include <gtest/gtest.h>

#include "support/sftp_server.h"

namespace hawser::operations {
namespace {

using hawser::testing::OneFileServer;
using hawser::testing::pattern;
using Progress = RemoteReader::Progress;

struct Scene {
  explicit Scene(std::size_t size, unsigned seed = 1, ReadAhead ahead = ReadAhead::as_it_goes)
      : server(seed),
        link(std::make_shared<SftpLink>(std::make_shared<ChannelBox>(connection::ChannelId(0)))),
        reader(link, Bytes{'h'}, ahead) {
    server.content = pattern(size);
    server.serve(link->engine());  // the versions
    server.seen.clear();
  }
  ~Scene() { reader.reset(); }

  // Reads as an operation does: steps until there is no more to ask for, then the server answers.
  Result<Bytes> read(std::uint64_t at, std::size_t size) {
    Bytes to(size);
    reader.begin(at, to);
    for (int i = 0; i < 100'000; ++i) {
      const auto progress = HAWSER_TRY(reader.advance());
      if (progress != Progress::wanting) {
        EXPECT_TRUE(progress == Progress::at_end || reader.done() == size);
        to.resize(reader.done());
        return to;
      }
      EXPECT_TRUE(server.serve(link->engine()) || link->engine().in_flight() == 0);
    }
    return fail(Errc::internal, "the read does not end");
  }
  // All from there on, as a stream.
  Result<Bytes> stream(std::uint64_t at) {
    Bytes all;
    reader.stream(at);
    for (int i = 0; i < 1'000'000; ++i) {
      const auto progress = HAWSER_TRY(reader.advance_stream());
      if (progress == Progress::at_end) return all;
      if (progress == Progress::full) {
        append(all, reader.front());
        reader.drop_front();
      } else {
        EXPECT_TRUE(server.serve(link->engine()));
      }
    }
    return fail(Errc::internal, "the stream does not end");
  }
  Bytes expected(std::uint64_t at, std::size_t size) const {
    if (at >= server.content.size()) return {};
    const std::size_t begin = static_cast<std::size_t>(at);
    return to_bytes(
        ByteView(server.content).subspan(begin, std::min(size, server.content.size() - begin)));
  }

  OneFileServer server;
  std::shared_ptr<SftpLink> link;
  RemoteReader reader;
};

TEST(RemoteReader, ReadsWhatIsThereAtEverySize) {
  constexpr std::size_t kSize = 300'000;
  for (const std::size_t size :
       {1UL, 100UL, 4096UL, 32767UL, 32768UL, 32769UL, 100'000UL, 261'119UL, 261'120UL, 261'121UL,
        299'999UL, 300'000UL, 300'001UL, 1'000'000UL}) {
    Scene scene(kSize);
    std::uint64_t at = 0;
    for (int i = 0; i < 50; ++i) {
      const auto got = scene.read(at, size);
      ASSERT_TRUE(got);
      ASSERT_EQ(*got, scene.expected(at, size)) << size << " at " << at;
      at += got->size();
      if (got->size() < size) break;
    }
  }
}

TEST(RemoteReader, TakesShortReadsAndAnyOrder) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed);
    Scene scene(random() % 500'000, seed);
    scene.server.most = 1 + random() % 50'000;
    std::uint64_t at = 0;
    for (int i = 0; i < 20; ++i) {
      if (random() % 4 == 0) at = random() % 600'000;
      const std::size_t size = random() % (random() % 3 == 0 ? 200'000 : 5'000);
      const auto got = scene.read(at, size);
      ASSERT_TRUE(got);
      ASSERT_EQ(*got, scene.expected(at, size)) << "seed " << seed << ", " << size << " at " << at;
      at += got->size();
    }
  }
}

TEST(RemoteReader, ReadsAheadOnlyInOrder) {
  Scene scene(4 << 20);
  ASSERT_TRUE(scene.read(0, 64 * 1024));
  EXPECT_LE(scene.server.seen.size(), 3U);  // nothing shows yet that it goes on
  ASSERT_TRUE(scene.read(64 * 1024, 64 * 1024));
  ASSERT_TRUE(scene.read(128 * 1024, 64 * 1024));
  const auto so_far = scene.server.seen.size();
  EXPECT_GT(so_far, 5U);
  ASSERT_TRUE(scene.read(2 << 20, 64 * 1024));  // a jump
  EXPECT_LE(scene.server.seen.size() - so_far, 3U);
}

// What is asked for ahead of sequential reads of 1 MiB at its most, with that much window.
std::uint64_t most_ahead(std::uint32_t window) {
  constexpr std::uint64_t kSize = 1 << 20;
  Scene scene(64 << 20);
  scene.link->set_receive_window(window);
  std::uint64_t most = 0;
  for (std::uint64_t at = 0; at < 32 * kSize; at += kSize) {
    EXPECT_TRUE(scene.read(at, kSize));
    for (const auto& request : scene.server.seen) {
      const std::uint64_t end = request.offset + request.size;
      if (end > at + kSize) most = std::max(most, end - (at + kSize));
    }
  }
  return most;
}

TEST(RemoteReader, ReadsAheadWhatTheWindowLetsThrough) {
  EXPECT_LE(most_ahead(2 << 20), 8U << 20);
  EXPECT_GE(most_ahead(16 << 20), 12U << 20);
  EXPECT_LE(most_ahead(64 << 20), limits::kSftpReadAheadMost);
}

// How many requests a read of all of a small file takes, over a path of that length.
std::size_t requests_for_all(Duration round_trip) {
  Scene scene(1024);
  scene.link->set_clock(Instant{}, round_trip);
  EXPECT_EQ(*scene.read(0, 1024), scene.expected(0, 1024));
  EXPECT_TRUE(scene.server.serve(scene.link->engine()) || scene.server.seen.size() == 1);
  const std::size_t requests = scene.server.seen.size();
  EXPECT_TRUE(scene.read(1024, 1024)->empty());  // whichever it was, the end is found
  return requests;
}

TEST(RemoteReader, FindsTheEndAheadOnlyWhereThatSavesARoundTrip) {
  EXPECT_EQ(requests_for_all(std::chrono::microseconds(100)), 1U);
  EXPECT_EQ(requests_for_all(std::chrono::milliseconds(50)), 2U);
}

TEST(RemoteReader, AsksForLittleWhereNothingShowsThatItGoesOn) {
  Scene scene(4 << 20);
  for (const std::uint64_t at : {3u << 20, 1u << 20, 2u << 20}) ASSERT_TRUE(scene.read(at, 100));
  for (const auto& request : scene.server.seen) EXPECT_LE(request.size, 32U * 1024);
}

TEST(RemoteReader, ReadsNothingAheadIfToldSo) {
  Scene scene(1 << 20, 1, ReadAhead::none);
  for (std::uint64_t at = 0; at < 10'000; at += 1000) ASSERT_TRUE(scene.read(at, 1000));
  for (const auto& request : scene.server.seen) EXPECT_EQ(request.size, 1000U);
}

TEST(RemoteReader, AsksLittleBeyondTheEndThatItWasTold) {
  Scene scene(100'000);
  scene.reader.hint_size(100'000);
  ASSERT_EQ(scene.read(0, 1 << 20)->size(), 100'000U);
  unsigned beyond = 0;
  for (const auto& request : scene.server.seen) beyond += request.offset >= 100'000 ? 1 : 0;
  EXPECT_LE(beyond, 1U);
}

TEST(RemoteReader, GivesWhatCameBeforeARefusalThenTheRefusal) {
  Scene scene(1 << 20);
  scene.server.refuses_at = 100'000;
  Bytes to(200'000);
  scene.reader.begin(0, to);
  Result<Progress> progress = Progress::wanting;
  for (int i = 0; i < 100 && progress && *progress == Progress::wanting; ++i) {
    progress = scene.reader.advance();
    scene.server.serve(scene.link->engine());
  }
  ASSERT_FALSE(progress);
  EXPECT_EQ(progress.error().code, Errc::sftp_status);
  EXPECT_EQ(scene.reader.refusal().text, "disk on fire");
  EXPECT_LE(scene.reader.done(), 131'072U);
  EXPECT_TRUE(
      equal(ByteView(to).first(scene.reader.done()), scene.expected(0, scene.reader.done())));
}

TEST(RemoteReader, GivesUpOnAServerThatGivesNothing) {
  Scene scene(1000);
  scene.server.most = 0;
  const auto got = scene.read(0, 100);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::sftp_protocol);
}

TEST(RemoteReader, CanBeReleasedInTheMiddle) {
  for (unsigned rounds = 0; rounds < 6; ++rounds) {
    Scene scene(1 << 20);
    {
      auto to = std::make_unique<Bytes>(400'000);
      scene.reader.begin(0, *to);
      for (unsigned i = 0; i < rounds; ++i) {
        ASSERT_TRUE(scene.reader.advance());
        scene.server.serve(scene.link->engine());
      }
      ASSERT_TRUE(scene.reader.advance());
      scene.reader.release();
    }
    scene.server.serve(scene.link->engine());  // into memory that is gone, were it still bound
    EXPECT_EQ(*scene.read(0, 300'000), scene.expected(0, 300'000));
  }
}

TEST(RemoteReader, StreamsEverySize) {
  for (const std::size_t size : {0UL, 1UL, 32768UL, 32769UL, 261'120UL, 261'121UL, 20'000'000UL}) {
    for (const std::size_t hint : {0UL, size / 2, size, size + 1, 2 * size}) {
      Scene scene(size);
      scene.reader.hint_size(hint);
      const auto got = scene.stream(0);
      ASSERT_TRUE(got) << size << " hint " << hint;
      ASSERT_TRUE(*got == scene.server.content) << size << " hint " << hint;
    }
    Scene scene(size);
    ASSERT_TRUE(*scene.stream(0) == scene.server.content);
    ASSERT_TRUE(*scene.stream(size / 2) == scene.expected(size / 2, size));
    ASSERT_TRUE(scene.stream(size + 1)->empty());
  }
}

TEST(RemoteReader, StreamsShortReadsInAnyOrder) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed);
    Scene scene(random() % 500'000, seed);
    scene.server.most = 1 + random() % 50'000;
    if (random() % 2 == 0) scene.reader.hint_size(random() % 600'000);
    const auto got = scene.stream(0);
    ASSERT_TRUE(got) << "seed " << seed;
    ASSERT_TRUE(*got == scene.server.content) << "seed " << seed;
  }
}

TEST(RemoteReader, StreamsASmallFileInOneRoundTrip) {
  Scene scene(100);
  scene.reader.hint_size(100);
  scene.reader.stream(0);
  ASSERT_EQ(*scene.reader.advance_stream(), Progress::wanting);
  scene.server.serve(scene.link->engine());
  EXPECT_EQ(scene.server.seen.size(), 2U);
  ASSERT_EQ(*scene.reader.advance_stream(), Progress::full);
  scene.reader.drop_front();
  EXPECT_EQ(*scene.reader.advance_stream(), Progress::at_end);
}

// More is asked for at once the more the path carries, and more requests if each brings little.
TEST(RemoteReader, StreamsDeeperWhereThatIsWhatHoldsItUp) {
  Scene scene(100'000'000, 1, ReadAhead::none);
  scene.link->set_receive_window(64 << 20);
  scene.reader.hint_size(scene.server.content.size());
  scene.reader.stream(0);
  std::uint64_t most = 0;
  std::size_t most_requests = 0;
  std::uint64_t done = 0;
  for (;;) {
    const auto progress = scene.reader.advance_stream();
    ASSERT_TRUE(progress);
    if (*progress == Progress::at_end) break;
    if (*progress == Progress::full) {
      done += scene.reader.front().size();
      scene.reader.drop_front();
      continue;
    }
    scene.server.seen.clear();
    ASSERT_TRUE(scene.server.serve(scene.link->engine()));
    std::uint64_t wanted = 0;
    for (const auto& request : scene.server.seen) wanted += request.size;
    most = std::max(most, wanted);
    most_requests = std::max(most_requests, scene.server.seen.size());
  }
  EXPECT_EQ(done, 100'000'000U);
  EXPECT_GT(most, limits::kSftpReadAhead);
  EXPECT_LE(most, limits::kSftpReadAheadMost);
  EXPECT_GT(most_requests, limits::kSftpReadsInFlight);
  EXPECT_LE(most_requests, limits::kSftpReadsInFlightMost);
}

TEST(RemoteReader, StreamsWhatCameBeforeARefusalThenTheRefusal) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    Scene scene(1 << 20, seed);
    scene.server.refuses_at = 300'000;
    scene.reader.hint_size(1 << 20);
    scene.reader.stream(0);
    Bytes all;
    Result<Progress> progress = Progress::wanting;
    while ((progress = scene.reader.advance_stream())) {
      ASSERT_NE(*progress, Progress::at_end);
      if (*progress == Progress::full) {
        append(all, scene.reader.front());
        scene.reader.drop_front();
      } else {
        scene.server.serve(scene.link->engine());
      }
    }
    EXPECT_EQ(progress.error().code, Errc::sftp_status);
    EXPECT_EQ(scene.reader.refusal().text, "disk on fire");
    EXPECT_GT(all.size(), 200'000U);
    EXPECT_TRUE(all == scene.expected(0, all.size()));
  }
}

}  // namespace
}  // namespace hawser::operations
