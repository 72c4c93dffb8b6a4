#include "file_reading.h"

#include <algorithm>

#include "attributes.h"
#include "buffers.h"

namespace hawser::python {

namespace {

// Read without asking for the file's size first.
constexpr std::uint64_t kUnasked = 8 << 20;
// The end of a small file is found within this, without asking for its size either.
constexpr std::size_t kSmall = 64 * 1024;
// Taken at once because the server says that there is as much; more is taken as it comes. Memory
// that nothing came into was never touched.
constexpr std::uint64_t kTrusted = std::uint64_t{1} << 30;
constexpr std::size_t kSome = 32 * 1024;

// A new bytes object whose content nobody has seen yet, so that it may be filled without the GIL.
class FreshBytes {
 public:
  explicit FreshBytes(std::size_t size)
      : made_(nb::steal<nb::bytes>(
            PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(size)))) {
    if (!made_.is_valid()) throw nb::python_error();
  }
  [[nodiscard]] ByteSpan span() {
    return {reinterpret_cast<std::uint8_t*>(PyBytes_AsString(made_.ptr())), made_.size()};
  }
  // The first `size` bytes of it.
  nb::bytes take(std::size_t size) {
    return size == made_.size() ? std::move(made_) : to_python(ByteView(span()).first(size));
  }

 private:
  nb::bytes made_;
};

FileCursor::Turn take_turn(PySftpFile& self) {
  return call(self, [&](auto& interrupted) { return self.cursor().take_turn(interrupted); });
}

std::size_t fill(PySftpFile& self, const FileCursor::Turn& turn, ByteSpan to) {
  return call(self, [&](auto& interrupted) { return self.cursor().read(turn, to, interrupted); });
}

nb::bytes joined(const std::vector<nb::bytes>& pieces, std::size_t size) {
  if (pieces.size() == 1) return pieces.front();
  FreshBytes all(size);
  ByteSpan to = all.span();
  std::vector<ByteView> views;
  for (const auto& piece : pieces) {
    views.emplace_back(reinterpret_cast<const std::uint8_t*>(piece.c_str()), piece.size());
  }
  {
    const GilReleased released;
    for (const ByteView view : views) {
      copy(view, to);
      to = to.subspan(view.size());
    }
  }
  return all.take(size);
}

// `head` and then all until the end, but `most` bytes altogether. What the server says of the size
// is how much to take memory for, never where to stop: files grow, and those of /proc have size 0.
nb::bytes read_on(PySftpFile& self, const FileCursor::Turn& turn, ByteView head,
                  std::uint64_t most) {
  const std::uint64_t left =
      call(self, [&](auto& interrupted) { return self.cursor().left(turn, interrupted); });
  std::vector<nb::bytes> pieces;
  std::uint64_t total = 0;
  std::uint64_t next = std::min(head.size() + left, kTrusted);
  do {
    const std::uint64_t size = std::min(std::max<std::uint64_t>(next, kSmall), most - total);
    FreshBytes piece(size);
    copy(head, piece.span());
    const std::size_t got = head.size() + fill(self, turn, piece.span().subspan(head.size()));
    head = {};
    total += got;
    if (got > 0 || pieces.empty()) pieces.push_back(piece.take(got));
    if (got < size) break;
    next = std::min(total, kTrusted);
    if (left > total) next = std::max(next, std::min(left - total, kTrusted));
  } while (total < most);
  return joined(pieces, total);
}

nb::bytes read_all(PySftpFile& self) {
  check_readable(self);
  const FileCursor::Turn turn = take_turn(self);
  Bytes head(kSmall);
  const std::size_t got = fill(self, turn, head);
  if (got < head.size()) return to_python(ByteView(head).first(got));
  return read_on(self, turn, head, PY_SSIZE_T_MAX);
}

// A size of io's read: None or negative is "all".
std::optional<std::uint64_t> size_argument(nb::handle value) {
  if (value.is_none()) return std::nullopt;
  const std::int64_t size = integer_argument(value, "size", {INT64_MIN, INT64_MAX});
  if (size < 0) return std::nullopt;
  return static_cast<std::uint64_t>(size);
}

nb::bytes read(PySftpFile& self, nb::handle size) {
  const auto wanted = size_argument(size);
  if (!wanted) return read_all(self);
  check_readable(self);
  const FileCursor::Turn turn = take_turn(self);
  if (*wanted > kUnasked) return read_on(self, turn, {}, *wanted);
  FreshBytes bytes(*wanted);
  return bytes.take(fill(self, turn, bytes.span()));
}

nb::bytes read_some(PySftpFile& self, nb::handle size) {
  check_readable(self);
  const std::uint64_t wanted = size_argument(size).value_or(kSome);
  Bytes buffer(std::min<std::uint64_t>(wanted, kSome));
  const std::size_t got =
      call(self, [&](auto& interrupted) { return self.cursor().read_some(buffer, interrupted); });
  return to_python(ByteView(buffer).first(got));
}

std::size_t read_into(PySftpFile& self, nb::handle object) {
  check_readable(self);
  BufferView buffer(object, "buffer", Access::write);
  return call(self,
              [&](auto& interrupted) { return self.cursor().read(buffer.span(), interrupted); });
}

std::size_t read_some_into(PySftpFile& self, nb::handle object) {
  check_readable(self);
  BufferView buffer(object, "buffer", Access::write);
  return call(
      self, [&](auto& interrupted) { return self.cursor().read_some(buffer.span(), interrupted); });
}

nb::bytes read_at(PySftpFile& self, nb::handle size, nb::handle offset) {
  check_readable(self);
  std::uint64_t wanted = file_size_argument(size, "size");
  const std::uint64_t at = file_size_argument(offset, "offset");
  if (wanted > kUnasked) {
    const auto attributes =
        call(self, [&](auto& interrupted) { return self.cursor().stat(interrupted); });
    const std::uint64_t end = attributes.size.value_or(0);
    wanted = std::min(wanted, std::max(kUnasked, std::min(end - std::min(end, at), kTrusted)));
  }
  FreshBytes bytes(wanted);
  return bytes.take(call(self, [&](auto& interrupted) {
    return self.cursor().read_at(at, bytes.span(), interrupted);
  }));
}

nb::bytes peek(PySftpFile& self, nb::handle /*size*/) {
  check_readable(self);
  return to_python(call(self, [&](auto& interrupted) { return self.cursor().peek(interrupted); }));
}

nb::bytes next_line(PySftpFile& self, std::size_t most) {
  check_readable(self);
  nb::bytes line;
  const bool is_at_hand =
      self.cursor().take_line_at_hand(most, [&](ByteView found) { line = to_python(found); });
  if (is_at_hand) return line;
  return to_python(
      call(self, [&](auto& interrupted) { return self.cursor().read_line(most, interrupted); }));
}

nb::bytes read_line(PySftpFile& self, nb::handle size) {
  return next_line(self, size_argument(size).value_or(PY_SSIZE_T_MAX));
}

nb::list read_lines(PySftpFile& self, nb::handle hint) {
  const std::uint64_t enough = size_argument(hint).value_or(0);
  nb::list lines;
  std::uint64_t total = 0;
  for (;;) {
    const nb::bytes line = next_line(self, PY_SSIZE_T_MAX);
    if (line.size() == 0) return lines;
    lines.append(line);
    total += line.size();
    if (enough > 0 && total > enough) return lines;
  }
}

nb::bytes iterate(PySftpFile& self) {
  nb::bytes line = next_line(self, PY_SSIZE_T_MAX);
  if (line.size() == 0) throw nb::stop_iteration();
  return line;
}

}  // namespace

void raise_unsupported(const char* text) {
  const nb::object type = nb::module_::import_("io").attr("UnsupportedOperation");
  PyErr_SetString(type.ptr(), text);
  throw nb::python_error();
}

void check_open(PySftpFile& self) {
  if (!self.cursor().is_closed()) return;
  PyErr_SetString(PyExc_ValueError, "I/O operation on closed file.");
  throw nb::python_error();
}

void check_readable(PySftpFile& self) {
  check_open(self);
  if (!self.cursor().mode().is_readable()) raise_unsupported("the file is not open for reading");
}

void check_writable(PySftpFile& self) {
  check_open(self);
  if (!self.cursor().mode().is_writable()) raise_unsupported("the file is not open for writing");
}

void bind_reading(nb::class_<PySftpFile>& c) {
  c.def("read", &read, nb::arg().none() = -1)
      .def("readall", &read_all)
      .def("read1", &read_some, nb::arg().none() = -1)
      .def("readinto", &read_into, nb::arg())
      .def("readinto1", &read_some_into, nb::arg())
      .def("pread", &read_at, nb::arg(), nb::arg())
      .def("peek", &peek, nb::arg() = 0)
      .def("readline", &read_line, nb::arg().none() = -1)
      .def("readlines", &read_lines, nb::arg().none() = -1)
      .def("__iter__",
           [](nb::object self) {
             check_open(nb::cast<PySftpFile&>(self));
             return self;
           })
      .def("__next__", &iterate);
}

}  // namespace hawser::python
