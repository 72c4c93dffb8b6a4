// Paths on the server: bytes on the wire; str, bytes or os.PathLike in Python. A str is UTF-8 with
// surrogate escapes for bytes that are none, so that every name survives a round trip.
#pragma once

#include <string>
#include <string_view>

#include <nanobind/nanobind.h>

namespace hawser::python {

namespace nb = nanobind;

// How the caller writes paths, and so how it gets them.
enum class PathStyle : std::uint8_t { text, bytes };

struct Path {
  std::string name;
  PathStyle style = PathStyle::text;
};

// TypeError for what is no path, ValueError if it contains NUL, both naming `what`.
Path path_argument(nb::handle value, const char* what);

nb::object to_python(std::string_view path, PathStyle style);

}  // namespace hawser::python
