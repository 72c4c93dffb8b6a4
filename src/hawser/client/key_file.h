// Files of keys on disk: read within a limit, written for their owner alone.
#pragma once

#include <string>

#include "hawser/base/secret.h"
#include "hawser/client/failure.h"

namespace hawser::client {

// The content. local_file, with path and errno; key_damaged if it is more than limits::kKeyFile.
Outcome<SecretBytes> read_key_file(const std::string& path);

// Puts a file of mode 0600 in the place of whatever stands at `path`, whole or not at all: a new
// file beside it, synced, then renamed. A symlink there is replaced, not followed.
Outcome<void> write_key_file(const std::string& path, ByteView content);

}  // namespace hawser::client
