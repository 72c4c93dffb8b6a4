#include "login.h"

#include <nanobind/stl/string.h>

#include "hawser/keys/certificate.h"
#include "hawser/keys/private_key_file.h"

#include "agent.h"
#include "algorithms.h"
#include "buffers.h"
#include "calls.h"
#include "keys.h"

namespace hawser::python {

namespace {

const crypto::Engine& engine() {
  return crypto::openssl_engine();
}

std::string user_argument(nb::handle user) {
  if (!nb::isinstance<nb::str>(user)) {
    PyErr_Format(PyExc_TypeError, "user must be str, not %S",
                 reinterpret_cast<PyObject*>(Py_TYPE(user.ptr())));
    throw nb::python_error();
  }
  return text_argument(user, "user");
}

void userauth_none(PySession& self, nb::handle user) {
  const std::string name = user_argument(user);
  without_gil([&](const client::Interrupt& interrupted) {
    return self.connection->login_none(name, interrupted);
  });
}

void userauth_password(PySession& self, nb::handle user, nb::handle password,
                       nb::handle new_password) {
  const std::string name = user_argument(user);
  SecretBytes secret = secret_argument(password, "password");
  std::optional<SecretBytes> successor;
  if (!new_password.is_none()) successor = secret_argument(new_password, "new_password");
  without_gil([&](const client::Interrupt& interrupted) {
    return self.connection->login_password(name, std::move(secret), std::move(successor),
                                           interrupted);
  });
}

// The handler's answers: a str or bytes for each prompt.
std::vector<SecretBytes> answers_of(nb::handle handler, const session::PromptsShown& request) {
  nb::list prompts;
  for (const auto& prompt : request.prompts) {
    prompts.append(nb::make_tuple(prompt.text, prompt.is_echoed));
  }
  const nb::object given = handler(request.title, request.instruction, prompts);
  std::vector<SecretBytes> answers;
  if (nb::isinstance<nb::str>(given) || nb::isinstance<nb::bytes>(given)) {
    PyErr_SetString(PyExc_TypeError, "the handler must return a list of answers, not one string");
    throw nb::python_error();
  }
  const nb::object all = given.is_none() ? nb::list() : given;
  for (nb::handle answer : all) answers.push_back(secret_argument(answer, "an answer"));
  if (answers.size() != request.prompts.size()) {
    PyErr_Format(PyExc_ValueError, "the handler gave %zu answers to %zu prompts", answers.size(),
                 request.prompts.size());
    throw nb::python_error();
  }
  return answers;
}

void userauth_keyboard_interactive(PySession& self, nb::handle user, nb::handle handler,
                                   nb::handle submethods) {
  const std::string name = user_argument(user);
  if (PyCallable_Check(handler.ptr()) == 0) {
    PyErr_SetString(PyExc_TypeError, "handler must be callable");
    throw nb::python_error();
  }
  const std::string hint = text_argument(submethods, "submethods");
  using Answers = client::Outcome<std::vector<SecretBytes>>;
  const auto answer = [&](const session::PromptsShown& request) -> Answers {
    return with_gil([&]() -> Answers {
      try {
        return answers_of(handler, request);
      } catch (nb::python_error& error) {
        return std::unexpected(keep_exception(nb::borrow(error.value())));
      }
    });
  };
  without_gil([&](const client::Interrupt& interrupted) {
    return self.connection->login_keyboard_interactive(name, answer, hint, interrupted);
  });
}

// A key of the caller's, or the content of a key file.
struct KeySource {
  std::shared_ptr<keys::MemorySigner> key;
  SecretBytes content;
  SecretBytes passphrase;
};

KeySource key_argument(nb::handle private_key, nb::handle passphrase) {
  KeySource source;
  source.passphrase = passphrase_argument(passphrase);
  if (nb::isinstance<PyPrivateKey>(private_key)) {
    source.key = nb::cast<PyPrivateKey&>(private_key).key;
  } else {
    source.content = secret_argument(private_key, "privkey_bytes");
  }
  return source;
}

client::Outcome<std::shared_ptr<keys::MemorySigner>> load(const KeySource& source) {
  if (source.key) return source.key;
  return std::make_shared<keys::MemorySigner>(
      HAWSER_TRY_OUTCOME(load_key(source.content, source.passphrase)));
}

// The content of a file of a public key: str, bytes, or a PublicKey.
SecretBytes public_argument(nb::handle value, const char* what) {
  if (!nb::isinstance<PyPublicKey>(value)) return secret_argument(value, what);
  return SecretBytes(nb::cast<PyPublicKey&>(value).key.blob);
}

// What the caller gave beside the private key: the content of .pub files.
struct PublicSides {
  std::optional<SecretBytes> key;  // or a certificate, as for other programs
  std::optional<SecretBytes> certificate;
};

// The blob of the certificate, if there is one. A public half that belongs to another key is
// refused, before anything is sent.
client::Outcome<std::optional<Bytes>> certificate_of(const PublicSides& sides,
                                                     const keys::MemorySigner& key) {
  std::optional<Bytes> certificate;
  if (sides.key) {
    auto blob = keys::parse_public_key_line(sides.key->view());
    if (!blob) return std::unexpected(key_failure(blob.error(), "public key"));
    if (!equal(keys::plain_key_blob(engine(), *blob), key.public_blob())) {
      return std::unexpected(key_failure(Error{Errc::key_mismatch, 0, "key"}, "public key"));
    }
    if (!equal(*blob, key.public_blob())) certificate = *std::move(blob);
  }
  if (sides.certificate) {
    auto blob = keys::parse_public_key_line(sides.certificate->view());
    if (!blob) return std::unexpected(key_failure(blob.error(), "certificate"));
    certificate = *std::move(blob);
  }
  return certificate;
}

// By the signer's key, or by the certificate for it.
client::Outcome<void> log_in(client::Connection& connection, const std::string& user,
                             client::Signer& signer, std::optional<Bytes> certificate,
                             client::Connection::Probe probe,
                             const client::Interrupt& interrupted) {
  if (!certificate) return connection.login_public_key(user, signer, probe, interrupted);
  auto certified =
      HAWSER_TRY_OUTCOME(client::CertifiedSigner::make(engine(), signer, *std::move(certificate)));
  return connection.login_public_key(user, certified, probe, interrupted);
}

// The blob of a public key or certificate as a signer or a caller gives it: a line of a .pub file,
// or the blob itself.
Bytes public_blob_argument(nb::handle value) {
  const SecretBytes content = public_argument(value, "the public key");
  if (auto blob = keys::parse_public_key_line(content.view())) return *std::move(blob);
  return to_bytes(content.view());
}

void warn_of_login(PySession& self) {
  const std::string weakness = self.connection->login_weakness();
  if (!weakness.empty()) warn_of({weakness});
}

void login_by_object(PySession& self, const std::string& user, nb::handle signer,
                     nb::handle public_key, nb::handle certificate) {
  nb::object blob = nb::borrow(public_key);
  if (blob.is_none()) blob = nb::getattr(signer, "blob", nb::none());
  if (blob.is_none()) {
    PyErr_SetString(PyExc_TypeError,
                    "a signer needs an attribute 'blob', or its public key as pubkey_bytes");
    throw nb::python_error();
  }
  ObjectSigner object(signer, public_blob_argument(blob));
  std::optional<Bytes> certificate_blob;
  if (!certificate.is_none()) certificate_blob = public_blob_argument(certificate);
  without_gil([&](const client::Interrupt& interrupted) {
    return log_in(*self.connection, user, object, std::move(certificate_blob),
                  client::Connection::Probe::ask_first, interrupted);
  });
  warn_of_login(self);
}

void userauth_publickey(PySession& self, nb::handle user, nb::handle private_key,
                        nb::handle public_key, nb::handle passphrase, nb::handle certificate) {
  const std::string name = user_argument(user);
  const bool is_key = nb::isinstance<PyPrivateKey>(private_key);
  if (!is_key && nb::hasattr(private_key, "sign")) {
    return login_by_object(self, name, private_key, public_key, certificate);
  }
  const KeySource source = key_argument(private_key, passphrase);
  PublicSides sides;
  if (!public_key.is_none()) sides.key = public_argument(public_key, "pubkey_bytes");
  if (!certificate.is_none()) sides.certificate = public_argument(certificate, "certificate");
  without_gil([&](const client::Interrupt& interrupted) -> client::Outcome<void> {
    const auto key = HAWSER_TRY_OUTCOME(load(source));
    client::KeySigner signer(engine(), *key);
    return log_in(*self.connection, name, signer, HAWSER_TRY_OUTCOME(certificate_of(sides, *key)),
                  client::Connection::Probe::sign_at_once, interrupted);
  });
  warn_of_login(self);
}

void userauth_hostbased(PySession& self, nb::handle user, nb::handle private_key,
                        nb::handle client_host, nb::handle client_user, nb::handle passphrase) {
  const std::string name = user_argument(user);
  const KeySource source = key_argument(private_key, passphrase);
  const client::Connection::HostBasedNames names{text_argument(client_host, "client_host"),
                                                 text_argument(client_user, "client_user")};
  without_gil([&](const client::Interrupt& interrupted) -> client::Outcome<void> {
    const auto key = HAWSER_TRY_OUTCOME(load(source));
    client::KeySigner signer(engine(), *key);
    return self.connection->login_host_based(name, signer, names, interrupted);
  });
  warn_of_login(self);
}

void userauth_agent(PySession& self, nb::handle user, nb::handle agent, nb::handle first) {
  const std::string name = user_argument(user);
  const auto opened = agent_argument(agent);
  std::optional<Bytes> first_blob;
  if (!first.is_none()) {
    const bool is_key = nb::hasattr(first, "blob");
    first_blob = public_blob_argument(is_key ? nb::object(first.attr("blob")) : nb::borrow(first));
  }
  without_gil([&](const client::Interrupt& interrupted) {
    return self.connection->login_agent(name, opened, first_blob, interrupted);
  });
  warn_of_login(self);
}

}  // namespace

void bind_login(nb::class_<PySession>& c) {
  using namespace nb::literals;
  c.def("userauth_none", &userauth_none, "user"_a)
      .def("userauth_password", &userauth_password, "user"_a, "password"_a,
           "new_password"_a = nb::none())
      .def("userauth_keyboard_interactive", &userauth_keyboard_interactive, "user"_a, "handler"_a,
           "submethods"_a = "")
      .def("userauth_publickey", &userauth_publickey, "user"_a, "privkey_bytes"_a,
           "pubkey_bytes"_a = nb::none(), "passphrase"_a = nb::none(), nb::kw_only(),
           "certificate"_a = nb::none())
      .def("userauth_agent", &userauth_agent, "user"_a, "agent"_a = nb::none(), nb::kw_only(),
           "first"_a = nb::none())
      .def("userauth_hostbased", &userauth_hostbased, "user"_a, "privkey_bytes"_a, "client_host"_a,
           "client_user"_a, "passphrase"_a = nb::none())
      .def_prop_ro("authenticated", [](PySession& self) {
        return locked([&] { return self.connection->is_logged_in(); });
      });
}

}  // namespace hawser::python
