// One SFTP request and its reply.
#pragma once

#include <functional>

#include "hawser/operations/sftp_link.h"

namespace hawser::operations {

// A reply that outlives the packet it came in; filled as far as the request's kind has it.
struct SftpAnswer {
  struct Name {
    std::string name;
    std::string longname;
    sftp::Attributes attributes;
  };
  sftp::StatusCode code = sftp::StatusCode::ok;
  Bytes bytes;  // a handle, or the data of an extended reply
  sftp::Attributes attributes;
  std::vector<Name> names;
};

// Copies a reply out of its packet.
void keep(const sftp::Reply& reply, SftpAnswer& answer, SftpRefusal& refusal);

class SftpRequest final : public SftpOperation, private sftp::Receiver {
 public:
  // Makes the request; the views it was given live until the first advance().
  using Send = std::function<Result<sftp::RequestId>(sftp::Engine&, sftp::Receiver&)>;

  SftpRequest(std::shared_ptr<SftpLink> link, Send send)
      : SftpOperation(std::move(link)), send_(std::move(send)) {}

  // For a message with an id: sends it and expects that kind of reply.
  template <typename Message>
  SftpRequest(std::shared_ptr<SftpLink> link, Message message, sftp::Expected expected)
      : SftpRequest(std::move(link),
                    [message, expected](sftp::Engine& engine, sftp::Receiver& receiver) {
                      return engine.send(message, expected, receiver);
                    }) {}

  void cancel(session::Session& session, Inbox& inbox) override;

  // Once it is done. sftp_status: look at refusal(). EOF is an answer with that code.
  [[nodiscard]] SftpAnswer& answer() { return answer_; }
  [[nodiscard]] const SftpRefusal& refusal() const override { return refusal_; }

 private:
  Result<Want> step() override;
  void take(sftp::RequestId id, const sftp::Reply& reply) override;

  Send send_;
  bool is_sent_ = false;
  bool is_answered_ = false;
  SftpAnswer answer_;
  SftpRefusal refusal_;
};

}  // namespace hawser::operations
