// The SFTP client protocol as a value: requests go in, bytes come out; bytes go in, replies come
// out, in any order. It knows no channel and never waits. A server that breaks the protocol fails
// the engine for good: every later call returns that error.
#pragma once

#include <vector>

#include "hawser/sftp/extensions.h"
#include "hawser/sftp/messages.h"
#include "hawser/sftp/outgoing.h"
#include "hawser/sftp/packet_parser.h"
#include "hawser/sftp/reply.h"

namespace hawser::sftp {

// Which replies a request can have besides a status.
enum class Expected : std::uint8_t { status, handle, data, names, attributes, extended };

class Engine final : private PacketSink {
 public:
  // SSH_FXP_INIT is pending at once.
  Engine();

  // requests ------------------------------------------------------------------------------------
  [[nodiscard]] bool has_room() const { return !free_.empty(); }

  // The views in `message` are copied. wrong_state, and nothing changed, if there is no room.
  // Requires: the receiver lives until its reply came or forget() was called.
  template <typename Message>
  Result<RequestId> send(Message message, Expected expected, Receiver& receiver) {
    return send_with_body(message, {}, {expected, 0, &receiver});
  }
  // At most `size` bytes come.
  Result<RequestId> read(ByteView handle, std::uint64_t offset, std::uint32_t size,
                         Receiver& receiver);
  // `data` stays the receiver's until has_unsent_data(receiver) says no.
  Result<RequestId> write(ByteView handle, std::uint64_t offset, ByteView data, Receiver& receiver,
                          const void* owner);
  [[nodiscard]] bool has_unsent_data(const void* owner) const {
    return outgoing_.has_body_of(owner);
  }
  // The owner's memory is not looked at from here on: what is left of its data is copied.
  void keep_data_of(const void* owner) { outgoing_.keep_bodies_of(owner); }
  // Nobody is told of this receiver's replies any more; handles that come for it are closed.
  void forget(const Receiver& receiver);
  void close_handle(ByteView handle);
  // Makes a request whose reply nobody waits for. Without room it is not made.
  template <typename Message>
  void post(Message message, Expected expected) {
    (void)send_with_body(message, {}, {expected, 0, nullptr});
  }

  // bytes ---------------------------------------------------------------------------------------
  [[nodiscard]] Gather pending() const { return outgoing_.pending(); }
  void sent(std::size_t size) { outgoing_.sent(size); }
  [[nodiscard]] std::size_t unsent() const { return outgoing_.size(); }
  Status received(ByteView bytes) { return checked(parser_.take(bytes, *this)); }

  // facts ---------------------------------------------------------------------------------------
  // SSH_FXP_VERSION came.
  [[nodiscard]] bool is_ready() const { return is_ready_; }
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }
  // What the server sent instead of SFTP, escaped; empty if that is not what is wrong.
  [[nodiscard]] const std::string& greeting() const { return parser_.greeting(); }
  [[nodiscard]] const Extensions& extensions() const { return extensions_; }
  // Whether requests that nobody waits for any more are still to be answered: handles come by them
  // that are closed then, and go.
  [[nodiscard]] bool is_letting_go() const;
  [[nodiscard]] std::size_t in_flight() const { return slots_.size() - free_.size(); }

  // Larger packets than limits::kSftpPacket may come: limits@openssh.com said so.
  void allow_packets_of(std::size_t size) { parser_.allow(size); }

 private:
  struct Slot {
    Expected expected = Expected::status;
    std::uint32_t most = 0;        // bytes of data that were asked for
    Receiver* receiver = nullptr;  // nullptr: nobody listens any more
    std::uint32_t id = 0;
    bool is_out = false;
  };

  template <typename Message>
  Result<RequestId> send_with_body(Message& message, ByteView body, Slot slot,
                                   const void* owner = nullptr) {
    message.id = HAWSER_TRY(take_slot(slot));
    outgoing_.add(message, body, owner);
    return RequestId(message.id);
  }
  Result<std::uint32_t> take_slot(Slot slot);
  Result<Slot> release(std::uint32_t id);

  // PacketSink
  Result<ByteSpan> space_for(std::uint32_t id, std::size_t size) override;
  Status take_data(std::uint32_t id, std::size_t size) override;
  Status take_packet(ByteView packet) override;

  Status take_version(ByteView packet);
  Status take_status(ByteView packet);
  Status take_handle(ByteView packet);
  Status take_names(ByteView packet);
  Status take_attributes(ByteView packet);
  Status take_extended(ByteView packet);
  Status answer(std::uint32_t id, Expected kind, const Reply& reply);
  Status checked(Status status);

  PacketParser parser_;
  Outgoing outgoing_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  Extensions extensions_;
  std::optional<Error> failure_;
  bool is_ready_ = false;
  const Receiver* data_receiver_ = nullptr;  // whose memory the data of now goes to
  Bytes discarded_;
};

}  // namespace hawser::sftp
