// The connection ends at any byte, or any bit flips: there is exactly one error, of the right kind,
// and nothing that was not authentic is ever delivered.
#include <algorithm>

#include <gtest/gtest.h>

#include "scenario/printing.h"
#include "scenario/scene.h"

namespace hawser::scenario {
namespace {

// Few names: the KEXINITs are as short as they get.
SceneOptions short_session(std::string_view cipher, std::string_view mac) {
  SceneOptions options;
  transport::Proposal& proposal = options.server.proposal;
  proposal.kex = {"curve25519-sha256"};
  proposal.host_key = {"ssh-ed25519"};
  proposal.cipher = {std::string(cipher)};
  proposal.mac = {std::string(mac)};
  options.proposal = proposal;
  options.server.commands["greet"].output = to_bytes(as_bytes("hello"));
  options.server.auth.banners = {"welcome"};
  return options;
}

struct Played {
  Scene scene;
  explicit Played(const SceneOptions& options) : scene(options) {
    (void)scene.start("greet");
    scene.link.end();
  }
};

std::size_t errors_in(const std::vector<std::string>& events) {
  return static_cast<std::size_t>(std::ranges::count_if(
      events, [](const std::string& event) { return event.starts_with("error "); }));
}

// Every event but the last happened in the undisturbed run too, in the same order.
void expect_prefix(const std::vector<std::string>& events, const std::vector<std::string>& whole) {
  ASSERT_FALSE(events.empty());
  ASSERT_LE(events.size(), whole.size());
  EXPECT_EQ(errors_in(events), 1u);
  EXPECT_TRUE(events.back().starts_with("error "));
  for (std::size_t i = 0; i + 1 < events.size(); ++i) EXPECT_EQ(events[i], whole[i]);
}

TEST(Faults, connection_ends_after_every_byte) {
  SceneOptions options = short_session("chacha20-poly1305@openssh.com", "hmac-sha2-256");
  Played undisturbed(options);
  const auto& whole = undisturbed.scene.client.events();
  ASSERT_TRUE(undisturbed.scene.client.saw("closed 0"));
  const std::size_t identification = options.server.identification.size() + 2;
  const std::size_t total = undisturbed.scene.link.bytes_to_client();
  for (std::size_t offset = 0; offset < total; ++offset) {
    SCOPED_TRACE(offset);
    options.faults.ends_after = offset;
    Played cut(options);
    const bool is_before_ssh = offset > 0 && offset < identification;
    ASSERT_EQ(cut.scene.failure_code(), is_before_ssh ? Errc::not_ssh : Errc::connection_lost);
    expect_prefix(cut.scene.client.events(), whole);
    ASSERT_FALSE(cut.scene.server.complaint());
  }
}

TEST(Faults, nothing_is_said_to_a_peer_that_left) {
  SceneOptions options;
  options.faults.ends_after = 400;
  Played cut(options);
  EXPECT_EQ(cut.scene.failure_code(), Errc::connection_lost);
  EXPECT_FALSE(cut.scene.server.disconnect_code());
}

struct Suite {
  const char* cipher;
  const char* mac;
};
class Flips : public testing::TestWithParam<Suite> {};

// One bit of each byte after the server's NEWKEYS; which bit changes from byte to byte.
TEST_P(Flips, of_any_byte_are_found) {
  SceneOptions options = short_session(GetParam().cipher, GetParam().mac);
  std::size_t encrypted_from = 0;
  std::vector<std::string> whole;
  std::size_t total = 0;
  {
    Scene scene(options);
    ASSERT_TRUE(scene.handshake());
    // What came last was EXT_INFO, the first encrypted packet, of more than 160 bytes.
    encrypted_from = scene.link.bytes_to_client() - 160;
    ASSERT_TRUE(scene.login());
    const auto channel = scene.open_session();
    ASSERT_TRUE(scene.exec(*channel, "greet"));
    scene.link.end();
    whole = scene.client.events();
    total = scene.link.bytes_to_client();
  }
  for (std::size_t offset = encrypted_from; offset < total; ++offset) {
    SCOPED_TRACE(offset);
    options.faults.flips_byte = offset;
    options.faults.flip_mask = static_cast<std::uint8_t>(1u << (offset * 5 % 8));
    Played flipped(options);
    const Errc code = flipped.scene.failure_code();
    // A length that grew waits for bytes that never come.
    if (GetParam().cipher == std::string_view("aes128-cbc")) {
      // Whatever it was, the answer is the same, but for what never came whole.
      ASSERT_TRUE(code == Errc::mac_mismatch || code == Errc::connection_lost) << describe(code);
    }
    ASSERT_TRUE(code == Errc::mac_mismatch || code == Errc::packet_too_long ||
                code == Errc::packet_too_short || code == Errc::bad_padding ||
                code == Errc::connection_lost)
        << describe(code);
    expect_prefix(flipped.scene.client.events(), whole);
  }
}

INSTANTIATE_TEST_SUITE_P(Faults, Flips,
                         testing::Values(Suite{"chacha20-poly1305@openssh.com", "hmac-sha2-256"},
                                         Suite{"aes128-gcm@openssh.com", "hmac-sha2-256"},
                                         Suite{"aes256-ctr", "hmac-sha2-512-etm@openssh.com"},
                                         Suite{"aes128-ctr", "hmac-sha2-256"},
                                         Suite{"aes128-cbc", "hmac-sha1-96"},
                                         Suite{"3des-cbc", "hmac-md5-etm@openssh.com"}));

TEST(Faults, an_exchange_that_was_tampered_with_ends_before_any_secret) {
  SceneOptions options = short_session("aes128-gcm@openssh.com", "hmac-sha2-256");
  std::size_t handshake = 0;
  {
    Scene scene(options);
    ASSERT_TRUE(scene.handshake());
    handshake = scene.link.bytes_to_client();
  }
  // From the identification to the host key's signature: all of it is in the exchange hash, but for
  // framing and padding, which nobody signs.
  for (std::size_t offset = 0; offset < handshake; ++offset) {
    SCOPED_TRACE(offset);
    options.faults.flips_byte = offset;
    options.faults.flip_mask = static_cast<std::uint8_t>(1u << (offset * 3 % 8));
    Scene scene(options);
    if (scene.handshake()) continue;
    // Whatever was wrong, no more than key exchange was said.
    for (const std::uint8_t number : scene.server.received_numbers()) {
      ASSERT_TRUE(number < 5 || (number >= 20 && number < 50)) << unsigned{number};
    }
  }
}

}  // namespace
}  // namespace hawser::scenario
