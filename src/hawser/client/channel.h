// A channel of a connection for C++ programs: what runs on it, its bytes, its end. It keeps its
// connection alive; dropping it says CLOSE without waiting for anything.
#pragma once

#include <atomic>

#include "hawser/client/connection.h"
#include "hawser/operations/channel_io.h"

namespace hawser::client {

class Channel {
 public:
  Channel(std::shared_ptr<Connection> connection, std::shared_ptr<operations::ChannelBox> box);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // `what` names the request in a failure, e.g. "the subsystem sftp".
  Outcome<void> request(const connection::ChannelRequest& request, std::string_view what,
                        const Interrupt& interrupt = {});

  // Some bytes as soon as there are some; 0 at the end of the stream.
  Outcome<std::size_t> read(connection::Stream stream, ByteSpan to,
                            const Interrupt& interrupt = {});
  // Some (at least one byte) or all of it; how many were taken.
  Outcome<std::size_t> write(ByteView data, operations::WriteAmount amount,
                             const Interrupt& interrupt = {});
  Outcome<void> send_eof();

  // Waits until the server has closed the channel. Output can be read before, meanwhile or after.
  Outcome<void> wait(std::optional<Duration> timeout, const Interrupt& interrupt = {});
  void close();

  [[nodiscard]] std::optional<operations::ChannelExit> exit() const;
  [[nodiscard]] bool has_ended() const;
  [[nodiscard]] bool is_closed() const;
  // For who drops it: whether that ends what is open. Asked without waiting; false if that is not
  // to be known.
  [[nodiscard]] bool is_left_open() const;
  [[nodiscard]] std::size_t readable(connection::Stream stream) const;
  [[nodiscard]] std::uint32_t id() const { return box_->id().value(); }

  [[nodiscard]] std::optional<Duration> timeout() const;
  void set_timeout(std::optional<Duration> timeout);

  [[nodiscard]] const std::shared_ptr<Connection>& connection() const { return connection_; }
  [[nodiscard]] const std::shared_ptr<operations::ChannelBox>& box() const { return box_; }

 private:
  [[nodiscard]] WaitLimits limits(const Interrupt& interrupt) const;
  [[nodiscard]] Outcome<void> usable() const;

  std::shared_ptr<Connection> connection_;
  std::shared_ptr<operations::ChannelBox> box_;
  std::atomic<bool> is_closed_by_us_ = false;
  mutable std::mutex mutex_;  // for timeout_
  std::optional<Duration> timeout_;
};

// Fills in what the server said when it refused to open a channel.
void explain_refusal(Failure& failure, const operations::ChannelRefusal& refusal);

}  // namespace hawser::client
