// Handshakes that go well: with every algorithm that the engine has, however the stream is cut.
#include <gtest/gtest.h>

#include "hawser/wire/messages_transport.h"

#include "scenario/printing.h"
#include "scenario/scene.h"
#include "scenario/test_keys.h"
#include "support/certificate_builder.h"

namespace hawser::scenario {
namespace {

// Handshake, login, one command with output on both streams: the proof that both directions work.
void expect_command_works(Scene& scene) {
  const auto channel = scene.start("greet");
  ASSERT_TRUE(channel) << describe(scene.failure_code());
  EXPECT_EQ(as_text(scene.client.output(*channel)), "hello");
  EXPECT_EQ(as_text(scene.client.errors(*channel)), "warning");
  EXPECT_TRUE(scene.client.saw("exit 0 3"));
  EXPECT_TRUE(scene.client.saw("closed 0"));
  EXPECT_FALSE(scene.failure());
  EXPECT_FALSE(scene.server.complaint())
      << describe(scene.server.complaint()->code) << " " << scene.server.complaint()->where;
}

SceneOptions greeting() {
  SceneOptions options;
  ExecScript& script = options.server.commands["greet"];
  script.output = to_bytes(as_bytes("hello"));
  script.errors = to_bytes(as_bytes("warning"));
  script.status = 3;
  return options;
}

TEST(Handshake, default_algorithms) {
  Scene scene(greeting());
  expect_command_works(scene);
  const std::vector<std::string> expected = {
      "host key ssh-ed25519", "keys",       "login", "opened 0", "yes 0",
      "stderr 0 7",           "stdout 0 5", "end 0", "exit 0 3", "closed 0"};
  EXPECT_EQ(scene.client.events(), expected);
  EXPECT_TRUE(scene.server.transport().is_strict());
  EXPECT_FALSE(scene.client.session().transport().server_signature_algorithms().empty());
}

TEST(Handshake, every_key_exchange_method) {
  for (const transport::KexAlgorithm& kex : transport::kex_algorithms()) {
    SCOPED_TRACE(kex.name);
    SceneOptions options = greeting();
    options.proposal.kex = {std::string(kex.name)};
    Scene scene(options);
    expect_command_works(scene);
    EXPECT_EQ(scene.client.session().transport().kex().agreed()->kex->name, kex.name);
  }
}

TEST(Handshake, every_host_key_algorithm) {
  for (const crypto::SignatureAlgorithm& row : crypto::openssl_engine().signatures) {
    SCOPED_TRACE(row.name);
    SceneOptions options = greeting();
    options.proposal.host_key = {std::string(row.name)};
    Scene scene(options);
    expect_command_works(scene);
    EXPECT_EQ(scene.client.host_key_type(), row.key_type);
  }
}

// Which uses of keys there are with the keys that the tests have: none in a token.
TEST(Handshake, host_certificate) {
  const auto& engine = crypto::openssl_engine();
  const auto key = test_key(engine, "ssh-ed25519");
  const auto authority = test_key(engine, "ssh-ed25519-other");
  SceneOptions options = greeting();
  options.proposal.host_key = {"ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519"};
  options.server.proposal.host_key = options.proposal.host_key;
  options.server.presents_blob =
      test::CertificateBuilder{}.build(engine, key.public_blob(), authority);
  Scene scene(options);
  expect_command_works(scene);
  EXPECT_EQ(scene.client.host_key_type(), "ssh-ed25519-cert-v01@openssh.com");
  const auto& shown = scene.client.session().transport().kex().host_key();
  ASSERT_NE(shown->certificate(), nullptr);
  EXPECT_EQ(shown->certificate()->authority_blob, to_bytes(authority.public_blob()));
}

TEST(Handshake, every_cipher_with_every_mac) {
  for (const crypto::CipherAlgorithm& cipher : crypto::openssl_engine().ciphers) {
    for (const crypto::MacAlgorithm& mac : crypto::openssl_engine().macs) {
      SCOPED_TRACE(std::string(cipher.name) + " " + std::string(mac.name));
      SceneOptions options = greeting();
      options.proposal.cipher = {std::string(cipher.name)};
      options.proposal.mac = {std::string(mac.name)};
      Scene scene(options);
      expect_command_works(scene);
    }
  }
}

TEST(Handshake, two_directions_with_different_algorithms) {
  SceneOptions options = greeting();
  Scene scene(options);
  scene.server.transport().outgoing = [first = true](Bytes& payload) mutable {
    if (payload[0] != wire::KexInit::number || !std::exchange(first, false)) return true;
    const auto message = wire::decode<wire::KexInit>(payload);
    wire::KexInit changed = *message;
    changed.cipher_server_to_client = wire::NameList("aes256-ctr");
    changed.mac_server_to_client = wire::NameList("hmac-sha2-512");
    payload = wire::encode_to_bytes(changed);
    return true;
  };
  expect_command_works(scene);
}

TEST(Handshake, without_strict_key_exchange_and_extensions) {
  SceneOptions options = greeting();
  options.server.offers_strict_kex = false;
  options.server.sends_ext_info = false;
  Scene scene(options);
  expect_command_works(scene);
  EXPECT_FALSE(scene.server.transport().is_strict());
}

TEST(Handshake, strict_key_exchange_can_be_required) {
  SceneOptions options;
  options.requires_strict_kex = true;
  options.server.offers_strict_kex = false;
  Scene scene(options);
  EXPECT_FALSE(scene.handshake());
  EXPECT_EQ(scene.failure_code(), Errc::not_strict);
  EXPECT_EQ(scene.server.disconnect_code(), 3u);
}

TEST(Handshake, lines_before_the_identification) {
  SceneOptions options = greeting();
  options.server.before_identification = "Welcome to this machine.\r\n\nssh-like text\n";
  options.server.identification = "SSH-1.99-Old server with comment ";
  options.server.line_end = "\n";
  Scene scene(options);
  expect_command_works(scene);
  EXPECT_EQ(scene.client.session().transport().server_line(), options.server.identification);
}

class Cuts : public testing::TestWithParam<Cutting> {};

// RFC 4253 knows no record boundaries below the packet: the same events, however bytes arrive.
TEST_P(Cuts, give_the_same_events) {
  SceneOptions options = greeting();
  options.server.before_identification = "Welcome\r\n";
  options.server.auth.banners = {"be nice\n"};
  options.server.commands["echo"].echoes = true;
  const auto play = [&options](Cutting cutting) {
    options.cutting = cutting;
    Scene scene(options);
    expect_command_works(scene);
    const auto channel = scene.open_session();
    EXPECT_TRUE(scene.exec(*channel, "echo"));
    scene.client.write_all(*channel, pattern(40'000));
    scene.run();
    EXPECT_EQ(scene.client.output(*channel), pattern(40'000));
    scene.client.session().disconnect();
    scene.run();
    EXPECT_EQ(scene.server.disconnect_code(), 11u);
    EXPECT_FALSE(scene.server.complaint());
    return scene.client.events();
  };
  EXPECT_EQ(play(GetParam()), play({}));
}

std::vector<Cutting> cuttings() {
  std::vector<Cutting> all{{Cutting::Kind::bytes, 0}};
  for (std::uint64_t seed = 0; seed < 64; ++seed) all.push_back({Cutting::Kind::random, seed});
  return all;
}
INSTANTIATE_TEST_SUITE_P(Handshake, Cuts, testing::ValuesIn(cuttings()));

}  // namespace
}  // namespace hawser::scenario
