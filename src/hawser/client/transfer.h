// Whole files and trees between this side and an SFTP server, streamed in bounded memory. A
// download is written under a temporary name beside its target, which it replaces when it is whole;
// so is an upload where the server can (see operations/upload.h). Trees stay beneath the directory
// that they are written to, whatever names the server makes up. When a transfer fails, the client
// and its other transfers go on.
#pragma once

#include "hawser/client/local_files.h"
#include "hawser/client/transfer_failure.h"
#include "hawser/operations/copy_options.h"

namespace hawser::client {

// What people are told meanwhile; an error ends the transfer. Each may be empty.
struct TransferListeners {
  // The file, as the side that it is read from names it; bytes done, bytes in all (0: not known).
  std::function<Status(const std::string& file, std::uint64_t done, std::uint64_t total)>
      on_progress;
  // An entry of a tree is left out.
  std::function<Status(const std::string& source, operations::local::Skip::Reason reason)> on_skip;
  // An entry of a tree failed; the others go on. Without a listener the first of these failures is
  // that of the whole, in the end.
  std::function<Status(Failure failure)> on_fault;
};

struct TransferOptions {
  operations::CopyOptions copy;  // its progress is told if there is a listener
  Directories directories = Directories::refuse;
  LocalTarget::Durability durability = LocalTarget::Durability::cached;  // of what is downloaded
  TransferListeners listeners;
};

// To a file, or into a directory that is there, under the last name of `remote`. Of a directory
// that is named by "." or "..", or is the root, the content goes there. A symlink at `local` is
// followed, for it is the caller who named it; into a device or a pipe is written as it comes.
Outcome<void> get(SftpClient& client, const std::string& remote, const std::string& local,
                  const TransferOptions& options, const Interrupt& interrupt = {});
// The reverse of get(), symlinks on this side followed.
Outcome<void> put(SftpClient& client, const std::string& local, const std::string& remote,
                  const TransferOptions& options, const Interrupt& interrupt = {});

// Takes all bytes of a piece, or ends the transfer.
using ByteSink = std::function<Status(ByteView)>;
// Fills the span from its front; fewer bytes are no matter, none is the end.
using ByteSource = std::function<Result<std::size_t>(ByteSpan)>;

// Both give the bytes that went over.
Outcome<std::uint64_t> get_to(SftpClient& client, const std::string& remote, const ByteSink& sink,
                              const TransferListeners& listeners, const Interrupt& interrupt = {});
// `size` is for the listener only.
Outcome<std::uint64_t> put_from(SftpClient& client, const ByteSource& source, std::uint64_t size,
                                const std::string& remote, const TransferListeners& listeners,
                                const Interrupt& interrupt = {});

}  // namespace hawser::client
