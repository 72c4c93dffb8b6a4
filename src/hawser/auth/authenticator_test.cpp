#include "hawser/auth/authenticator.h"

#include <gtest/gtest.h>

#include "hawser/base/limits.h"
#include "hawser/wire/codec.h"
#include "hawser/wire/messages_auth.h"
#include "hawser/wire/messages_transport.h"

#include "scenario/hex.h"
#include "scenario/printing.h"

namespace hawser::auth {
namespace {

class AuthenticatorTest : public testing::Test {
 protected:
  template <typename Message>
  Errc take(const Message& message) {
    const Status status = authenticator_.take(wire::encode_to_bytes(message));
    return status ? Errc{} : status.error().code;
  }
  // The next step, which must be a payload to send.
  Bytes sent() {
    auto step = authenticator_.next();
    const auto* transmit = step ? std::get_if<Transmit>(&*step) : nullptr;
    EXPECT_NE(transmit, nullptr);
    return transmit != nullptr ? to_bytes(transmit->payload.view()) : Bytes{};
  }
  template <typename Step>
  Step step() {
    auto next = authenticator_.next();
    EXPECT_TRUE(next && std::holds_alternative<Step>(*next));
    return next && std::holds_alternative<Step>(*next) ? std::get<Step>(*std::move(next)) : Step{};
  }
  Status offer(Credential credential) {
    return authenticator_.offer("me", Bytes{1, 2, 3}, std::move(credential));
  }
  // The service accepted, one attempt out.
  void begin(Credential credential) {
    ASSERT_TRUE(offer(std::move(credential)));
    EXPECT_EQ(sent()[0], wire::ServiceRequest::number);
    EXPECT_EQ(take(wire::ServiceAccept{"ssh-userauth"}), Errc{});
  }

  static PasswordCredential password() { return PasswordCredential{SecretBytes(as_bytes("pw"))}; }

  Authenticator authenticator_;
};

// RFC 4252 8: byte 50, user, service, method, FALSE, password.
TEST_F(AuthenticatorTest, password_request_on_the_wire) {
  ASSERT_TRUE(offer(password()));
  EXPECT_EQ(sent(), scenario::unhex("05 0000000c 7373682d7573657261757468"));
  EXPECT_EQ(sent(), scenario::unhex("32 00000002 6d65 0000000e 7373682d636f6e6e656374696f6e"
                                    "00000008 70617373776f7264 00 00000002 7077"));
  EXPECT_FALSE(authenticator_.next());
}

TEST_F(AuthenticatorTest, the_first_attempt_may_wait_for_the_service) {
  authenticator_.send_first_attempt(FirstAttempt::after_service_accept);
  ASSERT_TRUE(offer(password()));
  EXPECT_EQ(sent()[0], wire::ServiceRequest::number);
  EXPECT_FALSE(authenticator_.next());
  EXPECT_EQ(take(wire::ServiceAccept{"ssh-userauth"}), Errc{});
  EXPECT_EQ(sent()[0], wire::UserauthRequest::number);
  step<ServiceAccepted>();
  EXPECT_EQ(take(wire::UserauthFailure{wire::NameList("password"), false}), Errc{});
  step<Refused>();
  ASSERT_TRUE(offer(password()));  // now there is nothing to wait for
  EXPECT_EQ(sent()[0], wire::UserauthRequest::number);
}

// RFC 4252 7: the signature covers the session identifier and the request up to the key.
TEST_F(AuthenticatorTest, public_key_signature_covers_session_and_request) {
  ASSERT_TRUE(offer(PublicKeyCredential{"ssh-ed25519", Bytes{0xaa, 0xbb}}));
  EXPECT_EQ(sent()[0], wire::ServiceRequest::number);
  const auto wanted = step<SignRequest>();
  const Bytes request = scenario::unhex(
      "32 00000002 6d65 0000000e 7373682d636f6e6e656374696f6e 00000009 7075626c69636b6579"
      "01 0000000b 7373682d65643235353139 00000002 aabb");
  Bytes covered{0, 0, 0, 3, 1, 2, 3};
  append(covered, request);
  EXPECT_EQ(to_bytes(wanted.data), covered);
  EXPECT_EQ(take(wire::ServiceAccept{"ssh-userauth"}), Errc{});
  step<ServiceAccepted>();
  ASSERT_TRUE(authenticator_.answer(Bytes{0xcc}));
  Bytes complete = request;
  append(complete, Bytes{0, 0, 0, 1, 0xcc});
  EXPECT_EQ(sent(), complete);
  EXPECT_EQ(authenticator_.answer(Bytes{0xcc}).error().code, Errc::wrong_state);
}

// OpenSSH's PROTOCOL: the method's own name, and the server's host key behind the user's.
TEST_F(AuthenticatorTest, a_host_bound_key_names_the_host) {
  PublicKeyCredential credential{"a", Bytes{0xaa}};
  credential.host_key_blob = Bytes{0xbb};
  ASSERT_TRUE(offer(std::move(credential)));
  sent();
  const auto wanted = step<SignRequest>();
  const Bytes expected = scenario::unhex(
      "00000003 010203 32 00000002 6d65 0000000e 7373682d636f6e6e656374696f6e 00000023 "
      "7075626c69636b65792d686f7374626f756e642d763030406f70656e7373682e636f6d"
      "01 00000001 61 00000001 aa 00000001 bb");
  EXPECT_EQ(to_bytes(wanted.data), expected);
}

// RFC 4252 9.
TEST_F(AuthenticatorTest, a_host_vouches_for_its_user) {
  ASSERT_TRUE(offer(HostBasedCredential{"a", Bytes{0xaa}, "h.", "u"}));
  sent();
  const auto wanted = step<SignRequest>();
  const Bytes request = scenario::unhex(
      "32 00000002 6d65 0000000e 7373682d636f6e6e656374696f6e 00000009 686f73746261736564"
      "00000001 61 00000001 aa 00000002 682e 00000001 75");
  Bytes covered{0, 0, 0, 3, 1, 2, 3};
  append(covered, request);
  EXPECT_EQ(to_bytes(wanted.data), covered);
  ASSERT_TRUE(authenticator_.answer(Bytes{0xcc}));
  Bytes complete = request;
  append(complete, Bytes{0, 0, 0, 1, 0xcc});
  EXPECT_EQ(sent(), complete);
}

TEST_F(AuthenticatorTest, one_attempt_at_a_time) {
  begin(password());
  EXPECT_EQ(offer(password()).error().code, Errc::wrong_state);
  EXPECT_EQ(take(wire::UserauthFailure{wire::NameList("a,b"), true}), Errc{});
  sent();
  step<ServiceAccepted>();
  const auto refused = step<Refused>();
  EXPECT_TRUE(refused.is_partial);
  EXPECT_EQ(refused.allowed, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(offer(password()));
  EXPECT_EQ(sent()[0], wire::UserauthRequest::number);  // the service is asked for once
  EXPECT_EQ(take(wire::UserauthSuccess{}), Errc{});
  step<Succeeded>();
  EXPECT_TRUE(authenticator_.is_done());
  EXPECT_EQ(offer(password()).error().code, Errc::wrong_state);
}

TEST_F(AuthenticatorTest, answers_to_nothing) {
  EXPECT_EQ(take(wire::UserauthSuccess{}), Errc::unexpected_message);
  EXPECT_EQ(take(wire::UserauthFailure{}), Errc::unexpected_message);
  EXPECT_EQ(take(wire::ServiceAccept{"ssh-userauth"}), Errc::unexpected_message);
  EXPECT_EQ(take(wire::UserauthPkOk{}), Errc::unexpected_message);
}

// Numbers from 60 belong to the method under way: "none" has none.
TEST_F(AuthenticatorTest, number_60_for_a_method_that_has_none) {
  begin(NoneCredential{});
  EXPECT_EQ(take(wire::UserauthPkOk{}), Errc::unexpected_message);
}

TEST_F(AuthenticatorTest, a_password_that_must_change_ends_the_attempt) {
  begin(password());
  EXPECT_EQ(take(wire::UserauthPasswdChangereq{"new one", ""}), Errc{});
  sent();
  step<ServiceAccepted>();
  EXPECT_TRUE(step<Refused>().wants_password_change);
  EXPECT_FALSE(authenticator_.is_under_way());
}

// RFC 4252 8: TRUE, the old password, the new one.
TEST_F(AuthenticatorTest, a_password_that_must_change_is_changed) {
  PasswordCredential credential = password();
  credential.new_password = SecretBytes(as_bytes("new"));
  begin(std::move(credential));
  EXPECT_EQ(take(wire::UserauthPasswdChangereq{"new one", ""}), Errc{});
  sent();
  step<ServiceAccepted>();
  EXPECT_EQ(sent(), scenario::unhex("32 00000002 6d65 0000000e 7373682d636f6e6e656374696f6e"
                                    "00000008 70617373776f7264 01 00000002 7077 00000003 6e6577"));
  EXPECT_EQ(take(wire::UserauthPasswdChangereq{"not that one", ""}), Errc{});
  EXPECT_TRUE(step<Refused>().wants_password_change);
}

// RFC 4256 3.1 to 3.4.
TEST_F(AuthenticatorTest, prompts_are_asked_and_answered) {
  begin(KeyboardInteractiveCredential{});
  EXPECT_EQ(sent(), scenario::unhex("32 00000002 6d65 0000000e 7373682d636f6e6e656374696f6e"
                                    "00000014 6b6579626f6172642d696e746572616374697665"
                                    "00000000 00000000"));
  step<ServiceAccepted>();
  const Bytes two = scenario::unhex(
      "00000007 50617373776f72 01 00000005 436f 1b 6465 00");  // "Passwor" "Co<ESC>de"
  wire::UserauthInfoRequest request{"title", "line\nline", "", 2, wire::Rest{two}};
  EXPECT_EQ(take(request), Errc{});
  const auto asked = step<PromptRequest>();
  EXPECT_EQ(asked.title, "title");
  EXPECT_EQ(asked.instruction, "line\nline");
  ASSERT_EQ(asked.prompts.size(), 2U);
  EXPECT_TRUE(asked.prompts[0].is_echoed);
  EXPECT_EQ(asked.prompts[1].text, "Co\\x1bde");
  EXPECT_FALSE(asked.prompts[1].is_echoed);
  // Nothing may come before the answers went, and they must be as many.
  EXPECT_EQ(take(request), Errc::unexpected_message);
  std::vector<SecretBytes> answers(1);
  EXPECT_EQ(authenticator_.answer(answers).error().code, Errc::invalid_argument);
  answers[0] = SecretBytes(as_bytes("a"));
  answers.emplace_back(as_bytes(""));
  ASSERT_TRUE(authenticator_.answer(answers));
  EXPECT_EQ(sent(), scenario::unhex("3d 00000002 00000001 61 00000000"));
  EXPECT_EQ(take(wire::UserauthSuccess{}), Errc{});
  step<Succeeded>();
}

TEST_F(AuthenticatorTest, prompts_are_bounded) {
  begin(KeyboardInteractiveCredential{});
  wire::UserauthInfoRequest many{"", "", "", limits::kAuthPrompts + 1, {}};
  EXPECT_EQ(take(many), Errc::limit_passed);
  many.prompts = 1;  // and none there
  EXPECT_EQ(take(many), Errc::malformed_message);
}

TEST_F(AuthenticatorTest, rounds_of_prompts_are_bounded) {
  begin(KeyboardInteractiveCredential{});
  for (unsigned i = 0; i < limits::kAuthPromptRounds; ++i) {
    ASSERT_EQ(take(wire::UserauthInfoRequest{}), Errc{});
    ASSERT_TRUE(authenticator_.answer(std::span<const SecretBytes>{}));
  }
  EXPECT_EQ(take(wire::UserauthInfoRequest{}), Errc::limit_passed);
}

TEST_F(AuthenticatorTest, prompts_can_be_left_unanswered) {
  begin(KeyboardInteractiveCredential{});
  ASSERT_EQ(take(wire::UserauthInfoRequest{}), Errc{});
  EXPECT_TRUE(authenticator_.cancel());
  EXPECT_TRUE(offer(password()));  // RFC 4256 3.1: a new request takes the place of the old one
}

TEST_F(AuthenticatorTest, cancel_only_before_the_request_is_out) {
  EXPECT_EQ(authenticator_.cancel().error().code, Errc::wrong_state);
  begin(password());
  EXPECT_EQ(authenticator_.cancel().error().code, Errc::wrong_state);
}

TEST_F(AuthenticatorTest, banners_are_bounded_together) {
  begin(password());
  const std::string half(limits::kBannerBytes / 2, 'x');
  EXPECT_EQ(take(wire::UserauthBanner{wire::Text(half), ""}), Errc{});
  EXPECT_EQ(take(wire::UserauthBanner{wire::Text(half), ""}), Errc{});
  EXPECT_EQ(take(wire::UserauthBanner{"x", ""}), Errc::limit_passed);
}

// Each byte of these is shown as four.
TEST_F(AuthenticatorTest, banners_are_bounded_escaped_too) {
  begin(password());
  const std::string half(limits::kBannerBytes / 2, '\x01');
  std::size_t shown = 0;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(take(wire::UserauthBanner{wire::Text(half), ""}), Errc{});
    while (auto step = authenticator_.next()) {
      if (const auto* banner = std::get_if<Banner>(&*step)) shown += banner->text.size();
    }
  }
  EXPECT_GT(shown, limits::kBannerBytes - 4);
  EXPECT_LE(shown, limits::kBannerBytes + 6);
}

TEST_F(AuthenticatorTest, damaged_messages) {
  begin(password());
  Bytes failure = wire::encode_to_bytes(wire::UserauthFailure{wire::NameList("password"), false});
  for (std::size_t size = 1; size < failure.size(); ++size) {
    EXPECT_FALSE(authenticator_.take(ByteView(failure).first(size)));
  }
  failure.push_back(0);
  EXPECT_FALSE(authenticator_.take(failure));
  const Bytes success{wire::UserauthSuccess::number, 0};
  EXPECT_FALSE(authenticator_.take(success));
}

}  // namespace
}  // namespace hawser::auth
