// What the events of one channel leave behind for whoever uses it: data not read yet, replies not
// looked at yet, how it ended. Bounded by the channel's window, because the window is given back
// only for what was taken out, and by prepay()'s limit.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>

#include "hawser/base/byte_queue.h"
#include "hawser/session/session.h"

namespace hawser::operations {

// Where a channel's data goes if it shall not be parked: told as it comes, and it is consumed.
class DataTarget {
 public:
  virtual ~DataTarget() = default;
  virtual void take(connection::Stream stream, ByteView data) = 0;
  // How much it takes now. What is more is parked until direct_to() is called again.
  [[nodiscard]] virtual std::size_t room(connection::Stream /*stream*/) const { return SIZE_MAX; }
};

struct ChannelRefusal {
  std::uint32_t reason;
  std::string text;
};
using ChannelExit = std::variant<std::uint32_t, std::string>;  // status, or signal without SIG

class ChannelBox {
 public:
  explicit ChannelBox(connection::ChannelId id) : id_(id) {}

  [[nodiscard]] connection::ChannelId id() const { return id_; }

  // The events of this channel, as the session yields them.
  Status take(session::Session& session, const session::Event& event);

  // While set, data goes there at once, as far as it has room; what was parked before goes first.
  Status direct_to(session::Session& session, DataTarget* target);

  // Moves parked data out and gives its window back.
  Result<std::size_t> read(session::Session& session, connection::Stream stream, ByteSpan to);
  [[nodiscard]] std::size_t readable(connection::Stream stream) const {
    return parked(stream).size();
  }
  // Gives the window of all parked data back though nobody has read it, so that a command whose
  // output is to be read later can come to its end. output_unread if more than `most` is parked.
  Status prepay(session::Session& session, std::size_t most);

  [[nodiscard]] bool is_open() const { return is_open_; }
  [[nodiscard]] bool has_ended() const { return has_ended_ || is_closed_; }  // no more data comes
  [[nodiscard]] bool is_closed() const { return is_closed_; }                // by the server
  [[nodiscard]] const std::optional<ChannelRefusal>& refusal() const { return refusal_; }
  [[nodiscard]] const std::optional<ChannelExit>& exit() const { return exit_; }
  // Replies come in the order of the requests (RFC 4254 5.4). Whoever sends one that is answered
  // takes a ticket, and with it the reply once it is there; a ticket that is given up takes its
  // reply along, so that it is not mistaken for another's.
  // Of a channel that closed, that it began is told by what came of it: output, or how it ended.
  std::uint64_t take_ticket() { return ++tickets_; }
  std::optional<bool> take_reply(std::uint64_t ticket);
  void give_up(std::uint64_t ticket);

  // Counts every change, so that a waiter knows whether to look again.
  [[nodiscard]] std::uint64_t version() const { return version_; }
  // Makes whoever waits on this channel look again.
  void touch() { ++version_; }
  // Every change of this box counts as one of the other's, too: who waits there sees both.
  void tell(std::shared_ptr<ChannelBox> other) { other_ = std::move(other); }

 private:
  Status take_data(session::Session& session, const connection::ChannelBytes& bytes);
  Status give_back(session::Session& session, std::size_t size);
  ByteQueue& parked(connection::Stream stream) {
    return stream == connection::Stream::error ? error_ : standard_;
  }
  [[nodiscard]] const ByteQueue& parked(connection::Stream stream) const {
    return stream == connection::Stream::error ? error_ : standard_;
  }

  connection::ChannelId id_;
  ByteQueue standard_;
  ByteQueue error_;
  std::size_t prepaid_ = 0;  // bytes parked whose window was given back already
  DataTarget* target_ = nullptr;
  std::uint64_t tickets_ = 0;
  std::uint64_t replied_ = 0;              // the last ticket whose reply came
  std::map<std::uint64_t, bool> replies_;  // not taken yet; at most limits::kChannelRequestsPending
  std::set<std::uint64_t> given_up_;
  std::optional<ChannelRefusal> refusal_;
  std::optional<ChannelExit> exit_;
  std::uint64_t version_ = 0;
  std::shared_ptr<ChannelBox> other_;
  bool is_open_ = false;
  bool has_begun_ = false;
  bool has_ended_ = false;
  bool is_closed_ = false;
};

}  // namespace hawser::operations
