#include "keys.h"

#include <nanobind/stl/string.h>

#include "hawser/base/display.h"
#include "hawser/client/key_file.h"
#include "hawser/crypto/raw_key.h"
#include "hawser/keys/algorithms.h"
#include "hawser/keys/fingerprint.h"
#include "hawser/keys/openssh_key_writer.h"
#include "hawser/keys/private_key_file.h"
#include "hawser/keys/public_key.h"

#include "buffers.h"
#include "calls.h"
#include "paths.h"

namespace hawser::python {

namespace {

const crypto::Engine& engine() {
  return crypto::openssl_engine();
}

[[noreturn]] void raise_value_error(const char* text) {
  PyErr_SetString(PyExc_ValueError, text);
  throw nb::python_error();
}

std::string fingerprint_of(ByteView blob) {
  return keys::fingerprint(engine(), blob).value_or("");
}

nb::str shown(std::string_view text) {
  const std::string escaped = display(as_bytes(text), 4096);
  return nb::str(escaped.data(), escaped.size());
}

// ---- private keys

PyPrivateKey shared(keys::MemorySigner key) {
  return {std::make_shared<keys::MemorySigner>(std::move(key))};
}

struct Kind {
  std::string type;
  unsigned bits = 0;
};

// As ssh-keygen's -t and -b.
Kind kind_argument(nb::handle type, nb::handle bits) {
  constexpr unsigned kRsaBits = 3072;
  const std::string name = text_argument(type, "type");
  unsigned size = 0;
  if (!bits.is_none()) {
    size = static_cast<unsigned>(integer_argument(bits, "bits", {1, 1 << 20}));
  }
  if (name == "ed25519" && (size == 0 || size == 256)) return {"ssh-ed25519", 0};
  if (name == "rsa") return {"ssh-rsa", size == 0 ? kRsaBits : size};
  if (name == "ecdsa" && (size == 0 || size == 256)) return {"ecdsa-sha2-nistp256", 0};
  if (name == "ecdsa" && (size == 384 || size == 521)) {
    return {"ecdsa-sha2-nistp" + std::to_string(size), 0};
  }
  raise_value_error(
      "generate: there are 'ed25519', 'ecdsa' with 256, 384 or 521 bits, and 'rsa' with 2048 to "
      "16384");
}

PyPrivateKey generate(nb::handle type, nb::handle bits, nb::handle comment) {
  const Kind kind = kind_argument(type, bits);
  const std::string words = text_argument(comment, "comment");
  return shared(without_gil([&](const client::Interrupt&) -> client::Outcome<keys::MemorySigner> {
    const auto made = crypto::generate_key(kind.type, kind.bits);
    if (!made) {
      auto failure = key_failure(made.error(), "generate");
      if (made.error().code == Errc::invalid_argument) failure.text = "bits: 2048 to 16384";
      return std::unexpected(std::move(failure));
    }
    std::vector<ByteView> parts;
    for (const SecretBytes& part : made->parts) parts.push_back(part.view());
    auto key = keys::MemorySigner::load(engine(), made->key_type, parts);
    if (!key) return std::unexpected(key_failure(key.error(), "generate"));
    key->set_comment(words);
    return *std::move(key);
  }));
}

PyPrivateKey private_from_bytes(nb::handle content, nb::handle passphrase) {
  const SecretBytes bytes = secret_argument(content, "content");
  const SecretBytes phrase = passphrase_argument(passphrase);
  return shared(without_gil([&](const client::Interrupt&) { return load_key(bytes, phrase); }));
}

PyPrivateKey private_from_file(nb::handle path, nb::handle passphrase) {
  const std::string name = path_argument(path, "path").name;
  const SecretBytes phrase = passphrase_argument(passphrase);
  return shared(without_gil([&](const client::Interrupt&) -> client::Outcome<keys::MemorySigner> {
    const SecretBytes content = HAWSER_TRY_OUTCOME(client::read_key_file(name));
    return load_key(content, phrase);
  }));
}

std::uint32_t rounds_argument(nb::handle rounds) {
  return static_cast<std::uint32_t>(integer_argument(rounds, "rounds", {1, 2048}));
}

client::Outcome<SecretBytes> written(const keys::MemorySigner& key, const SecretBytes& passphrase,
                                     std::uint32_t rounds) {
  auto content = keys::write_openssh_key(engine(), key, passphrase.view(), rounds);
  if (!content) return std::unexpected(key_failure(content.error(), "private key"));
  return *std::move(content);
}

nb::bytes private_to_bytes(PyPrivateKey& self, nb::handle passphrase, nb::handle rounds) {
  const SecretBytes phrase = passphrase_argument(passphrase);
  const std::uint32_t count = rounds_argument(rounds);
  const SecretBytes content =
      without_gil([&](const client::Interrupt&) { return written(*self.key, phrase, count); });
  return to_python(content.view());
}

void save(PyPrivateKey& self, nb::handle path, nb::handle passphrase, nb::handle rounds) {
  const std::string name = path_argument(path, "path").name;
  const SecretBytes phrase = passphrase_argument(passphrase);
  const std::uint32_t count = rounds_argument(rounds);
  without_gil([&](const client::Interrupt&) -> client::Outcome<void> {
    const SecretBytes content = HAWSER_TRY_OUTCOME(written(*self.key, phrase, count));
    return client::write_key_file(name, content.view());
  });
}

nb::bytes sign(PyPrivateKey& self, nb::handle data, nb::handle algorithm) {
  const BufferView view(data, "data");
  std::string name;
  if (!algorithm.is_none()) {
    name = text_argument(algorithm, "algorithm");
  } else {
    name = keys::signature_algorithms(engine(), self.key->type(), "").front();
  }
  return to_python(without_gil([&](const client::Interrupt&) -> client::Outcome<Bytes> {
    auto signature = self.key->sign(engine(), keys::plain_algorithm(name), view.view());
    if (!signature) return std::unexpected(key_failure(signature.error(), "sign"));
    return *std::move(signature);
  }));
}

// ---- public keys

client::Outcome<keys::PublicKeyFile> read_public_key(const SecretBytes& content) {
  auto file = keys::parse_public_key_file(content.view());
  if (!file) return std::unexpected(key_failure(file.error(), "public key"));
  const auto key = keys::PublicKey::parse(engine(), file->blob);
  if (key || key.error().code == Errc::certificate_signature) return *std::move(file);
  Error error = key.error();
  if (error.code == Errc::bad_host_key) error.code = Errc::key_damaged;
  return std::unexpected(key_failure(error, "public key"));
}

PyPublicKey public_from_bytes(nb::handle content) {
  const SecretBytes bytes = secret_argument(content, "content");
  return {without_gil([&](const client::Interrupt&) { return read_public_key(bytes); })};
}

PyPublicKey public_from_file(nb::handle path) {
  const std::string name = path_argument(path, "path").name;
  return {without_gil([&](const client::Interrupt&) -> client::Outcome<keys::PublicKeyFile> {
    const SecretBytes content = HAWSER_TRY_OUTCOME(client::read_key_file(name));
    return read_public_key(content);
  })};
}

// Without its line end.
std::string line_of(PyPublicKey& self) {
  std::string line =
      keys::public_key_line(self.key.blob, display(as_bytes(self.key.comment), 4096));
  line.pop_back();
  return line;
}

ByteView blob_of(const PyPrivateKey& self) {
  return self.key->public_blob();
}
ByteView blob_of(const PyPublicKey& self) {
  return self.key.blob;
}

// What both kinds have. Two keys are equal if their public halves are.
template <typename Key>
void bind_common(nb::class_<Key>& c, const char* name) {
  c.def_prop_ro("type", [](Key& self) { return shown(keys::key_type_of(blob_of(self))); })
      .def_prop_ro("blob", [](Key& self) { return to_python(blob_of(self)); })
      .def_prop_ro("fingerprint", [](Key& self) { return fingerprint_of(blob_of(self)); })
      .def("__eq__",
           [](Key& self, nb::handle other) -> nb::object {
             if (!nb::isinstance<Key>(other)) return nb::borrow(Py_NotImplemented);
             return nb::bool_(equal(blob_of(self), blob_of(nb::cast<Key&>(other))));
           })
      .def("__hash__", [](Key& self) { return nb::hash(to_python(blob_of(self))); })
      .def("__repr__", [name](Key& self) {
        return std::string(name) + "(" + std::string(keys::key_type_of(blob_of(self))) + " " +
               fingerprint_of(blob_of(self)) + ")";
      });
}

}  // namespace

client::Outcome<keys::MemorySigner> load_key(const SecretBytes& content,
                                             const SecretBytes& passphrase) {
  auto signer = keys::parse_private_key(engine(), content.view(), passphrase.view());
  if (!signer) return std::unexpected(key_failure(signer.error(), "private key"));
  return *std::move(signer);
}

client::Failure key_failure(const Error& error, const char* what) {
  client::Failure failure = client::explain(error, Report{});
  failure.text = std::string(what) + ": " + failure.text;
  switch (error.code) {
    case Errc::passphrase_required:
      failure.text += " (pass passphrase=)";
      break;
    case Errc::key_unsupported:
      failure.text += " (" + std::string(error.where) +
                      "; ed25519, ecdsa nistp256/384/521 and rsa keys of 1024 bits or more are, in "
                      "the formats that ssh-keygen and puttygen write)";
      break;
    case Errc::kdf_too_expensive:
      failure.text +=
          " (at most 2048 rounds of bcrypt, 10 million of PBKDF2, 256 MiB and 16 GiB in all passes "
          "of Argon2 are done)";
      break;
    default:
      break;
  }
  return failure;
}

SecretBytes passphrase_argument(nb::handle passphrase) {
  return passphrase.is_none() ? SecretBytes() : secret_argument(passphrase, "passphrase");
}

void bind_keys(nb::module_& m) {
  using namespace nb::literals;
  nb::class_<PyPublicKey> public_key(m, "PublicKey", nb::is_final(),
                                     "A public key or a certificate.");
  bind_common(public_key, "PublicKey");
  public_key.def_static("from_bytes", &public_from_bytes, "content"_a)
      .def_static("from_file", &public_from_file, "path"_a)
      .def_prop_ro("comment", [](PyPublicKey& self) { return shown(self.key.comment); })
      .def("to_rfc4716",
           [](PyPublicKey& self) {
             return keys::rfc4716_file(self.key.blob, display(as_bytes(self.key.comment), 4096));
           })
      .def("__str__", &line_of);

  nb::class_<PyPrivateKey> private_key(m, "PrivateKey", nb::is_final(), "A private key in memory.");
  bind_common(private_key, "PrivateKey");
  private_key
      .def_static("generate", &generate, "type"_a = "ed25519", nb::kw_only(), "bits"_a = nb::none(),
                  "comment"_a = "")
      .def_static("from_bytes", &private_from_bytes, "content"_a, "passphrase"_a = nb::none())
      .def_static("from_file", &private_from_file, "path"_a, "passphrase"_a = nb::none())
      .def_prop_ro("comment", [](PyPrivateKey& self) { return shown(self.key->comment()); })
      .def_prop_ro("public_key",
                   [](PyPrivateKey& self) {
                     return PyPublicKey{{to_bytes(self.key->public_blob()), self.key->comment()}};
                   })
      .def("to_bytes", &private_to_bytes, "passphrase"_a = nb::none(), nb::kw_only(),
           "rounds"_a = keys::kBcryptRoundsWritten)
      .def("save", &save, "path"_a, "passphrase"_a = nb::none(), nb::kw_only(),
           "rounds"_a = keys::kBcryptRoundsWritten)
      .def("sign", &sign, "data"_a, "algorithm"_a = nb::none());
}

}  // namespace hawser::python
