#include "hawser/client/sftp_client.h"

#include <cerrno>

#include "hawser/base/display.h"
#include "hawser/client/channel.h"
#include "hawser/client/sftp_file.h"
#include "hawser/operations/open_sftp.h"
#include "hawser/operations/sftp_request.h"

namespace hawser::client {

namespace {

using operations::SftpAnswer;
using operations::SftpRefusal;
using operations::SftpRequest;
using sftp::Expected;
namespace message = sftp::message;

Failure too_long(const SftpClient::Subject& subject) {
  Failure failure = explain(
      Error{Errc::sftp_status, static_cast<std::uint32_t>(sftp::StatusCode::failure), "path"},
      Report{});
  failure.text = "file name too long";
  failure.error_number = ENAMETOOLONG;
  failure.path = subject.path;
  failure.other_path = subject.other_path;
  return failure;
}

// Whether the server's code leaves open what the matter was. OpenSSH says NO_SUCH_FILE for ENOTDIR,
// too.
bool is_vague(const Failure& failure, SftpClient::Suspect suspect) {
  if (failure.error.code != Errc::sftp_status) return false;
  const auto code = static_cast<sftp::StatusCode>(failure.error.detail);
  return code == sftp::StatusCode::failure || (code == sftp::StatusCode::no_such_file &&
                                               suspect == SftpClient::Suspect::not_a_directory);
}

}  // namespace

// opening and closing -----------------------------------------------------------------------------

Outcome<std::shared_ptr<SftpClient>> SftpClient::open(std::shared_ptr<Connection> connection,
                                                      const Interrupt& interrupt,
                                                      const std::string& server) {
  operations::OpenSftp open(server);
  auto outcome = connection->perform(open, no_world(), connection->limits(interrupt));
  if (outcome) {
    return std::shared_ptr<SftpClient>(new SftpClient(std::move(connection), open.link()));
  }
  Failure failure = std::move(outcome).error();
  if (failure.error.code == Errc::channel_open_refused) explain_refusal(failure, *open.refusal());
  if (failure.error.code == Errc::channel_request_refused) {
    failure.text = server.find('/') == std::string::npos
                       ? "the server refused the subsystem " + display(as_bytes(server)) +
                             ": it is not set up there (sshd_config: Subsystem " +
                             display(as_bytes(server)) + ")"
                       : "the server refused to run the SFTP server " + display(as_bytes(server));
  }
  if (open.link()) {
    const std::string complaint = open.link()->complaint();
    if (!complaint.empty()) failure.text += ": " + complaint;
  }
  return std::unexpected(std::move(failure));
}

SftpClient::~SftpClient() {
  if (!is_closed_) {
    connection_->driver().when_free(
        [link = std::move(link_)](session::Session& session, operations::Inbox&) {
          link->detach(session);
        });
  }
}

void SftpClient::close() {
  if (is_closed_.exchange(true)) return;
  connection_->driver().with_session([this](session::Session& session, operations::Inbox&) {
    link_->detach(session);
    link_->touch();
    return true;
  });
  connection_->driver().poke();
}

bool SftpClient::is_closed() {
  return is_closed_ ||
         connection_->driver().with_session([this](session::Session& session, operations::Inbox&) {
           return link_->box().has_ended() || session.failure().has_value();
         });
}

bool SftpClient::is_left_open() {
  return !is_closed_ && connection_->driver().is_so_at_once(
                            [this](const session::Session&) { return !link_->box().has_ended(); });
}

Outcome<void> SftpClient::usable() const {
  if (!is_closed_) return {};
  return std::unexpected(explain(Error{Errc::closed, 0, "SFTP client"}, Report{}));
}

// asking ------------------------------------------------------------------------------------------

Failure SftpClient::refused(Failure failure, const SftpRefusal& refusal, const Subject& subject) {
  failure.path = subject.path;
  failure.other_path = subject.other_path;
  if (failure.error.code == Errc::sftp_status) {
    const auto code = static_cast<sftp::StatusCode>(failure.error.detail);
    failure.sftp_code = failure.error.detail;
    failure.error_number = sftp::errno_of(code);
    failure.text = refusal.text.empty() ? std::string(sftp::describe(code)) : refusal.text;
  }
  return failure;
}

Outcome<void> SftpClient::perform(operations::SftpOperation& operation, World& world,
                                  const Subject& subject, const Interrupt& interrupt) {
  HAWSER_TRY_OUTCOME(usable());
  auto outcome = connection_->perform(operation, world, connection_->limits(interrupt));
  if (outcome) return outcome;
  Failure failure = refused(std::move(outcome).error(), operation.refusal(), subject);
  const Errc code = failure.error.code;
  if (code == Errc::sftp_ended || code == Errc::sftp_not_spoken) {
    if (is_closed_) return std::unexpected(usable().error());  // by another thread, meanwhile
    const std::string complaint = connection_->driver().with_session(
        [this](session::Session&, operations::Inbox&) { return link_->complaint(); });
    if (!complaint.empty()) failure.text += ": " + complaint;
  }
  return std::unexpected(std::move(failure));
}

Outcome<SftpAnswer> SftpClient::ask(SftpRequest&& request, const Subject& subject,
                                    const Interrupt& interrupt) {
  if (subject.path.size() + subject.other_path.size() > limits::kSftpPaths) {
    return std::unexpected(too_long(subject));
  }
  HAWSER_TRY_OUTCOME(perform(request, no_world(), subject, interrupt));
  return std::move(request.answer());
}

Outcome<SftpAnswer> SftpClient::ask_extended(std::string_view extension, const Bytes& data,
                                             Expected expected, const Subject& subject,
                                             const Interrupt& interrupt) {
  HAWSER_TRY_OUTCOME(usable());
  if (!has(extension)) {
    Failure failure =
        explain(Error{Errc::sftp_status,
                      static_cast<std::uint32_t>(sftp::StatusCode::op_unsupported), "extension"},
                Report{});
    const SftpRefusal refusal{sftp::StatusCode::op_unsupported,
                              "the server does not offer " + std::string(extension)};
    return std::unexpected(refused(std::move(failure), refusal, subject));
  }
  return ask({link_, message::Extended{0, extension, wire::Rest{data}}, expected}, subject,
             interrupt);
}

void SftpClient::explain_by(Failure& failure, const std::string& path, Suspect suspect,
                            const Interrupt& interrupt, Links links) {
  if (!is_vague(failure, suspect)) return;
  const auto found = stat(path, links, interrupt);
  if (found) explain_by(failure, *found, suspect);
}

void SftpClient::explain_by(Failure& failure, const sftp::Attributes& found, Suspect suspect) {
  if (!is_vague(failure, suspect)) return;
  switch (suspect) {
    case Suspect::exists:
      failure.error_number = EEXIST;
      break;
    case Suspect::not_empty:
      if (found.is_directory()) failure.error_number = ENOTEMPTY;
      break;
    case Suspect::not_a_directory:
      if (found.mode && !found.is_directory()) failure.error_number = ENOTDIR;
      break;
    case Suspect::is_a_directory:
      if (found.is_directory()) failure.error_number = EISDIR;
      break;
  }
}

// files and directories ---------------------------------------------------------------------------

Outcome<std::shared_ptr<SftpFile>> SftpClient::open_file(const std::string& path, OpenFlags flags,
                                                         std::optional<std::uint32_t> permissions,
                                                         const Interrupt& interrupt) {
  sftp::Attributes attributes;
  attributes.mode = permissions;
  const Bytes encoded = sftp::encode_attributes(attributes);
  auto answer =
      ask({link_, message::Open{0, wire::Blob(as_bytes(path)), flags.bits, wire::Rest{encoded}},
           Expected::handle},
          {path, {}}, interrupt);
  if (!answer) {
    Failure failure = std::move(answer).error();
    const bool is_exclusive = flags.has(OpenFlag::exclusive);
    if (is_exclusive) {
      explain_by(failure, path, Suspect::exists, interrupt);
    } else {
      explain_by(failure, path, Suspect::is_a_directory, interrupt, Links::follow);
    }
    return std::unexpected(std::move(failure));
  }
  auto file = std::make_shared<operations::RemoteFile>(link_, answer->bytes);
  return std::make_shared<SftpFile>(shared_from_this(), std::move(file), path);
}

Outcome<std::shared_ptr<SftpDirectory>> SftpClient::open_directory(const std::string& path,
                                                                   const Interrupt& interrupt) {
  auto answer =
      ask({link_, message::OpenDirectory{0, wire::Blob(as_bytes(path))}, Expected::handle},
          {path, {}}, interrupt);
  if (!answer) {
    Failure failure = std::move(answer).error();
    explain_by(failure, path, Suspect::not_a_directory, interrupt, Links::follow);
    return std::unexpected(std::move(failure));
  }
  auto directory = std::make_shared<operations::RemoteDirectory>(link_, std::move(answer->bytes));
  return std::make_shared<SftpDirectory>(shared_from_this(), std::move(directory), path);
}

}  // namespace hawser::client
