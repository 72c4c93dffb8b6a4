#include "hawser/wire/message_table.h"

#include <set>

#include <gtest/gtest.h>

namespace hawser::wire {
namespace {

using Numbers = std::set<unsigned>;

Numbers range(unsigned first, unsigned last) {
  Numbers numbers;
  for (unsigned number = first; number <= last; ++number) numbers.insert(number);
  return numbers;
}

Numbers all_of(std::initializer_list<Numbers> parts) {
  Numbers whole;
  for (const Numbers& part : parts) whole.insert(part.begin(), part.end());
  return whole;
}

// What a server may send, written down once more from the RFCs.
Numbers legal_in(Phase phase, StrictKex strict) {
  const Numbers generic = range(1, 4);
  const Numbers early = strict == StrictKex::on ? Numbers{1} : generic;
  switch (phase) {
    case Phase::first_packet:
      return all_of({early, {20}});
    case Phase::first_exchange:
      return all_of({early, {21, 31, 33}});
    case Phase::service:
      return all_of({generic, {6, 7, 20}});
    case Phase::authentication:
      return all_of({generic, {7, 20}, range(51, 53), {60}});
    case Phase::connection:
      return all_of({generic, {20}, range(80, 82), range(90, 100)});
    case Phase::exchange:
    case Phase::exchange_before_login:
      return all_of({generic, {21, 31, 33}});
  }
  return {};
}

// The numbers that RFC 4250 4.1.2, RFC 4419, RFC 5656 and RFC 8308 give out, as far as we know
// them.
const Numbers kNamed = all_of({range(1, 7), range(20, 21), range(30, 34), range(50, 53),
                               range(60, 61), range(80, 82), range(90, 100)});

bool is_exchanging(Phase phase) {
  return phase != Phase::service && phase != Phase::authentication && phase != Phase::connection;
}

class Table : public testing::TestWithParam<std::tuple<unsigned, StrictKex>> {};

TEST_P(Table, SaysForEveryNumberWhatIsLegal) {
  const auto phase = static_cast<Phase>(std::get<0>(GetParam()));
  const StrictKex strict = std::get<1>(GetParam());
  const Numbers legal = legal_in(phase, strict);
  for (unsigned number = 0; number < 256; ++number) {
    Legality expected = Legality::illegal;
    if (legal.contains(number)) {
      expected = Legality::legal;
    } else if (!kNamed.contains(number) && number != 0 &&
               (strict == StrictKex::off || !is_exchanging(phase))) {
      expected = Legality::unknown;
    }
    EXPECT_EQ(legality(static_cast<std::uint8_t>(number), phase, strict), expected)
        << number << " in " << phase_name(phase);
  }
}

INSTANTIATE_TEST_SUITE_P(Phases, Table,
                         testing::Combine(testing::Range(0u, kPhases),
                                          testing::Values(StrictKex::off, StrictKex::on)));

TEST(MessageNames, AreThoseOfTheRfcs) {
  EXPECT_EQ(message_name(1), "DISCONNECT");
  EXPECT_EQ(message_name(20), "KEXINIT");
  EXPECT_EQ(message_name(52), "USERAUTH_SUCCESS");
  EXPECT_EQ(message_name(98), "CHANNEL_REQUEST");
  EXPECT_EQ(message_name(0), "message");
  EXPECT_EQ(message_name(255), "message");
  for (unsigned number : kNamed) {
    EXPECT_NE(message_name(static_cast<std::uint8_t>(number)), "message") << number;
  }
}

TEST(PhaseNames, AreThereForAllPhases) {
  for (unsigned phase = 0; phase < kPhases; ++phase) {
    EXPECT_FALSE(phase_name(static_cast<Phase>(phase)).empty()) << phase;
  }
}

}  // namespace
}  // namespace hawser::wire
