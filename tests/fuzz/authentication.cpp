// The login methods: a server's messages, and answers of the user's in between.
#include "hawser/auth/authenticator.h"
#include "hawser/base/limits.h"

#include "fuzz/credentials.h"
#include "fuzz/targets.h"

namespace hawser::fuzz {

namespace {

class Login {
 public:
  // False once the session would be over.
  bool play(Input& input) {
    switch (input.below(8)) {
      case 0:
        return note(authenticator_.offer("user", Bytes(32, 1), credential(input)));
      case 1:
        return note(authenticator_.answer(as_bytes("signature")));
      case 2: {
        std::vector<SecretBytes> answers(input.below(4));
        return note(authenticator_.answer(answers));
      }
      case 3:
        return note(authenticator_.cancel());
      default:
        return take(input.piece());
    }
  }

 private:
  bool take(ByteView payload) {
    if (payload.empty()) return true;
    const bool was_done = authenticator_.is_done();
    const bool was_asked = requests_ > 0;
    const Status taken = authenticator_.take(payload);
    // Nobody is logged in who has not asked.
    HAWSER_EXPECT(was_done || was_asked || !authenticator_.is_done());
    return note(taken);
  }

  bool note(const Status& status) {
    while (auto step = authenticator_.next()) {
      if (const auto* sent = std::get_if<auth::Transmit>(&*step)) {
        HAWSER_EXPECT(sent->payload.size() > 0);
        ++requests_;
      }
      if (const auto* prompts = std::get_if<auth::PromptRequest>(&*step)) {
        HAWSER_EXPECT(prompts->prompts.size() <= limits::kAuthPrompts);
      }
      if (const auto* banner = std::get_if<auth::Banner>(&*step)) {
        HAWSER_EXPECT(banner->text.find('\x1b') == std::string::npos);
      }
    }
    HAWSER_EXPECT(status || status.error().code != Errc::internal);
    return status || status.error().code == Errc::wrong_state ||
           status.error().code == Errc::invalid_argument;
  }

  auth::Authenticator authenticator_;
  std::size_t requests_ = 0;
};

}  // namespace

void authentication(ByteView bytes) {
  Input input(bytes);
  Login login;
  while (!input.empty() && login.play(input)) {
  }
}

}  // namespace hawser::fuzz
