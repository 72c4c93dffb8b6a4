#include "channel.h"

#include <algorithm>

#include <nanobind/stl/string.h>

#include "buffers.h"
#include "calls.h"
#include "results.h"
#include "unclosed.h"

namespace hawser::python {

namespace {

using connection::Stream;
using operations::WriteAmount;

constexpr std::size_t kReadAtOnce = 64 * 1024;

void request(PyChannel& self, const connection::ChannelRequest& request, const std::string& what) {
  without_gil([&](const client::Interrupt& interrupted) {
    return self.channel()->request(request, what, interrupted);
  });
}

void exec(PyChannel& self, nb::handle command) {
  const std::string text = text_argument(command, "command");
  request(self, connection::ExecRequest{text}, "the command");
}
void shell(PyChannel& self) {
  request(self, connection::ShellRequest{}, "a shell");
}
void subsystem(PyChannel& self, nb::handle name) {
  const std::string text = text_argument(name, "name");
  request(self, connection::SubsystemRequest{text}, "the subsystem " + text);
}
void request_agent(PyChannel& self) {
  request(self, connection::AgentRequest{},
          "agent forwarding: sshd's AllowAgentForwarding may forbid it");
}
void env(PyChannel& self, nb::handle name, nb::handle value) {
  const std::string name_text = text_argument(name, "name");
  const std::string value_text = text_argument(value, "value");
  request(self, connection::EnvironmentRequest{name_text, value_text},
          "environment variable " + name_text + ": sshd takes only what its AcceptEnv names");
}

std::vector<connection::TerminalMode> terminal_modes(nb::handle modes) {
  std::vector<connection::TerminalMode> list;
  if (modes.is_none()) return list;
  for (const auto& [opcode, value] : items_of(modes, "modes")) {
    // RFC 4254 8: 160 and above are not defined
    const auto number = integer_argument(opcode, "an opcode in modes", {1, 159});
    const auto setting = integer_argument(value, "a value in modes", {0, UINT32_MAX});
    list.push_back(connection::TerminalMode{static_cast<std::uint8_t>(number),
                                            static_cast<std::uint32_t>(setting)});
  }
  return list;
}

connection::TerminalSize terminal_size(nb::handle width, nb::handle height, nb::handle width_pixels,
                                       nb::handle height_pixels) {
  return {extent_argument(width, "width"), extent_argument(height, "height"),
          extent_argument(width_pixels, "width_pixels"),
          extent_argument(height_pixels, "height_pixels")};
}

void pty(PyChannel& self, nb::handle term, nb::handle width, nb::handle height,
         nb::handle width_pixels, nb::handle height_pixels, nb::handle modes) {
  const std::string text = text_argument(term, "term");
  const auto size = terminal_size(width, height, width_pixels, height_pixels);
  request(self, connection::TerminalRequest{text, size, terminal_modes(modes)}, "a terminal");
}

void signal(PyChannel& self, nb::handle name) {
  std::string text = text_argument(name, "name");
  if (text.starts_with("SIG")) text.erase(0, 3);
  request(self, connection::SignalRequest{text}, "the signal");
}

void window_change(PyChannel& self, nb::handle width, nb::handle height, nb::handle width_pixels,
                   nb::handle height_pixels) {
  const auto size = terminal_size(width, height, width_pixels, height_pixels);
  request(self, connection::ResizeRequest{size}, "the window change");
}

nb::bytes receive(PyChannel& self, Stream stream, nb::handle size) {
  const Py_ssize_t wanted = PyNumber_AsSsize_t(size.ptr(), PyExc_OverflowError);
  if (wanted == -1 && PyErr_Occurred() != nullptr) throw nb::python_error();
  if (wanted < 0) {
    PyErr_SetString(PyExc_ValueError, "size must not be negative");
    throw nb::python_error();
  }
  if (wanted == 0) return nb::bytes("", 0);
  Bytes buffer;
  const std::size_t got = without_gil([&](const client::Interrupt& interrupted) {
    const std::size_t there = self.channel()->readable(stream);
    buffer.resize(std::min(static_cast<std::size_t>(wanted), std::max(there, kReadAtOnce)));
    return self.channel()->read(stream, buffer, interrupted);
  });
  return to_python(ByteView(buffer).first(got));
}

std::size_t receive_into(client::Channel& channel, Stream stream, nb::handle object,
                         std::size_t size) {
  BufferView buffer(object, "buffer", Access::write);
  ByteSpan to = buffer.span();
  if (size > 0) to = to.first(std::min(size, to.size()));
  if (to.empty()) return 0;
  return without_gil(
      [&](const client::Interrupt& interrupted) { return channel.read(stream, to, interrupted); });
}

std::size_t send(client::Channel& channel, nb::handle data, WriteAmount amount) {
  const BufferView buffer(data, "data");
  return without_gil([&](const client::Interrupt& interrupted) {
    return channel.write(buffer.view(), amount, interrupted);
  });
}

nb::object wait(PyChannel& self, nb::handle timeout) {
  const auto limit = seconds_argument(timeout, "timeout");
  without_gil([&](const client::Interrupt& interrupted) {
    return self.channel()->wait(limit, interrupted);
  });
  return exit_status_of(locked([&] { return self.channel()->exit(); }));
}

// The raw ends under the file objects. They share the channel, not the Python object.
struct Reader {
  std::shared_ptr<client::Channel> channel;
  Stream stream;
  bool is_closed = false;
};
struct Writer {
  std::shared_ptr<client::Channel> channel;
  bool is_closed = false;
};

void check_open(bool is_closed) {
  if (!is_closed) return;
  PyErr_SetString(PyExc_ValueError, "I/O operation on closed file");
  throw nb::python_error();
}

std::size_t write_file(Writer& self, nb::handle data) {
  check_open(self.is_closed);
  return send(*self.channel, data, WriteAmount::all);
}

void close_writer(Writer& self) {
  if (std::exchange(self.is_closed, true)) return;
  // As for a file: closing after the channel or the connection is gone is no error.
  (void)locked([&] { return self.channel->send_eof(); });
}

// What io.BufferedReader asks for when all is wanted.
nb::bytes read_all(Reader& self) {
  check_open(self.is_closed);
  Bytes all;
  Bytes piece(kReadAtOnce);
  for (;;) {
    const std::size_t got = without_gil([&](const client::Interrupt& interrupted) {
      return self.channel->read(self.stream, piece, interrupted);
    });
    if (got == 0) return to_python(all);
    append(all, ByteView(piece).first(got));
  }
}

nb::object buffered_reader(PyChannel& self, Stream stream) {
  const nb::object raw = nb::cast(Reader{self.channel(), stream});
  return nb::module_::import_("io").attr("BufferedReader")(raw, kReadAtOnce);
}

nb::object once(nb::object& slot, nb::object (*make)(PyChannel&), PyChannel& self) {
  if (!slot.is_valid()) slot = make(self);
  return slot;
}

void bind_files(nb::module_& m) {
  nb::class_<Reader>(m, "ChannelReader", nb::is_final())
      .def("readable", [](Reader& self) { return check_open(self.is_closed), true; })
      .def("writable", [](Reader&) { return false; })
      .def("seekable", [](Reader&) { return false; })
      .def("readinto",
           [](Reader& self, nb::handle buffer) {
             check_open(self.is_closed);
             return receive_into(*self.channel, self.stream, buffer, 0);
           })
      .def("readall", &read_all)
      .def("flush", [](Reader&) {})
      .def("close", [](Reader& self) { self.is_closed = true; })
      .def_prop_ro("closed", [](Reader& self) { return self.is_closed; });
  nb::class_<Writer>(m, "ChannelWriter", nb::is_final())
      .def("readable", [](Writer&) { return false; })
      .def("writable", [](Writer& self) { return check_open(self.is_closed), true; })
      .def("seekable", [](Writer&) { return false; })
      .def("write", &write_file)
      .def("writelines",
           [](Writer& self, const nb::iterable& lines) {
             for (nb::handle line : lines) write_file(self, line);
           })
      .def("flush", [](Writer& self) { check_open(self.is_closed); })
      .def("close", &close_writer)
      .def("__enter__", [](nb::object self) { return self; })
      .def("__exit__", [](Writer& self, const nb::args&) { close_writer(self); })
      .def_prop_ro("closed", [](Writer& self) { return self.is_closed; });
}

void bind_requests(nb::class_<PyChannel>& c) {
  using namespace nb::literals;
  c.def("exec", &exec, "command"_a)
      .def("shell", &shell)
      .def("subsystem", &subsystem, "name"_a)
      .def("pty", &pty, "term"_a = "xterm", "width"_a = 80, "height"_a = 24, "width_pixels"_a = 0,
           "height_pixels"_a = 0, "modes"_a = nb::none())
      .def("env", &env, "name"_a, "value"_a)
      .def("request_agent", &request_agent)
      .def("signal", &signal, "name"_a)
      .def("window_change", &window_change, "width"_a, "height"_a, "width_pixels"_a = 0,
           "height_pixels"_a = 0);
  // paramiko's names for the same calls
  c.def("exec_command", &exec, "command"_a)
      .def("invoke_shell", &shell)
      .def("invoke_subsystem", &subsystem, "name"_a)
      .def(
          "get_pty",
          [](PyChannel& self, nb::handle term, nb::handle width, nb::handle height,
             nb::handle width_pixels, nb::handle height_pixels) {
            pty(self, term, width, height, width_pixels, height_pixels, nb::none());
          },
          "term"_a = "vt100", "width"_a = 80, "height"_a = 24, "width_pixels"_a = 0,
          "height_pixels"_a = 0)
      .def("set_environment_variable", &env, "name"_a, "value"_a)
      .def("resize_pty", &window_change, "width"_a = 80, "height"_a = 24, "width_pixels"_a = 0,
           "height_pixels"_a = 0);
}

void bind_bytes(nb::class_<PyChannel>& c) {
  using namespace nb::literals;
  c.def("recv",
        [](PyChannel& self, nb::handle size) { return receive(self, Stream::standard, size); })
      .def("recv_stderr",
           [](PyChannel& self, nb::handle size) { return receive(self, Stream::error, size); })
      .def(
          "recv_into",
          [](PyChannel& self, nb::handle buffer, std::size_t size) {
            return receive_into(*self.channel(), Stream::standard, buffer, size);
          },
          nb::arg(), nb::arg() = 0)
      .def("send", [](PyChannel& self,
                      nb::handle data) { return send(*self.channel(), data, WriteAmount::some); })
      .def("sendall",
           [](PyChannel& self, nb::handle data) { send(*self.channel(), data, WriteAmount::all); })
      .def("shutdown_write",
           [](PyChannel& self) {
             without_gil([&](const client::Interrupt&) { return self.channel()->send_eof(); });
           })
      .def_prop_ro("stdin",
                   [](PyChannel& self) {
                     return once(
                         self.standard_input,
                         [](PyChannel& channel) { return nb::cast(Writer{channel.channel()}); },
                         self);
                   })
      .def_prop_ro(
          "stdout",
          [](PyChannel& self) {
            return once(
                self.standard_output,
                [](PyChannel& channel) { return buffered_reader(channel, Stream::standard); },
                self);
          })
      .def_prop_ro("stderr", [](PyChannel& self) {
        return once(
            self.standard_error,
            [](PyChannel& channel) { return buffered_reader(channel, Stream::error); }, self);
      });
}

void close(PyChannel& self) {
  locked([&] { self.channel()->close(); });
}

void bind_end(nb::class_<PyChannel>& c) {
  using namespace nb::literals;
  const auto set_timeout = [](PyChannel& self, nb::handle seconds) {
    self.channel()->set_timeout(seconds_argument(seconds, "timeout"));
  };
  const auto timeout = [](PyChannel& self) { return to_seconds(self.channel()->timeout()); };
  c.def("wait", &wait, "timeout"_a = nb::none())
      .def_prop_ro("exit_status",
                   [](PyChannel& self) {
                     return exit_status_of(locked([&] { return self.channel()->exit(); }));
                   })
      .def_prop_ro("exit_signal",
                   [](PyChannel& self) {
                     return exit_signal_of(locked([&] { return self.channel()->exit(); }));
                   })
      .def_prop_ro(
          "eof_received",
          [](PyChannel& self) { return locked([&] { return self.channel()->has_ended(); }); })
      .def_prop_ro(
          "closed",
          [](PyChannel& self) { return locked([&] { return self.channel()->is_closed(); }); })
      .def_prop_ro("id", [](PyChannel& self) { return self.channel()->id(); })
      .def_prop_rw("timeout", timeout, set_timeout, nb::arg("seconds").none())
      .def("settimeout", set_timeout, nb::arg().none())
      .def("gettimeout", timeout)
      .def("close", &close)
      .def("__enter__", [](nb::object self) { return self; })
      .def("__exit__", [](PyChannel& self, const nb::args&) { close(self); })
      .def("recv_exit_status",
           [](PyChannel& self) {
             nb::object status = wait(self, nb::none());
             return status.is_none() ? nb::object(nb::int_(-1)) : status;
           })
      .def("exit_status_ready", [](PyChannel& self) {
        return locked(
            [&] { return self.channel()->exit().has_value() || self.channel()->is_closed(); });
      });
}

}  // namespace

PyChannel::~PyChannel() {
  for (nb::object* file : {&standard_input, &standard_output, &standard_error}) file->reset();
  warn_if_left_open(channel_, "_ssh.Channel");
}

void bind_channel(nb::module_& m) {
  bind_files(m);
  nb::class_<PyChannel> c(m, "Channel", nb::is_final(), nb::is_weak_referenceable(),
                          "One channel of a session (RFC 4254 5).");
  bind_requests(c);
  bind_bytes(c);
  bind_end(c);
}

}  // namespace hawser::python
