// What is asked of the multiplexer: which channels it is for, what is sent, and what an outbox that
// fails makes of it.
#include <gtest/gtest.h>

#include "hawser/connection/multiplexer.h"
#include "hawser/wire/messages_connection.h"

#include "scenario/printing.h"

namespace hawser::connection {
namespace {

class BrokenOutbox final : public Outbox {
 public:
  Status post(ByteView payload) override {
    if (is_broken) return fail(Errc::sequence_exhausted, "test");
    posted.push_back(to_bytes(payload));
    return {};
  }
  [[nodiscard]] bool is_ready_for_data() const override { return is_ready; }
  Status post_data(const Gather& payload) override {
    if (is_broken) return fail(Errc::sequence_exhausted, "test");
    Bytes whole(payload.size());
    payload.copy_to(whole);
    posted.push_back(std::move(whole));
    return {};
  }
  std::vector<Bytes> posted;
  bool is_broken = false;
  bool is_ready = true;
};

class Commands : public ::testing::Test {
 protected:
  template <typename Message>
  Result<std::optional<ChannelEvent>> take(const Message& message) {
    payload_ = wire::encode_to_bytes(message);
    return multiplexer_.take(payload_);
  }
  ChannelId open(std::uint32_t window = 1000) {
    const ChannelId id = *multiplexer_.open(SessionKind{});
    EXPECT_TRUE(take(wire::ChannelOpenConfirmation{id.value(), 70, window, 100, {}}));
    return id;
  }
  // Somebody came to where the server listens for us.
  ChannelId offered() {
    EXPECT_TRUE(multiplexer_.forward(TcpipForward{"a", 1}));
    const Bytes extra = wire::encode_to_bytes(wire::ForwardedTcpip{"a", 1, "b", 2});
    const auto event = take(wire::ChannelOpen{"forwarded-tcpip", 71, 1000, 100, wire::Rest{extra}});
    return std::get<ChannelOffered>(**event).offered;
  }
  std::string last_name() {  // of a global request or of an open
    wire::Reader reader(ByteView(outbox_.posted.back()).subspan(1));
    return std::string(as_text(reader.string()));
  }

  BrokenOutbox outbox_;
  Multiplexer multiplexer_{{.window = 5000, .window_most = 20'000, .max_channels = 9}, outbox_};
  Bytes payload_;
};

TEST_F(Commands, are_for_channels_that_are_open) {
  const ChannelId none(77);
  const ChannelId unconfirmed = *multiplexer_.open(SessionKind{});
  for (const ChannelId id : {none, unconfirmed}) {
    EXPECT_EQ(multiplexer_.request(id, ShellRequest{}).error().code, Errc::channel_closed);
    EXPECT_EQ(multiplexer_.write(id, Gather(Bytes(1))).error().code, Errc::channel_closed);
    EXPECT_EQ(multiplexer_.send_eof(id).error().code, Errc::channel_closed);
    EXPECT_EQ(multiplexer_.accept(id).error().code, Errc::channel_closed);
    EXPECT_EQ(multiplexer_.writable(id), 0U);
    EXPECT_FALSE(multiplexer_.is_window_shut(id));
    EXPECT_TRUE(multiplexer_.refuse(id, OpenRefusal::connect_failed));
    EXPECT_TRUE(multiplexer_.consume(id, 10));
  }
  EXPECT_EQ(outbox_.posted.size(), 1U);  // the open
}

TEST_F(Commands, know_what_can_be_written) {
  const ChannelId id = open(10);
  EXPECT_EQ(multiplexer_.writable(id), 10U);
  outbox_.is_ready = false;
  EXPECT_EQ(multiplexer_.writable(id), 0U);
  EXPECT_EQ(*multiplexer_.write(id, Gather(Bytes(20))), 0U);
  outbox_.is_ready = true;
  EXPECT_FALSE(multiplexer_.is_window_shut(id));
  EXPECT_EQ(*multiplexer_.write(id, Gather(Bytes(20))), 10U);
  EXPECT_TRUE(multiplexer_.is_window_shut(id));
  ASSERT_TRUE(multiplexer_.send_eof(id));
  EXPECT_FALSE(multiplexer_.is_window_shut(id));
  EXPECT_EQ(multiplexer_.writable(id), 0U);
}

TEST_F(Commands, of_each_kind_have_their_names) {
  ASSERT_TRUE(multiplexer_.open(DirectStreamlocalKind{"/run/x"}));
  EXPECT_EQ(last_name(), "direct-streamlocal@openssh.com");
  ASSERT_TRUE(multiplexer_.open(DirectTcpipKind{"host", 1, "", 0}));
  EXPECT_EQ(last_name(), "direct-tcpip");
  ASSERT_TRUE(multiplexer_.forward(StreamlocalForward{"/run/x"}));
  EXPECT_EQ(last_name(), "streamlocal-forward@openssh.com");
  ASSERT_TRUE(multiplexer_.cancel_forward(StreamlocalForward{"/run/x"}));
  EXPECT_EQ(last_name(), "cancel-streamlocal-forward@openssh.com");
  ASSERT_TRUE(multiplexer_.forward(TcpipForward{"a", 1}));
  EXPECT_EQ(last_name(), "tcpip-forward");
  ASSERT_TRUE(multiplexer_.cancel_forward(TcpipForward{"a", 1}));
  EXPECT_EQ(last_name(), "cancel-tcpip-forward");
}

TEST_F(Commands, hear_offers_of_each_kind_once_they_asked) {
  const auto offer = [&](std::string_view type, const Bytes& extra) {
    return *take(wire::ChannelOpen{wire::Text(type), 9, 1000, 100, wire::Rest{extra}});
  };
  EXPECT_FALSE(offer("auth-agent@openssh.com", {}));
  const ChannelId id = open();
  ASSERT_TRUE(multiplexer_.request(id, AgentRequest{}));
  const auto agent = offer("auth-agent@openssh.com", {});
  ASSERT_TRUE(agent);
  EXPECT_EQ(std::get<ChannelOffered>(*agent).origin.kind, OfferKind::agent);
  const auto local = offer("forwarded-streamlocal@openssh.com",
                           wire::encode_to_bytes(wire::ForwardedStreamlocal{"/run/x", ""}));
  ASSERT_TRUE(local);
  EXPECT_EQ(std::get<ChannelOffered>(*local).origin.kind, OfferKind::streamlocal);
  EXPECT_EQ(std::get<ChannelOffered>(*local).origin.address, "/run/x");
  EXPECT_FALSE(offer("x11", {}));
}

TEST_F(Commands, end_where_the_outbox_does) {
  const ChannelId id = open();
  const ChannelId waiting = offered();
  const ChannelId other = offered();
  ASSERT_TRUE(take(wire::ChannelData{id.value(), wire::Blob(Bytes(3000))}));
  outbox_.is_broken = true;
  const auto is_broken = [](const auto& result) {
    return !result && result.error().code == Errc::sequence_exhausted;
  };
  EXPECT_TRUE(is_broken(multiplexer_.open(SessionKind{})));
  EXPECT_TRUE(is_broken(multiplexer_.request(id, ShellRequest{})));
  EXPECT_TRUE(is_broken(multiplexer_.write(id, Gather(Bytes(1)))));
  EXPECT_TRUE(is_broken(multiplexer_.consume(id, 3000)));
  EXPECT_TRUE(is_broken(multiplexer_.send_eof(id)));
  EXPECT_TRUE(is_broken(multiplexer_.global_request("x")));
  EXPECT_TRUE(is_broken(multiplexer_.forward(TcpipForward{"a", 1})));
  EXPECT_TRUE(is_broken(multiplexer_.cancel_forward(TcpipForward{"a", 1})));
  EXPECT_TRUE(is_broken(multiplexer_.accept(waiting)));
  EXPECT_TRUE(is_broken(multiplexer_.refuse(other, OpenRefusal::connect_failed)));
  EXPECT_TRUE(is_broken(take(wire::GlobalRequest{"x", true, {}})));
  EXPECT_TRUE(is_broken(take(wire::ChannelOpen{"x11", 9, 1, 1, {}})));
  EXPECT_TRUE(is_broken(take(wire::ChannelRequest{id.value(), "x", true, {}})));
  EXPECT_TRUE(is_broken(take(wire::ChannelClose{id.value()})));
}

TEST_F(Commands, given_up_before_the_confirmation_are_closed_with_it) {
  const ChannelId id = *multiplexer_.open(SessionKind{});
  EXPECT_TRUE(multiplexer_.close(id));
  EXPECT_TRUE(multiplexer_.close(id));  // once
  EXPECT_EQ(outbox_.posted.size(), 1U);
  const auto event = take(wire::ChannelOpenConfirmation{id.value(), 70, 1000, 100, {}});
  ASSERT_TRUE(event);
  EXPECT_FALSE(*event);
  EXPECT_EQ(outbox_.posted.back()[0], wire::ChannelClose::number);
  // What the server says until its own CLOSE is for nobody.
  for (const auto& late :
       {take(wire::ChannelData{id.value(), wire::Blob(Bytes(10))}),
        take(wire::ChannelRequest{id.value(), "exit-status", true, {}}),
        take(wire::ChannelWindowAdjust{id.value(), 5}), take(wire::ChannelEof{id.value()})}) {
    ASSERT_TRUE(late);
    EXPECT_FALSE(*late);
  }
  EXPECT_TRUE(multiplexer_.consume(id, 10));
  EXPECT_EQ(outbox_.posted.size(), 2U);
}

TEST_F(Commands, that_are_answered_late_are_nobodys) {
  const ChannelId id = open();
  ASSERT_TRUE(multiplexer_.request(id, ShellRequest{}));
  ASSERT_TRUE(multiplexer_.close(id));
  const auto reply = take(wire::ChannelSuccess{id.value()});
  ASSERT_TRUE(reply);
  EXPECT_FALSE(*reply);
}

// The windows of all channels together, and that of each, do not grow without end.
TEST(WindowsTogether, are_bounded) {
  for (const std::uint32_t others : {0U, 3U}) {
    BrokenOutbox outbox;
    constexpr auto kWindow = static_cast<std::uint32_t>(limits::kWindowsTogether / 4);
    Multiplexer multiplexer({.window = kWindow, .window_most = UINT32_MAX, .max_channels = 9},
                            outbox);
    const auto open = [&](Instant now) {
      const ChannelId id = *multiplexer.open(SessionKind{});
      multiplexer.on_time(now);
      const Bytes confirmed =
          wire::encode_to_bytes(wire::ChannelOpenConfirmation{id.value(), 70, 1000, 100, {}});
      EXPECT_TRUE(multiplexer.take(confirmed));
      return id;
    };
    Instant now;
    const ChannelId id = open(now += std::chrono::milliseconds(50));
    for (std::uint32_t i = 0; i < others; ++i) (void)open(now);
    std::uint64_t given = 0;
    std::uint64_t taken = 0;
    const Bytes data = wire::encode_to_bytes(
        wire::ChannelData{id.value(), wire::Blob(Bytes(limits::kChannelPacket))});
    outbox.posted.clear();
    while (taken < 2ULL * kWindow) {  // a window each 50 ms: as much as it allows
      multiplexer.on_time(now += std::chrono::microseconds(20));
      ASSERT_TRUE(multiplexer.take(data));
      ASSERT_TRUE(multiplexer.consume(id, limits::kChannelPacket));
      taken += limits::kChannelPacket;
      for (const Bytes& each : outbox.posted) {
        given += wire::decode<wire::ChannelWindowAdjust>(each)->bytes;
      }
      outbox.posted.clear();
    }
    if (others == 0) {
      EXPECT_GT(given, taken);  // it grew
    } else {
      EXPECT_LE(given, taken);  // four of them are all that there may be
    }
  }
}

}  // namespace
}  // namespace hawser::connection
