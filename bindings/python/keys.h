// _ssh.PrivateKey and _ssh.PublicKey.
#pragma once

#include <memory>

#include <nanobind/nanobind.h>

#include "hawser/client/failure.h"
#include "hawser/keys/memory_signer.h"
#include "hawser/keys/public_key_file.h"

namespace hawser::python {

namespace nb = nanobind;

struct PyPrivateKey {
  std::shared_ptr<keys::MemorySigner> key;  // shared with logins that run
};

struct PyPublicKey {
  keys::PublicKeyFile key;
};

// The key of a file's content; a failure says what to do.
client::Outcome<keys::MemorySigner> load_key(const SecretBytes& content,
                                             const SecretBytes& passphrase);

// "private key: the key file is damaged", with what is taken.
client::Failure key_failure(const Error& error, const char* what);

// None: an empty one.
SecretBytes passphrase_argument(nb::handle passphrase);

void bind_keys(nb::module_& module);

}  // namespace hawser::python
