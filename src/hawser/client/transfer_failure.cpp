#include "hawser/client/transfer_failure.h"

#include <cerrno>
#include <cstring>

#include "hawser/client/beneath.h"
#include "hawser/operations/copy_options.h"

namespace hawser::client {

namespace {

// What no server said, though it is about one of its files.
Failure refused_by_us(const std::string& remote, sftp::StatusCode code, const char* text) {
  Failure failure = explain(
      Error{Errc::sftp_status, static_cast<std::uint32_t>(code), operations::kFoundByUs}, Report{});
  return transfer_failure(std::move(failure), {code, text}, {remote, {}});
}

}  // namespace

Failure local_failure_at(const std::string& path, const Error& error) {
  Failure failure = explain(error, Report{});
  failure.path = path;
  if (error.code == Errc::local_file) {
    failure.error_number = static_cast<int>(error.detail);
    failure.text = std::strerror(failure.error_number);
  }
  return failure;
}

Failure local_failure_at(const std::string& path, int error_number) {
  return local_failure_at(path, local_failure("path", error_number).error());
}

Failure transfer_failure(Failure failure, const operations::SftpRefusal& refusal,
                         const Sides& sides) {
  switch (failure.error.code) {
    case Errc::local_file:
      return local_failure_at(sides.local, failure.error);
    case Errc::sftp_status:
      failure = SftpClient::refused(std::move(failure), refusal, {sides.remote, {}});
      if (failure.error.where == operations::kFoundByUs) failure.sftp_code.reset();
      return failure;
    case Errc::file_changed:
      if (!refusal.text.empty()) failure.text += ": " + refusal.text;
      break;
    case Errc::sftp_limit:
      failure.text += std::string(": ") + failure.error.where;
      break;
    default:
      break;
  }
  failure.path = sides.remote;
  return failure;
}

Outcome<sftp::Attributes> look_at_source(SftpClient& client, const std::string& remote,
                                         Directories directories, const Interrupt& interrupt) {
  const auto found = HAWSER_TRY_OUTCOME(client.stat(remote, Links::follow, interrupt));
  if (found.is_directory() && directories == Directories::refuse) {
    return std::unexpected(
        refused_by_us(remote, sftp::StatusCode::file_is_a_directory, "is a directory"));
  }
  if (found.has_type() && !found.is_directory() && !found.is_regular()) {
    return std::unexpected(refused_by_us(remote, sftp::StatusCode::failure, "not a regular file"));
  }
  return found;
}

}  // namespace hawser::client
