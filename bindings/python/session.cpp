// _ssh.Session.
#include "session.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "hawser/base/display.h"

#include "algorithms.h"
#include "buffers.h"
#include "calls.h"
#include "channel.h"
#include "listener.h"
#include "login.h"
#include "options.h"
#include "results.h"
#include "scp.h"
#include "sftp.h"
#include "unclosed.h"

namespace hawser::python {

namespace {

const crypto::Engine& engine() {
  return crypto::openssl_engine();
}

// A connection owned by nobody else is part of its Session for the garbage collector, and with it
// the Python object that it talks through.
int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  if (!nb::inst_ready(self)) return 0;
  const auto* session = nb::inst_ptr<PySession>(self);
  if (session->connection.use_count() == 1) {
    Py_VISIT(session->stream_object.ptr());
    Py_VISIT(session->trace_object.ptr());
  }
  return 0;
}

int clear(PyObject* self) {
  auto* session = nb::inst_ptr<PySession>(self);
  session->stream_object = nb::handle();
  session->trace_object = nb::handle();
  warn_if_left_open(session->connection, "_ssh.Session");
  const auto last = std::move(session->connection);
  return 0;
}

PyType_Slot session_slots[] = {{Py_tp_traverse, reinterpret_cast<void*>(traverse)},
                               {Py_tp_clear, reinterpret_cast<void*>(clear)},
                               {0, nullptr}};

std::uint64_t positive(nb::handle value, const char* what) {
  return static_cast<std::uint64_t>(integer_argument(value, what, {1, INT64_MAX}));
}

// making
// -------------------------------------------------------------------------------------------

void make_session(PySession* self, nb::handle sock, nb::handle timeout, nb::handle host,
                  nb::handle port, nb::handle known_hosts, nb::handle host_key_policy,
                  nb::handle algorithms, bool compression, bool require_strict_kex,
                  nb::handle required_rsa_size, nb::handle banner_timeout, nb::handle kex_timeout,
                  nb::handle auth_timeout, nb::handle rekey_bytes, nb::handle rekey_packets,
                  nb::handle rekey_interval, nb::handle ca_signature_algorithms, bool check_host_ip,
                  nb::handle trace) {
  client::ConnectionOptions options;
  options.timeout = seconds_argument(timeout, "timeout");
  options.session.deadlines.identification = seconds_argument(banner_timeout, "banner_timeout");
  options.session.deadlines.key_exchange = seconds_argument(kex_timeout, "kex_timeout");
  options.session.deadlines.login = seconds_argument(auth_timeout, "auth_timeout");
  auto& transport = options.session.transport;
  transport.proposal = proposal_from(algorithms, compression);
  transport.requires_strict_kex = require_strict_kex;
  transport.required_rsa_bits = required_rsa_bits_from(required_rsa_size, algorithms);
  transport.rekey.bytes = positive(rekey_bytes, "rekey_bytes");
  transport.rekey.packets = positive(rekey_packets, "rekey_packets");
  transport.rekey.interval = seconds_argument(rekey_interval, "rekey_interval");
  if (transport.rekey.interval == Duration::zero()) {
    PyErr_SetString(PyExc_ValueError, "rekey_interval must be seconds > 0 or None");
    throw nb::python_error();
  }
  transport.trace = trace_from(trace);
  auto [stream, stream_object] = make_stream(sock);
  options.host_key = host_key_policy_from(
      {sock, host, port, known_hosts, host_key_policy, ca_signature_algorithms, check_host_ip});
  auto connection = without_gil([&, &made = stream](const client::Interrupt& interrupted) {
    return client::Connection::connect(std::move(made), std::move(options), engine(), interrupted);
  });
  try {
    warn_of(locked([&] { return connection->warnings(); }));
  } catch (nb::python_error&) {
    locked([&] { connection->abort(); });
    throw;
  }
  new (self)
      PySession{std::move(connection), stream_object, trace.is_none() ? nb::handle() : trace};
}

// commands
// -----------------------------------------------------------------------------------------

nb::bytes exec(PySession& self, nb::handle command) {
  operations::CommandSpec spec;
  spec.command = text_argument(command, "command");
  spec.error_output = operations::ErrorOutput::discard;
  auto result = without_gil([&](const client::Interrupt& interrupted) {
    return self.connection->run(std::move(spec), {}, std::nullopt, interrupted);
  });
  return to_python(result.output);
}

// The bytes of a buffer, piece by piece; the buffer is held by the caller.
client::InputSource source_of(ByteView data) {
  return [data](ByteSpan to) mutable -> client::Outcome<client::World::Input> {
    const std::size_t size = std::min(to.size(), data.size());
    copy(data.first(size), to);
    data = data.subspan(size);
    return client::World::Input{size, data.empty()};
  };
}

// What a file's read() gives. Its exceptions reach the caller of run() unchanged.
client::InputSource source_of(nb::handle file) {
  return [file](ByteSpan to) -> client::Outcome<client::World::Input> {
    return with_gil([&]() -> client::Outcome<client::World::Input> {
      try {
        const nb::object piece = file.attr("read")(to.size());
        if (piece.is_none()) return client::World::Input{0, true};
        const BufferView view(piece, "what input.read() returned");
        if (view.view().size() > to.size()) {
          PyErr_SetString(PyExc_ValueError, "input.read(n) returned more than n bytes");
          throw nb::python_error();
        }
        copy(view.view(), to);
        return client::World::Input{view.view().size(), view.view().empty()};
      } catch (nb::python_error& error) {
        return std::unexpected(keep_exception(nb::borrow(error.value())));
      }
    });
  };
}

std::vector<std::pair<std::string, std::string>> environment_from(nb::handle env) {
  std::vector<std::pair<std::string, std::string>> list;
  if (env.is_none()) return list;
  for (const auto& [name, value] : items_of(env, "env")) {
    list.emplace_back(text_argument(name, "a name in env"), text_argument(value, "a value in env"));
    if (list.back().first.empty() || list.back().first.find('=') != std::string::npos) {
      PyErr_SetString(PyExc_ValueError, "env: a name must not be empty or contain '='");
      throw nb::python_error();
    }
  }
  return list;
}

RunResult run(PySession& self, nb::handle command, nb::handle input, nb::handle timeout,
              nb::handle env, bool pty, nb::handle term, nb::handle width, nb::handle height) {
  operations::CommandSpec spec;
  spec.command = text_argument(command, "command");
  spec.environment = environment_from(env);
  const connection::TerminalSize size{extent_argument(width, "width"),
                                      extent_argument(height, "height"), 0, 0};
  if (pty) spec.terminal = operations::Terminal{text_argument(term, "term"), size};
  const auto limit = seconds_argument(timeout, "timeout");

  std::optional<BufferView> buffer;
  client::InputSource source;
  if (nb::hasattr(input, "read")) {
    source = source_of(input);
  } else if (!input.is_none()) {
    buffer.emplace(input, "input");
    source = source_of(buffer->view());
  }
  auto result = without_gil([&](const client::Interrupt& interrupted) {
    return self.connection->run(std::move(spec), source, limit, interrupted);
  });
  return {to_python(result.output), to_python(result.error_output), result.exit};
}

PyChannel* open(PySession& self, const connection::ChannelKind& kind) {
  return new PyChannel(without_gil([&](const client::Interrupt& interrupted) {
    return self.connection->open(kind, interrupted);
  }));
}

PyChannel* open_direct_tcpip(PySession& self, nb::handle host, nb::handle port,
                             nb::handle origin_host, nb::handle origin_port) {
  const std::string host_text = text_argument(host, "host");
  const std::string origin_text = text_argument(origin_host, "origin_host");
  return open(self, connection::DirectTcpipKind{host_text, port_argument(port, "port"), origin_text,
                                                port_argument(origin_port, "origin_port")});
}

PyChannel* open_direct_streamlocal(PySession& self, nb::handle path) {
  const std::string text = text_argument(path, "path");
  return open(self, connection::DirectStreamlocalKind{text});
}

PyListener listen(PySession& self, connection::OfferKind kind, std::string address,
                  std::uint16_t port) {
  return {without_gil([&](const client::Interrupt& interrupted) {
    return self.connection->listen(kind, std::move(address), port, interrupted);
  })};
}

PyListener listen_tcp(PySession& self, nb::handle address, nb::handle port) {
  return listen(self, connection::OfferKind::tcpip, text_argument(address, "address"),
                port_argument(port, "port"));
}

PyListener listen_unix(PySession& self, nb::handle path) {
  return listen(self, connection::OfferKind::streamlocal, text_argument(path, "path"), 0);
}

PyListener listen_agent(PySession& self) {
  return listen(self, connection::OfferKind::agent, {}, 0);
}

// upkeep
// -------------------------------------------------------------------------------------------

void keepalive(PySession& self, nb::handle timeout) {
  const auto limit = seconds_argument(timeout, "timeout");
  without_gil([&](const client::Interrupt& interrupted) {
    return self.connection->keepalive(limit, interrupted);
  });
}

void rekey(PySession& self) {
  without_gil(
      [&](const client::Interrupt& interrupted) { return self.connection->rekey(interrupted); });
}

void close(PySession& self) {
  locked([&] { self.connection->close(); });
}

client::Facts facts(PySession& self) {
  return locked([&] { return self.connection->facts(); });
}

nb::tuple warnings(PySession& self) {
  return nb::tuple(nb::cast(locked([&] { return self.connection->warnings(); })));
}

std::string repr(PySession& self) {
  const auto known = facts(self);
  const char* state = locked([&] { return self.connection->is_closed(); })      ? "closed"
                      : locked([&] { return self.connection->is_logged_in(); }) ? "logged in"
                                                                                : "connected";
  return "<_ssh.Session " + std::string(state) + ", " +
         display(as_bytes(known.server_version), 80) + ">";
}

void bind_commands(nb::class_<PySession>& c) {
  using namespace nb::literals;
  c.def("exec", &exec, "command"_a)
      .def("run", &run, "command"_a, "input"_a = nb::none(), "timeout"_a = nb::none(),
           "env"_a = nb::none(), "pty"_a = false, nb::kw_only(), "term"_a = "xterm", "width"_a = 80,
           "height"_a = 24)
      .def("open_session", [](PySession& self) { return open(self, connection::SessionKind{}); })
      .def("open_direct_tcpip", &open_direct_tcpip, "host"_a, "port"_a,
           "origin_host"_a = "127.0.0.1", "origin_port"_a = 0)
      .def("open_direct_streamlocal", &open_direct_streamlocal, "path"_a)
      .def("listen", &listen_tcp, "address"_a = "localhost", "port"_a = 0)
      .def("listen_unix", &listen_unix, "path"_a)
      .def("listen_agent", &listen_agent);
}

nb::list host_keys_from(const std::vector<Bytes>& blobs) {
  nb::list list;
  for (const Bytes& blob : blobs) list.append(make_host_key(keys::key_type_of(blob), blob));
  return list;
}

nb::list prove_host_keys(PySession& self) {
  return host_keys_from(without_gil([&](const client::Interrupt& interrupted) {
    return self.connection->prove_host_keys(interrupted);
  }));
}

nb::tuple update_known_hosts(PySession& self) {
  const auto change = without_gil([&](const client::Interrupt& interrupted) {
    return self.connection->update_known_hosts(interrupted);
  });
  return nb::make_tuple(host_keys_from(change.added), host_keys_from(change.removed));
}

void bind_upkeep(nb::class_<PySession>& c) {
  using namespace nb::literals;
  c.def("keepalive", &keepalive, "timeout"_a = nb::none())
      .def("rekey", &rekey)
      .def("prove_host_keys", &prove_host_keys)
      .def("update_known_hosts", &update_known_hosts)
      .def("close", &close)
      .def("abort", [](PySession& self) { locked([&] { self.connection->abort(); }); })
      .def("__enter__", [](nb::object self) { return self; })
      .def("__exit__", [](PySession& self, const nb::args&) { close(self); })
      .def("__repr__", &repr);
}

void bind_facts(nb::class_<PySession>& c) {
  c.def_prop_rw(
       "timeout", [](PySession& self) { return to_seconds(self.connection->timeout()); },
       [](PySession& self, nb::handle seconds) {
         self.connection->set_timeout(seconds_argument(seconds, "timeout"));
       },
       nb::arg("seconds").none())
      .def_prop_ro(
          "closed",
          [](PySession& self) { return locked([&] { return self.connection->is_closed(); }); })
      .def_prop_ro("server_version",
                   [](PySession& self) { return display(as_bytes(facts(self).server_version)); })
      .def_prop_ro(
          "banner",
          [](PySession& self) { return locked([&] { return self.connection->banner(); }); })
      .def_prop_ro("host_key",
                   [](PySession& self) {
                     const auto known = facts(self);
                     return make_host_key(known.host_key_type, known.host_key_blob);
                   })
      .def_prop_ro("algorithms", [](PySession& self) { return Algorithms{facts(self)}; })
      .def_prop_ro("session_id", [](PySession& self) { return to_python(facts(self).session_id); })
      .def_prop_ro("rekey_count",
                   [](PySession& self) {
                     const unsigned exchanges = facts(self).exchanges;
                     return exchanges == 0 ? 0 : exchanges - 1;
                   })
      .def_prop_ro("warnings", &warnings);
}

}  // namespace

PySession::~PySession() {
  warn_if_left_open(connection, "_ssh.Session");
}

void bind_session(nb::module_& m) {
  using namespace nb::literals;
  const session::Deadlines deadlines;
  const auto seconds = [](const std::optional<Duration>& span) { return to_seconds(span); };
  nb::class_<PySession> c(m, "Session", nb::is_final(), nb::is_weak_referenceable(),
                          nb::type_slots(session_slots),
                          "An SSH-2 connection over a connected socket.");
  c.def("__init__", &make_session, "sock"_a, nb::kw_only(), "timeout"_a = nb::none(),
        "host"_a = nb::none(), "port"_a = nb::none(), "known_hosts"_a = nb::none(),
        "host_key_policy"_a = "strict", "algorithms"_a = nb::none(), "compression"_a = false,
        "require_strict_kex"_a = false, "required_rsa_size"_a = nb::none(),
        "banner_timeout"_a.none() = seconds(deadlines.identification),
        "kex_timeout"_a.none() = seconds(deadlines.key_exchange),
        "auth_timeout"_a.none() = seconds(deadlines.login),
        "rekey_bytes"_a = static_cast<std::int64_t>(limits::kRekeyBytes),
        "rekey_packets"_a = static_cast<std::int64_t>(limits::kRekeyPackets),
        "rekey_interval"_a.none() = 3600.0, "ca_signature_algorithms"_a = nb::none(),
        "check_host_ip"_a = false, "trace"_a = nb::none());
  bind_login(c);
  bind_commands(c);
  bind_scp(c);
  bind_upkeep(c);
  bind_facts(c);
  bind_sftp_of(c);
}

}  // namespace hawser::python
