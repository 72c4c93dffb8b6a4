// Listings: how many requests are in flight for one directory, and that its entries come whole and
// in order whatever the order of the answers.
#include "hawser/operations/remote_directory.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "support/sftp_server.h"

namespace hawser::operations {
namespace {

using hawser::testing::Packet;
using hawser::testing::Request;
using hawser::testing::status;
using hawser::testing::take_requests;

// A directory of `batches` times 100 entries, told apart by their numbers.
struct Scene {
  explicit Scene(bool is_openssh)
      : link(std::make_shared<SftpLink>(std::make_shared<ChannelBox>(connection::ChannelId(0)))) {
    (void)take_requests(link->engine());
    Packet version(2);
    version.u32(3);
    if (is_openssh) version.string("expand-path@openssh.com").string("1");
    EXPECT_TRUE(link->engine().received(version.framed()));
    directory.emplace(link, Bytes{'h'});
  }
  ~Scene() { directory->close(); }

  // Takes the requests in their order, as the server must, but answers in any.
  bool serve() {
    const auto requests = take_requests(link->engine());
    most_at_once = std::max(most_at_once, requests.size());
    std::vector<Bytes> answers;
    for (const Request& request : requests) answers.push_back(answer(request));
    std::shuffle(answers.begin(), answers.end(), random);
    for (const Bytes& bytes : answers) EXPECT_TRUE(link->engine().received(bytes));
    ++rounds;
    return !requests.empty();
  }
  Bytes answer(const Request& request) {
    if (next == fails_at) return status(request.id, 4).framed();
    if (next == batches) return status(request.id, 1).framed();
    Packet packet(104);
    packet.u32(request.id).u32(100);
    for (int i = 0; i < 100; ++i) {
      packet.string(std::to_string(next * 100 + i)).string("").u32(0);
    }
    ++next;
    return packet.framed();
  }
  // All entries, as numbers.
  Result<std::vector<int>> list() {
    std::vector<int> numbers;
    for (;;) {
      const auto is_ready = directory->is_ready();
      if (!is_ready) {
        got = numbers;
        return std::unexpected(is_ready.error());
      }
      if (!*is_ready) {
        EXPECT_TRUE(serve());
        continue;
      }
      const auto entries = directory->take();
      if (entries.empty()) return numbers;
      for (const auto& entry : entries) numbers.push_back(std::stoi(entry.name));
    }
  }

  std::shared_ptr<SftpLink> link;
  std::optional<RemoteDirectory> directory;
  int batches = 0;
  int fails_at = -1;
  int next = 0;
  std::size_t most_at_once = 0;
  int rounds = 0;
  std::vector<int> got;
  std::mt19937 random{1};
};

std::vector<int> numbers_to(int end) {
  std::vector<int> all(static_cast<std::size_t>(end));
  for (int i = 0; i < end; ++i) all[static_cast<std::size_t>(i)] = i;
  return all;
}

TEST(RemoteDirectory, ListsEverySizeInOrder) {
  for (const bool is_openssh : {false, true}) {
    for (const int batches : {0, 1, 2, 3, 100}) {
      Scene scene(is_openssh);
      scene.batches = batches;
      const auto all = scene.list();
      ASSERT_TRUE(all);
      EXPECT_EQ(*all, numbers_to(batches * 100));
      if (!is_openssh) {
        EXPECT_EQ(scene.most_at_once, 1U);
      } else {
        EXPECT_LE(scene.most_at_once, limits::kSftpListsInFlight);
        EXPECT_LT(scene.rounds, 20);
      }
    }
  }
}

TEST(RemoteDirectory, ListsASmallOneInOneRoundTrip) {
  Scene scene(true);
  scene.batches = 1;
  ASSERT_TRUE(scene.list());
  EXPECT_EQ(scene.rounds, 1);
}

TEST(RemoteDirectory, AsksAheadOnlyAsFarAsItIsRead) {
  Scene scene(true);
  scene.batches = 10'000;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(scene.directory->is_ready());
    (void)scene.serve();
  }
  EXPECT_LE(scene.next, 12);  // 1024 entries, and what was in flight
}

TEST(RemoteDirectory, GivesWhatCameBeforeARefusal) {
  for (const bool is_openssh : {false, true}) {
    Scene scene(is_openssh);
    scene.batches = 100;
    scene.fails_at = 5;
    const auto listed = scene.list();
    ASSERT_FALSE(listed);
    EXPECT_EQ(listed.error().code, Errc::sftp_status);
    EXPECT_EQ(scene.got, numbers_to(500));
  }
}

}  // namespace
}  // namespace hawser::operations
