// What is dropped open is worth a ResourceWarning. Called by destructors, with the GIL held:
// nothing here waits.
#pragma once

#include <memory>
#include <string>

#include <nanobind/nanobind.h>

namespace hawser::python {

namespace nb = nanobind;

// "unclosed <what>", and its name. Nothing is said while the interpreter ends, as by the objects of
// `hawser`. It raises nothing: Python's repr() and str() let handlers of signals run.
void warn_of_unclosed(const char* what);
void warn_of_unclosed(const char* what, nb::handle name);

// If this is the last who holds it, and it is open.
template <typename T>
void warn_if_left_open(const std::shared_ptr<T>& object, const char* what) {
  if (object.use_count() != 1 || !object->is_left_open()) return;
  const nb::error_scope kept;
  warn_of_unclosed(what);
}

}  // namespace hawser::python
