// Copies one file to another on the same server.
#pragma once

#include "hawser/client/sftp_client.h"

namespace hawser::client {

// By the server itself where it can (copy-data), else through us. A target that is made gets the
// source's permissions; one that is there is overwritten and keeps its own. A file onto itself is
// refused (EINVAL), a directory is, too (EISDIR).
Outcome<void> copy_file(SftpClient& client, const std::string& from, const std::string& to,
                        const Interrupt& interrupt = {});

}  // namespace hawser::client
