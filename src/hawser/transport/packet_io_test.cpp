// PacketWriter and PacketReader back to back.
#include <gtest/gtest.h>

#include "hawser/transport/packet_reader.h"
#include "hawser/transport/packet_writer.h"

#include "scenario/printing.h"
#include "scenario/seeded_random.h"

namespace hawser::transport {
namespace {

class PacketIo : public testing::Test {
 protected:
  // Moves up to `most` bytes that were written into the slab to read from.
  void carry(std::size_t most = SIZE_MAX) {
    const ByteView pending = writer_.pending().first(std::min(most, writer_.pending().size()));
    copy(pending, in_.reserve(pending.size()));
    in_.commit(pending.size());
    writer_.sent(pending.size());
  }

  scenario::SeededRandom random_{1};
  PacketWriter writer_{random_};
  PacketReader reader_;
  Slab in_{256};
};

TEST_F(PacketIo, packets_come_out_as_they_went_in) {
  const Bytes first{1, 2, 3};
  const Bytes second(500, 9);
  ASSERT_TRUE(writer_.write(Gather(first)));
  ASSERT_TRUE(writer_.write(Gather{ByteView(second).first(100), ByteView(second).subspan(100)}));
  carry();
  const auto a = reader_.next(in_, 1000);
  ASSERT_TRUE(a && *a);
  EXPECT_EQ((*a)->number, 1);
  EXPECT_EQ((*a)->sequence, 0u);
  EXPECT_EQ(to_bytes((*a)->payload), first);
  const auto b = reader_.next(in_, 1000);
  ASSERT_TRUE(b && *b);
  EXPECT_EQ((*b)->sequence, 1u);
  EXPECT_EQ(to_bytes((*b)->payload), second);
  const auto none = reader_.next(in_, 1000);
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  EXPECT_TRUE(in_.empty());
  EXPECT_EQ(reader_.packets_under_key(), 2u);
  EXPECT_EQ(reader_.bytes_under_key(), writer_.bytes_under_key());
}

TEST(PacketTrace, says_which_packets_and_how_long_but_not_how_long_a_password_is) {
  std::vector<std::string> seen;
  const PacketTrace trace = [&](const PacketSeen& packet) {
    seen.push_back(std::string(packet.name) + ' ' + std::to_string(packet.number) + ' ' +
                   (packet.size ? std::to_string(*packet.size) : "-"));
  };
  scenario::SeededRandom random(1);
  PacketWriter writer(random, &trace);
  const Bytes rest(9, 0);
  for (const std::uint8_t number : {20, 50, 61, 94, 192}) {
    const Bytes first{number};
    ASSERT_TRUE(writer.write(Gather{ByteView(first), ByteView(rest)}));
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"KEXINIT 20 10", "USERAUTH_REQUEST 50 -",
                                            "USERAUTH_INFO_RESPONSE 61 -", "CHANNEL_DATA 94 10",
                                            "message 192 10"}));
  seen.clear();
  tell_of_packet(trace, Way::in, 50, 7);  // the peer's are no secret of ours
  EXPECT_EQ(seen, (std::vector<std::string>{"USERAUTH_REQUEST 50 7"}));
}

TEST_F(PacketIo, byte_by_byte) {
  ASSERT_TRUE(writer_.write(Gather(Bytes(100, 7))));
  while (writer_.pending().size() > 1) {
    carry(1);
    const auto packet = reader_.next(in_, 1000);
    ASSERT_TRUE(packet);
    ASSERT_FALSE(*packet);
  }
  EXPECT_EQ(reader_.missing(in_), 1u);
  carry();
  const auto packet = reader_.next(in_, 1000);
  ASSERT_TRUE(packet && *packet);
  EXPECT_EQ((*packet)->payload.size(), 100u);
}

TEST_F(PacketIo, sequence_numbers_start_again_if_told) {
  for (const bool resets : {false, true}) {
    ASSERT_TRUE(writer_.write(Gather(Bytes{5})));
    const std::uint32_t before = writer_.sequence();
    writer_.switch_keys(make_plain_sealer(), resets);
    EXPECT_EQ(writer_.sequence(), resets ? 0u : before);
    EXPECT_EQ(writer_.packets_under_key(), 0u);
  }
}

TEST_F(PacketIo, padding_is_random) {
  ASSERT_TRUE(writer_.write(Gather(Bytes{5})));
  const Bytes first = to_bytes(writer_.pending());
  writer_.sent(first.size());
  ASSERT_TRUE(writer_.write(Gather(Bytes{5})));
  EXPECT_NE(to_bytes(writer_.pending()), first);
}

// Plain packets, so that the start of a stream is seen (RFC 1950: 78 with a window of 32 KiB).
TEST_F(PacketIo, compression_begins_when_its_time_has_come) {
  const Bytes payload(1000, 2);
  const auto passes_as_stream_start = [&] {
    EXPECT_TRUE(writer_.write(Gather(payload)));
    const bool is_start = writer_.pending()[5] == 0x78 && writer_.pending().size() < 100;
    carry();
    const auto packet = reader_.next(in_, 2000);
    EXPECT_TRUE(packet && *packet && to_bytes((*packet)->payload) == payload);
    return is_start;
  };
  const auto switch_to = [&](const char* name) {
    writer_.switch_keys(make_plain_sealer(), false, find_compression(name));
    reader_.switch_keys(make_plain_opener(), false, find_compression(name));
  };
  EXPECT_FALSE(passes_as_stream_start());
  switch_to("zlib");
  EXPECT_TRUE(passes_as_stream_start());
  EXPECT_FALSE(passes_as_stream_start());  // goes on
  switch_to("zlib");
  EXPECT_TRUE(passes_as_stream_start());  // begins anew with new keys
  switch_to("zlib@openssh.com");
  EXPECT_FALSE(passes_as_stream_start());
  writer_.login_done();
  reader_.login_done();
  EXPECT_TRUE(passes_as_stream_start());
  switch_to("zlib@openssh.com");
  EXPECT_TRUE(passes_as_stream_start());
  switch_to("none");
  EXPECT_FALSE(passes_as_stream_start());
}

TEST_F(PacketIo, a_payload_expands_to_the_size_of_a_packet_at_most) {
  writer_.switch_keys(make_plain_sealer(), false, find_compression("zlib"));
  reader_.switch_keys(make_plain_opener(), false, find_compression("zlib"));
  ASSERT_TRUE(writer_.write(Gather(Bytes(1000, 2))));
  carry();
  EXPECT_TRUE(reader_.next(in_, 1000));
  ASSERT_TRUE(writer_.write(Gather(Bytes(1001, 2))));
  carry();
  const auto packet = reader_.next(in_, 1000);
  ASSERT_FALSE(packet);
  EXPECT_EQ(packet.error(), (Error{Errc::expanded_too_long, 1000}));
}

// What waits for a slow peer is not copied for every packet: storage doubles.
TEST_F(PacketIo, waiting_output_grows_in_few_steps) {
  std::size_t steps = 0;
  std::size_t held = writer_.held();
  for (int i = 0; i < 20'000; ++i) {
    ASSERT_TRUE(writer_.write(Gather(Bytes(40, 1))));
    if (writer_.held() != held) ++steps;
    held = writer_.held();
  }
  EXPECT_GT(writer_.pending().size(), 1u << 20);
  EXPECT_LE(steps, 8u);
  writer_.sent(writer_.pending().size());
  writer_.release_if_empty();
  EXPECT_EQ(writer_.held(), 0u);
}

}  // namespace
}  // namespace hawser::transport
