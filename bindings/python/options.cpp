#include "options.h"

#include <charconv>

#include <nanobind/stl/string.h>

#include "hawser/crypto/engine.h"
#include "hawser/keys/algorithms.h"

#include "buffers.h"
#include "errors.h"
#include "gil.h"
#include "results.h"
#include "streams.h"

namespace hawser::python {

namespace {

[[noreturn]] void raise_value_error(const std::string& text) {
  PyErr_SetString(PyExc_ValueError, text.c_str());
  throw nb::python_error();
}

// "[host]:port" as it stands in known_hosts; anything else is a host.
void split_host(client::HostKeyPolicy& policy, bool& has_port) {
  const auto bracket = policy.host.find("]:");
  if (!policy.host.starts_with('[') || bracket == std::string::npos) return;
  const char* first = policy.host.data() + bracket + 2;
  const char* last = policy.host.data() + policy.host.size();
  std::uint16_t port = 0;
  const auto parsed = std::from_chars(first, last, port);
  if (parsed.ec != std::errc() || parsed.ptr != last || port == 0) {
    raise_value_error("host: no port number after ']:'");
  }
  if (!has_port) policy.port = port;
  has_port = true;
  policy.host = policy.host.substr(1, bracket - 1);
}

void set_host(client::HostKeyPolicy& policy, const HostKeyArguments& arguments) {
  const auto [peer_host, peer_port] = peer_of(arguments.sock);
  bool has_port = !arguments.port.is_none();
  if (!arguments.host.is_none()) {
    policy.host = text_argument(arguments.host, "host");
    if (policy.host.empty()) raise_value_error("host must not be empty");
    split_host(policy, has_port);
  } else {
    policy.host = peer_host;
    if (policy.host.empty()) {
      raise_value_error("known_hosts needs host=: the socket does not tell its peer's address");
    }
  }
  if (!has_port && peer_port != 0) policy.port = peer_port;
}

std::string path_from(nb::handle value) {
  const nb::object path = nb::module_::import_("os").attr("fspath")(value);
  return text_argument(path, "known_hosts");
}

std::vector<std::string> paths_from(nb::handle value) {
  if (value.is_none()) return client::default_known_hosts_paths();
  if (nb::isinstance<nb::str>(value) || nb::isinstance<nb::bytes>(value) ||
      nb::hasattr(value, "__fspath__")) {
    return {path_from(value)};
  }
  std::vector<std::string> paths;
  for (nb::handle each : value) paths.push_back(path_from(each));
  return paths;
}

// Held by what drops it with the GIL: it outlives the call.
std::shared_ptr<nb::object> held(nb::handle object) {
  return {new nb::object(nb::borrow(object)),
          [](nb::object* kept) { with_gil([&] { delete kept; }); }};
}

// A callable answers for unknown keys, and only True is a yes.
void set_callback(client::HostKeyPolicy& policy, nb::handle callback) {
  policy.unknown = client::UnknownHostKey::ask;
  policy.ask = [object = held(callback),
                host = policy.host](const keys::PublicKey& key) -> client::Outcome<bool> {
    return with_gil([&]() -> client::Outcome<bool> {
      try {
        return (*object)(host, make_host_key(key.type(), key.blob())).is(nb::handle(Py_True));
      } catch (nb::python_error& error) {
        return std::unexpected(keep_exception(nb::borrow(error.value())));
      }
    });
  };
}

void set_unknown(client::HostKeyPolicy& policy, nb::handle value) {
  if (PyCallable_Check(value.ptr()) != 0) {
    set_callback(policy, value);
    return;
  }
  const std::string name = text_argument(value, "host_key_policy");
  if (name == "strict") {
    policy.unknown = client::UnknownHostKey::refuse;
  } else if (name == "accept-new") {
    policy.unknown = client::UnknownHostKey::accept_new;
  } else if (name == "insecure-accept-any") {
    policy.unknown = client::UnknownHostKey::accept;
  } else {
    raise_value_error("host_key_policy: '" + name +
                      "' is none of 'strict', 'accept-new', 'insecure-accept-any', or a callable");
  }
}

void set_authority_algorithms(client::HostKeyPolicy& policy, nb::handle names) {
  if (names.is_none()) return;
  if (nb::isinstance<nb::str>(names)) {
    PyErr_SetString(PyExc_TypeError, "ca_signature_algorithms is a sequence of names, not one str");
    throw nb::python_error();
  }
  for (nb::handle each : names) {
    std::string name = text_argument(each, "ca_signature_algorithms");
    const auto* use = keys::find_key_use(crypto::openssl_engine(), name);
    if (use == nullptr || use->is_certificate()) {
      raise_value_error("ca_signature_algorithms: '" + name + "' is no signature algorithm here");
    }
    policy.authority_algorithms.push_back(std::move(name));
  }
  if (policy.authority_algorithms.empty()) raise_value_error("ca_signature_algorithms is empty");
}

// Requires: the GIL is held. Ctrl-C comes back in the next look for signals; other exceptions have
// nobody to go to.
void call_trace(nb::handle callable, const transport::PacketSeen& seen) {
  const nb::error_scope kept;  // the session may be dropped while another exception is on its way
  try {
    nb::object size = nb::none();
    if (seen.size) size = nb::int_(*seen.size);
    callable(seen.way == transport::Way::in ? "in" : "out", seen.number,
             nb::str(seen.name.data(), seen.name.size()), size);
  } catch (nb::python_error& error) {
    if (error.matches(PyExc_KeyboardInterrupt)) {
      PyErr_SetInterrupt();
    } else {
      error.discard_as_unraisable("the trace of an _ssh.Session");
    }
  }
}

}  // namespace

transport::PacketTrace trace_from(nb::handle callable) {
  if (callable.is_none()) return {};
  if (PyCallable_Check(callable.ptr()) == 0) {
    PyErr_SetString(PyExc_TypeError, "trace must be callable, or None");
    throw nb::python_error();
  }
  return [object = held(callable)](const transport::PacketSeen& seen) {
    with_gil([&] { call_trace(*object, seen); });
  };
}

client::HostKeyPolicy host_key_policy_from(const HostKeyArguments& arguments) {
  client::HostKeyPolicy policy;
  const bool is_default_policy = nb::isinstance<nb::str>(arguments.policy) &&
                                 nb::cast<std::string>(arguments.policy) == "strict";
  policy.judges =
      !arguments.host.is_none() || !arguments.known_hosts.is_none() || !is_default_policy;
  if (!arguments.port.is_none()) policy.port = port_argument(arguments.port, "port");
  if (!policy.judges) return policy;
  set_host(policy, arguments);
  policy.known_hosts = paths_from(arguments.known_hosts);
  set_unknown(policy, arguments.policy);
  set_authority_algorithms(policy, arguments.ca_signature_algorithms);
  if (arguments.checks_address) policy.address = peer_of(arguments.sock).first;
  return policy;
}

}  // namespace hawser::python
