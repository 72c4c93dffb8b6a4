// How the calls of scp.h talk to a remote scp: its command, and the runs of their operations.
#pragma once

#include "hawser/client/connection.h"
#include "hawser/client/scp_failure.h"
#include "hawser/scp/quote.h"

namespace hawser::client {

Outcome<std::string> scp_command(const scp::CommandOptions& options, const std::string& path);

// A run of an operation, its failure in the words that there are for it. `machine` is its ScpSink
// or ScpSource, `path` that on the server.
template <typename Operation, typename Machine>
Outcome<void> perform_scp(Connection& connection, Operation& operation, const Machine& machine,
                          const std::string& path, World& world, const Interrupt& interrupt) {
  auto outcome = connection.perform(operation, world, connection.limits(interrupt));
  if (outcome) return outcome;
  return connection.driver().with_session([&](session::Session&, operations::Inbox&) {
    const ScpTalk talk{std::as_const(operation).link(), machine.complaints(), machine.last_words(),
                       path};
    return Outcome<void>(std::unexpected(explain_scp(std::move(outcome).error(), talk)));
  });
}

}  // namespace hawser::client
