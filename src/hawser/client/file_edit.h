// Changes a small file as a whole, for programs that share it. Others see the old content or the
// new one, never a part; two that change it at once both have their way. Mode and owner stay; a
// symlink is followed.
//
// What is a device stays as it is. The lock is flock(2) on the file, taken anew if the file was
// replaced meanwhile. The new content is a temporary file beside it that takes its name. Where that
// cannot be (a directory that is not ours to write, a mount on the file itself, an owner that we
// cannot give), what was only added is written behind the old content instead.
#pragma once

#include <functional>
#include <string>

#include "hawser/base/bytes.h"
#include "hawser/base/instant.h"
#include "hawser/base/result.h"

namespace hawser::client {

struct FileEdit {
  std::string path;
  std::size_t most;                              // bytes of the file, before and after
  Duration patience = std::chrono::seconds(10);  // for the lock
};

// `change` gets the content and returns the new one; the same: nothing is written. A file that is
// not there is made, with mode 0600. Error::detail is the errno: EFBIG where there are more bytes
// than `most`, EWOULDBLOCK where another program holds the lock too long.
Status edit_file(const FileEdit& edit, const std::function<Result<Bytes>(ByteView)>& change);

// All bytes of the file; EFBIG if there are more than `most`.
Result<Bytes> read_file(int descriptor, std::size_t most);

}  // namespace hawser::client
