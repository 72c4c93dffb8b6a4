// SCP on a connection: files by the scp program of the server, for servers without SFTP. Every call
// waits until it is done. Paths are bytes as the server takes them; whatever they contain, they are
// only names.
#pragma once

#include "hawser/client/transfer.h"

namespace hawser::client {

// Where a file that comes in goes: asked for memory of a size, again and again as more is sure to
// come; what was written to it stays. Empty if there is none.
using GrowMemory = std::function<ByteSpan(std::size_t size)>;

// One remote file. What was announced is what must come.
Outcome<void> scp_receive(Connection& connection, const std::string& path, const GrowMemory& memory,
                          const Interrupt& interrupt = {});

// The same, piece by piece.
Outcome<void> scp_receive_to(Connection& connection, const std::string& path, const ByteSink& sink,
                             const Interrupt& interrupt = {});

// A file, or a tree if the options accept directories, streamed in bounded memory. To a file, or
// into a directory that is there, under the last name of `remote`; of a directory that is named by
// "." or "..", or is the root, the content goes there. Otherwise as client::get() and put() do;
// options.copy.start does not matter: SCP cannot resume.
Outcome<void> scp_get(Connection& connection, const std::string& remote, const std::string& local,
                      const TransferOptions& options, const Interrupt& interrupt = {});
Outcome<void> scp_put(Connection& connection, const std::string& local, const std::string& remote,
                      const TransferOptions& options, const Interrupt& interrupt = {});

// One file, made or overwritten, with exactly the permissions `mode`.
Outcome<void> scp_send(Connection& connection, const std::string& path, std::uint32_t mode,
                       ByteView data, const Interrupt& interrupt = {});

}  // namespace hawser::client
