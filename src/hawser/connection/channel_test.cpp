#include "hawser/connection/channel.h"

#include <gtest/gtest.h>

#include "hawser/base/limits.h"
#include "hawser/connection/channel_table.h"

#include "scenario/printing.h"

namespace hawser::connection {
namespace {

class OpenChannel : public testing::Test {
 protected:
  OpenChannel() { EXPECT_TRUE(channel_.confirm(PeerChannelId(9), 1000, 100)); }
  Channel channel_{ChannelId(1), 5000};
};

Errc code_of(const Status& status) {
  return status ? Errc{} : status.error().code;
}

TEST(Channel, nothing_before_the_confirmation) {
  Channel channel(ChannelId(1), 5000);
  EXPECT_FALSE(channel.is_open());
  EXPECT_EQ(code_of(channel.take_data(1)), Errc::bad_channel_state);
  EXPECT_EQ(code_of(channel.take_eof()), Errc::bad_channel_state);
  EXPECT_EQ(code_of(channel.take_close()), Errc::bad_channel_state);
}

TEST(Channel, maximum_packet_of_the_peer) {
  Channel none(ChannelId(1), 10);
  EXPECT_EQ(code_of(none.confirm(PeerChannelId(1), 10, 0)), Errc::limit_passed);
  Channel huge(ChannelId(1), 10);
  EXPECT_TRUE(huge.confirm(PeerChannelId(1), 10, UINT32_MAX));
  EXPECT_EQ(huge.max_packet_out(), limits::kChannelPacketSend);
}

TEST_F(OpenChannel, is_confirmed_once) {
  EXPECT_EQ(channel_.peer(), PeerChannelId(9));
  EXPECT_EQ(channel_.out().left(), 1000u);
  EXPECT_EQ(code_of(channel_.confirm(PeerChannelId(8), 1, 1)), Errc::bad_channel_state);
}

TEST_F(OpenChannel, data_after_eof_is_let_pass_once_it_is_given_up) {
  EXPECT_TRUE(channel_.take_eof());
  EXPECT_EQ(code_of(channel_.take_data(1)), Errc::bad_channel_state);
  channel_.note_close_sent();
  EXPECT_TRUE(channel_.take_data(1));
  EXPECT_TRUE(channel_.take_close());
  EXPECT_EQ(code_of(channel_.take_data(1)), Errc::bad_channel_state);
}

TEST_F(OpenChannel, data_ends_with_eof) {
  EXPECT_TRUE(channel_.take_data(10));
  EXPECT_TRUE(channel_.take_eof());
  EXPECT_EQ(code_of(channel_.take_data(0)), Errc::bad_channel_state);
  EXPECT_EQ(code_of(channel_.take_eof()), Errc::bad_channel_state);
  EXPECT_TRUE(channel_.take_close());
  EXPECT_EQ(code_of(channel_.take_close()), Errc::bad_channel_state);
}

TEST_F(OpenChannel, halves_end_apart) {
  channel_.note_eof_sent();
  EXPECT_FALSE(channel_.can_send_data());
  EXPECT_TRUE(channel_.is_open());
  EXPECT_TRUE(channel_.take_data(1));
  channel_.note_close_sent();
  EXPECT_FALSE(channel_.is_open());
  EXPECT_TRUE(channel_.take_data(1));  // what was on its way
  EXPECT_FALSE(channel_.is_over());
  EXPECT_TRUE(channel_.take_close());
  EXPECT_TRUE(channel_.is_over());
}

TEST_F(OpenChannel, replies_are_counted) {
  EXPECT_EQ(code_of(channel_.take_reply()), Errc::unexpected_reply);
  EXPECT_TRUE(channel_.add_request());
  EXPECT_TRUE(channel_.take_reply());
  EXPECT_EQ(code_of(channel_.take_reply()), Errc::unexpected_reply);
  for (std::size_t i = 0; i < limits::kChannelRequestsPending; ++i) {
    EXPECT_TRUE(channel_.add_request());
  }
  EXPECT_EQ(code_of(channel_.add_request()), Errc::wrong_state);
}

TEST(ChannelTable, numbers_are_not_used_again) {
  ChannelTable table(2);
  const ChannelId first = (*table.add(1))->id();
  const ChannelId second = (*table.add(1))->id();
  EXPECT_NE(first, second);
  EXPECT_EQ(table.add(1).error().code, Errc::too_many_channels);
  table.remove(first);
  EXPECT_EQ(table.find(first), nullptr);
  const ChannelId third = (*table.add(1))->id();
  EXPECT_NE(third, first);
  EXPECT_NE(third, second);
  EXPECT_EQ(table.size(), 2u);
}

}  // namespace
}  // namespace hawser::connection
