#include "hawser/transport/zlib_context.h"

#include <gtest/gtest.h>

#include "hawser/base/limits.h"

#include "scenario/printing.h"
#include "scenario/seeded_random.h"
#include "support/zlib_peer.h"

namespace hawser::transport {
namespace {

using support::ZlibPeer;

Bytes random_bytes(std::size_t size, std::uint64_t seed = 3) {
  scenario::SeededRandom random(seed);
  Bytes bytes(size);
  EXPECT_TRUE(random.fill(bytes));
  return bytes;
}

Bytes zeros(std::size_t size) {
  return Bytes(size);
}

TEST(Zlib, payloads_come_out_as_they_went_in) {
  Deflater deflater;
  Inflater inflater;
  for (const std::size_t size : {1u, 2u, 5u, 100u, 4096u, 32'777u, 40'000u, 200'000u, 1u}) {
    for (const Bytes& payload : {random_bytes(size), zeros(size)}) {
      const auto packed = deflater.compress(Gather(payload));
      ASSERT_TRUE(packed);
      const auto expanded = inflater.expand(*packed, limits::kPacket);
      ASSERT_TRUE(expanded) << size;
      EXPECT_EQ(to_bytes(*expanded), payload) << size;
    }
  }
}

// RFC 4253 6.2: the context is passed from one packet to the next.
TEST(Zlib, remembers_the_packets_before) {
  Deflater deflater;
  const Bytes payload = random_bytes(20'000);
  const std::size_t first = deflater.compress(Gather(payload))->size();
  const std::size_t again = deflater.compress(Gather(payload))->size();
  EXPECT_GT(first, payload.size());
  EXPECT_LT(again, payload.size() / 50);
}

// A packet of channel data stays within the 35,000 bytes that every peer takes.
TEST(Zlib, adds_little_to_what_cannot_be_compressed) {
  Deflater deflater;
  for (int i = 0; i < 20; ++i) {
    const Bytes payload = random_bytes(limits::kChannelPacketSend + 9, static_cast<unsigned>(i));
    EXPECT_LT(deflater.compress(Gather(payload))->size(), payload.size() + 64);
  }
}

TEST(Zlib, a_payload_in_pieces_is_the_same_as_whole) {
  const Bytes payload = random_bytes(50'000);
  const ByteView all(payload);
  Deflater whole;
  Deflater pieces;
  const Bytes expected = to_bytes(*whole.compress(Gather(payload)));
  EXPECT_EQ(to_bytes(*pieces.compress({all.first(1), all.subspan(1, 20'000), all.subspan(20'001)})),
            expected);
}

TEST(Zlib, expands_to_the_limit_and_no_further) {
  for (const std::size_t most : {std::size_t{1}, std::size_t{1000}, limits::kPacketBeforeLogin,
                                 std::size_t{36 * 1024}, limits::kPacket}) {
    for (const auto make : {+[](std::size_t size) { return random_bytes(size); }, +zeros}) {
      Inflater fits;
      EXPECT_TRUE(fits.expand(ZlibPeer().packet(make(most)), most)) << most;
      Inflater passes;
      const auto expanded = passes.expand(ZlibPeer().packet(make(most + 1)), most);
      ASSERT_FALSE(expanded) << most;
      EXPECT_EQ(expanded.error(), (Error{Errc::expanded_too_long, std::uint32_t(most)}));
    }
  }
}

// The limit of a packet before login is not forgotten because a larger one came later.
TEST(Zlib, the_limit_is_that_of_the_call) {
  Inflater inflater;
  ZlibPeer peer;
  ASSERT_TRUE(inflater.expand(peer.packet(zeros(100'000)), 100'000));
  ASSERT_TRUE(inflater.expand(peer.packet(zeros(10)), 10));
  EXPECT_FALSE(inflater.expand(peer.packet(zeros(11)), 10));
}

// 30 MB in 30 KB (CVE-2026-23943 and others: 255 MB in a packet of 256 KiB).
TEST(Zlib, a_bomb_is_an_error) {
  const Bytes bomb = ZlibPeer(9).packet(zeros(30'000'000));
  ASSERT_LE(bomb.size(), limits::kPacket / 8);
  Inflater inflater;
  EXPECT_EQ(inflater.expand(bomb, limits::kPacket).error().code, Errc::expanded_too_long);
}

TEST(Zlib, takes_every_level_and_every_flush) {
  for (const int level : {0, 1, 6, 9}) {
    for (const int flush : {Z_PARTIAL_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_BLOCK}) {
      ZlibPeer peer(level);
      Inflater inflater;
      for (const Bytes& payload : {random_bytes(5000), zeros(5000), Bytes{7}}) {
        if (flush == Z_BLOCK && payload.size() == 1) continue;  // holds bits back: no flush
        const auto expanded = inflater.expand(peer.packet(payload, flush), limits::kPacket);
        if (flush == Z_BLOCK) continue;
        ASSERT_TRUE(expanded) << level << " " << flush;
        EXPECT_EQ(to_bytes(*expanded), payload);
      }
    }
  }
}

TEST(Zlib, refuses_what_is_no_payload) {
  const struct {
    const char* what;
    Bytes packet;
  } rows[] = {
      {"nothing", {}},
      {"only the header", {0x78, 0x9c}},
      {"an empty block", {0x78, 0x9c, 0x02, 0x00}},
      {"the end of the stream", ZlibPeer().packet(Bytes{1, 2, 3}, Z_FINISH)},
      {"a preset dictionary", ZlibPeer(6, "ssh-connection").packet(Bytes{1, 2, 3})},
      {"no zlib header", {80, 0, 0, 0, 1}},
      {"gzip", {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3}},
      {"a window of 64 KiB", {0x88, 0x1c, 0x02, 0x00}},
      {"a block of type 3", {0x78, 0x9c, 0x07}},
      {"a distance too far back", {0x78, 0x9c, 0x63, 0x00, 0x22, 0x00}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    Inflater inflater;
    const auto expanded = inflater.expand(row.packet, limits::kPacket);
    ASSERT_FALSE(expanded);
    EXPECT_EQ(expanded.error().code, Errc::bad_compression);
  }
}

TEST(Zlib, damage_anywhere_is_survived) {
  Bytes text;
  for (int i = 0; i < 300; ++i) append(text, as_bytes("line " + std::to_string(i * i) + "\n"));
  const Bytes good = ZlibPeer().packet(text);
  std::size_t refused = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    Bytes bad = good;
    bad[at] ^= static_cast<std::uint8_t>(1u << (at % 8));
    Inflater inflater;
    const auto expanded = inflater.expand(bad, 10'000);
    if (!expanded) {
      ++refused;
    } else {
      EXPECT_LE(expanded->size(), 10'000u);
    }
  }
  EXPECT_GT(refused, 10u);
}

}  // namespace
}  // namespace hawser::transport
