// What a session holds at most, whatever its peer does: every allocation is counted, those of
// OpenSSL too. The peer is on the null engine, so that nothing but the session takes memory.
#include <new>

#include <gtest/gtest.h>

#include "hawser/session/session.h"
#include "hawser/wire/messages_auth.h"
#include "hawser/wire/messages_connection.h"
#include "hawser/wire/messages_transport.h"

#include "memory/counting.h"
#include "scenario/seeded_random.h"
#include "support/null_peer.h"

namespace hawser::memory {
namespace {

constexpr std::size_t kBeforeLogin = 256 * 1024 + 2 * limits::kPacketBeforeLogin;
constexpr std::size_t kBesidesWindows = 1 << 20;

// A session, its peer's bytes in reads of 16 KiB, and what it held at most. What the test itself
// holds is not counted.
class Victim {
 public:
  Victim() : engine_(test::null_engine(random_)) {
    session::Config config;
    config.transport.proposal = transport::default_proposal(engine_);
    count([&] {
      session_ = std::make_unique<session::Session>(std::move(config), engine_, Instant{});
    });
  }

  session::Session& session() { return *session_; }

  void bring(ByteView bytes) {
    count([&] { bring_reads(bytes); });
  }
  template <typename Message>
  void bring_message(const Message& message) {
    const Bytes packet = test::null_packet(wire::encode_to_bytes(message));
    bring(packet);
  }

  void exchange_keys() { bring(test::null_handshake()); }
  void log_in() {
    exchange_keys();
    ask(auth::NoneCredential{});
    bring_message(wire::UserauthSuccess{});
    ASSERT_TRUE(session_->is_logged_in());
    read_output();
  }
  void ask(auth::Credential credential) {
    count([&] {
      EXPECT_TRUE(session_->login("user", std::move(credential)));
      take_events();
    });
    bring_message(wire::ServiceAccept{"ssh-userauth"});
  }
  // As a peer that reads.
  void read_output() { session_->sent(session_->pending_output().size()); }

  [[nodiscard]] std::size_t most() const { return most_; }
  // From now on.
  void start_again() { most_ = held_; }

 private:
  template <typename Call>
  void count(Call&& call) {
    const std::size_t others = live() - held_;
    start_peak();
    call();
    most_ = std::max(most_, peak() - others);
    held_ = live() - others;
  }

  void bring_reads(ByteView bytes) {
    constexpr std::size_t kRead = 16 * 1024;
    while (!bytes.empty()) {
      const ByteSpan space = session_->receive_space();
      const std::size_t size = std::min({bytes.size(), space.size(), kRead});
      if (size == 0) return;
      copy(bytes.first(size), space);
      session_->received(size);
      bytes = bytes.subspan(size);
      take_events();
    }
  }

  void take_events() {
    for (;;) {
      const auto event = session_->next();
      if (!event || !*event) return;
      if (std::holds_alternative<session::HostKeyOffered>(**event)) {
        (void)session_->accept_host_key();
      }
    }
  }

  scenario::SeededRandom random_{1};
  crypto::Engine engine_;
  std::unique_ptr<session::Session> session_;
  std::size_t held_ = 0;
  std::size_t most_ = 0;
};

std::string names(std::size_t count, std::size_t size) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i) {
    std::string name = std::to_string(i);
    name.resize(size, 'x');
    list += (i == 0 ? "" : ",") + name;
  }
  return list;
}

TEST(MemoryBeforeLogin, of_text_before_the_identification) {
  Victim victim;
  Bytes text;
  for (int i = 0; i < 20; ++i) append(text, as_bytes(std::string(8000, 't') + "\n"));
  victim.bring(text);
  EXPECT_LE(victim.most(), kBeforeLogin);
}

TEST(MemoryBeforeLogin, of_the_longest_lists_of_algorithms) {
  Victim victim;
  victim.bring(as_bytes("SSH-2.0-null\r\n"));
  wire::KexInit message = test::null_kexinit();
  const std::string none = names(200, 64);
  const std::string also = names(256, 60);
  message.kex = wire::NameList(none);
  message.host_key = wire::NameList(also);
  victim.bring(test::plain_packet(wire::encode_to_bytes(message)));
  EXPECT_EQ(victim.session().failure()->code, Errc::no_common_algorithm);
  EXPECT_LE(victim.most(), kBeforeLogin);
}

TEST(MemoryBeforeLogin, of_the_longest_packets) {
  Victim victim;
  victim.exchange_keys();
  const Bytes filler(34'900);
  for (int i = 0; i < 100; ++i) victim.bring_message(wire::Ignore{wire::Blob(filler)});
  EXPECT_FALSE(victim.session().failure());
  EXPECT_LE(victim.most(), kBeforeLogin);
}

TEST(MemoryBeforeLogin, of_banners_that_are_escaped) {
  Victim victim;
  victim.exchange_keys();
  victim.ask(auth::NoneCredential{});
  const std::string banner(32'000, '\x01');
  const Bytes packet =
      test::null_packet(wire::encode_to_bytes(wire::UserauthBanner{wire::Text(banner), ""}));
  for (int i = 0; i < 2; ++i) victim.bring(packet);
  EXPECT_FALSE(victim.session().failure());
  EXPECT_LE(victim.most(), kBeforeLogin);
}

TEST(MemoryBeforeLogin, of_questions_that_are_escaped) {
  Victim victim;
  victim.exchange_keys();
  victim.ask(auth::KeyboardInteractiveCredential{});
  Bytes prompts;
  wire::BytesSink sink(prompts);
  for (std::uint32_t i = 0; i < limits::kAuthPrompts; ++i) {
    wire::put_string(sink, as_bytes(std::string(500, '\x02')));
    wire::put_uint8(sink, 0);
  }
  victim.bring_message(
      wire::UserauthInfoRequest{"", "", "", limits::kAuthPrompts, wire::Rest{prompts}});
  EXPECT_FALSE(victim.session().failure());
  EXPECT_LE(victim.most(), kBeforeLogin);
}

TEST(MemoryBeforeLogin, of_answers_that_the_peer_does_not_read) {
  Victim victim;
  victim.exchange_keys();
  const Bytes unknown = test::null_packet(Bytes{192});
  for (std::uint64_t i = 0; i < limits::kPacketsBeforeLogin; ++i) victim.bring(unknown);
  EXPECT_LE(victim.most(), kBeforeLogin);
}

TEST(MemoryAfterLogin, of_answers_that_the_peer_does_not_read) {
  Victim victim;
  victim.log_in();
  const Bytes ping =
      test::null_packet(wire::encode_to_bytes(wire::GlobalRequest{"ping@example.com", true, {}}));
  for (int i = 0; i < 100'000; ++i) victim.bring(ping);
  EXPECT_FALSE(victim.session().failure());
  EXPECT_LE(victim.most(), kBesidesWindows);
}

TEST(MemoryAfterLogin, of_what_waits_for_an_exchange) {
  Victim victim;
  victim.log_in();
  ASSERT_TRUE(victim.session().rekey());
  const Bytes ping =
      test::null_packet(wire::encode_to_bytes(wire::GlobalRequest{"ping@example.com", true, {}}));
  for (int i = 0; i < 10'000; ++i) victim.bring(ping);
  EXPECT_LE(victim.most(), kBesidesWindows);
}

TEST(MemoryAfterLogin, of_the_longest_packets) {
  Victim victim;
  victim.log_in();
  const Bytes packet = test::null_packet(
      wire::encode_to_bytes(wire::Ignore{wire::Blob(Bytes(limits::kPacket - 64))}));
  for (int i = 0; i < 20; ++i) victim.bring(packet);
  EXPECT_FALSE(victim.session().failure());
  EXPECT_LE(victim.most(), kBesidesWindows);
}

// What drivers do about it (client/blocking_driver.cpp): the session is given up.
TEST(MemoryThatIsNotThere, ends_the_session) {
  std::size_t tried = 0;
  for (;;) {
    Victim victim;
    fail_at(tried + 1);
    try {
      victim.exchange_keys();
      victim.ask(auth::NoneCredential{});
      fail_at(0);
      break;
    } catch (const std::bad_alloc&) {
      victim.session().abandon(Errc::out_of_memory);
    }
    ++tried;
    const auto event = victim.session().next();
    ASSERT_FALSE(event);
    EXPECT_EQ(event.error().code, Errc::out_of_memory);
    EXPECT_FALSE(victim.session().can_receive());
  }
  EXPECT_GT(tried, 50u);
}

}  // namespace
}  // namespace hawser::memory
