#include "paths.h"

#include "buffers.h"

namespace hawser::python {

Path path_argument(nb::handle value, const char* what) {
  PyObject* plain = PyOS_FSPath(value.ptr());
  if (plain == nullptr) {
    if (PyErr_ExceptionMatches(PyExc_TypeError) == 0) throw nb::python_error();
    PyErr_Clear();
    PyErr_Format(PyExc_TypeError, "%s must be str, bytes or os.PathLike, not %S", what,
                 reinterpret_cast<PyObject*>(Py_TYPE(value.ptr())));
    throw nb::python_error();
  }
  const nb::object held = nb::steal(plain);
  return {text_argument(held, what), PyBytes_Check(plain) ? PathStyle::bytes : PathStyle::text};
}

nb::object to_python(std::string_view path, PathStyle style) {
  const auto size = static_cast<Py_ssize_t>(path.size());
  PyObject* made =
      style == PathStyle::bytes
          // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): the size goes along
          ? PyBytes_FromStringAndSize(path.data(), size)
          // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): the size goes along
          : PyUnicode_DecodeUTF8(path.data(), size, "surrogateescape");
  if (made == nullptr) throw nb::python_error();
  return nb::steal(made);
}

}  // namespace hawser::python
