// An open remote directory: its entries in the server's order, the next batch asked for while one
// is looked at.
#pragma once

#include <deque>

#include "hawser/operations/sftp_request.h"

namespace hawser::operations {

class RemoteDirectory final : private sftp::Receiver {
 public:
  RemoteDirectory(std::shared_ptr<SftpLink> link, Bytes handle)
      : link_(std::move(link)), handle_(std::move(handle)) {}

  [[nodiscard]] const std::shared_ptr<SftpLink>& link() const { return link_; }
  [[nodiscard]] const Bytes& handle() const { return handle_; }
  [[nodiscard]] const SftpRefusal& refusal() const { return refusal_; }

  // Whether there is an entry, or surely none any more; false: not yet.
  Result<bool> is_ready();
  // Requires: is_ready(). nullopt at the end, again and again.
  std::optional<SftpAnswer::Name> next();

  [[nodiscard]] bool is_closed() const { return is_closed_; }
  void close();
  void abandon(session::Session& session);  // the same, and sends it

 private:
  void take(sftp::RequestId id, const sftp::Reply& reply) override;

  std::shared_ptr<SftpLink> link_;
  Bytes handle_;
  std::deque<SftpAnswer::Name> entries_;
  bool is_asked_ = false;
  bool has_ended_ = false;
  bool is_closed_ = false;
  std::optional<Error> failure_;
  SftpRefusal refusal_;
};

class ReadDirectory final : public SftpOperation {
 public:
  explicit ReadDirectory(std::shared_ptr<RemoteDirectory> directory)
      : SftpOperation(directory->link()), directory_(std::move(directory)) {}

  // Once it is done; nullopt: there are no more.
  [[nodiscard]] std::optional<SftpAnswer::Name>& entry() { return entry_; }
  [[nodiscard]] const SftpRefusal& refusal() const override { return directory_->refusal(); }

 private:
  Result<Want> step() override;

  std::shared_ptr<RemoteDirectory> directory_;
  std::optional<SftpAnswer::Name> entry_;
};

}  // namespace hawser::operations
