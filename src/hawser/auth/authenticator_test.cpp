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
