// From the first byte to a login, by every kind of credential, with what the world may refuse.
#include <gtest/gtest.h>

#include "hawser/wire/messages_auth.h"

#include "driven/driver.h"
#include "scenario/printing.h"

namespace hawser::driven {
namespace {

using operations::Handshake;
using operations::Login;
using scenario::SceneOptions;

TEST(Handshake, asks_for_a_verdict_once) {
  Driver driver;
  Handshake handshake;
  World world;
  std::vector<std::string> judged;
  world.judge = [&](const keys::PublicKey& key) {
    judged.emplace_back(key.type());
    return Status();
  };
  ASSERT_TRUE(driver.run(handshake, world));
  EXPECT_EQ(judged, std::vector<std::string>{"ssh-ed25519"});
  EXPECT_EQ(driver.inbox().exchanges(), 1U);
}

TEST(Handshake, ends_with_what_the_judge_says) {
  Driver driver;
  Handshake handshake;
  World world;
  world.judge = [](const keys::PublicKey&) { return fail(Errc::host_key_changed, "test"); };
  const Status status = driver.run(handshake, world);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::host_key_changed);
  EXPECT_TRUE(driver.session().failure());
}

TEST(Handshake, is_cut) {
  for (unsigned turns = 0; turns < 1; ++turns) {
    Driver driver;
    Handshake handshake;
    EXPECT_FALSE(driver.run(handshake, {}, turns));
    driver.cut();
    const Status status = driver.run(handshake);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error(), *driver.session().failure());
  }
}

class Logins : public ::testing::Test {
 protected:
  static Status log_in(Driver& driver, auth::Credential credential, const World& world = {}) {
    Handshake handshake;
    HAWSER_TRY(driver.run(handshake));
    Login login("user", std::move(credential));
    return driver.run(login, world);
  }
  SceneOptions with_key() {
    SceneOptions options;
    options.server.auth.public_keys = {to_bytes(key_.public_blob())};
    return options;
  }
  auth::Credential key() const {
    return auth::PublicKeyCredential{"ssh-ed25519", to_bytes(key_.public_blob())};
  }

  keys::MemorySigner key_ = scenario::test_key(crypto::openssl_engine(), "ssh-ed25519");
};

TEST_F(Logins, by_a_password) {
  Driver driver;
  EXPECT_TRUE(log_in(driver, scenario::password(scenario::AuthScript{}.password)));
  EXPECT_TRUE(driver.session().is_logged_in());
}

TEST_F(Logins, are_refused_and_say_what_is_allowed) {
  SceneOptions options;
  options.server.auth.banners = {"hello\n", "again\n"};
  Driver driver(options);
  Handshake handshake;
  ASSERT_TRUE(driver.run(handshake));
  Login login("user", scenario::password("wrong"));
  const Status status = driver.run(login);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::auth_refused);
  EXPECT_EQ(login.refused().allowed, (std::vector<std::string>{"publickey", "password"}));
  EXPECT_EQ(driver.inbox().banner(), "hello\nagain\n");
  EXPECT_FALSE(driver.session().failure());
}

TEST_F(Logins, by_a_signature) {
  Driver driver(with_key());
  World world;
  world.sign = [&](const session::SignatureWanted& wanted) {
    return key_.sign(crypto::openssl_engine(), wanted.algorithm, wanted.data);
  };
  EXPECT_TRUE(log_in(driver, key(), world));
  EXPECT_TRUE(driver.session().is_logged_in());
}

TEST_F(Logins, by_a_signature_that_nobody_makes) {
  Driver driver(with_key());
  const Status status = log_in(driver, key());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::internal);
  EXPECT_FALSE(driver.session().failure());
  Login again("user", scenario::password(scenario::AuthScript{}.password));
  EXPECT_TRUE(driver.run(again));  // the session is as before
}

// The server has no keyboard-interactive of its own: its refusal is turned into a question.
struct Questions {
  explicit Questions(Driver& driver) {
    driver.server().transport().outgoing = [](Bytes& payload) {
      if (payload[0] != wire::UserauthFailure::number) return true;
      Bytes prompts;
      wire::BytesSink sink(prompts);
      wire::put_string(sink, as_bytes("Code: "));
      sink.put(Bytes{0});
      payload = wire::encode_to_bytes(
          wire::UserauthInfoRequest{"title", "text", "", 1, wire::Rest{prompts}});
      return true;
    };
    driver.server().transport().incoming = [this](ByteView payload) {
      if (payload[0] == wire::UserauthInfoResponse::number) heard = to_bytes(payload);
    };
    driver.on_turn = [this, &driver] {
      if (heard.empty() || is_over) return;
      is_over = true;
      driver.server().inject_message(wire::UserauthSuccess{});
    };
  }
  Bytes heard;
  bool is_over = false;
};

TEST_F(Logins, by_an_answer) {
  Driver driver;
  Questions questions(driver);
  World world;
  world.answer = [](const session::PromptsShown& shown) {
    EXPECT_EQ(shown.title, "title");
    EXPECT_EQ(shown.prompts.size(), 1U);
    std::vector<SecretBytes> answers;
    answers.emplace_back(as_bytes("1234"));
    return answers;
  };
  EXPECT_TRUE(log_in(driver, auth::KeyboardInteractiveCredential{}, world));
  EXPECT_EQ(as_text(questions.heard).substr(9), "1234");
}

TEST_F(Logins, by_answers_that_are_none) {
  for (const bool is_wrong_number : {false, true}) {
    Driver driver;
    const Questions questions(driver);
    World world;
    if (is_wrong_number) {
      world.answer = [](const auto&) { return std::vector<SecretBytes>(); };
    }
    const Status status = log_in(driver, auth::KeyboardInteractiveCredential{}, world);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, is_wrong_number ? Errc::invalid_argument : Errc::internal);
    EXPECT_TRUE(questions.heard.empty());
    EXPECT_FALSE(driver.session().is_logged_in());
  }
}

TEST(Operation, refuses_what_it_did_not_want) {
  Driver driver;
  Handshake handshake;
  Login login("user", auth::NoneCredential{});
  EXPECT_EQ(handshake.supply_input({}, true).error().code, Errc::internal);
  EXPECT_EQ(handshake.supply_local(LocalAnswer{}).error().code, Errc::internal);
  EXPECT_EQ(handshake.supply_signature(driver.session(), Bytes()).error().code, Errc::internal);
  EXPECT_EQ(handshake.supply_answers(driver.session(), {}).error().code, Errc::internal);
  EXPECT_EQ(login.supply_verdict(driver.session(), driver.inbox(), {}).error().code,
            Errc::internal);
}

}  // namespace
}  // namespace hawser::driven
