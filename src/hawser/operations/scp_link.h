// A remote scp as both directions use it: the command on a channel of its own, what it says, and
// its end. What it says is kept in bounded memory; the rest waits in the channel's window.
#pragma once

#include "hawser/operations/open_channel.h"

namespace hawser::operations {

class ScpLink final : private DataTarget {
 public:
  // How much it keeps of what was said: replies only, or files.
  static constexpr std::size_t kReplies = 16 * 1024;
  static constexpr std::size_t kFiles = 256 * 1024;

  ScpLink(std::string command, std::size_t capacity);

  // Opens the channel and starts the command: to be called first in each step. nullopt: the
  // conversation may go on.
  Result<std::optional<Want>> proceed(session::Session& session, Inbox& inbox);
  void cancel(session::Session& session, Inbox& inbox);
  [[nodiscard]] const ChannelBox* channel() const { return open_.channel(); }

  // What was said and not dropped. It stays where it is until drop(), whatever comes meanwhile.
  [[nodiscard]] ByteView said() const {
    return ByteView(buffer_.get(), capacity_).subspan(begin_, end_ - begin_);
  }
  // Lets more come where all is dropped. Requires: size <= said().size().
  Status drop(session::Session& session, std::size_t size);
  // What a ScpSink or a ScpSource makes of what was said; nothing: more is to be awaited. What it
  // says on the way is sent.
  template <typename Machine>
  auto next(session::Session& session, Machine& machine)
      -> decltype(machine.take(std::declval<ByteView&>())) {
    for (;;) {
      ByteView rest = said();
      const std::size_t size = rest.size();
      auto taken = HAWSER_TRY(machine.take(rest));
      HAWSER_TRY(drop(session, size - rest.size()));
      if (taken) return taken;
      HAWSER_TRY(send(session, machine.output()));
      if (said().empty()) return taken;
    }
  }
  // From here on what is said fills `to` first, which outlives that; unfilled() is left of it.
  void fill(ByteSpan to);
  [[nodiscard]] std::size_t unfilled() const { return to_fill_.size(); }

  // Sends what goes and takes it off the front; true once nothing is left.
  Result<bool> send(session::Session& session, std::string& output);
  Result<std::size_t> send_data(session::Session& session, ByteView data);
  // Nothing more is sent.
  Status send_end(session::Session& session);
  // Done once it is known how the command ended, whatever it says until then.
  Result<Want> await_end(session::Session& session);

  // Everything was said and dropped.
  [[nodiscard]] bool has_ended() const;
  [[nodiscard]] bool is_closed() const { return open_.box()->is_closed(); }
  // What to wait for when nothing is said: more, or after its end how the command ended; scp_ended
  // once that is known, too.
  [[nodiscard]] Result<Want> await_more() const;

  [[nodiscard]] std::optional<ChannelExit> exit() const {
    return open_.box() ? open_.box()->exit() : std::nullopt;
  }
  [[nodiscard]] const std::optional<ChannelRefusal>& refusal() const {
    return open_.box()->refusal();
  }
  // The end of what the command said on stderr, escaped.
  [[nodiscard]] std::string error_output() const;

 private:
  void take(connection::Stream stream, ByteView data) override;  // DataTarget
  [[nodiscard]] std::size_t room(connection::Stream stream) const override;
  void keep_error_output(ByteView data);

  std::string command_;
  OpenChannel open_;
  bool is_started_ = false;
  std::optional<std::uint64_t> ticket_;  // of the request to start it, until it is answered
  bool has_sent_end_ = false;
  std::size_t capacity_;
  std::unique_ptr<std::uint8_t[]> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  ByteSpan to_fill_;
  Bytes error_output_;
};

}  // namespace hawser::operations
