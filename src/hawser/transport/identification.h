// The identification line in and out (RFC 4253 4.2), with limits on what may come before it.
//
//   identification = "SSH-" version "-" software [SP comments] [CR] LF     at most 255 bytes
//   version        = "2.0" | "1.99"
//
// Other lines may come before; they are counted, bounded and dropped.
#pragma once

#include <optional>
#include <string>

#include "hawser/base/bytes.h"
#include "hawser/base/result.h"

namespace hawser::transport {

// What we send, without CR LF.
inline constexpr std::string_view kClientIdentification = "SSH-2.0-Hawser_0.1";

class IdentificationReader {
 public:
  struct Progress {
    std::size_t consumed = 0;
    std::optional<std::string> line;  // the server's, without CR LF, exactly as it enters the hash
  };
  // Looks at all bytes that have come and are not consumed yet. Errors: identification_too_long,
  // too_many_banner_lines, not_ssh (bytes that no text line has), bad_version.
  Result<Progress> scan(ByteView input);

  // Whether anything has come at all: tells a peer that speaks something else from a dead one.
  [[nodiscard]] bool saw_text() const { return saw_text_; }

 private:
  std::size_t lines_ = 0;
  std::size_t bytes_ = 0;
  bool saw_text_ = false;
};

}  // namespace hawser::transport
