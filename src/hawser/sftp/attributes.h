// The attributes of a file (draft-ietf-secsh-filexfer-02 5), each there or not.
//
//   ATTRS    = flags:uint32 [size:uint64] [uid:uint32 gid:uint32] [permissions:uint32]
//              [atime:uint32 mtime:uint32] [count:uint32 count*(type:string data:string)]
#pragma once

#include <optional>

#include "hawser/base/bytes.h"
#include "hawser/wire/reader.h"

namespace hawser::sftp {

struct Owner {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  bool operator==(const Owner&) const = default;
};

// Seconds since 1970.
struct Times {
  std::uint32_t access = 0;
  std::uint32_t modification = 0;
  bool operator==(const Times&) const = default;
};

struct Attributes {
  std::optional<std::uint64_t> size;
  std::optional<Owner> owner;
  std::optional<std::uint32_t> mode;  // the permissions field: st_mode, type of the file included
  std::optional<Times> times;

  bool operator==(const Attributes&) const = default;

  // Whether `mode` is there and tells what kind of file it is.
  [[nodiscard]] bool has_type() const { return mode && (*mode & kTypeBits) != 0; }
  // Whether `mode` is there and says so (the POSIX bits, whatever the system).
  [[nodiscard]] bool is_directory() const { return is_of(0040000); }
  [[nodiscard]] bool is_regular() const { return is_of(0100000); }
  [[nodiscard]] bool is_symlink() const { return is_of(0120000); }

 private:
  static constexpr std::uint32_t kTypeBits = 0170000;
  [[nodiscard]] bool is_of(std::uint32_t type) const { return mode && (*mode & kTypeBits) == type; }
};

Bytes encode_attributes(const Attributes& attributes);

// Leaves the reader behind them; extended ones are passed over. The reader fails if they are cut,
// have flags that protocol 3 does not know, or more than limits::kSftpExtended extended ones.
Attributes read_attributes(wire::Reader& reader);

}  // namespace hawser::sftp
