#include "transfers.h"

#include "hawser/client/transfer.h"

#include "attributes.h"
#include "buffers.h"
#include "calls.h"
#include "listening.h"

namespace hawser::python {

namespace {

using client::Interrupt;

[[noreturn]] void raise_error(PyObject* type, const char* text) {
  PyErr_SetString(type, text);
  throw nb::python_error();
}

// files and trees ---------------------------------------------------------------------------------

void get(PySftp& self, nb::handle remote, nb::handle local, bool recursive, bool preserve,
         bool resume, nb::handle callback, nb::handle on_file, nb::handle on_skip,
         nb::handle on_error) {
  const Path from = path_argument(remote, "remote");
  const Path to = path_argument(local, "local");
  const auto listening = listening_argument(callback, on_file, on_skip, on_error);
  const auto options =
      options_for({recursive, preserve, resume},
                  listeners_for(listening, from.style, from.style, extent_of(recursive)));
  without_gil(
      [&](const Interrupt& interrupted) {
        return client::get(*self.client, from.name, to.name, options, interrupted);
      },
      from.style);
}

void put(PySftp& self, nb::handle local, nb::handle remote, bool recursive, bool preserve,
         bool resume, nb::handle callback, nb::handle on_file, nb::handle on_skip,
         nb::handle on_error) {
  const Path from = path_argument(local, "local");
  const Path to = path_argument(remote, "remote");
  const auto listening = listening_argument(callback, on_file, on_skip, on_error);
  const auto options =
      options_for({recursive, preserve, resume},
                  listeners_for(listening, from.style, to.style, extent_of(recursive)));
  without_gil(
      [&](const Interrupt& interrupted) {
        return client::put(*self.client, from.name, to.name, options, interrupted);
      },
      to.style);
}

// file objects ------------------------------------------------------------------------------------

// All of it, however little of it each write() takes.
Status write_to(nb::handle file, ByteView data) {
  while (!data.empty()) {
    const nb::object taken = file.attr("write")(to_python(data));
    if (!nb::isinstance<nb::int_>(taken)) return {};  // a write() that counts nothing takes all
    int overflow = 0;
    const long long size = PyLong_AsLongLongAndOverflow(taken.ptr(), &overflow);
    if (overflow != 0 || size <= 0 || static_cast<std::uint64_t>(size) > data.size()) {
      raise_error(PyExc_OSError, "file.write() did not take the bytes");
    }
    data = data.subspan(static_cast<std::size_t>(size));
  }
  return {};
}

std::size_t read_from(nb::handle file, ByteSpan to) {
  const nb::object piece = file.attr("read")(to.size());
  if (piece.is_none()) raise_error(PyExc_BlockingIOError, "file.read() has nothing yet");
  const BufferView view(piece, "what file.read() returned");
  if (view.view().size() > to.size()) {
    raise_error(PyExc_ValueError, "file.read(n) returned more than n bytes");
  }
  copy(view.view(), to);
  return view.view().size();
}

void require(nb::handle file, const char* method) {
  if (nb::hasattr(file, method)) return;
  PyErr_Format(PyExc_TypeError, "file must have %s()", method);
  throw nb::python_error();
}

std::uint64_t get_into(PySftp& self, nb::handle remote, nb::handle file, nb::handle callback) {
  const Path from = path_argument(remote, "remote");
  require(file, "write");
  const auto listening = listening_argument(callback, nb::none(), nb::none(), nb::none());
  const auto listeners = listeners_for(listening, from.style, from.style);
  const auto sink = [&](ByteView data) { return ask_python([&] { return write_to(file, data); }); };
  return without_gil(
      [&](const Interrupt& interrupted) {
        return client::get_to(*self.client, from.name, sink, listeners, interrupted);
      },
      from.style);
}

std::uint64_t put_from(PySftp& self, nb::handle file, nb::handle remote, nb::handle size,
                       nb::handle callback) {
  const Path to = path_argument(remote, "remote");
  require(file, "read");
  const std::uint64_t expected = file_size_argument(size, "size");
  const auto listening = listening_argument(callback, nb::none(), nb::none(), nb::none());
  const auto listeners = listeners_for(listening, to.style, to.style);
  const auto source = [&](ByteSpan space) -> Result<std::size_t> {
    std::size_t got = 0;
    HAWSER_TRY(ask_python([&] {
      got = read_from(file, space);
      return Status();
    }));
    return got;
  };
  return without_gil(
      [&](const Interrupt& interrupted) {
        return client::put_from(*self.client, source, expected, to.name, listeners, interrupted);
      },
      to.style);
}

}  // namespace

void bind_transfers(nb::class_<PySftp>& sftp) {
  using namespace nb::literals;
  sftp.def("get", &get, "remote"_a, "local"_a, nb::kw_only(), "recursive"_a = false,
           "preserve"_a = false, "resume"_a = false, "callback"_a = nb::none(),
           "on_file"_a = nb::none(), "on_skip"_a = nb::none(), "on_error"_a = nb::none())
      .def("put", &put, "local"_a, "remote"_a, nb::kw_only(), "recursive"_a = false,
           "preserve"_a = false, "resume"_a = false, "callback"_a = nb::none(),
           "on_file"_a = nb::none(), "on_skip"_a = nb::none(), "on_error"_a = nb::none())
      .def("getfo", &get_into, "remote"_a, "file"_a, nb::kw_only(), "callback"_a = nb::none())
      .def("putfo", &put_from, "file"_a, "remote"_a, nb::kw_only(), "size"_a = 0,
           "callback"_a = nb::none());
}

}  // namespace hawser::python
