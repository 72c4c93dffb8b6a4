// Reading, writing, flushing and closing an open remote file, each as one operation. They take
// turns: any number of threads may use one file.
#pragma once

#include "hawser/operations/remote_file.h"

namespace hawser::operations {

class FileOperation : public SftpOperation {
 public:
  explicit FileOperation(std::shared_ptr<RemoteFile> file)
      : SftpOperation(file->link()), file_(std::move(file)) {}
  void cancel(session::Session& session, Inbox& inbox) override;

  [[nodiscard]] const SftpRefusal& refusal() const override { return file_->writer().refusal(); }

 protected:
  virtual Result<Want> work() = 0;
  [[nodiscard]] RemoteFile& file() { return *file_; }
  [[nodiscard]] const RemoteFile& file() const { return *file_; }

 private:
  Result<Want> step() final;

  std::shared_ptr<RemoteFile> file_;
};

// Where an operation works: at the file's position, which moves along, or at a place of its own.
using Place = std::optional<std::uint64_t>;

class ReadFile final : public FileOperation {
 public:
  // `to` outlives the operation.
  ReadFile(std::shared_ptr<RemoteFile> file, ByteSpan to, Place place = std::nullopt);
  void cancel(session::Session& session, Inbox& inbox) override;
  [[nodiscard]] std::size_t size() const { return reader_->done(); }  // less only at the end
  [[nodiscard]] const SftpRefusal& refusal() const override;

 private:
  enum class Stage : std::uint8_t { sending, draining, reading };
  Result<Want> work() override;

  ByteSpan to_;
  Place place_;
  std::optional<RemoteReader> own_reader_;  // for a place of its own: what is read ahead stays
  RemoteReader* reader_;
  Stage stage_ = Stage::sending;
};

class WriteFile final : public FileOperation {
 public:
  // `data` outlives the operation.
  WriteFile(std::shared_ptr<RemoteFile> file, ByteView data, Place place = std::nullopt)
      : FileOperation(std::move(file)), data_(data), place_(place) {}
  void cancel(session::Session& session, Inbox& inbox) override;

 private:
  Result<Want> work() override;
  void note_written();

  ByteView data_;
  Place place_;
  std::uint64_t at_ = 0;
  bool has_begun_ = false;  // looking at where it goes
  bool is_direct_ = false;  // past what was pending
};

// Until the server has acknowledged all that was written.
class FlushFile final : public FileOperation {
 public:
  using FileOperation::FileOperation;

 private:
  Result<Want> work() override;
};

// The handle is closed even if a write before failed: that failure is then the result.
class CloseFile final : public FileOperation, private sftp::Receiver {
 public:
  using FileOperation::FileOperation;
  void cancel(session::Session& session, Inbox& inbox) override;
  [[nodiscard]] const SftpRefusal& refusal() const override;

 private:
  Result<Want> work() override;
  void take(sftp::RequestId id, const sftp::Reply& reply) override;
  void note(const Status& status);

  bool is_asked_ = false;
  bool is_answered_ = false;
  std::optional<Error> failure_;  // the first
  SftpRefusal own_refusal_;
  bool is_own_ = false;  // the failure is that of the close itself
};

}  // namespace hawser::operations
