#include "hawser/client/transfer.h"

#include <cerrno>
#include <functional>

#include <fcntl.h>
#include <sys/stat.h>

#include "hawser/client/transfer_listening.h"
#include "hawser/client/transfer_paths.h"
#include "hawser/operations/download.h"
#include "hawser/operations/tree_download.h"
#include "hawser/operations/tree_upload.h"
#include "hawser/operations/upload.h"

namespace hawser::client {

namespace {

namespace local = operations::local;

// Of both sides of an entry that failed.
using SidesOf = std::function<Sides(const local::Fault&)>;

Failure failure_of(const local::Fault& fault, const Sides& sides) {
  return transfer_failure(explain(fault.error, Report{}), {{}, fault.text}, sides);
}

FailureOf failure_by(const SidesOf& sides_of) {
  return [=](const local::Fault& fault) { return failure_of(fault, sides_of(fault)); };
}

// Runs an operation in a world of local files.
Outcome<void> perform(SftpClient& client, operations::SftpOperation& operation, LocalFiles& files,
                      const std::string& remote, const Interrupt& interrupt) {
  auto outcome = client.perform(operation, files, {remote, {}}, interrupt);
  if (outcome) return outcome;
  return std::unexpected(transfer_failure(std::move(outcome).error(), operation.refusal(),
                                          {remote, files.failed_path()}));
}

// The end of a tree: the first failure among its entries is that of the whole, unless each was
// told.
Outcome<void> first_fault(const operations::TreeCopy& tree, const TransferOptions& options,
                          const SidesOf& sides_of) {
  const auto& fault = tree.first_fault();
  if (!fault || options.listeners.on_fault) return {};
  Failure failure = failure_of(*fault, sides_of(*fault));
  if (tree.faults() > 1) {
    failure.text += " (and " + std::to_string(tree.faults() - 1) + " more entries failed)";
  }
  return std::unexpected(std::move(failure));
}

// downloads ---------------------------------------------------------------------------------------

Outcome<void> get_file(SftpClient& client, const std::string& remote, const LocalPlace& place,
                       const sftp::Attributes& attributes, const TransferOptions& options,
                       const Interrupt& interrupt) {
  auto files = LocalFiles::for_targets(place.directory, options.durability);
  if (!files) {
    return std::unexpected(
        local_failure_at(operations::join(place.directory, place.name), files.error()));
  }
  files->tell(listeners_for(options.listeners, std::identity()));
  operations::Download download(client.link(),
                                {remote, place.name, copy_options(options), {}, attributes.size});
  return perform(client, download, *files, remote, interrupt);
}

Outcome<void> get_tree(SftpClient& client, const std::string& remote, const LocalPlace& place,
                       const sftp::Attributes& attributes, const TransferOptions& options,
                       const Interrupt& interrupt) {
  auto files = LocalFiles::for_targets(place.directory, options.durability);
  if (!files) {
    return std::unexpected(
        local_failure_at(operations::join(place.directory, place.name), files.error()));
  }
  const auto sides_of = [&](const local::Fault& fault) {
    return Sides{fault.source, files->path_of(fault.target)};
  };
  files->tell(listeners_for(options.listeners, std::identity(), failure_by(sides_of)));
  operations::TreeDownload tree(client.link(),
                                {remote, place.name, attributes, copy_options(options)});
  HAWSER_TRY_OUTCOME(perform(client, tree, *files, remote, interrupt));
  return first_fault(tree, options, sides_of);
}

Outcome<void> get_into_stream(SftpClient& client, const std::string& remote,
                              const std::string& local, const TransferOptions& options,
                              const Interrupt& interrupt) {
  Descriptor stream;
  do {
    stream = Descriptor(::open(local.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  } while (!stream.is_open() && errno == EINTR && !(interrupt && interrupt()));
  if (!stream.is_open()) return std::unexpected(local_failure_at(local, errno));
  const auto sink = [&](ByteView data) { return write_all(stream, data); };
  auto outcome = get_to(client, remote, sink, options.listeners, interrupt);
  if (outcome) return {};
  if (outcome.error().error.code == Errc::local_file) {
    return std::unexpected(local_failure_at(local, outcome.error().error));
  }
  return std::unexpected(std::move(outcome).error());
}

// uploads -----------------------------------------------------------------------------------------

Outcome<void> put_file(SftpClient& client, const LocalPlace& place, const std::string& remote,
                       const TransferOptions& options, const Interrupt& interrupt) {
  auto files = LocalFiles::for_sources(place.directory);
  if (!files) {
    return std::unexpected(
        local_failure_at(operations::join(place.directory, place.name), files.error()));
  }
  files->tell(listeners_for(options.listeners,
                            [&](const std::string& name) { return files->path_of(name); }));
  operations::Upload upload(client.link(),
                            {place.name, remote, copy_options(options), random_letters()});
  return perform(client, upload, *files, remote, interrupt);
}

Outcome<void> put_tree(SftpClient& client, const std::string& local, const std::string& remote,
                       const TransferOptions& options, const Interrupt& interrupt) {
  auto files = LocalFiles::for_sources(local);
  if (!files) return std::unexpected(local_failure_at(local, files.error()));
  const auto facts = files->local(local::Look{"", local::Look::Links::follow});
  if (!facts) return std::unexpected(local_failure_at(local, facts.error()));
  const auto sides_of = [&](const local::Fault& fault) {
    return Sides{fault.target, files->path_of(fault.source)};
  };
  files->tell(listeners_for(
      options.listeners, [&](const std::string& name) { return files->path_of(name); },
      failure_by(sides_of)));
  operations::TreeUpload tree(client.link(),
                              {"", remote, facts->facts, copy_options(options), random_letters()});
  HAWSER_TRY_OUTCOME(perform(client, tree, *files, remote, interrupt));
  return first_fault(tree, options, sides_of);
}

}  // namespace

Outcome<void> get(SftpClient& client, const std::string& remote, const std::string& local,
                  const TransferOptions& options, const Interrupt& interrupt) {
  const auto source =
      HAWSER_TRY_OUTCOME(look_at_source(client, remote, options.directories, interrupt));
  const auto place = place_for_download(local, last_name(remote));
  if (!place) return std::unexpected(local_failure_at(local, place.error()));
  if (source.is_directory()) {
    return get_tree(client, remote, *place, source, options, interrupt);
  }
  if (place->kind == LocalPlace::Kind::stream) {
    return get_into_stream(client, remote, local, options, interrupt);
  }
  const bool means_directory = local.ends_with('/') && place->kind != LocalPlace::Kind::directory;
  if (means_directory) return std::unexpected(local_failure_at(local, ENOTDIR));
  return get_file(client, remote, *place, source, options, interrupt);
}

Outcome<void> put(SftpClient& client, const std::string& local, const std::string& remote,
                  const TransferOptions& options, const Interrupt& interrupt) {
  struct stat source{};
  if (::stat(local.c_str(), &source) != 0) return std::unexpected(local_failure_at(local, errno));
  const bool is_tree = S_ISDIR(source.st_mode);
  if (is_tree && options.directories == Directories::refuse) {
    return std::unexpected(local_failure_at(local, EISDIR));
  }
  std::string target = remote;
  const auto there = client.stat(remote, Links::follow, interrupt);
  if (!there && there.error().error.code != Errc::sftp_status)
    return std::unexpected(there.error());
  if (there && there->is_directory()) target = operations::join(remote, last_name(local));
  return is_tree ? put_tree(client, local, target, options, interrupt)
                 : put_file(client, split(local), target, options, interrupt);
}

}  // namespace hawser::client
