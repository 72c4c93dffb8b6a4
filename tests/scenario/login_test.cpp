// Logging in: every method, what servers refuse, and what they may not do.
#include <gtest/gtest.h>

#include "hawser/wire/messages_auth.h"
#include "hawser/wire/messages_transport.h"

#include "scenario/printing.h"
#include "scenario/scene.h"

namespace hawser::scenario {
namespace {

auth::PublicKeyCredential key_credential(const keys::MemorySigner& key, std::string algorithm,
                                         auth::PublicKeyCredential::Probe probe) {
  return {std::move(algorithm), to_bytes(key.public_blob()), probe};
}

constexpr auto kAtOnce = auth::PublicKeyCredential::Probe::sign_at_once;
constexpr auto kAskFirst = auth::PublicKeyCredential::Probe::ask_first;

class Login : public testing::Test {
 protected:
  // A server that takes the Ed25519 key.
  SceneOptions with_key() {
    SceneOptions options;
    options.server.auth.public_keys = {to_bytes(key_.public_blob())};
    options.rules.signer = &key_;
    return options;
  }
  auth::PublicKeyCredential credential(auth::PublicKeyCredential::Probe probe) {
    return key_credential(key_, "ssh-ed25519", probe);
  }

  keys::MemorySigner key_ = test_key(crypto::openssl_engine(), "ssh-ed25519");
};

TEST_F(Login, wrong_password_then_the_right_one) {
  Scene scene;
  ASSERT_TRUE(scene.handshake());
  EXPECT_FALSE(scene.login(password("wrong")));
  EXPECT_TRUE(scene.client.saw("login refused publickey password"));
  EXPECT_FALSE(scene.failure());
  EXPECT_FALSE(scene.client.session().next_deadline() ==
               std::optional(Instant{} + std::chrono::seconds(120)));
  EXPECT_TRUE(scene.login());
  EXPECT_EQ(scene.client.session().login("user", password("again")).error().code,
            Errc::wrong_state);
  EXPECT_FALSE(scene.server.complaint());
}

TEST_F(Login, none) {
  Scene refusing;
  ASSERT_TRUE(refusing.handshake());
  EXPECT_FALSE(refusing.login(auth::NoneCredential{}));
  EXPECT_TRUE(refusing.client.saw("login refused publickey password"));
  SceneOptions options;
  options.server.auth.accepts_none = true;
  Scene open(options);
  ASSERT_TRUE(open.handshake());
  EXPECT_TRUE(open.login(auth::NoneCredential{}));
}

// libssh forgets a login that comes in one piece with our NEWKEYS: it gets a flight of its own.
TEST_F(Login, waits_for_the_service_of_libssh) {
  std::vector<std::size_t> first_flights;
  for (const char* line : {"SSH-2.0-TestServer", "SSH-2.0-libssh_0.10.6", "SSH-2.0-libssh-0.2"}) {
    SCOPED_TRACE(line);
    SceneOptions options = with_key();
    options.server.identification = line;
    options.server.auth.banners = {"hello"};
    Scene scene(options);
    ASSERT_TRUE(scene.handshake());
    ASSERT_TRUE(scene.client.session().login("user", password("wrong")));
    ASSERT_TRUE(scene.client.session().next());
    first_flights.push_back(scene.client.session().pending_output().size());
    scene.run();
    EXPECT_TRUE(scene.client.saw("login refused publickey password"));
    EXPECT_TRUE(scene.login(credential(kAtOnce)));
    EXPECT_FALSE(scene.server.complaint());

    Scene by_key(options);
    ASSERT_TRUE(by_key.handshake());
    EXPECT_TRUE(by_key.login(credential(kAtOnce)));
  }
  EXPECT_LT(first_flights[1], first_flights[0]);
  EXPECT_EQ(first_flights[2], first_flights[1]);
}

TEST_F(Login, public_key_of_every_kind) {
  for (const crypto::SignatureAlgorithm& row : crypto::openssl_engine().signatures) {
    for (const auto probe : {kAtOnce, kAskFirst}) {
      SCOPED_TRACE(row.name);
      const auto key = test_key(crypto::openssl_engine(), row.key_type);
      SceneOptions options;
      options.server.auth.public_keys = {to_bytes(key.public_blob())};
      options.rules.signer = &key;
      Scene scene(options);
      ASSERT_TRUE(scene.handshake());
      EXPECT_TRUE(scene.login(key_credential(key, std::string(row.name), probe)));
      EXPECT_EQ(scene.client.signatures_made(), 1u);
      EXPECT_FALSE(scene.server.complaint());
    }
  }
}

TEST_F(Login, no_signature_is_made_for_a_key_that_the_server_does_not_want) {
  SceneOptions options;
  options.rules.signer = &key_;
  Scene scene(options);
  ASSERT_TRUE(scene.handshake());
  EXPECT_FALSE(scene.login(credential(kAskFirst)));
  EXPECT_TRUE(scene.client.saw("login refused publickey password"));
  EXPECT_EQ(scene.client.signatures_made(), 0u);
}

TEST_F(Login, two_steps) {
  SceneOptions options = with_key();
  options.server.auth.wants_key_and_password = true;
  Scene scene(options);
  ASSERT_TRUE(scene.handshake());
  EXPECT_FALSE(scene.login(credential(kAtOnce)));
  EXPECT_TRUE(scene.client.saw("login partial password"));
  EXPECT_TRUE(scene.login());
}

TEST_F(Login, a_signature_that_cannot_be_made_leaves_the_session_usable) {
  SceneOptions options = with_key();
  options.rules.answers_signatures = false;
  Scene scene(options);
  ASSERT_TRUE(scene.handshake());
  EXPECT_FALSE(scene.login(credential(kAtOnce)));
  EXPECT_TRUE(scene.client.saw("signature wanted ssh-ed25519"));
  EXPECT_EQ(scene.client.session().login("user", password("x")).error().code, Errc::wrong_state);
  ASSERT_TRUE(scene.client.session().cancel_login());
  EXPECT_EQ(scene.client.session().cancel_login().error().code, Errc::wrong_state);
  EXPECT_TRUE(scene.login());
}

// RFC 4252 7: PK_OK repeats what was asked; a server that names another key gets no signature.
TEST_F(Login, pk_ok_for_something_else) {
  const auto other = test_key(crypto::openssl_engine(), "ssh-ed25519-other");
  const wire::UserauthPkOk lies[] = {{"ssh-ed25519", wire::Blob(other.public_blob())},
                                     {"rsa-sha2-512", wire::Blob(key_.public_blob())},
                                     {"ssh-ed25519", wire::Blob{}}};
  for (const wire::UserauthPkOk& lie : lies) {
    Scene scene(with_key());
    ASSERT_TRUE(scene.handshake());
    scene.server.transport().outgoing = [&lie](Bytes& payload) {
      if (payload[0] == wire::UserauthPkOk::number) payload = wire::encode_to_bytes(lie);
      return true;
    };
    EXPECT_FALSE(scene.login(credential(kAskFirst)));
    EXPECT_EQ(scene.failure_code(), Errc::unexpected_reply);
    EXPECT_EQ(scene.client.signatures_made(), 0u);
  }
}

TEST_F(Login, pk_ok_when_nothing_was_asked) {
  for (const bool is_password : {true, false}) {
    Scene scene(with_key());
    ASSERT_TRUE(scene.handshake());
    scene.server.transport().outgoing = [this](Bytes& payload) {
      if (payload[0] == wire::UserauthSuccess::number) {
        payload = wire::encode_to_bytes(
            wire::UserauthPkOk{"ssh-ed25519", wire::Blob(key_.public_blob())});
      }
      return true;
    };
    if (is_password) {
      // Number 60 is PASSWD_CHANGEREQ here: the attempt ends, nothing more is sent by itself.
      EXPECT_FALSE(scene.login());
      EXPECT_TRUE(scene.client.saw("login refused password change"));
    } else {
      EXPECT_FALSE(scene.login(credential(kAtOnce)));
      EXPECT_EQ(scene.failure_code(), Errc::unexpected_message);
    }
  }
}

TEST_F(Login, a_password_that_must_change) {
  SceneOptions options;
  options.server.auth.wants_new_password = true;
  Scene scene(options);
  ASSERT_TRUE(scene.handshake());
  EXPECT_FALSE(scene.login());
  EXPECT_TRUE(scene.client.saw("login refused password change"));
  EXPECT_FALSE(scene.failure());
}

TEST_F(Login, success_out_of_the_blue) {
  for (const bool has_service : {true, false}) {
    SceneOptions options;
    options.rules.answers_signatures = false;
    Scene scene(options);
    ASSERT_TRUE(scene.handshake());
    // With the service accepted, but no request out.
    if (has_service) (void)scene.login(credential(kAtOnce));
    scene.server.inject_message(wire::UserauthSuccess{});
    scene.run();
    EXPECT_EQ(scene.failure_code(), Errc::unexpected_message);
    EXPECT_FALSE(scene.client.session().is_logged_in());
    EXPECT_FALSE(scene.client.saw("login"));
  }
}

TEST_F(Login, failure_out_of_the_blue) {
  Scene scene;
  ASSERT_TRUE(scene.handshake());
  EXPECT_FALSE(scene.login(password("wrong")));
  scene.server.inject_message(wire::UserauthFailure{wire::NameList("password"), false});
  scene.run();
  EXPECT_EQ(scene.failure_code(), Errc::unexpected_message);
}

TEST_F(Login, service_accepted_for_something_else_or_twice) {
  Scene other;
  ASSERT_TRUE(other.handshake());
  other.server.transport().outgoing = [](Bytes& payload) {
    if (payload[0] == wire::ServiceAccept::number) {
      payload = wire::encode_to_bytes(wire::ServiceAccept{"ssh-connection"});
    }
    return true;
  };
  EXPECT_FALSE(other.login());
  EXPECT_EQ(other.failure_code(), Errc::unexpected_message);

  Scene unasked;
  ASSERT_TRUE(unasked.handshake());
  unasked.server.inject_message(wire::ServiceAccept{"ssh-userauth"});
  unasked.run();
  EXPECT_EQ(unasked.failure_code(), Errc::unexpected_message);
}

TEST_F(Login, banners_are_shown_escaped_and_bounded) {
  SceneOptions options;
  options.server.auth.banners = {"line one\nline\ttwo \x1b[31m", std::string(30'000, 'b'),
                                 std::string(30'000, 'b')};
  Scene scene(options);
  ASSERT_TRUE(scene.handshake());
  EXPECT_TRUE(scene.login());
  EXPECT_TRUE(scene.client.saw("banner line one\nline\ttwo \\x1b[31m"));

  options.server.auth.banners = {std::string(30'000, 'b'), std::string(30'000, 'b'),
                                 std::string(5'537, 'b')};
  Scene flooded(options);
  ASSERT_TRUE(flooded.handshake());
  EXPECT_FALSE(flooded.login());
  EXPECT_EQ(flooded.failure_code(), Errc::limit_passed);
}

TEST_F(Login, a_password_crosses_a_rekey) {
  Scene scene;
  ASSERT_TRUE(scene.handshake());
  ASSERT_TRUE(scene.client.session().rekey());
  EXPECT_TRUE(scene.login());
  EXPECT_EQ(scene.client.count("keys again"), 1u);
  EXPECT_FALSE(scene.server.complaint());
}

TEST_F(Login, must_come_before_channels) {
  Scene scene;
  ASSERT_TRUE(scene.handshake());
  EXPECT_EQ(scene.client.session().open(connection::SessionKind{}).error().code, Errc::wrong_state);
  EXPECT_EQ(scene.client.session().keepalive().error().code, Errc::wrong_state);
  EXPECT_FALSE(scene.failure());
}

TEST_F(Login, disconnect_tells_the_servers_words_escaped) {
  Scene scene;
  ASSERT_TRUE(scene.handshake());
  scene.server.inject_message(wire::Disconnect{12, "too many \x1b[2Jusers", ""});
  scene.run();
  EXPECT_EQ(scene.failure_code(), Errc::disconnected);
  EXPECT_EQ(scene.failure()->detail, 12u);
  const Report& report = scene.client.session().report();
  EXPECT_EQ(report.disconnect_code, 12u);
  EXPECT_NE(report.text.find("too many \\x1b[2Jusers"), std::string::npos);
  EXPECT_FALSE(scene.server.disconnect_code());
}

}  // namespace
}  // namespace hawser::scenario
