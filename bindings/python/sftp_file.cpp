#include "sftp_file.h"

#include <algorithm>

#include <nanobind/stl/string.h>

#include "attributes.h"
#include "buffers.h"
#include "calls.h"
#include "file_reading.h"
#include "unclosed.h"

namespace hawser::python {

namespace {

using client::Interrupt;
using client::Outcome;

// asking about it
// ------------------------------------------------------------------------------------

// As io names its modes.
std::string mode_name(const OpenMode& mode) {
  return std::string(1, mode.kind) + (mode.is_updating ? "b+" : "b");
}

bool tell_open(PySftpFile& self, bool answer) {
  check_open(self);
  return answer;
}

std::string repr_of(nb::handle self) {
  const nb::str text = nb::str("<_ssh.SFTPFile name={!r} mode={!r}{}>")
                           .format(self.attr("name"), self.attr("mode"),
                                   nb::cast<bool>(self.attr("closed")) ? " closed" : "");
  return text.c_str();
}

// writing
// --------------------------------------------------------------------------------------------

std::size_t write(PySftpFile& self, nb::handle data) {
  check_writable(self);
  const BufferView buffer(data, "data");
  call(self, [&](auto& interrupted) { return self.cursor().write(buffer.view(), interrupted); });
  return buffer.view().size();
}

std::size_t write_at(PySftpFile& self, nb::handle data, nb::handle offset) {
  check_writable(self);
  const BufferView buffer(data, "data");
  const std::uint64_t at = file_size_argument(offset, "offset");
  call(self,
       [&](auto& interrupted) { return self.cursor().write_at(at, buffer.view(), interrupted); });
  return buffer.view().size();
}

void write_lines(PySftpFile& self, const nb::iterable& lines) {
  check_writable(self);
  for (nb::handle line : lines) write(self, line);
}

std::uint64_t truncate(PySftpFile& self, nb::handle size) {
  check_writable(self);
  std::optional<std::uint64_t> wanted;
  if (!size.is_none()) wanted = file_size_argument(size, "size");
  return call(self, [&](auto& interrupted) { return self.cursor().truncate(wanted, interrupted); });
}

void flush(PySftpFile& self) {
  check_open(self);
  call(self, [&](auto& interrupted) { return self.cursor().flush(interrupted); });
}

void close(PySftpFile& self) {
  call(self, [&](auto& interrupted) { return self.cursor().close(interrupted); });
}

// the position
// ---------------------------------------------------------------------------------------

FileCursor::Origin origin_from(nb::handle whence) {
  switch (integer_argument(whence, "whence", {0, 2})) {
    case 0:
      return FileCursor::Origin::start;
    case 1:
      return FileCursor::Origin::position;
    default:
      return FileCursor::Origin::end;
  }
}

std::uint64_t seek(PySftpFile& self, nb::handle offset, nb::handle whence) {
  check_open(self);
  const FileCursor::Origin origin = origin_from(whence);
  const std::int64_t distance = integer_argument(offset, "offset", {INT64_MIN, INT64_MAX});
  return call(self,
              [&](auto& interrupted) { return self.cursor().seek(distance, origin, interrupted); });
}

std::uint64_t tell(PySftpFile& self) {
  check_open(self);
  return call(self, [&](auto& interrupted) { return self.cursor().tell(interrupted); });
}

// the file itself
// ------------------------------------------------------------------------------------

void set(PySftpFile& self, const sftp::Attributes& attributes) {
  check_open(self);
  call(self,
       [&](auto& interrupted) { return self.cursor().set_attributes(attributes, interrupted); });
}

void chmod(PySftpFile& self, nb::handle mode) {
  sftp::Attributes attributes;
  attributes.mode = mode_argument(mode);
  set(self, attributes);
}

void chown(PySftpFile& self, nb::handle uid, nb::handle gid) {
  sftp::Attributes attributes;
  attributes.owner = owner_from(uid, gid);
  set(self, attributes);
}

void utime(PySftpFile& self, nb::handle times) {
  sftp::Attributes attributes;
  attributes.times = times_from(times, nb::none());
  set(self, attributes);
}

void bind_facts(nb::class_<PySftpFile>& c) {
  c.def_prop_ro(
       "name",
       [](PySftpFile& self) { return to_python(self.cursor().file()->path(), self.style()); })
      .def_prop_ro("mode", [](PySftpFile& self) { return mode_name(self.cursor().mode()); })
      .def_prop_ro("closed", [](PySftpFile& self) { return self.cursor().is_closed(); })
      .def("readable",
           [](PySftpFile& self) { return tell_open(self, self.cursor().mode().is_readable()); })
      .def("writable",
           [](PySftpFile& self) { return tell_open(self, self.cursor().mode().is_writable()); })
      .def("seekable", [](PySftpFile& self) { return tell_open(self, true); })
      .def("isatty", [](PySftpFile& self) { return tell_open(self, false); })
      .def("fileno",
           [](PySftpFile& self) -> int {
             check_open(self);
             raise_unsupported("a remote file has no descriptor");
           })
      .def("detach",
           [](PySftpFile&) -> nb::object { raise_unsupported("nothing lies under a remote file"); })
      .def("__repr__", &repr_of);
}

void bind_writing(nb::class_<PySftpFile>& c) {
  using namespace nb::literals;
  c.def("write", &write, nb::arg())
      .def("writelines", &write_lines, nb::arg())
      .def("pwrite", &write_at, nb::arg(), nb::arg())
      .def("truncate", &truncate, nb::arg().none() = nb::none())
      .def("flush", &flush)
      .def("fsync",
           [](PySftpFile& self) {
             check_open(self);
             call(self, [&](auto& interrupted) { return self.cursor().sync(interrupted); });
           })
      .def("seek", &seek, nb::arg(), nb::arg() = 0)
      .def("tell", &tell)
      .def("stat",
           [](PySftpFile& self) {
             check_open(self);
             return to_python(
                 call(self, [&](auto& interrupted) { return self.cursor().stat(interrupted); }));
           })
      .def("chmod", &chmod, "mode"_a)
      .def("chown", &chown, "uid"_a, "gid"_a)
      .def("utime", &utime, "times"_a = nb::none())
      .def("statvfs",
           [](PySftpFile& self) {
             check_open(self);
             return to_python(call(
                 self, [&](auto& interrupted) { return self.cursor().file_system(interrupted); }));
           })
      .def("close", &close)
      .def("__enter__",
           [](nb::object self) {
             check_open(nb::cast<PySftpFile&>(self));
             return self;
           })
      .def("__exit__", [](PySftpFile& self, const nb::args&) { close(self); });
}

}  // namespace

PySftpFile::~PySftpFile() {
  if (cursor_->is_closed()) return;
  const auto& client = cursor_->file()->client();
  if (!cursor_->mode().is_writable() && !client->is_left_open()) return;
  const nb::error_scope kept;
  warn_of_unclosed("remote file", to_python(cursor_->file()->path(), style_));
}

OpenMode open_mode_argument(nb::handle value) {
  const std::string text = text_argument(value, "mode");
  OpenMode mode{0, false};
  bool is_binary = false;
  const auto is_new = [&](char each) {
    if (each == '+') return !std::exchange(mode.is_updating, true);
    if (each == 'b') return !std::exchange(is_binary, true);
    return std::string_view("rwax").find(each) != std::string_view::npos &&
           std::exchange(mode.kind, each) == 0;
  };
  if (!std::ranges::all_of(text, is_new) || mode.kind == 0) {
    PyErr_Format(PyExc_ValueError,
                 "mode must be one of r, w, a and x, with + to read and write, and b if you like "
                 "(files are always binary), not %R",
                 value.ptr());
    throw nb::python_error();
  }
  return mode;
}

void bind_sftp_file(nb::module_& m) {
  nb::class_<PySftpFile> c(m, "SFTPFile", nb::is_final(), nb::is_weak_referenceable(),
                           "An open file on the server.");
  bind_facts(c);
  bind_reading(c);
  bind_writing(c);
  nb::module_::import_("io").attr("BufferedIOBase").attr("register")(c);
}

}  // namespace hawser::python
