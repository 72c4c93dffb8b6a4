// An open remote directory: its entries in the server's order, the next batches asked for while one
// is looked at. Several requests are in flight for it where the server is known to stand that.
#pragma once

#include <deque>

#include "hawser/operations/sftp_request.h"

namespace hawser::operations {

class RemoteDirectory final : private sftp::Receiver {
 public:
  RemoteDirectory(std::shared_ptr<SftpLink> link, Bytes handle);

  [[nodiscard]] const std::shared_ptr<SftpLink>& link() const { return link_; }
  [[nodiscard]] const Bytes& handle() const { return handle_; }
  [[nodiscard]] const SftpRefusal& refusal() const { return refusal_; }

  // Whether there is an entry, or surely none any more; false: not yet.
  Result<bool> is_ready();
  // Requires, for both: is_ready(). nullopt at the end, again and again.
  std::optional<SftpAnswer::Name> next();
  // All that are there; none at the end.
  std::deque<SftpAnswer::Name> take();

  [[nodiscard]] bool is_closed() const { return is_closed_; }
  void close();
  void abandon(session::Session& session);  // the same, and sends it

 private:
  struct Batch {
    sftp::RequestId id;
    bool is_answered = false;
    std::vector<SftpAnswer::Name> names;
  };
  void take(sftp::RequestId id, const sftp::Reply& reply) override;
  Status ask();
  void take_batches();

  std::shared_ptr<SftpLink> link_;
  Bytes handle_;
  std::deque<SftpAnswer::Name> entries_;
  std::deque<Batch> asked_;  // in the order of the requests
  std::size_t depth_;        // requests at once
  std::size_t depth_most_;
  bool has_ended_ = false;
  bool is_closed_ = false;
  std::optional<Error> failure_;
  SftpRefusal refusal_;
};

class ReadDirectory final : public SftpOperation {
 public:
  explicit ReadDirectory(std::shared_ptr<RemoteDirectory> directory)
      : SftpOperation(directory->link()), directory_(std::move(directory)) {}

  // Once it is done, all that came; none: there are no more.
  [[nodiscard]] std::deque<SftpAnswer::Name>& entries() { return entries_; }
  [[nodiscard]] const SftpRefusal& refusal() const override { return directory_->refusal(); }

 private:
  Result<Want> step() override;

  std::shared_ptr<RemoteDirectory> directory_;
  std::deque<SftpAnswer::Name> entries_;
};

}  // namespace hawser::operations
