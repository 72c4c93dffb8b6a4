#include "hawser/sftp/engine.h"

#include <gtest/gtest.h>

#include "support/sftp_server.h"

namespace hawser::sftp {
namespace {

using hawser::testing::Packet;
using hawser::testing::pattern;
using hawser::testing::status;
using hawser::testing::take_requests;
using hawser::testing::version;

struct Listener final : Receiver {
  ByteSpan space_for(RequestId /*id*/, std::size_t size) override {
    data.assign(size, 0);
    return data;
  }
  void take(RequestId id, const Reply& reply) override {
    ids.push_back(id.value());
    if (const auto* got = std::get_if<StatusReply>(&reply)) {
      code = got->code;
      text = as_text(got->message);
    }
    if (const auto* got = std::get_if<HandleReply>(&reply)) text = as_text(got->handle);
    if (const auto* got = std::get_if<NameReply>(&reply)) {
      auto rest = *got;
      while (const auto entry = rest.next()) names.emplace_back(as_text(entry->name));
    }
  }
  std::vector<std::uint32_t> ids;
  std::vector<std::string> names;
  std::string text;
  StatusCode code = StatusCode::ok;
  Bytes data;
};

// An engine whose VERSION has come.
std::unique_ptr<Engine> ready_engine() {
  auto engine = std::make_unique<Engine>();
  take_requests(*engine);
  EXPECT_TRUE(engine->received(version().framed()));
  return engine;
}

Result<RequestId> ask(Engine& engine, Expected expected, Receiver& receiver) {
  if (expected == Expected::data) return engine.read(as_bytes("h"), 0, 100, receiver);
  return engine.send(message::Stat{0, wire::Blob(as_bytes("/x"))}, expected, receiver);
}

TEST(SftpEngine, SaysWhichVersionItSpeaks) {
  Engine engine;
  Bytes said;
  const Gather pending = engine.pending();  // named: it must outlive the loop
  for (const ByteView view : pending.views()) append(said, view);
  EXPECT_EQ(said, (Bytes{0, 0, 0, 5, 1, 0, 0, 0, 3}));
  EXPECT_FALSE(engine.is_ready());
}

TEST(SftpEngine, TakesVersionsFromThreeOn) {
  const std::pair<std::uint32_t, Errc> rows[] = {{0, Errc::sftp_version},
                                                 {2, Errc::sftp_version},
                                                 {3, Errc::internal},
                                                 {6, Errc::internal},
                                                 {UINT32_MAX, Errc::internal}};
  for (const auto& [number, error] : rows) {
    Engine engine;
    const Status taken = engine.received(version(number).framed());
    EXPECT_EQ(taken.has_value(), error == Errc::internal) << number;
    if (!taken) {
      EXPECT_EQ(taken.error().code, error);
    }
  }
}

TEST(SftpEngine, KnowsTheExtensionsOfTheVersion) {
  Engine engine;
  ASSERT_TRUE(engine.received(
      version().string("fsync@openssh.com").string("1").string("odd\0name").string("").framed()));
  EXPECT_TRUE(engine.extensions().has(extension::kFsync));
  EXPECT_FALSE(engine.extensions().has(extension::kLimits));
  EXPECT_EQ(engine.extensions().all().size(), 2U);
}

TEST(SftpEngine, BoundsTheExtensions) {
  Packet many = version();
  for (std::size_t i = 0; i <= limits::kSftpExtended; ++i) many.string("x").string("");
  Engine engine;
  EXPECT_EQ(engine.received(many.framed()).error().code, Errc::sftp_limit);
  Engine other;
  const std::string large(limits::kSftpVersion, 'x');
  EXPECT_EQ(other.received(version().string(large).string("").framed()).error().code,
            Errc::sftp_limit);
  Engine cut;
  EXPECT_EQ(cut.received(version().string("name").framed()).error().code, Errc::sftp_protocol);
}

TEST(SftpEngine, RefusesASecondVersionAndAnythingBeforeTheFirst) {
  auto engine = ready_engine();
  EXPECT_EQ(engine->received(version().framed()).error().code, Errc::sftp_protocol);
  Engine early;
  EXPECT_EQ(early.received(status(0, 0).framed()).error().code, Errc::sftp_protocol);
}

TEST(SftpEngine, ShowsWhatWasSaidInsteadOfSftp) {
  Engine engine;
  EXPECT_EQ(engine.received(as_bytes("Welcome \x1b[31m\n")).error().code, Errc::sftp_not_spoken);
  EXPECT_EQ(engine.greeting(), "Welcome \\x1b[31m\\x0a");
}

TEST(SftpEngine, BoundsThePacketBeforeItTakesMemory) {
  for (const std::uint32_t length : {0U, std::uint32_t{limits::kSftpPacket} + 1, UINT32_MAX}) {
    auto engine = ready_engine();
    Bytes head(4);
    store_be32(head.data(), length);
    EXPECT_FALSE(engine->received(head)) << length;
  }
}

TEST(SftpEngine, TakesRepliesInAnyOrderAndAnyCut) {
  for (const std::size_t piece : {1UL, 2UL, 7UL, 1000UL}) {
    auto engine = ready_engine();
    Listener first;
    Listener second;
    ASSERT_TRUE(engine->read(as_bytes("h"), 0, 5000, first));
    ASSERT_TRUE(ask(*engine, Expected::names, second));
    const auto requests = take_requests(*engine);
    const Bytes data = pattern(5000);
    Bytes stream = Packet(104)
                       .u32(requests[1].id)
                       .u32(2)
                       .string("a")
                       .string("-rw a")
                       .u32(0)
                       .string("b")
                       .string("")
                       .u32(1)
                       .u64(77)
                       .framed();
    append(stream, Packet(103).u32(requests[0].id).string(as_text(data)).framed());
    for (ByteView rest = stream; !rest.empty();) {
      const std::size_t size = std::min(piece, rest.size());
      ASSERT_TRUE(engine->received(rest.first(size)));
      rest = rest.subspan(size);
    }
    EXPECT_EQ(first.data, data);
    EXPECT_EQ(second.names, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(engine->in_flight(), 0U);
  }
}

// Every reply type against every kind of request: only its own and a refusal fit (I4).
TEST(SftpEngine, RefusesRepliesOfTheWrongType) {
  const auto replies = [](std::uint32_t id) {
    return std::vector<std::pair<Expected, Bytes>>{
        {Expected::status, status(id, 0).framed()},
        {Expected::handle, Packet(102).u32(id).string("handle").framed()},
        {Expected::data, Packet(103).u32(id).string("data").framed()},
        {Expected::names, Packet(104).u32(id).u32(0).framed()},
        {Expected::attributes, Packet(105).u32(id).u32(0).framed()},
        {Expected::extended, Packet(201).u32(id).raw("x").framed()}};
  };
  for (const Expected expected : {Expected::status, Expected::handle, Expected::data,
                                  Expected::names, Expected::attributes, Expected::extended}) {
    for (std::size_t i = 0; i < 6; ++i) {
      auto engine = ready_engine();
      Listener listener;
      const auto id = ask(*engine, expected, listener);
      ASSERT_TRUE(id);
      const auto [kind, bytes] = replies(id->value())[i];
      EXPECT_EQ(engine->received(bytes).has_value(), kind == expected)
          << static_cast<int>(expected) << " answered by " << i;
      EXPECT_EQ(listener.ids.size(), kind == expected ? 1U : 0U);
    }
    auto engine = ready_engine();
    Listener listener;
    const auto id = ask(*engine, expected, listener);
    EXPECT_TRUE(engine->received(status(id->value(), 3, "no").framed()));
    EXPECT_EQ(listener.code, StatusCode::permission_denied);
  }
}

TEST(SftpEngine, RefusesUnknownAndRepeatedIds) {
  auto engine = ready_engine();
  EXPECT_EQ(engine->received(status(7, 0).framed()).error().code, Errc::sftp_protocol);
  engine = ready_engine();
  Listener listener;
  const auto id = ask(*engine, Expected::status, listener);
  EXPECT_TRUE(engine->received(status(id->value(), 0).framed()));
  EXPECT_EQ(engine->received(status(id->value(), 0).framed()).error().code, Errc::sftp_protocol);
  // The failure is kept.
  EXPECT_FALSE(ask(*engine, Expected::status, listener));
}

TEST(SftpEngine, RefusesMoreDataThanWasAskedFor) {
  auto engine = ready_engine();
  Listener listener;
  const auto id = engine->read(as_bytes("h"), 0, 10, listener);
  const Bytes reply = Packet(103).u32(id->value()).string("12345678901").framed();
  EXPECT_EQ(engine->received(reply).error().code, Errc::sftp_protocol);
  EXPECT_TRUE(listener.ids.empty());
}

TEST(SftpEngine, RefusesMalformedReplies) {
  const Bytes rows[] = {
      Packet(101).u32(0).framed(),                                  // no code
      Packet(102).u32(0).framed(),                                  // no handle
      Packet(102).u32(0).string("").framed(),                       // an empty one
      Packet(102).u32(0).string(std::string(257, 'x')).framed(),    // a long one
      Packet(102).u32(0).string("x").raw("y").framed(),             // bytes left
      Packet(103).framed(),                                         // no id
      Packet(103).u32(0).framed(),                                  // no size
      Packet(103).u32(0).u32(9).raw("short").framed(),              // sizes that differ
      Packet(104).u32(0).u32(UINT32_MAX).framed(),                  // no entries
      Packet(104).u32(0).u32(1).string("a").string("b").framed(),   // no attributes
      Packet(105).u32(0).u32(0x100).framed(),                       // unknown flags
      Packet(105).u32(0).u32(0x80000000).u32(UINT32_MAX).framed(),  // extended without end
      Packet(0).framed(),
      Packet(255).u32(0).framed(),
  };
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    auto engine = ready_engine();
    EXPECT_FALSE(engine->received(rows[i])) << i;
  }
}

// Each is taken at its limit, and not a byte or one above.
TEST(SftpEngine, TakesWhatJustFits) {
  for (const std::size_t more : {0U, 1U}) {
    SCOPED_TRACE(more);
    const bool fits = more == 0;
    Packet extended = version();
    for (std::size_t i = 0; i < limits::kSftpExtended + more; ++i) extended.string("x").string("");
    EXPECT_EQ(Engine().received(extended.framed()).has_value(), fits);
    // What stands before and behind the text: type, version, two lengths.
    const Packet long_one = version().string(std::string(limits::kSftpVersion + more - 13, 'x'));
    EXPECT_EQ(Engine().received(Packet(long_one).string("").framed()).has_value(), fits);

    Listener listener;
    auto engine = ready_engine();
    auto id = ask(*engine, Expected::handle, listener);
    const std::string handle(limits::kSftpHandle + more, 'h');
    EXPECT_EQ(engine->received(Packet(102).u32(id->value()).string(handle).framed()).has_value(),
              fits);
    engine = ready_engine();
    id = ask(*engine, Expected::status, listener);
    const std::string text(limits::kSftpPacket + more - 17, 't');
    EXPECT_EQ(engine->received(status(id->value(), 4, text).framed()).has_value(), fits);
    engine = ready_engine();
    engine->allow_packets_of(limits::kSftpPacketMost);
    id = ask(*engine, Expected::status, listener);
    const std::string longer(limits::kSftpPacketMost + more - 17, 't');
    EXPECT_EQ(engine->received(status(id->value(), 4, longer).framed()).has_value(), fits);
  }
}

TEST(SftpEngine, TakesAStatusWithoutText) {
  auto engine = ready_engine();
  Listener listener;
  const auto id = ask(*engine, Expected::status, listener);
  EXPECT_TRUE(engine->received(Packet(101).u32(id->value()).u32(UINT32_MAX).framed()));
  EXPECT_EQ(listener.code, static_cast<StatusCode>(UINT32_MAX));
  EXPECT_EQ(listener.text, "");
}

TEST(SftpEngine, ClosesTheHandleThatComesForNobody) {
  auto engine = ready_engine();
  {
    Listener gone;
    ASSERT_TRUE(ask(*engine, Expected::handle, gone));
    engine->forget(gone);
  }
  const auto asked = take_requests(*engine);
  EXPECT_TRUE(engine->received(Packet(102).u32(asked[0].id).string("handle 7").framed()));
  const auto closing = take_requests(*engine);
  ASSERT_EQ(closing.size(), 1U);
  EXPECT_EQ(closing[0].type, 4);
  EXPECT_EQ(closing[0].handle_or_path, "handle 7");
}

TEST(SftpEngine, WritesNothingToWhoWasForgottenInTheMiddle) {
  auto engine = ready_engine();
  auto gone = std::make_unique<Listener>();
  const auto id = engine->read(as_bytes("h"), 0, 100, *gone);
  const Bytes reply = Packet(103).u32(id->value()).string(std::string(100, 'x')).framed();
  ASSERT_TRUE(engine->received(ByteView(reply).first(50)));
  engine->forget(*gone);
  gone.reset();  // under a sanitizer, a byte more into its memory is an error
  EXPECT_TRUE(engine->received(ByteView(reply).subspan(50)));
  EXPECT_EQ(engine->in_flight(), 0U);
}

TEST(SftpEngine, HasRoomForSoManyRequests) {
  auto engine = ready_engine();
  Listener listener;
  for (std::uint32_t i = 0; i < limits::kSftpRequests; ++i) {
    ASSERT_TRUE(engine->has_room());
    ASSERT_TRUE(ask(*engine, Expected::status, listener));
  }
  EXPECT_FALSE(engine->has_room());
  EXPECT_EQ(ask(*engine, Expected::status, listener).error().code, Errc::wrong_state);
  const auto requests = take_requests(*engine);
  ASSERT_EQ(requests.size(), limits::kSftpRequests);
  EXPECT_TRUE(engine->received(status(requests[5].id, 0).framed()));
  EXPECT_TRUE(engine->has_room());
}

TEST(SftpEngine, SendsWritesFromTheOwnersMemoryInAnyCut) {
  for (const std::size_t piece : {1UL, 13UL, 4096UL}) {
    auto engine = ready_engine();
    Listener listener;
    const Bytes data = pattern(10000);
    ASSERT_TRUE(ask(*engine, Expected::status, listener));
    ASSERT_TRUE(engine->write(as_bytes("h"), 5, data, listener, &data));
    ASSERT_TRUE(ask(*engine, Expected::status, listener));
    Bytes sent;
    while (engine->unsent() > 0) {
      const Gather next = engine->pending().first(std::min(piece, engine->pending().size()));
      for (const ByteView view : next.views()) append(sent, view);
      engine->sent(next.size());
      if (sent.size() > 5000) engine->keep_data_of(&data);  // the rest comes from a copy
    }
    EXPECT_FALSE(engine->has_unsent_data(&data));
    wire::Reader stream(sent);
    stream.string();
    wire::Reader write(stream.string());
    EXPECT_EQ(write.uint8(), 6);
    write.uint32();
    EXPECT_EQ(as_text(write.string()), "h");
    EXPECT_EQ(write.uint64(), 5U);
    EXPECT_EQ(to_bytes(write.string()), data);
    EXPECT_TRUE(write.ok() && write.at_end());
    stream.string();
    EXPECT_TRUE(stream.ok() && stream.at_end());
  }
}

}  // namespace
}  // namespace hawser::sftp
