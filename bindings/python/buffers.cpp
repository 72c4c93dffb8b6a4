#include "buffers.h"

#include <cmath>

#include "gil.h"

namespace hawser::python {

namespace {

[[noreturn]] void raise_type_error(const char* what, const char* wanted, nb::handle value) {
  PyErr_Format(PyExc_TypeError, "%s must be %s, not %S", what, wanted,
               reinterpret_cast<PyObject*>(Py_TYPE(value.ptr())));
  throw nb::python_error();
}

// A str in UTF-8, surrogate escapes undone.
nb::object encode(nb::handle text) {
  PyObject* encoded = PyUnicode_AsEncodedString(text.ptr(), "utf-8", "surrogateescape");
  if (encoded == nullptr) throw nb::python_error();
  return nb::steal(encoded);
}

ByteView bytes_of(nb::handle bytes) {
  return {reinterpret_cast<const std::uint8_t*>(PyBytes_AsString(bytes.ptr())),
          static_cast<std::size_t>(PyBytes_Size(bytes.ptr()))};
}

}  // namespace

BufferView::BufferView(nb::handle object, const char* what, Access access) {
  const int flags = access == Access::write ? PyBUF_WRITABLE : PyBUF_SIMPLE;
  if (PyObject_GetBuffer(object.ptr(), &buffer_, flags) != 0) {
    PyErr_Clear();
    if (access == Access::read && PyObject_CheckBuffer(object.ptr()) == 1) {
      raise_type_error(what, "contiguous in memory", object);
    }
    raise_type_error(
        what, access == Access::write ? "a writable bytes-like object" : "a bytes-like object",
        object);
  }
}

BufferView::~BufferView() {
  PyBuffer_Release(&buffer_);
}

nb::bytes to_python(ByteView bytes) {
  return nb::bytes(bytes.data(), bytes.size());
}

nb::bytes to_python(ByteQueue& queue) {
  PyObject* made = PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(queue.size()));
  if (made == nullptr) throw nb::python_error();
  auto bytes = nb::steal<nb::bytes>(made);
  // Nobody else has seen the new object yet, so it may be filled without the GIL.
  const ByteSpan memory(reinterpret_cast<std::uint8_t*>(PyBytes_AsString(made)), queue.size());
  const GilReleased released;
  queue.pop(memory);
  return bytes;
}

std::string text_argument(nb::handle value, const char* what) {
  nb::object held = nb::borrow(value);
  if (PyUnicode_Check(value.ptr())) {
    held = encode(value);
  } else if (!PyBytes_Check(value.ptr())) {
    raise_type_error(what, "str or bytes", value);
  }
  std::string text(as_text(bytes_of(held)));
  if (text.find('\0') != std::string::npos) {
    PyErr_Format(PyExc_ValueError, "%s must not contain NUL", what);
    throw nb::python_error();
  }
  return text;
}

SecretBytes secret_argument(nb::handle value, const char* what) {
  if (PyUnicode_Check(value.ptr())) {
    const nb::object encoded = encode(value);
    return SecretBytes(bytes_of(encoded));
  }
  if (!PyBytes_Check(value.ptr()) && !PyByteArray_Check(value.ptr())) {
    raise_type_error(what, "str, bytes or bytearray", value);
  }
  const BufferView view(value, what);
  return SecretBytes(view.view());
}

std::vector<std::pair<nb::object, nb::object>> items_of(nb::handle mapping, const char* what) {
  if (!nb::hasattr(mapping, "items")) raise_type_error(what, "a mapping", mapping);
  std::vector<std::pair<nb::object, nb::object>> items;
  for (nb::handle pair : mapping.attr("items")()) items.emplace_back(pair[0], pair[1]);
  return items;
}

std::int64_t integer_argument(nb::handle value, const char* what, const Range& range) {
  if (!PyIndex_Check(value.ptr())) raise_type_error(what, "int", value);
  const nb::object index = nb::steal(PyNumber_Index(value.ptr()));
  if (!index.is_valid()) throw nb::python_error();
  int overflow = 0;
  const long long number = PyLong_AsLongLongAndOverflow(index.ptr(), &overflow);
  if (overflow != 0 || number < range.least || number > range.most) {
    PyErr_Format(PyExc_ValueError, "%s must be %lld to %lld", what,
                 static_cast<long long>(range.least), static_cast<long long>(range.most));
    throw nb::python_error();
  }
  return number;
}

std::uint32_t extent_argument(nb::handle value, const char* what) {
  return static_cast<std::uint32_t>(integer_argument(value, what, {0, UINT32_MAX}));
}

std::uint16_t port_argument(nb::handle value, const char* what) {
  return static_cast<std::uint16_t>(integer_argument(value, what, {0, 65535}));
}

std::optional<Duration> seconds_argument(nb::handle value, const char* what) {
  if (value.is_none()) return std::nullopt;
  const double seconds = PyFloat_AsDouble(value.ptr());
  if (seconds == -1.0 && PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    raise_type_error(what, "a number of seconds or None", value);
  }
  if (!(seconds >= 0.0)) {
    PyErr_Format(PyExc_ValueError, "%s must be seconds >= 0 or None", what);
    throw nb::python_error();
  }
  constexpr double kLongest = 1e9;  // 30 years: beyond it there is no deadline
  if (seconds > kLongest) return std::nullopt;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

nb::object to_seconds(std::optional<Duration> duration) {
  if (!duration) return nb::none();
  return nb::float_(std::chrono::duration<double>(*duration).count());
}

}  // namespace hawser::python
