// What a user can log in with (RFC 4252). The next method is a struct here, a row in
// authenticator.cpp and a file of its own.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "hawser/base/secret.h"

namespace hawser::auth {

struct NoneCredential {};  // RFC 4252 5.2

struct PasswordCredential {  // RFC 4252 8
  SecretBytes password;
  // Sent if the server says that the old one has expired; without it the attempt ends there.
  std::optional<SecretBytes> new_password = std::nullopt;
};

// RFC 4256. What the server asks is shown as events, and answered later.
struct KeyboardInteractiveCredential {
  std::string submethods;  // a hint that most servers ignore
};

// RFC 4252 7. The private half is not here: signatures are asked for as events.
struct PublicKeyCredential {
  enum class Probe : std::uint8_t {
    sign_at_once,  // one round trip: right for a single named key
    ask_first,     // no signature is made for a key that the server does not want
  };
  std::string algorithm;  // the signature algorithm, e.g. "rsa-sha2-512"
  Bytes key_blob;
  Probe probe = Probe::sign_at_once;
  // The server's host key, for a server that knows publickey-hostbound-v00@openssh.com: the
  // signature is then worth nothing at any other server. Empty: the plain method.
  Bytes host_key_blob = {};  // NOLINT(readability-redundant-member-init): may be left out
};

// RFC 4252 9: the client's host vouches for its user.
struct HostBasedCredential {
  std::string algorithm;
  Bytes host_key_blob;  // of the client's host
  std::string client_host;
  std::string client_user;
};

using Credential = std::variant<NoneCredential, PasswordCredential, PublicKeyCredential,
                                KeyboardInteractiveCredential, HostBasedCredential>;

}  // namespace hawser::auth
