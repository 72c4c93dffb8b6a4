// Failures cross the border to Python here and nowhere else: one table from Errc to class.
#pragma once

#include <nanobind/nanobind.h>

#include "hawser/client/failure.h"

#include "paths.h"

namespace hawser::python {

namespace nb = nanobind;

// Throws the Python exception for a failure; paths in it are as the caller writes them. Requires:
// the GIL is held.
[[noreturn]] void raise(client::Failure failure, PathStyle style = PathStyle::text);

// What raise() would throw, for who collects them.
nb::object exception_of(client::Failure failure, PathStyle style = PathStyle::text);

// The value of an outcome, or its failure as an exception.
template <typename T>
T unwrap(client::Outcome<T> outcome, PathStyle style = PathStyle::text) {
  if (!outcome) raise(std::move(outcome).error(), style);
  if constexpr (!std::is_void_v<T>) return *std::move(outcome);
}

// An exception that Python code raised in the middle of a call, kept for this thread until the call
// ends: the failure makes raise() throw it unchanged. Not left set in the interpreter, because more
// Python code may have to run until then. Requires: the GIL is held.
client::Failure keep_exception(nb::object exception);
void drop_kept_exception();

}  // namespace hawser::python
