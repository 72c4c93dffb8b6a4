// Many threads on one connection, as client/connection.h allows: what is lost, mixed up or waited
// for without end shows here, and what is touched without a lock under ThreadSanitizer.
#include <atomic>
#include <stdexcept>

#include <gtest/gtest.h>

#include "hawser/client/channel.h"
#include "hawser/client/run_many.h"
#include "hawser/client/sftp_client.h"
#include "hawser/client/sftp_file.h"

#include "scenario/scene.h"
#include "striping/sftp_host.h"
#include "threads/socket_host.h"

namespace hawser::threads {
namespace {

using client::Connection;
using operations::CommandSpec;
using scenario::pattern;
using scenario::ServerOptions;

constexpr int kThreads = 6;
constexpr int kTimes = 15;

ServerOptions with_commands() {
  ServerOptions options;
  options.commands["echo"].echoes = true;
  options.commands["say"].output = pattern(100'000);
  auto& silent = options.commands["silent"];
  silent.sends_eof = silent.closes = false;
  silent.status.reset();
  const auto host = std::make_shared<striping::Host>();
  options.commands["subsystem:sftp"].answers = striping::SftpPeer(host);
  return options;
}

// Runs `work` on so many threads at once, with their numbers, until all are done.
template <typename Work>
void on_threads(int count, const Work& work) {
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) threads.emplace_back([&work, i] { work(i); });
  for (std::thread& thread : threads) thread.join();
}

Bytes taken(ByteQueue queue) {
  Bytes all;
  while (!queue.empty()) {
    append(all, queue.front());
    queue.drop(queue.front().size());
  }
  return all;
}

// What `cat` gives back of it.
Bytes echoed(Connection& connection, ByteView data) {
  std::size_t done = 0;
  const auto source = [&](ByteSpan to) -> client::Outcome<client::World::Input> {
    const std::size_t size = std::min(to.size(), data.size() - done);
    copy(data.subspan(done, size), to);
    done += size;
    return client::World::Input{size, done == data.size()};
  };
  auto result = connection.run(CommandSpec{"echo", {}, {}, true, {}}, source);
  return result ? taken(std::move(result->output)) : Bytes{};
}

class Threads : public ::testing::Test {
 protected:
  SocketHost host_{with_commands()};
  std::shared_ptr<Connection> connection_ = host_.login();
};

TEST_F(Threads, run_commands_each_with_its_own_output) {
  ASSERT_TRUE(connection_);
  on_threads(kThreads, [&](int number) {
    for (int i = 0; i < kTimes; ++i) {
      const Bytes data = pattern(30'000, static_cast<std::uint64_t>(number * kTimes + i));
      EXPECT_EQ(echoed(*connection_, data), data);
      auto said = connection_->run(CommandSpec{"say", {}, {}, false, {}});
      ASSERT_TRUE(said);
      EXPECT_EQ(taken(std::move(said->output)), pattern(100'000));
    }
  });
}

TEST_F(Threads, go_on_while_others_exchange_keys_and_ask_for_signs_of_life) {
  ASSERT_TRUE(connection_);
  const Bytes data = pattern(200'000);
  on_threads(kThreads, [&](int number) {
    for (int i = 0; i < kTimes; ++i) {
      if (number == 0) {
        EXPECT_TRUE(connection_->rekey());
      } else if (number == 1) {
        EXPECT_TRUE(connection_->keepalive(std::chrono::seconds(20)));
        EXPECT_TRUE(connection_->is_logged_in());
      } else {
        EXPECT_EQ(echoed(*connection_, data), data);
      }
    }
  });
  EXPECT_GT(connection_->facts().exchanges, static_cast<unsigned>(kTimes));
}

TEST_F(Threads, drop_channels_while_others_work) {
  ASSERT_TRUE(connection_);
  on_threads(kThreads, [&](int number) {
    for (int i = 0; i < kTimes; ++i) {
      auto channel = connection_->open(connection::SessionKind{});
      ASSERT_TRUE(channel);
      ASSERT_TRUE((*channel)->request(connection::ExecRequest{"silent"}, "a command"));
      if (number % 2 == 0) {
        EXPECT_EQ(echoed(*connection_, as_bytes("hello")), to_bytes(as_bytes("hello")));
      }
      // The channel goes here, whoever has the lock.
    }
  });
  EXPECT_EQ(echoed(*connection_, as_bytes("still")), to_bytes(as_bytes("still")));
}

TEST_F(Threads, get_what_their_callback_throws_and_the_session_goes_on) {
  ASSERT_TRUE(connection_);
  on_threads(kThreads, [&](int number) {
    const auto source = [&](ByteSpan) -> client::Outcome<client::World::Input> {
      throw std::runtime_error("of thread " + std::to_string(number));
    };
    for (int i = 0; i < kTimes; ++i) {
      try {
        (void)connection_->run(CommandSpec{"echo", {}, {}, true, {}}, source);
        ADD_FAILURE() << "nothing was thrown";
      } catch (const std::runtime_error& error) {
        EXPECT_EQ(error.what(), "of thread " + std::to_string(number));
      }
    }
    EXPECT_EQ(echoed(*connection_, as_bytes("still")), to_bytes(as_bytes("still")));
  });
}

TEST_F(Threads, that_wait_are_ended_by_another) {
  for (const bool is_abort : {false, true}) {
    SocketHost host(with_commands());
    const auto connection = host.login();
    ASSERT_TRUE(connection);
    std::atomic<int> waiting = 0;
    std::atomic<int> ended = 0;
    std::thread closer([&] {
      while (waiting < kThreads) std::this_thread::yield();
      if (is_abort) {
        connection->abort();
      } else {
        connection->close();
      }
    });
    on_threads(kThreads, [&](int) {
      auto channel = connection->open(connection::SessionKind{});
      ASSERT_TRUE(channel);
      ASSERT_TRUE((*channel)->request(connection::ExecRequest{"silent"}, "a command"));
      ++waiting;
      Bytes space(10);
      const auto got = (*channel)->read(connection::Stream::standard, space);
      if (!got || *got == 0) ++ended;
    });
    closer.join();
    EXPECT_EQ(ended, kThreads);
    EXPECT_TRUE(connection->is_closed());
    EXPECT_FALSE(connection->run(CommandSpec{"say", {}, {}, false, {}}));
  }
}

TEST_F(Threads, that_wait_are_interrupted_one_by_one) {
  ASSERT_TRUE(connection_);
  std::array<std::atomic<bool>, kThreads> stop{};
  std::atomic<int> alive = kThreads;
  std::thread stopper([&] {
    for (auto& each : stop) {
      each = true;
      const int before = alive;
      while (alive == before && before > 0) std::this_thread::yield();
    }
  });
  on_threads(kThreads, [&](int number) {
    auto& mine = stop[static_cast<std::size_t>(number)];
    const auto result = connection_->run(CommandSpec{"silent", {}, {}, false, {}}, {}, {},
                                         [&mine] { return mine.load(); });
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error.code, Errc::cancelled);
    --alive;
  });
  stopper.join();
  EXPECT_EQ(echoed(*connection_, as_bytes("still")), to_bytes(as_bytes("still")));
}

TEST_F(Threads, share_a_connection_with_a_poller) {
  SocketHost other(with_commands());
  const auto connection = other.login();
  ASSERT_TRUE(connection && connection_);
  const Bytes data = pattern(50'000);
  on_threads(4, [&](int number) {
    for (int i = 0; i < 5; ++i) {
      if (number > 1) {
        EXPECT_EQ(echoed(*connection_, data), data);
        continue;
      }
      std::vector<client::Job> jobs;
      for (int k = 0; k < 10; ++k) jobs.push_back({k % 2 == 0 ? connection_ : connection, "say"});
      for (auto& result : client::run_many(std::move(jobs), std::chrono::seconds(30), {})) {
        ASSERT_TRUE(result);
        EXPECT_EQ(taken(std::move(result->output)), pattern(100'000));
      }
    }
  });
}

TEST_F(Threads, share_an_sftp_channel) {
  ASSERT_TRUE(connection_);
  const auto sftp = client::SftpClient::open(connection_);
  ASSERT_TRUE(sftp);
  using client::OpenFlag;
  constexpr auto kToWrite =
      client::OpenFlags{} | OpenFlag::write | OpenFlag::create | OpenFlag::truncate;
  on_threads(kThreads, [&](int number) {
    const std::string path = "/" + std::to_string(number);
    for (int i = 0; i < kTimes; ++i) {
      const auto file = (*sftp)->open_file(path, kToWrite, 0600);
      ASSERT_TRUE(file);
      const Bytes data = pattern(100'000 + static_cast<std::size_t>(number) * 1000);
      ASSERT_TRUE((*file)->write_at(0, data));
      ASSERT_TRUE((*file)->close());
      const auto found = (*sftp)->stat(path, client::Links::follow);
      ASSERT_TRUE(found && found->size);
      EXPECT_EQ(*found->size, data.size());
    }
  });
}

}  // namespace
}  // namespace hawser::threads
