#include "hawser/operations/listening.h"

#include <gtest/gtest.h>

namespace hawser::operations {
namespace {

using connection::OfferKind;
using connection::OfferOrigin;
using Fit = Listening::Fit;

TEST(Listening, KnowsWhoIsForIt) {
  const Listening tcp(OfferKind::tcpip, "localhost", 80);
  EXPECT_EQ(tcp.fit({OfferKind::tcpip, "localhost", 80, "", 0}), Fit::exact);
  EXPECT_EQ(tcp.fit({OfferKind::tcpip, "127.0.0.1", 80, "", 0}), Fit::by_port);
  EXPECT_EQ(tcp.fit({OfferKind::tcpip, "localhost", 81, "", 0}), Fit::none);
  EXPECT_EQ(tcp.fit({OfferKind::tcpip, "localhost", 65536 + 80, "", 0}), Fit::none);
  EXPECT_EQ(tcp.fit({OfferKind::streamlocal, "localhost", 80, "", 0}), Fit::none);
  EXPECT_EQ(tcp.fit({OfferKind::agent, "", 0, "", 0}), Fit::none);
  const Listening path(OfferKind::streamlocal, "/run/x", 0);
  EXPECT_EQ(path.fit({OfferKind::streamlocal, "/run/x", 0, "", 0}), Fit::exact);
  EXPECT_EQ(path.fit({OfferKind::streamlocal, "/run/xy", 0, "", 0}), Fit::none);
  EXPECT_EQ(Listening(OfferKind::agent, "", 0).fit({OfferKind::agent, "", 0, "", 0}), Fit::exact);
}

TEST(Listening, ThatIsClosedIsForNobody) {
  Listening agent(OfferKind::agent, "", 0);
  agent.close();
  EXPECT_EQ(agent.fit({OfferKind::agent, "", 0, "", 0}), Fit::none);
}

TEST(Listening, AtAPortThatTheServerChooses) {
  Listening listening(OfferKind::tcpip, "", 0);
  EXPECT_EQ(listening.fit({OfferKind::tcpip, "", 4000, "", 0}), Fit::by_port);
  listening.set_port(4000);
  EXPECT_EQ(listening.fit({OfferKind::tcpip, "", 4000, "", 0}), Fit::exact);
  EXPECT_EQ(listening.fit({OfferKind::tcpip, "", 4001, "", 0}), Fit::none);
}

TEST(Listening, HoldsSoManyAndNoMore) {
  Listening listening(OfferKind::agent, "", 0);
  for (std::uint32_t i = 0; i < limits::kOffersWaiting; ++i) {
    ASSERT_TRUE(listening.add({std::make_shared<ChannelBox>(connection::ChannelId(i)), {}}));
  }
  EXPECT_FALSE(listening.add({std::make_shared<ChannelBox>(connection::ChannelId(9999)), {}}));
  for (std::uint32_t i = 0; i < limits::kOffersWaiting; ++i) {
    EXPECT_EQ(listening.take()->box->id().value(), i);
  }
  EXPECT_FALSE(listening.take());
}

}  // namespace
}  // namespace hawser::operations
