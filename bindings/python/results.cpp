#include "results.h"

#include <csignal>

#include <nanobind/stl/string.h>

#include "hawser/keys/fingerprint.h"
#include "hawser/transport/compression.h"

#include "buffers.h"

namespace hawser::python {

namespace {

// RFC 4254 6.10's names, as numbers of this system.
int signal_number(std::string_view name) {
  static constexpr std::pair<std::string_view, int> kSignals[] = {
      {"ABRT", SIGABRT}, {"ALRM", SIGALRM}, {"FPE", SIGFPE},      {"HUP", SIGHUP},
      {"ILL", SIGILL},   {"INT", SIGINT},   {"KILL", SIGKILL},    {"PIPE", SIGPIPE},
      {"QUIT", SIGQUIT}, {"SEGV", SIGSEGV}, {"TERM", SIGTERM},    {"USR1", SIGUSR1},
      {"USR2", SIGUSR2}, {"BUS", SIGBUS},   {"TRAP", SIGTRAP},    {"XCPU", SIGXCPU},
      {"XFSZ", SIGXFSZ}, {"SYS", SIGSYS},   {"VTALRM", SIGVTALRM}};
  for (const auto& [known, number] : kSignals) {
    if (known == name) return number;
  }
  return 0;
}

nb::object returncode_of(const RunResult& self) {
  if (self.exit && std::holds_alternative<std::string>(*self.exit)) {
    const int number = signal_number(std::get<std::string>(*self.exit));
    if (number != 0) return nb::int_(-number);
  }
  return exit_status_of(self.exit);
}

std::string_view mac_name(const transport::ProtectionSuite& suite) {
  return suite.mac == nullptr ? std::string_view() : suite.mac->name;
}

std::string_view compression_name(const transport::ProtectionSuite& suite) {
  return suite.compression == nullptr ? "none" : suite.compression->name;
}

nb::str to_str(std::string_view text) {
  return nb::str(text.data(), text.size());
}

std::string repr_of(const RunResult& self) {
  const nb::str text =
      nb::str("RunResult(exit_status={}, exit_signal={!r}, stdout={} bytes, stderr={} bytes)")
          .format(exit_status_of(self.exit), exit_signal_of(self.exit), self.standard_output.size(),
                  self.standard_error.size());
  return text.c_str();
}

}  // namespace

nb::object exit_status_of(const std::optional<operations::ChannelExit>& exit) {
  if (!exit || !std::holds_alternative<std::uint32_t>(*exit)) return nb::none();
  return nb::int_(std::get<std::uint32_t>(*exit));
}

nb::object exit_signal_of(const std::optional<operations::ChannelExit>& exit) {
  if (!exit || !std::holds_alternative<std::string>(*exit)) return nb::none();
  return to_str(std::get<std::string>(*exit));
}

HostKey make_host_key(std::string_view type, ByteView blob) {
  return {std::string(type), to_bytes(blob),
          keys::fingerprint(crypto::openssl_engine(), blob).value_or("")};
}

void bind_results(nb::module_& m) {
  nb::class_<RunResult>(m, "RunResult", nb::is_final())
      .def_prop_ro("stdout", [](RunResult& self) { return self.standard_output; })
      .def_prop_ro("stderr", [](RunResult& self) { return self.standard_error; })
      .def_prop_ro("exit_status", [](RunResult& self) { return exit_status_of(self.exit); })
      .def_prop_ro("exit_signal", [](RunResult& self) { return exit_signal_of(self.exit); })
      .def_prop_ro("returncode", &returncode_of)
      .def("__repr__", &repr_of);
  nb::class_<HostKey>(m, "HostKey", nb::is_final())
      .def_prop_ro("type", [](HostKey& self) { return self.type; })
      .def_prop_ro("blob", [](HostKey& self) { return to_python(self.blob); })
      .def_prop_ro("fingerprint", [](HostKey& self) { return self.fingerprint; })
      .def("__repr__",
           [](HostKey& self) { return "HostKey(" + self.type + " " + self.fingerprint + ")"; });

  using Suite = transport::ProtectionSuite;
  nb::class_<Algorithms> algorithms(m, "Algorithms", nb::is_final());
  algorithms.def_prop_ro("kex", [](Algorithms& self) { return self.facts.kex; })
      .def_prop_ro("host_key", [](Algorithms& self) { return self.facts.host_key_algorithm; })
      .def_prop_ro("strict_kex", [](Algorithms& self) { return self.facts.is_strict; })
      .def("__repr__", [](Algorithms& self) {
        const Suite& suite = self.facts.client_to_server;
        return "Algorithms(" + self.facts.kex + ", " + self.facts.host_key_algorithm + ", " +
               std::string(suite.cipher->name) +
               (suite.mac == nullptr ? "" : ", " + std::string(suite.mac->name)) + ")";
      });
  const auto add_direction = [&](const char* cipher, const char* mac, const char* compression,
                                 Suite client::Facts::* suite) {
    algorithms
        .def_prop_ro(cipher,
                     [suite](Algorithms& self) { return to_str((self.facts.*suite).cipher->name); })
        .def_prop_ro(mac, [suite](Algorithms& self) { return to_str(mac_name(self.facts.*suite)); })
        .def_prop_ro(compression, [suite](Algorithms& self) {
          return to_str(compression_name(self.facts.*suite));
        });
  };
  add_direction("cipher_client_to_server", "mac_client_to_server", "compression_client_to_server",
                &client::Facts::client_to_server);
  add_direction("cipher_server_to_client", "mac_server_to_client", "compression_server_to_client",
                &client::Facts::server_to_client);
}

}  // namespace hawser::python
