#include "listener.h"

#include <nanobind/stl/string.h>

#include "hawser/base/display.h"

#include "buffers.h"
#include "calls.h"
#include "channel.h"
#include "options.h"
#include "unclosed.h"

namespace hawser::python {

namespace {

using connection::OfferKind;

nb::tuple accept(PyListener& self, nb::handle timeout) {
  const auto most = seconds_argument(timeout, "timeout");
  auto accepted = without_gil([&](const client::Interrupt& interrupted) {
    return self.listener->accept(most, interrupted);
  });
  nb::object origin = nb::none();
  if (accepted.origin.kind == OfferKind::tcpip) {
    origin = nb::make_tuple(display(as_bytes(accepted.origin.origin_address)),
                            accepted.origin.origin_port);
  }
  return nb::make_tuple(nb::cast(new PyChannel(std::move(accepted.channel))), origin);
}

void close(PyListener& self) {
  locked([&] { self.listener->close(); });
}

std::string address(PyListener& self) {
  return display(as_bytes(self.listener->address()));
}

std::string repr(PyListener& self) {
  const bool is_closed = locked([&] { return self.listener->is_closed(); });
  std::string text = is_closed ? "<_ssh.Listener closed" : "<_ssh.Listener";
  switch (self.listener->kind()) {
    case OfferKind::tcpip:
      text +=
          " " + address(self) + ":" + std::to_string(locked([&] { return self.listener->port(); }));
      break;
    case OfferKind::streamlocal:
      text += " " + address(self);
      break;
    case OfferKind::agent:
      text += " agent";
      break;
  }
  return text + ">";
}

}  // namespace

PyListener::~PyListener() {
  warn_if_left_open(listener, "_ssh.Listener");
}

void bind_listener(nb::module_& m) {
  using namespace nb::literals;
  nb::class_<PyListener>(m, "Listener", nb::is_final(), nb::is_weak_referenceable(),
                         "A place at which the server listens for us (RFC 4254 7.1).")
      .def("accept", &accept, "timeout"_a = nb::none())
      .def_prop_ro("address", &address)
      .def_prop_ro("port",
                   [](PyListener& self) { return locked([&] { return self.listener->port(); }); })
      .def_prop_ro(
          "closed",
          [](PyListener& self) { return locked([&] { return self.listener->is_closed(); }); })
      .def("close", &close)
      .def("__enter__", [](nb::object self) { return self; })
      .def("__exit__", [](PyListener& self, const nb::args&) { close(self); })
      .def("__repr__", &repr);
}

}  // namespace hawser::python
