// The calls of SftpClient about names, attributes and the server itself.
#include <cerrno>

#include "hawser/client/sftp_client.h"
#include "hawser/client/sftp_file.h"
#include "hawser/operations/sftp_request.h"

namespace hawser::client {

namespace {

using operations::SftpAnswer;
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

}  // namespace

// names -------------------------------------------------------------------------------------------

Outcome<sftp::Attributes> SftpClient::stat(const std::string& path, Links links,
                                           const Interrupt& interrupt) {
  const wire::Blob blob(as_bytes(path));
  auto answer =
      links == Links::follow
          ? ask({link_, message::Stat{0, blob}, Expected::attributes}, {path, {}}, interrupt)
          : ask({link_, message::LinkStat{0, blob}, Expected::attributes}, {path, {}}, interrupt);
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
  return done(ask({link_, message::SetStat{0, wire::Blob(as_bytes(path)), wire::Rest{encoded}},
                   Expected::status},
                  {path, {}}, interrupt));
}

Outcome<void> SftpClient::make_directory(const std::string& path, std::uint32_t mode,
                                         const Interrupt& interrupt) {
  sftp::Attributes attributes;
  attributes.mode = mode;
  const Bytes encoded = sftp::encode_attributes(attributes);
  auto outcome =
      done(ask({link_, message::MakeDirectory{0, wire::Blob(as_bytes(path)), wire::Rest{encoded}},
                Expected::status},
               {path, {}}, interrupt));
  if (!outcome) explain_by(outcome.error(), path, Suspect::exists, interrupt);
  return outcome;
}

Outcome<void> SftpClient::remove_directory(const std::string& path, const Interrupt& interrupt) {
  auto outcome =
      done(ask({link_, message::RemoveDirectory{0, wire::Blob(as_bytes(path))}, Expected::status},
               {path, {}}, interrupt));
  if (!outcome) explain_by(outcome.error(), path, Suspect::not_a_directory, interrupt);
  if (!outcome && outcome.error().error_number == 0) {
    explain_by(outcome.error(), path, Suspect::not_empty, interrupt);
  }
  return outcome;
}

Outcome<void> SftpClient::remove(const std::string& path, const Interrupt& interrupt) {
  auto outcome = done(ask({link_, message::Remove{0, wire::Blob(as_bytes(path))}, Expected::status},
                          {path, {}}, interrupt));
  if (!outcome) explain_by(outcome.error(), path, Suspect::is_a_directory, interrupt);
  return outcome;
}

Outcome<void> SftpClient::rename(const std::string& from, const std::string& to,
                                 const Interrupt& interrupt) {
  auto outcome =
      done(ask({link_, message::Rename{0, wire::Blob(as_bytes(from)), wire::Blob(as_bytes(to))},
                Expected::status},
               {from, to}, interrupt));
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
  // asyncssh keeps to the draft's order, but for clients that it knows to have OpenSSH's.
  const bool keeps_to_the_draft = connection_->facts().server_version.contains("AsyncSSH");
  const wire::Blob first(as_bytes(keeps_to_the_draft ? path : target));
  const wire::Blob second(as_bytes(keeps_to_the_draft ? target : path));
  auto outcome = done(ask({link_, message::SymLink{0, first, second}, Expected::status},
                          {target, path}, interrupt));
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
  return only_name(ask({link_, message::ReadLink{0, wire::Blob(as_bytes(path))}, Expected::names},
                       {path, {}}, interrupt),
                   {path, {}});
}

Outcome<std::string> SftpClient::real_path(const std::string& path, const Interrupt& interrupt) {
  return only_name(ask({link_, message::RealPath{0, wire::Blob(as_bytes(path))}, Expected::names},
                       {path, {}}, interrupt),
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
  // Not every OpenSSH knows that no name means the user who is logged in.
  if (user.empty() && has(sftp::extension::kExpandPath)) return expand_path("~", interrupt);
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
