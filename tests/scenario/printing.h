// How GoogleTest shows our errors.
#pragma once

#include <ostream>

#include "hawser/base/error.h"

namespace hawser {

inline void PrintTo(Errc code, std::ostream* out) {
  *out << '"' << describe(code) << '"';
}
inline void PrintTo(const Error& error, std::ostream* out) {
  *out << describe(error.code) << " (" << error.detail << ", " << error.where << ")";
}

}  // namespace hawser
