// What went wrong with a transfer, for people: which file of which side, and what is known of it.
#pragma once

#include "hawser/client/failure.h"
#include "hawser/client/sftp_client.h"

namespace hawser::client {

// A file as each side names it.
struct Sides {
  std::string remote;
  std::string local;
};

Failure local_failure_at(const std::string& path, const Error& error);
Failure local_failure_at(const std::string& path, int error_number);

// Of a transfer's operation, with what it knows of its failure.
Failure transfer_failure(Failure failure, const operations::SftpRefusal& refusal,
                         const Sides& sides);

// What stands at `remote`, which is to be copied: SFTPError's kind of failure if that cannot be. A
// pipe must not even be opened: the server would wait for a writer.
enum class Directories : std::uint8_t { refuse, accept };
Outcome<sftp::Attributes> look_at_source(SftpClient& client, const std::string& remote,
                                         Directories directories, const Interrupt& interrupt);

}  // namespace hawser::client
