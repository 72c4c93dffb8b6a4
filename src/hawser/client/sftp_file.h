// An open remote file and an open remote directory for C++ programs. Dropping one closes its handle
// in the background: call close() to learn whether all that was written arrived.
#pragma once

#include <deque>
#include <mutex>

#include "hawser/client/sftp_client.h"
#include "hawser/operations/remote_directory.h"

namespace hawser::operations {
class FileOperation;
class ReadFile;
}  // namespace hawser::operations

namespace hawser::client {

class SftpFile {
 public:
  SftpFile(std::shared_ptr<SftpClient> client, std::shared_ptr<operations::RemoteFile> file,
           std::string path);
  ~SftpFile();
  SftpFile(const SftpFile&) = delete;
  SftpFile& operator=(const SftpFile&) = delete;

  // Fills `to` from the position on, which moves along; fewer bytes only at the end of the file.
  Outcome<std::size_t> read(ByteSpan to, const Interrupt& interrupt = {});
  Outcome<std::size_t> read_at(std::uint64_t offset, ByteSpan to, const Interrupt& interrupt = {});
  // What is there without asking, up to `most` bytes; empty: nothing. The position stays.
  Bytes buffered(std::size_t most);
  // Takes all of `data`; a refusal may be told by a later call, at the latest by close().
  Outcome<void> write(ByteView data, const Interrupt& interrupt = {});
  Outcome<void> write_at(std::uint64_t offset, ByteView data, const Interrupt& interrupt = {});
  // Until the server has acknowledged all that was written.
  Outcome<void> flush(const Interrupt& interrupt = {});
  // flush(), then fsync@openssh.com.
  Outcome<void> sync(const Interrupt& interrupt = {});
  Outcome<void> close(const Interrupt& interrupt = {});

  [[nodiscard]] std::uint64_t position();
  void set_position(std::uint64_t position);

  // Each after flush().
  Outcome<sftp::Attributes> stat(const Interrupt& interrupt = {});
  Outcome<void> set_attributes(const sftp::Attributes& attributes, const Interrupt& interrupt = {});
  Outcome<sftp::FileSystem> file_system(const Interrupt& interrupt = {});

  // The size that stat() gave, so that reads ask for no more than that.
  void hint_size(std::uint64_t size);

  [[nodiscard]] bool is_closed();
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::shared_ptr<SftpClient>& client() const { return client_; }
  [[nodiscard]] const std::shared_ptr<operations::RemoteFile>& file() const { return file_; }

 private:
  Outcome<void> perform(operations::FileOperation& operation, const Interrupt& interrupt);
  Outcome<std::size_t> perform(operations::ReadFile& read, const Interrupt& interrupt);
  Outcome<operations::SftpAnswer> ask(operations::SftpRequest& request, const Interrupt& interrupt);

  std::shared_ptr<SftpClient> client_;
  std::shared_ptr<operations::RemoteFile> file_;
  std::string path_;
};

class SftpDirectory {
 public:
  SftpDirectory(std::shared_ptr<SftpClient> client,
                std::shared_ptr<operations::RemoteDirectory> directory, std::string path);
  ~SftpDirectory();
  SftpDirectory(const SftpDirectory&) = delete;
  SftpDirectory& operator=(const SftpDirectory&) = delete;

  // In the server's order, "." and ".." as it gives them; nullopt at the end, again and again.
  Outcome<std::optional<operations::SftpAnswer::Name>> next(const Interrupt& interrupt = {});
  // The same if it needs no waiting; nullopt: call next().
  std::optional<operations::SftpAnswer::Name> try_next();
  // Gives up the server's handle only: what came already still comes out, to whoever asks.
  void release();
  void close();
  [[nodiscard]] bool is_closed();
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::shared_ptr<SftpClient>& client() const { return client_; }

 private:
  std::shared_ptr<SftpClient> client_;
  std::shared_ptr<operations::RemoteDirectory> directory_;
  std::string path_;
  std::mutex mutex_;  // of what follows; nothing else is locked with it
  std::deque<operations::SftpAnswer::Name> ready_;  // came together with one that was wanted
  bool is_closed_ = false;
};

}  // namespace hawser::client
