// Many commands at once, on one session or on many, on the calling thread alone.
#pragma once

#include "hawser/client/connection.h"

namespace hawser::client {

struct Job {
  std::shared_ptr<Connection> connection;
  std::string command;
};

// All of them run at once; what each came to, in the order of the jobs. Where a server refuses a
// further channel (sshd's MaxSessions) and others of the same session run, the command waits for
// one of them to end. `timeout` is each command's, from its start. An interrupt ends all that are
// left with cancelled. The connections' streams must be sockets (invalid_argument).
std::vector<Outcome<CommandResult>> run_many(std::vector<Job> jobs, std::optional<Duration> timeout,
                                             const Interrupt& interrupt);

}  // namespace hawser::client
