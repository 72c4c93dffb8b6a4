// One SFTP channel as all operations on it share it: the engine, what its channel brings and takes,
// and what is known of the server.
#pragma once

#include "hawser/operations/operation.h"
#include "hawser/operations/sftp_branches.h"
#include "hawser/sftp/engine.h"

namespace hawser::operations {

class SftpLink final : private DataTarget {
 public:
  // `server` is the name of a subsystem; with a slash in it, a command.
  explicit SftpLink(std::shared_ptr<ChannelBox> box, std::string server = "sftp")
      : box_(std::move(box)), server_(std::move(server)) {}

  // From here on the channel's data is SFTP. Until detach(), which must come before the end.
  Status attach(session::Session& session) { return box_->direct_to(session, this); }
  // Asks for what is to speak SFTP at the other end.
  Status start_server(session::Session& session);
  // Both for a channel that is open only: the refusal breaks the link.
  Status begin(session::Session& session);
  // Gives the channel and the branches up: nothing comes any more, and it is closed. Operations
  // under way end with Errc::closed at their next look, whether the server answers or not.
  void detach(session::Session& session);

  [[nodiscard]] sftp::Engine& engine() { return engine_; }
  [[nodiscard]] const sftp::Engine& engine() const { return engine_; }
  [[nodiscard]] const ChannelBox& box() const { return *box_; }
  [[nodiscard]] const std::shared_ptr<ChannelBox>& shared_box() const { return box_; }
  [[nodiscard]] const std::string& server() const { return server_; }
  [[nodiscard]] SftpBranches& branches() { return branches_; }
  // Makes every operation on this link look again.
  void touch() { box_->touch(); }

  // Sends what is pending as far as the channel takes it, and looks whether the link still stands:
  // the engine's failure, sftp_ended once the server closed the channel, closed once we did.
  Status flush(session::Session& session);
  // Whether it stood at the last look.
  [[nodiscard]] bool stands() const;
  // Whether it was the server's window that kept flush() from sending more.
  [[nodiscard]] bool is_shut() const { return is_shut_; }

  // The time, and the shortest round trip of the path that was seen, for machines that have no
  // session to ask.
  struct Clock {
    Instant now;
    Duration round_trip = Duration::max();  // not known
  };
  [[nodiscard]] const Clock& clock() const { return clock_; }
  void set_clock(Instant now, Duration round_trip_of_session);
  // A request that is alone tells the round trip. Call it when requests may have been made, with
  // how many were in flight when set_clock() was called.
  void time_request(std::size_t in_flight_before);
  // How many bytes to have asked for at once: what the channel's window lets through, which grows
  // with the path, and what it may grow by.
  [[nodiscard]] std::size_t read_ahead() const { return read_ahead_; }
  void set_receive_window(std::uint32_t size);
  // So near that a few requests at once are as fast as many.
  [[nodiscard]] bool is_near() const { return clock_.round_trip < kNear; }
  // Why it broke, for people, escaped; empty if there is no more to say than the error.
  [[nodiscard]] std::string complaint() const;

  void learn(const sftp::Limits& limits);
  [[nodiscard]] const sftp::Limits& limits() const { return limits_; }
  // The most bytes to ask for, or to send, in one request.
  [[nodiscard]] std::uint32_t read_block() const { return read_block_; }
  [[nodiscard]] std::uint32_t write_block() const { return write_block_; }

 private:
  // Within a machine or a house; a disk's time to answer is of that size.
  static constexpr Duration kNear = std::chrono::milliseconds(2);

  void take(connection::Stream stream, ByteView data) override;  // DataTarget

  std::shared_ptr<ChannelBox> box_;
  std::string server_;
  sftp::Engine engine_;
  sftp::Limits limits_;
  std::uint32_t read_block_ = hawser::limits::kSftpBlock;
  std::uint32_t write_block_ = hawser::limits::kSftpBlock;
  SftpBranches branches_;
  Clock clock_;
  std::size_t read_ahead_ = hawser::limits::kSftpReadAhead;
  std::optional<Instant> lone_request_;  // when it was made
  std::optional<std::uint64_t> ticket_;  // of the subsystem's request
  bool is_refused_ = false;
  bool is_shut_ = false;
  bool is_detached_ = false;
  Bytes error_output_;  // the end of what the server process said on stderr
};

// Why the server refused, as it said it.
struct SftpRefusal {
  sftp::StatusCode code = sftp::StatusCode::ok;
  std::string text;  // escaped
};

// What all operations on a link have in common.
class SftpOperation : public Operation {
 public:
  explicit SftpOperation(std::shared_ptr<SftpLink> link) : link_(std::move(link)) {}

  Result<Want> advance(session::Session& session, Inbox& inbox) final;
  [[nodiscard]] const ChannelBox* channel() const final { return &link_->box(); }
  // Of an operation that ended with sftp_status.
  [[nodiscard]] virtual const SftpRefusal& refusal() const = 0;

 protected:
  // Makes requests and looks what came. What it queued is sent after it; once all of that is sent,
  // it is called again.
  virtual Result<Want> step() = 0;
  [[nodiscard]] SftpLink& link() { return *link_; }

 private:
  std::shared_ptr<SftpLink> link_;
};

}  // namespace hawser::operations
