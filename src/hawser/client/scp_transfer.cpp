// scp_get and scp_put: where files come from and go to, and what became of each.
#include <cerrno>
#include <functional>

#include <fcntl.h>
#include <sys/stat.h>

#include "hawser/client/scp.h"
#include "hawser/client/scp_talk.h"
#include "hawser/client/transfer_listening.h"
#include "hawser/client/transfer_paths.h"
#include "hawser/operations/scp_get.h"
#include "hawser/operations/scp_put.h"
#include "hawser/operations/scp_receive.h"

namespace hawser::client {

namespace {

namespace local = operations::local;

// Runs a copy in a world of local files.
template <typename Copy, typename Machine>
Outcome<void> copy(Connection& connection, Copy& operation, const Machine& machine,
                   LocalFiles& files, const std::string& remote, const TransferOptions& options,
                   const FailureOf& failure_of, const Interrupt& interrupt) {
  auto outcome = perform_scp(connection, operation, machine, remote, files, interrupt);
  if (!outcome && outcome.error().error.code == Errc::local_file) {
    return std::unexpected(local_failure_at(files.failed_path(), outcome.error().error));
  }
  HAWSER_TRY_OUTCOME(std::move(outcome));
  const auto& fault = operation.first_fault();
  const scp::Complaints none;  // they are faults
  if (!fault)
    return judge_scp({std::as_const(operation).link(), none, machine.last_words(), remote});
  if (operation.is_tree() && options.listeners.on_fault) return {};  // each was told
  Failure failure = failure_of(*fault);
  if (operation.faults() > 1) {
    failure.text += " (and " + std::to_string(operation.faults() - 1) + " more)";
  }
  return std::unexpected(std::move(failure));
}

// An entry that failed: the remote has complained, or it is a file of this side.
Failure failure_of_fault(const local::Fault& fault, const std::string& local_path,
                         const std::string& remote) {
  if (fault.error.code == Errc::scp_refused) return complaint_failure(fault.text, remote);
  return local_failure_at(local_path, fault.error);
}

scp::CommandOptions command_options(scp::Direction direction, const TransferOptions& options) {
  return {.direction = direction,
          .recursive = options.directories == Directories::accept,
          .preserves = options.copy.preserves()};
}

Outcome<void> get_into_stream(Connection& connection, const std::string& remote,
                              const std::string& local, const Interrupt& interrupt) {
  Descriptor stream(::open(local.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  if (!stream.is_open()) return std::unexpected(local_failure_at(local, errno));
  const auto sink = [&](ByteView data) { return write_all(stream, data); };
  auto outcome = scp_receive_to(connection, remote, sink, interrupt);
  if (outcome || outcome.error().error.code != Errc::local_file) return outcome;
  return std::unexpected(local_failure_at(local, outcome.error().error));
}

}  // namespace

Outcome<void> scp_get(Connection& connection, const std::string& remote, const std::string& local,
                      const TransferOptions& options, const Interrupt& interrupt) {
  const std::string command = HAWSER_TRY_OUTCOME(
      scp_command(command_options(scp::Direction::from_remote, options), remote));
  const bool is_recursive = options.directories == Directories::accept;
  const auto place = place_for_download(local, last_name(remote));
  if (!place) return std::unexpected(local_failure_at(local, place.error()));
  if (place->kind == LocalPlace::Kind::stream) {
    return get_into_stream(connection, remote, local, interrupt);
  }
  const bool means_directory = local.ends_with('/') && place->kind != LocalPlace::Kind::directory;
  if (means_directory && !is_recursive) {
    return std::unexpected(local_failure_at(local, ENOTDIR));
  }
  auto files = LocalFiles::for_targets(place->directory, options.durability);
  if (!files) return std::unexpected(local_failure_at(local, files.error()));
  const FailureOf failure_of = [&](const local::Fault& fault) {
    return failure_of_fault(fault, files->path_of(fault.target), remote);
  };
  files->tell(listeners_for(options.listeners, std::identity(), failure_of));
  operations::ScpGet get({command, remote, place->name,
                          is_recursive ? scp::Recursion::trees : scp::Recursion::none,
                          copy_options(options)});
  return copy(connection, get, get.sink(), *files, remote, options, failure_of, interrupt);
}

Outcome<void> scp_put(Connection& connection, const std::string& local, const std::string& remote,
                      const TransferOptions& options, const Interrupt& interrupt) {
  struct stat source{};
  if (::stat(local.c_str(), &source) != 0) return std::unexpected(local_failure_at(local, errno));
  const bool is_tree = S_ISDIR(source.st_mode);
  if (is_tree && options.directories == Directories::refuse) {
    return std::unexpected(local_failure_at(local, EISDIR));
  }
  const std::string name = last_name(local);
  if (name.find('\n') != std::string::npos) {  // SCP has no way to say it
    return std::unexpected(local_failure_at(local, EINVAL));
  }
  auto how = command_options(scp::Direction::to_remote, options);
  how.recursive = is_tree;
  how.into_directory = is_tree && name.empty();
  const std::string command = HAWSER_TRY_OUTCOME(scp_command(how, remote));
  const LocalPlace place = is_tree ? LocalPlace{local, ""} : split(local);
  auto files = LocalFiles::for_sources(place.directory);
  if (!files) return std::unexpected(local_failure_at(local, files.error()));
  const FailureOf failure_of = [&](const local::Fault& fault) {
    return failure_of_fault(fault, files->path_of(fault.source), remote);
  };
  files->tell(listeners_for(
      options.listeners, [&](const std::string& path) { return files->path_of(path); },
      failure_of));
  const auto facts = files->local(local::Look{place.name, local::Look::Links::follow});
  if (!facts) return std::unexpected(local_failure_at(local, facts.error()));
  operations::ScpPut put({command, place.name, facts->facts, name, copy_options(options)});
  return copy(connection, put, put.source(), *files, remote, options, failure_of, interrupt);
}

}  // namespace hawser::client
