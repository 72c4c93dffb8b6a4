// What Python hands in and takes out: buffers, texts, times. Each conversion says what it wanted.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nanobind/nanobind.h>

#include "hawser/base/byte_queue.h"
#include "hawser/base/instant.h"
#include "hawser/base/secret.h"

namespace hawser::python {

namespace nb = nanobind;

enum class Access : std::uint8_t { read, write };

// A C-contiguous buffer of the caller's, held for as long as this lives.
class BufferView {
 public:
  // TypeError if it is no buffer, or not a writable one where one is wanted.
  BufferView(nb::handle object, const char* what, Access access = Access::read);
  ~BufferView();
  BufferView(const BufferView&) = delete;
  BufferView& operator=(const BufferView&) = delete;

  [[nodiscard]] ByteView view() const {
    return {static_cast<const std::uint8_t*>(buffer_.buf), static_cast<std::size_t>(buffer_.len)};
  }
  [[nodiscard]] ByteSpan span() {
    return {static_cast<std::uint8_t*>(buffer_.buf), static_cast<std::size_t>(buffer_.len)};
  }

 private:
  Py_buffer buffer_{};
};

nb::bytes to_python(ByteView bytes);
// Takes the queue's bytes out, freeing its memory on the way; without the GIL meanwhile.
nb::bytes to_python(ByteQueue& queue);

// A str as UTF-8 (surrogate escapes as the bytes they stand for), or bytes as they are. TypeError
// for anything else, ValueError if it contains NUL, each naming `what`.
std::string text_argument(nb::handle value, const char* what);

// A str as UTF-8, bytes or a bytearray, copied into memory that is wiped.
SecretBytes secret_argument(nb::handle value, const char* what);

// The pairs of a mapping; TypeError if it is none.
std::vector<std::pair<nb::object, nb::object>> items_of(nb::handle mapping, const char* what);

// An int, or what has __index__, within the range; ValueError beyond it.
struct Range {
  std::int64_t least;
  std::int64_t most;
};
std::int64_t integer_argument(nb::handle value, const char* what, const Range& range);

// A width or height, as 32 bits hold it.
std::uint32_t extent_argument(nb::handle value, const char* what);

// A TCP port, 0 to 65535; ValueError beyond.
std::uint16_t port_argument(nb::handle value, const char* what);

// Seconds as a duration; None: nullopt. TypeError, or ValueError if it is negative or no number.
std::optional<Duration> seconds_argument(nb::handle value, const char* what);
nb::object to_seconds(std::optional<Duration> duration);

}  // namespace hawser::python
