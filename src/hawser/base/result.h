// Result<T>: a value or an Error. HAWSER_TRY unwraps one or returns its error from the function
// that it stands in.
//
// One in a full expression, and nothing made in it before: GCC does not destroy the members of a
// half-made aggregate, or the arguments of a call, when it returns from the middle of them.
#pragma once

#include <expected>
#include <utility>

#include "hawser/base/error.h"

namespace hawser {

template <typename T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

inline std::unexpected<Error> fail(Errc code, const char* where, std::uint32_t detail = 0) {
  return std::unexpected(Error{code, detail, where});
}

namespace detail {
template <typename T>
T unwrap(std::expected<T, Error>&& result) {
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}
}  // namespace detail

}  // namespace hawser

#define HAWSER_TRY(expression)                          \
  __extension__({                                       \
    auto hawser_result = (expression);                  \
    if (!hawser_result) [[unlikely]]                    \
      return std::unexpected(hawser_result.error());    \
    ::hawser::detail::unwrap(std::move(hawser_result)); \
  })
