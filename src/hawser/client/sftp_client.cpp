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

Outcome<void> done(Outcome<SftpAnswer> answer) {
  if (answer) return {};
  return std::unexpected(std::move(answer).error());
}

// A reply that is not what the extension's own description says.
Failure malformed(const SftpClient::Subject& subject) {
  Failure failure = explain(Error{Errc::sftp_protocol, 0, "extended reply"}, Report{});
  failure.path = subject.path;
  return failure;
}

// The one name that REALPATH, READLINK and the like answer with (6.10, 6.11).
Outcome<std::string> only_name(Outcome<SftpAnswer> answer, const SftpClient::Subject& subject) {
  auto got = HAWSER_TRY_OUTCOME(std::move(answer));
  if (got.names.size() != 1) return std::unexpected(malformed(subject));
  return std::move(got.names.front().name);
}

Outcome<sftp::FileSystem> file_system_in(Outcome<SftpAnswer> answer,
                                         const SftpClient::Subject& subject) {
  const auto got = HAWSER_TRY_OUTCOME(std::move(answer));
  const auto decoded = wire::decode<sftp::FileSystem>(got.bytes);
  if (!decoded) return std::unexpected(malformed(subject));
  return *decoded;
}

// Data of a request made of strings.
Bytes strings(std::initializer_list<std::string_view> texts) {
  Bytes data;
  wire::BytesSink sink(data);
  for (const auto text : texts) wire::put_string(sink, as_bytes(text));
  return data;
}

Bytes numbers(const std::vector<std::uint32_t>& values) {
  Bytes data;
  wire::BytesSink sink(data);
  for (const auto value : values) wire::put_uint32(sink, value);
  return data;
}

std::optional<std::vector<std::string>> names_in(ByteView data, std::size_t count) {
  std::vector<std::string> names;
  wire::Reader reader(data);
  while (reader.ok() && !reader.at_end()) names.emplace_back(as_text(reader.string()));
  if (!reader.ok() || names.size() != count) return std::nullopt;
  return names;
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
                                                      const Interrupt& interrupt) {
  operations::OpenSftp open;
  auto outcome = connection->perform(open, no_world(), connection->limits(interrupt));
  if (outcome) {
    return std::shared_ptr<SftpClient>(new SftpClient(std::move(connection), open.link()));
  }
  Failure failure = std::move(outcome).error();
  if (failure.error.code == Errc::channel_open_refused) explain_refusal(failure, *open.refusal());
  if (failure.error.code == Errc::channel_request_refused) {
    failure.text =
        "the server refused the subsystem sftp: it is not set up there (sshd_config: Subsystem "
        "sftp)";
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

template <typename Message>
Outcome<SftpAnswer> SftpClient::ask(Message message, Expected expected, const Subject& subject,
                                    const Interrupt& interrupt) {
  HAWSER_TRY_OUTCOME(usable());
  SftpRequest request(link_, message, expected);
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
  return ask(message::Extended{0, extension, wire::Rest{data}}, expected, subject, interrupt);
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
  auto answer = ask(message::Open{0, wire::Blob(as_bytes(path)), flags.bits, wire::Rest{encoded}},
                    Expected::handle, {path, {}}, interrupt);
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
  auto answer = ask(message::OpenDirectory{0, wire::Blob(as_bytes(path))}, Expected::handle,
                    {path, {}}, interrupt);
  if (!answer) {
    Failure failure = std::move(answer).error();
    explain_by(failure, path, Suspect::not_a_directory, interrupt, Links::follow);
    return std::unexpected(std::move(failure));
  }
  auto directory = std::make_shared<operations::RemoteDirectory>(link_, std::move(answer->bytes));
  return std::make_shared<SftpDirectory>(shared_from_this(), std::move(directory), path);
}

// names -------------------------------------------------------------------------------------------

Outcome<sftp::Attributes> SftpClient::stat(const std::string& path, Links links,
                                           const Interrupt& interrupt) {
  const wire::Blob blob(as_bytes(path));
  auto answer = links == Links::follow
                    ? ask(message::Stat{0, blob}, Expected::attributes, {path, {}}, interrupt)
                    : ask(message::LinkStat{0, blob}, Expected::attributes, {path, {}}, interrupt);
  return HAWSER_TRY_OUTCOME(std::move(answer)).attributes;
}

Outcome<void> SftpClient::set_attributes(const std::string& path,
                                         const sftp::Attributes& attributes, Links links,
                                         const Interrupt& interrupt) {
  const Bytes encoded = sftp::encode_attributes(attributes);
  if (links == Links::keep) {
    Bytes data = strings({path});
    append(data, encoded);
    return done(
        ask_extended(sftp::extension::kLinkSetStat, data, Expected::status, {path, {}}, interrupt));
  }
  return done(ask(message::SetStat{0, wire::Blob(as_bytes(path)), wire::Rest{encoded}},
                  Expected::status, {path, {}}, interrupt));
}

Outcome<void> SftpClient::make_directory(const std::string& path, std::uint32_t mode,
                                         const Interrupt& interrupt) {
  sftp::Attributes attributes;
  attributes.mode = mode;
  const Bytes encoded = sftp::encode_attributes(attributes);
  auto outcome =
      done(ask(message::MakeDirectory{0, wire::Blob(as_bytes(path)), wire::Rest{encoded}},
               Expected::status, {path, {}}, interrupt));
  if (!outcome) explain_by(outcome.error(), path, Suspect::exists, interrupt);
  return outcome;
}

Outcome<void> SftpClient::remove_directory(const std::string& path, const Interrupt& interrupt) {
  auto outcome = done(ask(message::RemoveDirectory{0, wire::Blob(as_bytes(path))}, Expected::status,
                          {path, {}}, interrupt));
  if (!outcome) explain_by(outcome.error(), path, Suspect::not_a_directory, interrupt);
  if (!outcome && outcome.error().error_number == 0) {
    explain_by(outcome.error(), path, Suspect::not_empty, interrupt);
  }
  return outcome;
}

Outcome<void> SftpClient::remove(const std::string& path, const Interrupt& interrupt) {
  auto outcome = done(
      ask(message::Remove{0, wire::Blob(as_bytes(path))}, Expected::status, {path, {}}, interrupt));
  if (!outcome) explain_by(outcome.error(), path, Suspect::is_a_directory, interrupt);
  return outcome;
}

Outcome<void> SftpClient::rename(const std::string& from, const std::string& to,
                                 const Interrupt& interrupt) {
  auto outcome = done(ask(message::Rename{0, wire::Blob(as_bytes(from)), wire::Blob(as_bytes(to))},
                          Expected::status, {from, to}, interrupt));
  if (!outcome) explain_by(outcome.error(), to, Suspect::exists, interrupt);
  return outcome;
}

Outcome<void> SftpClient::posix_rename(const std::string& from, const std::string& to,
                                       const Interrupt& interrupt) {
  return done(ask_extended(sftp::extension::kPosixRename, strings({from, to}), Expected::status,
                           {from, to}, interrupt));
}

Outcome<void> SftpClient::symlink(const std::string& target, const std::string& path,
                                  const Interrupt& interrupt) {
  auto outcome =
      done(ask(message::SymLink{0, wire::Blob(as_bytes(target)), wire::Blob(as_bytes(path))},
               Expected::status, {target, path}, interrupt));
  if (!outcome) explain_by(outcome.error(), path, Suspect::exists, interrupt);
  return outcome;
}

Outcome<void> SftpClient::hard_link(const std::string& target, const std::string& path,
                                    const Interrupt& interrupt) {
  auto outcome = done(ask_extended(sftp::extension::kHardLink, strings({target, path}),
                                   Expected::status, {target, path}, interrupt));
  if (!outcome) explain_by(outcome.error(), path, Suspect::exists, interrupt);
  return outcome;
}

Outcome<std::string> SftpClient::read_link(const std::string& path, const Interrupt& interrupt) {
  return only_name(
      ask(message::ReadLink{0, wire::Blob(as_bytes(path))}, Expected::names, {path, {}}, interrupt),
      {path, {}});
}

Outcome<std::string> SftpClient::real_path(const std::string& path, const Interrupt& interrupt) {
  return only_name(
      ask(message::RealPath{0, wire::Blob(as_bytes(path))}, Expected::names, {path, {}}, interrupt),
      {path, {}});
}

// the server --------------------------------------------------------------------------------------

Outcome<std::string> SftpClient::expand_path(const std::string& path, const Interrupt& interrupt) {
  return only_name(ask_extended(sftp::extension::kExpandPath, strings({path}), Expected::names,
                                {path, {}}, interrupt),
                   {path, {}});
}

Outcome<std::string> SftpClient::home_directory(const std::string& user,
                                                const Interrupt& interrupt) {
  return only_name(ask_extended(sftp::extension::kHomeDirectory, strings({user}), Expected::names,
                                {user, {}}, interrupt),
                   {user, {}});
}

Outcome<sftp::FileSystem> SftpClient::file_system(const std::string& path,
                                                  const Interrupt& interrupt) {
  return file_system_in(ask_extended(sftp::extension::kStatVfs, strings({path}), Expected::extended,
                                     {path, {}}, interrupt),
                        {path, {}});
}

Outcome<sftp::FileSystem> SftpClient::file_system_of(SftpFile& file, const Interrupt& interrupt) {
  const Subject subject{file.path(), {}};
  return file_system_in(
      ask_extended(sftp::extension::kFileStatVfs, strings({as_text(file.file()->handle())}),
                   Expected::extended, subject, interrupt),
      subject);
}

Outcome<void> SftpClient::sync(SftpFile& file, const Interrupt& interrupt) {
  HAWSER_TRY_OUTCOME(file.flush(interrupt));
  return done(ask_extended(sftp::extension::kFsync, strings({as_text(file.file()->handle())}),
                           Expected::status, {file.path(), {}}, interrupt));
}

Outcome<IdNames> SftpClient::names_by_id(const std::vector<std::uint32_t>& users,
                                         const std::vector<std::uint32_t>& groups,
                                         const Interrupt& interrupt) {
  Bytes data;
  wire::BytesSink sink(data);
  wire::put_string(sink, numbers(users));
  wire::put_string(sink, numbers(groups));
  const auto answer = HAWSER_TRY_OUTCOME(
      ask_extended(sftp::extension::kNamesById, data, Expected::extended, {}, interrupt));
  wire::Reader reader(answer.bytes);
  const auto user_names = names_in(reader.string(), users.size());
  const auto group_names = names_in(reader.string(), groups.size());
  if (!reader.ok() || !reader.at_end() || !user_names || !group_names) {
    return std::unexpected(malformed({}));
  }
  return IdNames{*user_names, *group_names};
}

Outcome<void> SftpClient::copy_data(SftpFile& from, SftpFile& to, Extent extent,
                                    const Interrupt& interrupt) {
  const Bytes data = wire::encode_to_bytes(
      sftp::CopyData{wire::Blob(from.file()->handle()), extent.offset, extent.size,
                     wire::Blob(to.file()->handle()), extent.offset});
  return done(ask_extended(sftp::extension::kCopyData, data, Expected::status,
                           {from.path(), to.path()}, interrupt));
}

bool SftpClient::has(std::string_view extension) {
  return connection_->driver().with_session([&](session::Session&, operations::Inbox&) {
    return link_->engine().extensions().has(extension);
  });
}

std::vector<std::pair<std::string, Bytes>> SftpClient::extensions() {
  return connection_->driver().with_session(
      [this](session::Session&, operations::Inbox&) { return link_->engine().extensions().all(); });
}

sftp::Limits SftpClient::limits() {
  return connection_->driver().with_session(
      [this](session::Session&, operations::Inbox&) { return link_->limits(); });
}

}  // namespace hawser::client
