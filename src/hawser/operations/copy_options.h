// How files are copied, in both directions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "hawser/operations/local.h"
#include "hawser/operations/sftp_request.h"

namespace hawser::operations {

struct CopyOptions {
  enum class Attributes : std::uint8_t { fresh, preserved };  // times and permissions
  enum class Start : std::uint8_t { anew, resumed };          // from what an earlier try left
  enum class Progress : std::uint8_t { silent, told };

  Attributes attributes = Attributes::fresh;
  Start start = Start::anew;
  Progress progress = Progress::silent;

  [[nodiscard]] bool preserves() const { return attributes == Attributes::preserved; }
  [[nodiscard]] bool resumes() const { return start == Start::resumed; }
  [[nodiscard]] bool tells() const { return progress == Progress::told; }
};

// What may be done now for a file that is copied among others, so that people see them come one
// after the other.
enum class Turn : std::uint8_t {
  later,  // what nobody sees
  now,    // all: whatever came before it only waits for the server's word that it is done
  first,  // all: nothing is before it any more
  alone,  // all, and nothing else has a handle of the server's
};

// What stands for a file's content in the name of what an earlier try left: a file that changed has
// another.
inline std::string resume_tag(std::uint64_t size, std::uint64_t modification) {
  return std::to_string(size) + "-" + std::to_string(modification);
}

// Adds where in the file it was to what a server said.
inline void add_place(SftpRefusal& refusal, std::uint64_t offset) {
  refusal.text += (refusal.text.empty() ? "at byte " : ", at byte ") + std::to_string(offset);
}

// Protocol 3 has 32 bits for a time: 1970 to 2106.
inline std::uint32_t sftp_time(std::int64_t seconds) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, UINT32_MAX));
}

inline std::optional<LocalTimes> local_times(const sftp::Attributes& attributes) {
  if (!attributes.times) return std::nullopt;
  return LocalTimes{attributes.times->access, attributes.times->modification};
}

// Error::where of a refusal that is not the server's: what it said shows that it cannot be.
inline constexpr const char* kFoundByUs = "found by us";

// The flags of SSH_FXP_OPEN (draft-ietf-secsh-filexfer-02 6.3).
inline constexpr std::uint32_t kOpenToRead = 0x01;
inline constexpr std::uint32_t kOpenToWrite = 0x02;
inline constexpr std::uint32_t kOpenCreating = 0x08;
inline constexpr std::uint32_t kOpenTruncating = 0x10;
inline constexpr std::uint32_t kOpenExclusively = 0x20;

inline constexpr std::uint32_t kPermissionBits = 0777;

// Of a local file, as they are given to a remote one.
inline sftp::Attributes preserved_attributes(const LocalFacts& facts) {
  sftp::Attributes attributes;
  attributes.mode = facts.permissions & kPermissionBits;
  attributes.times = {sftp_time(facts.times.access), sftp_time(facts.times.modification)};
  return attributes;
}

}  // namespace hawser::operations
