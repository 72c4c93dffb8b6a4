// An open remote file as Python's io sees it: a position with bytes looked at ahead of it, lines,
// and writes at the end in append mode. It knows nothing of Python: every call runs without the
// GIL. Threads may share it; each call is one piece of work, undisturbed by the others.
#pragma once

#include <atomic>
#include <mutex>
#include <thread>

#include "hawser/client/sftp_file.h"

namespace hawser::python {

// What the mode of Python's open() says.
struct OpenMode {
  char kind = 'r';  // or w, a, x
  bool is_updating = false;

  [[nodiscard]] bool is_readable() const { return kind == 'r' || is_updating; }
  [[nodiscard]] bool is_writable() const { return kind != 'r' || is_updating; }
  [[nodiscard]] client::OpenFlags flags() const;
};

class FileCursor {
 public:
  using Interrupt = client::Interrupt;
  template <typename T>
  using Outcome = client::Outcome<T>;

  // Opens the file; in append mode the position is its end.
  static Outcome<std::unique_ptr<FileCursor>> open(client::SftpClient& client,
                                                   const std::string& path, OpenMode mode,
                                                   std::uint32_t permissions,
                                                   const Interrupt& interrupt);
  FileCursor(std::shared_ptr<client::SftpFile> file, OpenMode mode)
      : file_(std::move(file)), mode_(mode) {}

  // While it lives no other thread works on the file.
  class Turn {
   public:
    Turn(FileCursor& cursor, std::unique_lock<std::timed_mutex> lock);
    ~Turn();
    Turn(Turn&&) = default;
    Turn& operator=(Turn&&) = delete;

   private:
    FileCursor* cursor_;
    std::unique_lock<std::timed_mutex> lock_;
  };
  // For several calls in a row. file_closed if it is; wrong_state within another call of this
  // thread.
  Outcome<Turn> take_turn(const Interrupt& interrupt);

  // Fills `to`; fewer bytes only at the end of the file. After a failure the position is as it was.
  Outcome<std::size_t> read(ByteSpan to, const Interrupt& interrupt);
  Outcome<std::size_t> read(const Turn& turn, ByteSpan to, const Interrupt& interrupt);
  // Some bytes, at least one unless the file ends.
  Outcome<std::size_t> read_some(ByteSpan to, const Interrupt& interrupt);
  // Some bytes, which stay to be read.
  Outcome<Bytes> peek(const Interrupt& interrupt);
  // Up to and with the next newline, but at most `most` bytes.
  Outcome<Bytes> read_line(std::size_t most, const Interrupt& interrupt);
  // Calls `use(line)` and is true if a whole line is there and nobody works on the file: without
  // waiting for anything, so that it may be called with the GIL held.
  template <typename Use>
  bool take_line_at_hand(std::size_t most, Use&& use) {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock || is_closed_) return false;
    const ByteView line = line_in(ahead_left(), most);
    if (line.empty()) return false;
    use(line);
    taken_ += line.size();
    return true;
  }
  // How many bytes there are from the position on, as far as the server says.
  Outcome<std::uint64_t> left(const Turn& turn, const Interrupt& interrupt);

  Outcome<void> write(ByteView data, const Interrupt& interrupt);
  Outcome<std::uint64_t> truncate(std::optional<std::uint64_t> size, const Interrupt& interrupt);
  Outcome<void> flush(const Interrupt& interrupt);
  Outcome<void> sync(const Interrupt& interrupt);

  Outcome<std::size_t> read_at(std::uint64_t offset, ByteSpan to, const Interrupt& interrupt);
  Outcome<void> write_at(std::uint64_t offset, ByteView data, const Interrupt& interrupt);

  enum class Origin : std::uint8_t { start, position, end };
  // wrong_state if it would lie before the start.
  Outcome<std::uint64_t> seek(std::int64_t offset, Origin origin, const Interrupt& interrupt);
  Outcome<std::uint64_t> tell(const Interrupt& interrupt);

  Outcome<sftp::Attributes> stat(const Interrupt& interrupt);
  Outcome<void> set_attributes(const sftp::Attributes& attributes, const Interrupt& interrupt);
  Outcome<sftp::FileSystem> file_system(const Interrupt& interrupt);

  // It is closed whatever the outcome, unless it was interrupted while others worked on it. What
  // goes wrong matters only if something was written.
  Outcome<void> close(const Interrupt& interrupt);
  [[nodiscard]] bool is_closed() const { return is_closed_; }

  [[nodiscard]] OpenMode mode() const { return mode_; }
  [[nodiscard]] const std::shared_ptr<client::SftpFile>& file() const { return file_; }

 private:
  static ByteView line_in(ByteView bytes, std::size_t most);

  [[nodiscard]] ByteView ahead_left() const { return ByteView(ahead_).subspan(taken_); }
  [[nodiscard]] std::uint64_t position();
  void move_to(std::uint64_t position);
  Outcome<void> look_ahead(const Interrupt& interrupt);
  Outcome<std::uint64_t> size(const Interrupt& interrupt);
  Outcome<Bytes> gather_line(std::size_t most, const Interrupt& interrupt);

  std::shared_ptr<client::SftpFile> file_;
  OpenMode mode_;
  std::timed_mutex mutex_;
  std::atomic<std::thread::id> worker_;
  std::atomic<bool> is_closed_ = false;
  // Read already, but not by our caller: the file's own position is at the end of it.
  Bytes ahead_;
  std::size_t taken_ = 0;
  std::uint64_t ahead_at_ = 0;
  std::optional<std::uint64_t> end_;  // in append mode, while nobody else writes: the file's size
};

}  // namespace hawser::python
