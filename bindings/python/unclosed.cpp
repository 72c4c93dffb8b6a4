#include "unclosed.h"

namespace hawser::python {

void warn_of_unclosed(nb::handle what) {
  if (Py_IsInitialized() == 0) return;
  if (PyErr_ResourceWarning(nullptr, 1, "unclosed %S", what.ptr()) != 0) {
    PyErr_WriteUnraisable(nullptr);
  }
}

}  // namespace hawser::python
