// One userauth method under way: it makes its request and answers what belongs to it alone (the
// numbers 60 to 79 mean something else in each, RFC 4252 6).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "hawser/auth/credential.h"
#include "hawser/base/result.h"

namespace hawser::auth {

// Sign `data` with the key by `algorithm`; the answer is a signature blob. Views live until it is
// answered.
struct SignRequest {
  std::string_view algorithm;
  ByteView key_blob;
  ByteView data;
};

// What the server asks of a person (RFC 4256 3.2), escaped, lines kept.
struct Prompt {
  std::string text;
  bool is_echoed = false;  // what is typed may be seen
};
struct PromptRequest {
  std::string title;
  std::string instruction;
  std::vector<Prompt> prompts;  // may be none: it is answered all the same
};

struct MethodStep {
  std::optional<SecretBytes> send;  // a payload
  std::optional<SignRequest> sign;
  std::optional<PromptRequest> prompts;
  bool wants_password_change = false;  // the server will not take this password without a new one
};

class Method {
 public:
  virtual ~Method() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  virtual Result<MethodStep> start() = 0;
  // A message of the method's own; unexpected_message if none is due.
  virtual Result<MethodStep> take(ByteView payload);
  // The answer to a SignRequest.
  virtual Result<MethodStep> take_signature(ByteView signature_blob);
  // The answers to a PromptRequest, one for each prompt.
  virtual Result<MethodStep> take_answers(std::span<const SecretBytes> answers);
};

// What every request begins with, and what signatures are bound to.
struct MethodContext {
  std::string user;
  Bytes session_id;
};

std::unique_ptr<Method> make_none(MethodContext context);
std::unique_ptr<Method> make_password(MethodContext context, PasswordCredential credential);
std::unique_ptr<Method> make_public_key(MethodContext context, PublicKeyCredential credential);
std::unique_ptr<Method> make_host_based(MethodContext context, HostBasedCredential credential);
std::unique_ptr<Method> make_keyboard_interactive(MethodContext context,
                                                  KeyboardInteractiveCredential credential);

// What a signature in such a request covers: the session identifier, then the request up to it.
Bytes signed_data(const MethodContext& context, std::string_view method, ByteView fields);

// A USERAUTH_REQUEST of `method` with `fields` behind it, in memory that is wiped.
SecretBytes encode_request(const MethodContext& context, std::string_view method, ByteView fields);

}  // namespace hawser::auth
