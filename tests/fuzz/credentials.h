// One credential of each kind, as the input says.
#pragma once

#include "hawser/auth/credential.h"

#include "fuzz/input.h"

namespace hawser::fuzz {

inline auth::Credential credential(Input& input) {
  switch (input.below(7)) {
    case 0:
      return auth::NoneCredential{};
    case 1:
      return auth::PasswordCredential{SecretBytes(as_bytes("old"))};
    case 2:
      return auth::PasswordCredential{SecretBytes(as_bytes("old")), SecretBytes(as_bytes("new"))};
    case 3:
      return auth::KeyboardInteractiveCredential{"pam"};
    case 4:
      return auth::HostBasedCredential{"ssh-ed25519", Bytes(40, 3), "host", "user"};
    default: {
      auth::PublicKeyCredential key;
      key.algorithm = "ssh-ed25519";
      key.key_blob = to_bytes(as_bytes("blob"));
      key.probe = input.flag() ? auth::PublicKeyCredential::Probe::ask_first
                               : auth::PublicKeyCredential::Probe::sign_at_once;
      return key;
    }
  }
}

}  // namespace hawser::fuzz
