// Every message number in every phase, with and without strict key exchange, against the table in
// wire/message_table.cpp: what it calls unknown is answered UNIMPLEMENTED, what it calls illegal
// ends the session, and what it calls legal still must be well formed.
#include <gtest/gtest.h>

#include "hawser/wire/message_table.h"
#include "hawser/wire/messages_connection.h"
#include "hawser/wire/messages_transport.h"

#include "scenario/printing.h"
#include "scenario/scene.h"

namespace hawser::scenario {
namespace {

using wire::Legality;
using wire::Phase;
using wire::StrictKex;

// A session that has just come into a phase, its peer ready to say anything.
class PhaseScene {
 public:
  PhaseScene(Phase phase, StrictKex strict) : scene_(options(phase, strict)) {
    if (phase == Phase::first_packet) hold(wire::KexInit::number);
    if (phase == Phase::first_exchange) hold(wire::KexEcdhReply::number);
    scene_.run();
    if (phase == Phase::authentication) hold_login();
    if (phase == Phase::connection || phase == Phase::exchange) scene_.login();
    if (phase == Phase::exchange || phase == Phase::exchange_before_login) {
      hold(wire::KexEcdhReply::number);
      scene_.server.rekey();
      scene_.run();
    }
  }

  Scene& scene() { return scene_; }

 private:
  static SceneOptions options(Phase phase, StrictKex strict) {
    SceneOptions options;
    options.server.offers_strict_kex = strict == StrictKex::on;
    options.server.sends_ext_info = phase != Phase::exchange;
    // Nothing else may happen meanwhile.
    options.rules.answers_signatures = false;
    return options;
  }

  // From the first payload with this number on the server is silent.
  void hold(std::uint8_t number) {
    scene_.server.transport().outgoing = [number, is_silent = false](Bytes& payload) mutable {
      is_silent = is_silent || payload[0] == number;
      return !is_silent;
    };
  }

  // A signature is asked for, so that no request is out.
  void hold_login() {
    auth::PublicKeyCredential credential;
    credential.algorithm = "ssh-ed25519";
    credential.key_blob = pattern(32);
    (void)scene_.client.session().login("user", std::move(credential));
    scene_.run();
  }

  Scene scene_;
};

class EveryNumber : public testing::TestWithParam<std::tuple<Phase, StrictKex>> {};

TEST_P(EveryNumber, is_treated_as_the_table_says) {
  const auto [phase, strict] = GetParam();
  std::optional<PhaseScene> played;
  for (unsigned i = 0; i < 256; ++i) {
    const auto number = static_cast<std::uint8_t>(i);
    SCOPED_TRACE(std::string(wire::phase_name(phase)) + ", number " + std::to_string(i));
    if (!played || played->scene().failure()) played.emplace(phase, strict);
    Scene& scene = played->scene();
    ASSERT_FALSE(scene.failure()) << describe(scene.failure_code());
    ASSERT_EQ(scene.client.session().phase(), phase);
    const std::uint32_t sequence = scene.server.transport().packets_sent();
    const std::size_t answers = scene.server.unimplemented().size();
    scene.server.inject(Bytes{number, 0xff, 0xff, 0xff});  // no message is this
    scene.run();

    // Before a KEXINIT came nobody knows whether the exchange will be strict.
    const StrictKex known = phase == Phase::first_packet ? StrictKex::off : strict;
    switch (wire::legality(number, phase, known)) {
      case Legality::unknown:
        ASSERT_FALSE(scene.failure()) << describe(scene.failure_code());
        ASSERT_EQ(scene.server.unimplemented().size(), answers + 1);
        EXPECT_EQ(scene.server.unimplemented().back(), sequence);
        break;
      case Legality::illegal:
        ASSERT_EQ(scene.failure_code(), Errc::unexpected_message);
        EXPECT_EQ(scene.failure()->detail, i);
        break;
      case Legality::legal:
        // NEWKEYS, replies and the like: legal by the table, but not due; or malformed.
        ASSERT_TRUE(scene.failure_code() == Errc::malformed_message ||
                    scene.failure_code() == Errc::unexpected_message ||
                    (number == wire::RequestSuccess::number &&
                     scene.failure_code() == Errc::unexpected_reply))
            << describe(scene.failure_code());
        break;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Legality, EveryNumber,
    testing::Combine(testing::Values(Phase::first_packet, Phase::first_exchange, Phase::service,
                                     Phase::authentication, Phase::connection, Phase::exchange,
                                     Phase::exchange_before_login),
                     testing::Values(StrictKex::off, StrictKex::on)));

}  // namespace
}  // namespace hawser::scenario
