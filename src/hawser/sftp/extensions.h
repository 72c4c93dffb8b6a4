// What the server can do beyond protocol 3: the pairs of SSH_FXP_VERSION, and the answers of
// OpenSSH's extensions (its PROTOCOL file, 4).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hawser/base/result.h"
#include "hawser/wire/types.h"

namespace hawser::sftp {

namespace extension {
inline constexpr std::string_view kPosixRename = "posix-rename@openssh.com";
inline constexpr std::string_view kStatVfs = "statvfs@openssh.com";
inline constexpr std::string_view kFileStatVfs = "fstatvfs@openssh.com";
inline constexpr std::string_view kHardLink = "hardlink@openssh.com";
inline constexpr std::string_view kFsync = "fsync@openssh.com";
inline constexpr std::string_view kLinkSetStat = "lsetstat@openssh.com";
inline constexpr std::string_view kLimits = "limits@openssh.com";
inline constexpr std::string_view kExpandPath = "expand-path@openssh.com";
inline constexpr std::string_view kCopyData = "copy-data";
inline constexpr std::string_view kHomeDirectory = "home-directory";
inline constexpr std::string_view kNamesById = "users-groups-by-id@openssh.com";
}  // namespace extension

class Extensions {
 public:
  // malformed or too many: sftp_protocol, sftp_limit.
  static Result<Extensions> parse(ByteView pairs);

  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] const std::vector<std::pair<std::string, Bytes>>& all() const { return pairs_; }

 private:
  std::vector<std::pair<std::string, Bytes>> pairs_;
};

// limits@openssh.com; 0: no limit is told.
struct Limits {
  std::uint64_t max_packet = 0;
  std::uint64_t max_read = 0;
  std::uint64_t max_write = 0;
  std::uint64_t max_handles = 0;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.max_packet, m.max_read, m.max_write, m.max_handles);
  }
};

// statvfs@openssh.com and fstatvfs@openssh.com, in the names of POSIX's struct statvfs.
struct FileSystem {
  std::uint64_t bsize = 0, frsize = 0, blocks = 0, bfree = 0, bavail = 0, files = 0, ffree = 0,
                favail = 0, fsid = 0, flag = 0, namemax = 0;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.bsize, m.frsize, m.blocks, m.bfree, m.bavail, m.files, m.ffree, m.favail, m.fsid,
                m.flag, m.namemax);
  }
};

// copy-data's request: all from the offset on where size is 0.
struct CopyData {
  wire::Blob from_handle;
  std::uint64_t from_offset = 0;
  std::uint64_t size = 0;
  wire::Blob to_handle;
  std::uint64_t to_offset = 0;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.from_handle, m.from_offset, m.size, m.to_handle, m.to_offset);
  }
};

}  // namespace hawser::sftp
