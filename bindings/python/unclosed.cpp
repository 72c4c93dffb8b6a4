#include "unclosed.h"

namespace hawser::python {

namespace {

// What a warning or a signal's handler raised here has nobody to go to. Ctrl-C comes back in the
// next look for signals.
void let_go() {
  if (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt) == 0) return PyErr_WriteUnraisable(nullptr);
  PyErr_Clear();
  PyErr_SetInterrupt();
}

}  // namespace

void warn_of_unclosed(const char* what) {
  if (Py_IsInitialized() == 0) return;
  if (PyErr_ResourceWarning(nullptr, 1, "unclosed %s", what) != 0) let_go();
}

void warn_of_unclosed(const char* what, nb::handle name) {
  if (Py_IsInitialized() == 0) return;
  if (PyErr_ResourceWarning(nullptr, 1, "unclosed %s %R", what, name.ptr()) != 0) let_go();
}

}  // namespace hawser::python
