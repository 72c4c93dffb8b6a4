// An open remote file as all operations on it share it: its position, what is read ahead, small
// writes not sent yet, and whose turn it is. The operations themselves stand in file_io.h.
#pragma once

#include "hawser/operations/remote_reader.h"
#include "hawser/operations/remote_writer.h"

namespace hawser::operations {

class RemoteFile {
 public:
  RemoteFile(std::shared_ptr<SftpLink> link, const Bytes& handle)
      : link_(std::move(link)),
        handle_(handle),
        reader_(link_, handle, ReadAhead::as_it_goes),
        writer_(link_, handle) {}

  [[nodiscard]] const std::shared_ptr<SftpLink>& link() const { return link_; }
  [[nodiscard]] const Bytes& handle() const { return handle_; }
  [[nodiscard]] RemoteReader& reader() { return reader_; }
  [[nodiscard]] RemoteWriter& writer() { return writer_; }

  [[nodiscard]] std::uint64_t position() const { return position_; }
  void set_position(std::uint64_t position) { position_ = position; }

  // Small writes that follow one another become one request. False: it has to be sent first.
  bool add_pending(std::uint64_t at, ByteView data);
  // True once the channel has taken what was pending.
  Result<bool> send_pending();

  // One operation at a time: the others wait for their turn.
  bool take_turn(const Operation& operation);
  void give_turn(const Operation& operation);

  [[nodiscard]] bool is_closed() const { return is_closed_; }
  void note_closed() { is_closed_ = true; }
  // Nobody has the file any more: what was written is sent, and its handle is closed, in the
  // background.
  void abandon(session::Session& session);

 private:
  static constexpr std::size_t kPending = 32 * 1024;

  std::shared_ptr<SftpLink> link_;
  Bytes handle_;
  RemoteReader reader_;
  RemoteWriter writer_;
  std::uint64_t position_ = 0;
  Bytes pending_;
  std::uint64_t pending_at_ = 0;
  bool is_sending_pending_ = false;
  const Operation* turn_ = nullptr;
  bool is_turn_wanted_ = false;
  bool is_closed_ = false;
};

}  // namespace hawser::operations
