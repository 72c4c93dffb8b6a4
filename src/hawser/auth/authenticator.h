// The userauth service (RFC 4252): one attempt at a time, each with one credential. The service
// request and the first attempt leave in one flight, where the server stands that.
#pragma once

#include <deque>
#include <vector>

#include "hawser/auth/method.h"
#include "hawser/base/report.h"

namespace hawser::auth {

struct Transmit {
  SecretBytes payload;
};
struct ServiceAccepted {};  // from now on the server may speak of authentication
struct Succeeded {};
struct Refused {
  std::vector<std::string> allowed;  // methods that can continue
  bool is_partial = false;           // this step passed, another is wanted
  bool wants_password_change = false;
};
struct Banner {
  std::string text;  // escaped, lines kept
};
using AuthStep =
    std::variant<Transmit, SignRequest, PromptRequest, ServiceAccepted, Succeeded, Refused, Banner>;

enum class FirstAttempt : std::uint8_t { with_service_request, after_service_accept };

class Authenticator {
 public:
  // When the first attempt leaves, unless it is with the service request.
  void send_first_attempt(FirstAttempt when) { first_attempt_ = when; }

  // Begins an attempt. wrong_state if one is under way or the login is done.
  Status offer(std::string user, Bytes session_id, Credential credential);

  // A message of SERVICE_ACCEPT or 50 to 79 came.
  Status take(ByteView payload);

  // The signature that a SignRequest asked for.
  Status answer(ByteView signature_blob);
  // The answers to a PromptRequest. invalid_argument, and nothing changed, if they are not as many.
  Status answer(std::span<const SecretBytes> answers);
  // It cannot be given: the attempt ends without a word to the server.
  Status cancel();

  // What to do next, in order; nullopt: wait.
  std::optional<AuthStep> next();

  [[nodiscard]] bool is_under_way() const { return method_ != nullptr; }
  [[nodiscard]] bool is_done() const { return is_done_; }

 private:
  enum class Service : std::uint8_t { idle, requested, accepted };

  Status take_service_accept(ByteView payload);
  Status take_failure(ByteView payload);
  Status take_banner(ByteView payload);
  Status apply(Result<MethodStep> step);

  Service service_ = Service::idle;
  FirstAttempt first_attempt_ = FirstAttempt::with_service_request;
  std::unique_ptr<Method> method_;
  std::deque<AuthStep> steps_;
  bool is_service_asked_ = false;  // its request was taken by next()
  unsigned requests_ = 0;
  std::size_t banner_bytes_ = 0;
  std::size_t banner_shown_ = 0;
  bool is_waiting_ = false;  // a request is out and not answered
  bool is_done_ = false;
};

}  // namespace hawser::auth
