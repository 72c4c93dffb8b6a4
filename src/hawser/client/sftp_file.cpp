#include "hawser/client/sftp_file.h"

#include <iterator>

#include "hawser/operations/file_io.h"

namespace hawser::client {

namespace {

using operations::SftpAnswer;
using operations::SftpRequest;
using sftp::Expected;
namespace message = sftp::message;

}  // namespace

SftpFile::SftpFile(std::shared_ptr<SftpClient> client, std::shared_ptr<operations::RemoteFile> file,
                   std::string path)
    : client_(std::move(client)), file_(std::move(file)), path_(std::move(path)) {}

SftpFile::~SftpFile() {
  client_->connection()->driver().when_free(
      [file = std::move(file_)](session::Session& session, operations::Inbox&) {
        file->abandon(session);
      });
}

Outcome<void> SftpFile::perform(operations::FileOperation& operation, const Interrupt& interrupt) {
  return client_->perform(operation, no_world(), {path_, {}}, interrupt);
}

// Servers open directories as if they were files, and refuse to read them without saying why.
Outcome<std::size_t> SftpFile::perform(operations::ReadFile& read, const Interrupt& interrupt) {
  auto outcome = perform(static_cast<operations::FileOperation&>(read), interrupt);
  if (outcome) return read.size();
  Failure failure = std::move(outcome).error();
  if (failure.error.code == Errc::sftp_status) {
    const auto found = stat(interrupt);
    if (found) SftpClient::explain_by(failure, *found, SftpClient::Suspect::is_a_directory);
  }
  return std::unexpected(std::move(failure));
}

// bytes -------------------------------------------------------------------------------------------

Outcome<std::size_t> SftpFile::read(ByteSpan to, const Interrupt& interrupt) {
  operations::ReadFile read(file_, to);
  return perform(read, interrupt);
}

Outcome<std::size_t> SftpFile::read_at(std::uint64_t offset, ByteSpan to,
                                       const Interrupt& interrupt) {
  operations::ReadFile read(file_, to, offset);
  return perform(read, interrupt);
}

Bytes SftpFile::buffered(std::size_t most) {
  return client_->connection()->driver().with_session([&](session::Session&, operations::Inbox&) {
    const ByteView there = file_->reader().buffered(file_->position());
    return to_bytes(there.first(std::min(most, there.size())));
  });
}

Outcome<void> SftpFile::write(ByteView data, const Interrupt& interrupt) {
  operations::WriteFile write(file_, data);
  return perform(write, interrupt);
}

Outcome<void> SftpFile::write_at(std::uint64_t offset, ByteView data, const Interrupt& interrupt) {
  operations::WriteFile write(file_, data, offset);
  return perform(write, interrupt);
}

Outcome<void> SftpFile::flush(const Interrupt& interrupt) {
  operations::FlushFile flush(file_);
  return perform(flush, interrupt);
}

Outcome<void> SftpFile::close(const Interrupt& interrupt) {
  if (is_closed()) return {};
  operations::CloseFile close(file_);
  return perform(close, interrupt);
}

std::uint64_t SftpFile::position() {
  return client_->connection()->driver().with_session(
      [this](session::Session&, operations::Inbox&) { return file_->position(); });
}

void SftpFile::set_position(std::uint64_t position) {
  client_->connection()->driver().with_session([&](session::Session&, operations::Inbox&) {
    file_->set_position(position);
    return true;
  });
}

void SftpFile::hint_size(std::uint64_t size) {
  client_->connection()->driver().with_session([&](session::Session&, operations::Inbox&) {
    file_->reader().hint_size(size);
    return true;
  });
}

bool SftpFile::is_closed() {
  return client_->connection()->driver().with_session(
      [this](session::Session&, operations::Inbox&) { return file_->is_closed(); });
}

// the file behind the handle ----------------------------------------------------------------------

Outcome<SftpAnswer> SftpFile::ask(SftpRequest& request, const Interrupt& interrupt) {
  HAWSER_TRY_OUTCOME(flush(interrupt));
  HAWSER_TRY_OUTCOME(client_->perform(request, no_world(), {path_, {}}, interrupt));
  return std::move(request.answer());
}

Outcome<void> SftpFile::sync(const Interrupt& interrupt) {
  return client_->sync(*this, interrupt);
}

Outcome<sftp::Attributes> SftpFile::stat(const Interrupt& interrupt) {
  SftpRequest request(file_->link(), message::FileStat{0, wire::Blob(file_->handle())},
                      Expected::attributes);
  return HAWSER_TRY_OUTCOME(ask(request, interrupt)).attributes;
}

Outcome<void> SftpFile::set_attributes(const sftp::Attributes& attributes,
                                       const Interrupt& interrupt) {
  const Bytes encoded = sftp::encode_attributes(attributes);
  SftpRequest request(file_->link(),
                      message::FileSetStat{0, wire::Blob(file_->handle()), wire::Rest{encoded}},
                      Expected::status);
  HAWSER_TRY_OUTCOME(ask(request, interrupt));
  // A file that was cut or grew reads otherwise than what was read ahead.
  if (attributes.size) {
    client_->connection()->driver().with_session([this](session::Session&, operations::Inbox&) {
      file_->reader().reset();
      return true;
    });
  }
  return {};
}

Outcome<sftp::FileSystem> SftpFile::file_system(const Interrupt& interrupt) {
  HAWSER_TRY_OUTCOME(flush(interrupt));
  return client_->file_system_of(*this, interrupt);
}

// directories -------------------------------------------------------------------------------------

SftpDirectory::SftpDirectory(std::shared_ptr<SftpClient> client,
                             std::shared_ptr<operations::RemoteDirectory> directory,
                             std::string path)
    : client_(std::move(client)), directory_(std::move(directory)), path_(std::move(path)) {}

SftpDirectory::~SftpDirectory() {
  client_->connection()->driver().when_free(
      [directory = std::move(directory_)](session::Session& session, operations::Inbox&) {
        directory->abandon(session);
      });
}

Outcome<std::optional<SftpAnswer::Name>> SftpDirectory::next(const Interrupt& interrupt) {
  if (auto ready = try_next()) return ready;
  operations::ReadDirectory read(directory_);
  auto outcome = client_->perform(read, no_world(), {path_, {}}, interrupt);
  if (outcome) {
    auto& came = read.entries();
    if (came.empty()) return std::nullopt;
    auto entry = std::move(came.front());
    came.pop_front();
    const std::scoped_lock lock(mutex_);
    if (!is_closed_) std::move(came.begin(), came.end(), std::back_inserter(ready_));
    return entry;
  }
  // Some servers open whatever they are asked for.
  Failure failure = std::move(outcome).error();
  client_->explain_by(failure, path_, SftpClient::Suspect::not_a_directory, interrupt,
                      Links::follow);
  return std::unexpected(std::move(failure));
}

std::optional<SftpAnswer::Name> SftpDirectory::try_next() {
  const std::scoped_lock lock(mutex_);
  if (ready_.empty()) return std::nullopt;
  auto entry = std::move(ready_.front());
  ready_.pop_front();
  return entry;
}

void SftpDirectory::close() {
  {
    const std::scoped_lock lock(mutex_);
    is_closed_ = true;
    ready_.clear();
  }
  release();
}

void SftpDirectory::release() {
  client_->connection()->driver().with_session(
      [this](session::Session& session, operations::Inbox&) {
        directory_->abandon(session);
        return true;
      });
}

bool SftpDirectory::is_closed() {
  return client_->connection()->driver().with_session(
      [this](session::Session&, operations::Inbox&) { return directory_->is_closed(); });
}

}  // namespace hawser::client
