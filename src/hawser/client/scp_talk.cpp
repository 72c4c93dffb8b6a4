#include "hawser/client/scp_talk.h"

namespace hawser::client {

Outcome<std::string> scp_command(const scp::CommandOptions& options, const std::string& path) {
  auto command = scp::remote_command(options, path);
  if (command) return *std::move(command);
  Failure failure = explain(command.error(), Report{});
  failure.text = path.empty() ? "the remote path must not be empty"
                              : "the remote path must not contain NUL or line breaks";
  return std::unexpected(std::move(failure));
}

}  // namespace hawser::client
