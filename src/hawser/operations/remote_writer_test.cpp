#include "hawser/operations/remote_writer.h"

#include <gtest/gtest.h>

#include "hawser/operations/remote_file.h"

#include "support/sftp_server.h"

namespace hawser::operations {
namespace {

using hawser::testing::OneFileServer;
using hawser::testing::pattern;
using hawser::testing::take_requests;

struct Scene {
  explicit Scene(unsigned seed = 1)
      : server(seed),
        link(std::make_shared<SftpLink>(std::make_shared<ChannelBox>(connection::ChannelId(0)))),
        writer(link, Bytes{'h'}) {
    server.serve(link->engine());
  }
  ~Scene() { writer.reset(); }

  Status write(std::uint64_t at, ByteView data) {
    writer.begin(at, data);
    for (int i = 0; i < 10'000; ++i) {
      if (HAWSER_TRY(writer.advance())) return {};
      server.serve(link->engine());
    }
    return fail(Errc::internal, "the write does not end");
  }

  OneFileServer server;
  std::shared_ptr<SftpLink> link;
  RemoteWriter writer;
};

TEST(RemoteWriter, WritesEverySize) {
  for (const std::size_t size : {0UL, 1UL, 32767UL, 32768UL, 32769UL, 1'000'000UL, 5'000'000UL}) {
    Scene scene;
    const Bytes data = pattern(size);
    ASSERT_TRUE(scene.write(0, data));
    scene.server.serve(scene.link->engine());
    EXPECT_TRUE(*scene.writer.is_drained());
    EXPECT_EQ(scene.server.content, data);
    EXPECT_EQ(scene.writer.acknowledged(), size);
  }
}

// Of 5 MB, as much as is in flight before the server has answered anything.
std::uint64_t in_flight_at(Duration round_trip) {
  Scene scene;
  scene.link->set_clock(Instant(), round_trip);
  const Bytes data = pattern(5'000'000);
  scene.writer.begin(0, data);
  while (!scene.writer.advance().value_or(true) && scene.link->engine().unsent() > 0) {
    (void)take_requests(scene.link->engine());
  }
  return scene.writer.asked();
}

TEST(RemoteWriter, KeepsLittleInFlightOverAShortPath) {
  EXPECT_EQ(in_flight_at(Duration::max()), 5'000'000U);  // not known
  EXPECT_EQ(in_flight_at(std::chrono::milliseconds(20)), 5'000'000U);
  const std::uint64_t near = in_flight_at(std::chrono::microseconds(300));
  EXPECT_GE(near, 768U << 10);
  EXPECT_LT(near, 1U << 20);
}

TEST(RemoteWriter, LearnsThePathFromRequestsThatAreAlone) {
  const std::shared_ptr<SftpLink> link =
      std::make_shared<SftpLink>(std::make_shared<ChannelBox>(connection::ChannelId(0)));
  OneFileServer server(1);
  server.serve(link->engine());
  const Instant begin{};
  const auto at = [&](int milliseconds) { return begin + std::chrono::milliseconds(milliseconds); };
  RemoteWriter writer(link, Bytes{'h'});
  const Bytes data = pattern(10);
  const auto write = [&](int time) {
    link->set_clock(at(time), Duration::max());
    const std::size_t before = link->engine().in_flight();
    writer.begin(0, data);
    (void)writer.advance();
    link->time_request(before);
  };
  write(0);
  server.serve(link->engine());
  link->set_clock(at(7), Duration::max());
  EXPECT_EQ(link->clock().round_trip, std::chrono::milliseconds(7));
  write(10);
  write(11);  // not alone any more
  server.serve(link->engine());
  link->set_clock(at(12), Duration::max());
  EXPECT_EQ(link->clock().round_trip, std::chrono::milliseconds(7));
  EXPECT_FALSE(link->is_near());
  writer.reset();
}

TEST(RemoteWriter, IsDoneWhenAllIsSentAndToldOfRefusalsLater) {
  Scene scene;
  scene.server.refuses_at = 0;
  const Bytes data = pattern(1000);
  scene.writer.begin(0, data);
  ASSERT_FALSE(*scene.writer.advance());
  const auto requests = take_requests(scene.link->engine());
  EXPECT_TRUE(*scene.writer.advance());  // sent, not answered
  EXPECT_FALSE(*scene.writer.is_drained());
  for (const auto& request : requests) {
    ASSERT_TRUE(scene.link->engine().received(scene.server.answer(request)));
  }
  const auto drained = scene.writer.is_drained();
  ASSERT_FALSE(drained);
  EXPECT_EQ(drained.error().code, Errc::sftp_status);
  EXPECT_EQ(scene.writer.refusal().text, "disk on fire");
  EXPECT_TRUE(*scene.writer.is_drained());  // told once
}

TEST(RemoteWriter, SaysWhereTheFirstRefusalWas) {
  Scene scene(3);
  scene.server.refuses_at = 200'000;
  const Bytes data = pattern(1'000'000);
  Status status = scene.write(0, data);
  if (status) {
    while (scene.server.serve(scene.link->engine())) {
    }
    if (const auto drained = scene.writer.is_drained(); !drained) {
      status = std::unexpected(drained.error());
    }
  }
  ASSERT_FALSE(status);
  EXPECT_GE(scene.writer.refused_at(), 200'000U);
}

TEST(RemoteWriter, HasAsManyBytesInFlightWhereBlocksAreSmall) {
  const struct {
    std::uint64_t block;
    std::size_t requests;
  } cases[] = {{1024, 256}, {32'768, 256}, {131'072, 64}, {261'120, 64}};
  const Bytes data(20'000'000);
  for (const auto& row : cases) {
    Scene scene;
    scene.link->learn({.max_packet = 0, .max_read = 0, .max_write = row.block, .max_handles = 0});
    scene.writer.begin(0, data);
    ASSERT_FALSE(*scene.writer.advance());
    EXPECT_EQ(take_requests(scene.link->engine()).size(), row.requests) << row.block;
    EXPECT_FALSE(*scene.writer.advance());
    EXPECT_EQ(scene.link->engine().unsent(), 0U);
  }
}

TEST(RemoteFile, JoinsSmallWrites) {
  Scene scene;
  RemoteFile file(scene.link, Bytes{'h'});
  Bytes all;
  for (int i = 0; i < 100; ++i) {
    const Bytes piece = pattern(100, static_cast<unsigned>(i));
    ASSERT_TRUE(file.add_pending(all.size(), piece));
    append(all, piece);
  }
  EXPECT_FALSE(file.add_pending(5, pattern(1)));                // elsewhere
  EXPECT_FALSE(file.add_pending(all.size(), pattern(32'768)));  // too large
  ASSERT_FALSE(*file.send_pending());
  EXPECT_FALSE(file.add_pending(all.size(), pattern(1)));  // while its memory is being sent
  scene.server.seen.clear();
  scene.server.serve(scene.link->engine());
  EXPECT_TRUE(*file.send_pending());
  EXPECT_EQ(scene.server.seen.size(), 1U);
  EXPECT_EQ(scene.server.content, all);
  file.writer().reset();
}

}  // namespace
}  // namespace hawser::operations
