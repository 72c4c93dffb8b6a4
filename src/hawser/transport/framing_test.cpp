#include "hawser/transport/framing.h"

#include <gtest/gtest.h>

#include "scenario/printing.h"

namespace hawser::transport {
namespace {

TEST(Padding, fills_blocks_and_is_at_least_four) {
  for (const std::size_t block : {0u, 8u, 16u}) {
    const std::size_t unit = std::max<std::size_t>(block, 8);
    for (const auto length : {LengthField::padded, LengthField::apart}) {
      for (std::size_t payload = 1; payload < 600; ++payload) {
        const std::size_t padding = padding_for(payload, block, length);
        const std::size_t whole = (length == LengthField::padded ? 4 : 0) + 1 + payload + padding;
        ASSERT_EQ(whole % unit, 0u);
        ASSERT_GE(padding, kPaddingMin);
        ASSERT_LT(padding, kPaddingMin + unit);
      }
    }
  }
}

TEST(PacketLength, edges) {
  constexpr std::size_t kMax = 35'000;
  const struct {
    std::uint32_t packet_length;
    std::size_t block;
    LengthField length;
    Errc expected;
  } cases[] = {
      {0, 8, LengthField::padded, Errc::packet_too_short},
      {1, 8, LengthField::padded, Errc::packet_too_short},
      {4, 8, LengthField::padded, Errc::packet_too_short},
      {5, 8, LengthField::padded, Errc::packet_too_short},
      {12, 8, LengthField::padded, Errc{}},
      {13, 8, LengthField::padded, Errc::bad_padding},
      {12, 16, LengthField::padded, Errc{}},
      {20, 16, LengthField::padded, Errc::bad_padding},
      {8, 8, LengthField::apart, Errc{}},
      {7, 8, LengthField::apart, Errc::packet_too_short},
      {15, 16, LengthField::apart, Errc::packet_too_short},
      {16, 16, LengthField::apart, Errc{}},
      {17, 16, LengthField::apart, Errc::bad_padding},
      {34'996, 8, LengthField::padded, Errc{}},
      {35'004, 8, LengthField::padded, Errc::packet_too_long},
      {0x80000000, 8, LengthField::padded, Errc::packet_too_long},
      {0xffffffec, 8, LengthField::padded, Errc::packet_too_long},
      {0xffffffff, 8, LengthField::apart, Errc::packet_too_long},
  };
  for (const auto& row : cases) {
    SCOPED_TRACE(row.packet_length);
    const Status status = check_packet_length(row.packet_length, row.block, row.length, kMax);
    EXPECT_EQ(status ? Errc{} : status.error().code, row.expected);
  }
}

TEST(Payload, padding_length_edges) {
  for (unsigned padding = 0; padding < 256; ++padding) {
    Bytes plaintext(16);
    plaintext[0] = static_cast<std::uint8_t>(padding);
    const auto payload = payload_of(plaintext);
    // 4 at least, and one byte of payload at least: 16 - 1 - 1.
    ASSERT_EQ(payload.has_value(), padding >= 4 && padding <= 14) << padding;
    if (!payload) continue;
    EXPECT_EQ(payload->size(), 15 - padding);
  }
}

TEST(Plaintext, reads_as_one_sequence) {
  const Bytes padding{9, 9, 9, 9};
  for (const std::size_t size : {1u, 62u, 63u, 64u, 65u, 200u}) {
    Bytes payload(size);
    for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<std::uint8_t>(i);
    const std::size_t third = size / 3;
    const Gather parts{ByteView(payload).first(third), ByteView(payload).subspan(third, third),
                       ByteView(payload).subspan(2 * third)};
    const Plaintext plaintext(parts, padding);
    Bytes whole(plaintext.all().size());
    plaintext.all().copy_to(whole);
    Bytes expected{4};
    append(expected, payload);
    append(expected, padding);
    EXPECT_EQ(whole, expected);
  }
}

}  // namespace
}  // namespace hawser::transport
