#include "hawser/connection/multiplexer.h"

#include <gtest/gtest.h>

#include "hawser/wire/messages_connection.h"

#include "scenario/printing.h"

namespace hawser::connection {
namespace {

// Keeps what is posted, and is ready for data as long as the test likes.
class FakeOutbox final : public Outbox {
 public:
  Status post(ByteView payload) override {
    posted.push_back(to_bytes(payload));
    return {};
  }
  [[nodiscard]] bool is_ready_for_data() const override { return packets_allowed > 0; }
  Status post_data(const Gather& payload) override {
    --packets_allowed;
    Bytes whole(payload.size());
    payload.copy_to(whole);
    posted.push_back(std::move(whole));
    return {};
  }
  template <typename Message>
  Message last() {
    const auto message = wire::decode<Message>(posted.back());
    EXPECT_TRUE(message);
    return message ? *message : Message{};
  }

  std::vector<Bytes> posted;
  int packets_allowed = 1000;
};

class MultiplexerTest : public testing::Test {
 protected:
  template <typename Message>
  Result<std::optional<ChannelEvent>> take(const Message& message) {
    payload_ = wire::encode_to_bytes(message);
    return multiplexer_.take(payload_);
  }
  ChannelId open(std::uint32_t window = 1000, std::uint32_t max_packet = 100) {
    const ChannelId id = *multiplexer_.open(SessionKind{});
    EXPECT_TRUE(take(wire::ChannelOpenConfirmation{id.value(), 70, window, max_packet, {}}));
    return id;
  }

  FakeOutbox outbox_;
  Multiplexer multiplexer_{{.window = 5000, .window_most = 20'000, .max_channels = 3}, outbox_};
  Bytes payload_;
};

TEST_F(MultiplexerTest, open_and_confirmation) {
  const auto id = multiplexer_.open(SessionKind{});
  ASSERT_TRUE(id);
  const auto sent = outbox_.last<wire::ChannelOpen>();
  EXPECT_EQ(sent.type.view(), "session");
  EXPECT_EQ(sent.sender, id->value());
  EXPECT_EQ(sent.window, 5000u);
  EXPECT_EQ(sent.max_packet, limits::kChannelPacket);
  EXPECT_EQ(multiplexer_.write(*id, as_bytes("x")).error().code, Errc::channel_closed);
  const auto event = take(wire::ChannelOpenConfirmation{id->value(), 70, 10, 10, {}});
  ASSERT_TRUE(event && *event);
  EXPECT_EQ(std::get<ChannelOpened>(**event).channel, *id);
}

TEST_F(MultiplexerTest, data_is_cut_by_window_packet_and_outbox) {
  const ChannelId id = open(250, 100);
  const Bytes data(1000, 'd');
  EXPECT_EQ(multiplexer_.write(id, Gather{ByteView(data).first(130), ByteView(data).subspan(130)}),
            std::size_t{250});
  ASSERT_EQ(outbox_.posted.size(), 4u);  // the open, and 100 + 100 + 50
  EXPECT_EQ(outbox_.last<wire::ChannelData>().data.bytes.size(), 50u);
  EXPECT_EQ(outbox_.last<wire::ChannelData>().channel, 70u);
  EXPECT_EQ(multiplexer_.write(id, ByteView(data)), std::size_t{0});
  const auto event = take(wire::ChannelWindowAdjust{id.value(), 500});
  ASSERT_TRUE(event && *event);
  EXPECT_EQ(std::get<ChannelWritable>(**event).channel, id);
  outbox_.packets_allowed = 2;
  EXPECT_EQ(multiplexer_.write(id, ByteView(data)), std::size_t{200});
}

TEST_F(MultiplexerTest, nothing_after_our_eof) {
  const ChannelId id = open();
  ASSERT_TRUE(multiplexer_.send_eof(id));
  EXPECT_EQ(outbox_.last<wire::ChannelEof>().channel, 70u);
  const std::size_t count = outbox_.posted.size();
  ASSERT_TRUE(multiplexer_.send_eof(id));
  EXPECT_EQ(outbox_.posted.size(), count);
  EXPECT_EQ(multiplexer_.write(id, as_bytes("x")).error().code, Errc::channel_closed);
}

struct PathCase {
  const char* name;
  Duration round_trip;
  std::uint32_t used_together;  // of 1000 bytes each
  std::uint64_t grown;
};

class GrowingWindow : public MultiplexerTest, public testing::WithParamInterface<PathCase> {};

// Forty pieces of 1,000 bytes come, eight in each round trip.
TEST_P(GrowingWindow, adjustments_are_what_came_and_the_growth) {
  Instant now{};
  const ChannelId id = *multiplexer_.open(SessionKind{});
  multiplexer_.on_time(now += GetParam().round_trip);
  ASSERT_TRUE(take(wire::ChannelOpenConfirmation{id.value(), 70, 1000, 100, {}}));
  const std::size_t before = outbox_.posted.size();
  for (std::uint32_t piece = 1; piece <= 40; ++piece) {
    multiplexer_.on_time(now += GetParam().round_trip / 8);
    ASSERT_TRUE(take(wire::ChannelData{id.value(), wire::Blob(Bytes(1000))}));
    if (piece % GetParam().used_together != 0) continue;
    ASSERT_TRUE(multiplexer_.consume(id, std::size_t{1000} * GetParam().used_together));
  }
  std::uint64_t given = 0;
  for (std::size_t i = before; i < outbox_.posted.size(); ++i) {
    given += wire::decode<wire::ChannelWindowAdjust>(outbox_.posted[i])->bytes;
  }
  const std::uint64_t kept = (5000 + GetParam().grown) / 2;  // given back by halves
  EXPECT_GE(given, 40'000 - kept + GetParam().grown);
  EXPECT_LE(given, 40'000 + GetParam().grown);
}

INSTANTIATE_TEST_SUITE_P(
    Paths, GrowingWindow,
    testing::Values(PathCase{"long", std::chrono::milliseconds(50), 1, 15'000},  // to the most
                    PathCase{"short", std::chrono::microseconds(900), 1, 0},
                    PathCase{"slow_consumer", std::chrono::milliseconds(50), 4, 0}),
    [](const auto& param) { return std::string(param.param.name); });

TEST_F(MultiplexerTest, received_data_and_window) {
  const ChannelId id = open();
  const auto event = take(wire::ChannelExtendedData{id.value(), 1, wire::Blob(as_bytes("oops"))});
  ASSERT_TRUE(event && *event);
  const auto& bytes = std::get<ChannelBytes>(**event);
  EXPECT_EQ(bytes.stream, Stream::error);
  EXPECT_EQ(as_text(bytes.data), "oops");
  ASSERT_TRUE(take(wire::ChannelData{id.value(), wire::Blob(Bytes(2600))}));
  const std::size_t count = outbox_.posted.size();
  ASSERT_TRUE(multiplexer_.consume(id, 2499));
  EXPECT_EQ(outbox_.posted.size(), count);
  ASSERT_TRUE(multiplexer_.consume(id, 1));
  EXPECT_EQ(outbox_.last<wire::ChannelWindowAdjust>().bytes, 2500u);
}

TEST_F(MultiplexerTest, close_from_either_side) {
  const ChannelId ours = open();
  ASSERT_TRUE(multiplexer_.close(ours));
  EXPECT_EQ(outbox_.last<wire::ChannelClose>().channel, 70u);
  const auto dropped = take(wire::ChannelData{ours.value(), wire::Blob(as_bytes("late"))});
  ASSERT_TRUE(dropped);
  EXPECT_FALSE(*dropped);
  const auto closed = take(wire::ChannelClose{ours.value()});
  ASSERT_TRUE(closed && *closed);
  EXPECT_EQ(std::get<ChannelClosed>(**closed).channel, ours);

  const ChannelId theirs = open();
  const std::size_t count = outbox_.posted.size();
  ASSERT_TRUE(take(wire::ChannelClose{theirs.value()}));
  EXPECT_EQ(outbox_.posted.size(), count + 1);
  EXPECT_EQ(multiplexer_.channels(), 0u);
  EXPECT_EQ(take(wire::ChannelEof{theirs.value()}).error().code, Errc::unknown_channel);
}

TEST_F(MultiplexerTest, as_many_replies_after_close_as_are_owed) {
  for (int turn = 0; turn < 20; ++turn) {
    const ChannelId id = open();
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(multiplexer_.request(id, ExecRequest{"true"}));
    ASSERT_TRUE(take(wire::ChannelClose{id.value()}));
    const auto success = take(wire::ChannelSuccess{id.value()});
    ASSERT_TRUE(success);
    EXPECT_FALSE(*success);
    ASSERT_TRUE(take(wire::ChannelFailure{id.value()}));
    EXPECT_EQ(take(wire::ChannelSuccess{id.value()}).error().code, Errc::unknown_channel);
    EXPECT_EQ(take(wire::ChannelEof{id.value()}).error().code, Errc::unknown_channel);
  }
}

TEST_F(MultiplexerTest, late_data_of_a_channel_that_was_given_up) {
  const ChannelId id = open();
  ASSERT_TRUE(multiplexer_.close(id));
  ASSERT_TRUE(take(wire::ChannelClose{id.value()}));
  const Bytes data(1000);
  const auto late = take(wire::ChannelData{id.value(), wire::Blob(data)});
  ASSERT_TRUE(late);
  EXPECT_FALSE(*late);
  ASSERT_TRUE(take(wire::ChannelExtendedData{id.value(), 1, wire::Blob(data)}));
  EXPECT_EQ(take(wire::ChannelEof{id.value()}).error().code, Errc::unknown_channel);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(take(wire::ChannelData{id.value(), wire::Blob(data)}));
  EXPECT_EQ(take(wire::ChannelData{id.value(), wire::Blob(data)}).error().code,
            Errc::unknown_channel);

  const ChannelId ended = open();
  ASSERT_TRUE(take(wire::ChannelClose{ended.value()}));
  EXPECT_EQ(take(wire::ChannelData{ended.value(), wire::Blob(data)}).error().code,
            Errc::unknown_channel);
}

// The blobs that were announced; nullopt: the list counted for nothing.
class AnnouncedKeys : public MultiplexerTest {
 protected:
  std::optional<std::vector<Bytes>> announce(const std::vector<Bytes>& blobs, ByteView tail = {}) {
    Bytes list;
    wire::BytesSink sink(list);
    for (const Bytes& blob : blobs) wire::put_string(sink, blob);
    append(list, tail);
    const auto event = take(wire::GlobalRequest{"hostkeys-00@openssh.com", false, {list}});
    EXPECT_TRUE(event);
    EXPECT_TRUE(outbox_.posted.empty());
    if (!event || !*event) return std::nullopt;
    std::vector<Bytes> announced;
    for (const ByteView blob : std::get<HostKeysAnnounced>(**event).blobs) {
      announced.push_back(to_bytes(blob));
    }
    return announced;
  }
};

TEST_F(AnnouncedKeys, are_told_each_once) {
  EXPECT_EQ(announce({{1, 2}, {3}, {1, 2}}), (std::vector<Bytes>{{1, 2}, {3}}));
}

TEST_F(AnnouncedKeys, are_bounded_in_number_and_size) {
  std::vector<Bytes> most;
  for (std::uint8_t i = 0; i < limits::kHostKeysAnnounced; ++i) most.push_back(Bytes{i});
  EXPECT_EQ(announce(most), most);
  most.push_back(Bytes{255});
  EXPECT_FALSE(announce(most));
  EXPECT_TRUE(announce({Bytes(limits::kPublicKeyBlob)}));
  EXPECT_FALSE(announce({Bytes(limits::kPublicKeyBlob + 1)}));
}

TEST_F(AnnouncedKeys, damaged_lists_count_for_nothing) {
  EXPECT_FALSE(announce({}));
  EXPECT_FALSE(announce({{1}}, Bytes{0, 0, 0}));
  EXPECT_FALSE(announce({{1}}, Bytes{0, 0, 0, 2, 1}));
  EXPECT_FALSE(announce({}, Bytes{0xff, 0xff, 0xff, 0xff}));
}

TEST_F(MultiplexerTest, global_requests_carry_what_they_say_and_bring_what_is_answered) {
  ASSERT_TRUE(multiplexer_.global_request("name", as_bytes("extra")));
  const auto sent = outbox_.last<wire::GlobalRequest>();
  EXPECT_EQ(sent.name.view(), "name");
  EXPECT_TRUE(sent.want_reply);
  EXPECT_EQ(as_text(sent.extra.bytes), "extra");
  const auto reply = take(wire::RequestSuccess{{as_bytes("answer")}});
  ASSERT_TRUE(reply && *reply);
  EXPECT_TRUE(std::get<GlobalReplied>(**reply).is_success);
  EXPECT_EQ(as_text(std::get<GlobalReplied>(**reply).answer), "answer");
}

TEST_F(MultiplexerTest, requests_and_replies) {
  const ChannelId id = open();
  ASSERT_TRUE(multiplexer_.request(id, ExecRequest{"ls"}));
  EXPECT_EQ(outbox_.last<wire::ChannelRequest>().type.view(), "exec");
  EXPECT_TRUE(outbox_.last<wire::ChannelRequest>().want_reply);
  ASSERT_TRUE(multiplexer_.request(id, SignalRequest{"TERM"}));
  EXPECT_FALSE(outbox_.last<wire::ChannelRequest>().want_reply);
  const auto reply = take(wire::ChannelFailure{id.value()});
  ASSERT_TRUE(reply && *reply);
  EXPECT_FALSE(std::get<ChannelReplied>(**reply).is_success);
  EXPECT_EQ(take(wire::ChannelSuccess{id.value()}).error().code, Errc::unexpected_reply);
}

TEST_F(MultiplexerTest, requests_that_no_packet_holds) {
  const ChannelId id = open();
  const std::size_t count = outbox_.posted.size();
  const std::string command(limits::kPacket, 'x');
  EXPECT_EQ(multiplexer_.request(id, ExecRequest{command}).error().code, Errc::invalid_argument);
  EXPECT_EQ(outbox_.posted.size(), count);
  EXPECT_TRUE(multiplexer_.request(id, ExecRequest{std::string_view(command).substr(0, 200'000)}));
}

TEST_F(MultiplexerTest, refused_channels_leave_nothing) {
  const ChannelId id = *multiplexer_.open(DirectTcpipKind{"host", 22, "", 0});
  const auto event = take(wire::ChannelOpenFailure{id.value(), 2, "no \x1b way", ""});
  ASSERT_TRUE(event && *event);
  EXPECT_EQ(std::get<ChannelRefused>(**event).text, "no \\x1b way");
  EXPECT_EQ(multiplexer_.channels(), 0u);
}

TEST_F(MultiplexerTest, limit_of_channels) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(multiplexer_.open(SessionKind{}));
  EXPECT_EQ(multiplexer_.open(SessionKind{}).error().code, Errc::too_many_channels);
}

TEST_F(MultiplexerTest, global_requests_tell_the_round_trip) {
  Instant now{};
  multiplexer_.on_time(now);
  EXPECT_EQ(multiplexer_.round_trip(), Duration::max());
  ASSERT_TRUE(multiplexer_.global_request("keepalive@openssh.com"));
  multiplexer_.on_time(now += std::chrono::milliseconds(30));
  ASSERT_TRUE(take(wire::RequestFailure{}));
  EXPECT_EQ(multiplexer_.round_trip(), std::chrono::milliseconds(30));
}

TEST_F(MultiplexerTest, global_requests_both_ways) {
  ASSERT_TRUE(take(wire::GlobalRequest{"x", true, {}}));
  EXPECT_EQ(outbox_.posted.back(), Bytes{wire::RequestFailure::number});
  EXPECT_EQ(take(wire::RequestSuccess{}).error().code, Errc::unexpected_reply);
  ASSERT_TRUE(multiplexer_.global_request("keepalive@openssh.com"));
  const auto event = take(wire::RequestFailure{});
  ASSERT_TRUE(event && *event);
  EXPECT_FALSE(std::get<GlobalReplied>(**event).is_success);
}

}  // namespace
}  // namespace hawser::connection
