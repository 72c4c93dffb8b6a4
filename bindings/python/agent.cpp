#include "agent.h"

#include <nanobind/stl/string.h>

#include "hawser/base/display.h"
#include "hawser/keys/algorithms.h"
#include "hawser/keys/fingerprint.h"
#include "hawser/keys/public_key.h"

#include "buffers.h"
#include "calls.h"
#include "keys.h"
#include "paths.h"

namespace hawser::python {

namespace {

struct PyAgent {
  std::shared_ptr<client::Agent> agent;
};

struct PyAgentKey {
  std::shared_ptr<client::Agent> agent;
  Bytes blob;
  std::string comment;
};

std::string type_of(const PyAgentKey& key) {
  return display(as_bytes(keys::key_type_of(key.blob)));
}

std::string fingerprint_of(const PyAgentKey& key) {
  return keys::fingerprint(crypto::openssl_engine(), key.blob).value_or("");
}

nb::list keys_of(PyAgent& self) {
  auto identities = without_gil(
      [&](const client::Interrupt& interrupted) { return self.agent->identities(interrupted); });
  nb::list list;
  for (auto& identity : identities) {
    list.append(nb::cast(
        PyAgentKey{self.agent, std::move(identity.key_blob), display(as_bytes(identity.comment))}));
  }
  return list;
}

void add(PyAgent& self, const PyPrivateKey& key, nb::handle comment, nb::handle lifetime,
         bool confirm) {
  keys::agent::Hold hold;
  hold.comment = comment.is_none() ? key.key->comment() : text_argument(comment, "comment");
  hold.asks_first = confirm;
  if (!lifetime.is_none()) {
    hold.seconds =
        static_cast<std::uint32_t>(integer_argument(lifetime, "lifetime", {1, UINT32_MAX}));
  }
  without_gil([&, held = key.key](const client::Interrupt& interrupted) {
    return self.agent->add(crypto::openssl_engine(), *held, hold, interrupted);
  });
}

nb::bytes sign(PyAgentKey& self, nb::handle data, nb::handle algorithm) {
  const BufferView view(data, "data");
  std::string name;
  if (!algorithm.is_none()) {
    name = text_argument(algorithm, "algorithm");
  } else {
    const auto& engine = crypto::openssl_engine();
    const auto names = keys::signature_algorithms(engine, keys::key_type_of(self.blob), "",
                                                  keys::default_key_uses(engine));
    if (!names.empty()) name = names.front();
  }
  return to_python(without_gil([&](const client::Interrupt& interrupted) {
    return self.agent->sign(self.blob, name, view.view(), interrupted);
  }));
}

}  // namespace

client::Outcome<Bytes> ObjectSigner::sign(std::string_view algorithm, ByteView data) {
  return with_gil([&]() -> client::Outcome<Bytes> {
    try {
      const nb::object signature =
          object_.attr("sign")(to_python(data), nb::str(algorithm.data(), algorithm.size()));
      const BufferView view(signature, "what sign() returned");
      return to_bytes(view.view());
    } catch (nb::python_error& error) {
      return std::unexpected(keep_exception(nb::borrow(error.value())));
    }
  });
}

std::shared_ptr<client::Agent> agent_argument(nb::handle agent) {
  if (agent.is_none()) return unwrap(client::Agent::at(""));
  if (nb::isinstance<PyAgent>(agent)) return nb::cast<PyAgent&>(agent).agent;
  return unwrap(client::Agent::at(path_argument(agent, "agent").name));
}

void bind_agent(nb::module_& m) {
  using namespace nb::literals;
  nb::class_<PyAgentKey>(m, "AgentKey", nb::is_final(), "A key that an ssh-agent holds.")
      .def_prop_ro("type", &type_of)
      .def_prop_ro("blob", [](PyAgentKey& self) { return to_python(self.blob); })
      .def_prop_ro("comment", [](PyAgentKey& self) { return self.comment; })
      .def_prop_ro("fingerprint", &fingerprint_of)
      .def("sign", &sign, "data"_a, "algorithm"_a = nb::none())
      .def("__repr__", [](PyAgentKey& self) {
        return "AgentKey(" + type_of(self) + " " + fingerprint_of(self) + ")";
      });
  nb::class_<PyAgent>(m, "Agent", nb::is_final(), "An ssh-agent.")
      .def(
          "__init__",
          [](PyAgent* self, nb::handle path) {
            new (self) PyAgent{
                unwrap(client::Agent::at(path.is_none() ? "" : path_argument(path, "path").name))};
          },
          "path"_a = nb::none())
      .def_prop_ro("path",
                   [](PyAgent& self) { return display(as_bytes(self.agent->path()), 4096); })
      .def("keys", &keys_of)
      .def("add", &add, "key"_a, nb::kw_only(), "comment"_a = nb::none(), "lifetime"_a = nb::none(),
           "confirm"_a = false);
}

}  // namespace hawser::python
