// Reads an open remote file in order, with many requests in flight and some ahead of what is
// wanted. The bytes of a request that lies within the caller's memory go straight there; what was
// read ahead waits in memory of its own.
#pragma once

#include <deque>
#include <memory>

#include "hawser/operations/sftp_request.h"

namespace hawser::operations {

enum class ReadAhead : std::uint8_t { none, as_it_goes };

class RemoteReader final : private sftp::Receiver {
 public:
  RemoteReader(std::shared_ptr<SftpLink> link, Bytes handle, ReadAhead ahead)
      : link_(std::move(link)), handle_(std::move(handle)), ahead_(ahead) {}

  enum class Progress : std::uint8_t { wanting, full, at_end };

  // Begins to fill `to`, which stays until the end or release(), with the file's bytes from `at`
  // on.
  void begin(std::uint64_t at, ByteSpan to);
  // Goes on with it; call it after news until it is full or the file ends. An error of the server's
  // comes after the bytes before it: see done().
  Result<Progress> advance();
  [[nodiscard]] std::size_t done() const { return done_; }
  // Gives the memory of begin() back before its end.
  void release();

  // A file that is read from one end to the other needs no memory of the caller's: what came stays
  // in the reader's, in order, until it is dropped.
  void stream(std::uint64_t at);
  // As advance(); full: front() has bytes.
  Result<Progress> advance_stream();
  // The next bytes, in one piece, until drop_front(). Only this reader's owner changes them.
  [[nodiscard]] ByteView front() const;
  void drop_front();

  // The file's size, so that no more requests than needed go beyond it; it may turn out larger.
  void hint_size(std::uint64_t size) { size_hint_ = size; }
  // Forgets what was read ahead.
  void reset();

  // What has been read ahead from `at` on and is there now, in one piece; empty: nothing.
  [[nodiscard]] ByteView buffered(std::uint64_t at) const;

  [[nodiscard]] const SftpRefusal& refusal() const { return refusal_; }

 private:
  enum class State : std::uint8_t { asked, whole, ended, refused };
  struct Memory {
    std::unique_ptr<std::uint8_t[]> bytes;
    std::size_t size = 0;
  };
  struct Range {
    std::uint64_t offset = 0;
    std::uint32_t size = 0;   // that was asked for
    std::uint32_t got = 0;    // that came
    std::uint32_t taken = 0;  // that read() gave away
    State state = State::asked;
    std::uint32_t largest = 0;  // piece that came, if not all came at once
    sftp::RequestId id;
    std::uint8_t* target = nullptr;  // in the caller's memory
    Memory own;
  };

  ByteSpan space_for(sftp::RequestId id, std::size_t size) override;
  void take(sftp::RequestId id, const sftp::Reply& reply) override;

  Memory memory_of(std::size_t size);
  void drop_first_range();
  void take_what_came();
  void take_from(Range& range);
  void bind();
  Status ask();
  [[nodiscard]] unsigned most_in_flight() const;
  Status ask_for(Range& range);
  [[nodiscard]] bool is_enough(const Range& range) const;
  Status ask_rest(Range& range, std::uint32_t got);
  [[nodiscard]] std::uint32_t next_size(std::uint64_t next) const;
  [[nodiscard]] std::uint64_t wanted_end() const { return at_ + to_.size(); }
  [[nodiscard]] Range* range_of(sftp::RequestId id);
  [[nodiscard]] std::uint64_t position() const {
    return ranges_.front().offset + ranges_.front().taken;
  }

  std::shared_ptr<SftpLink> link_;
  Bytes handle_;
  ReadAhead ahead_;
  bool is_streaming_ = false;
  std::deque<Range> ranges_;  // one after the other, without gaps
  Memory spare_;              // of the last range that was used up: still warm in the caches
  unsigned in_flight_ = 0;
  std::uint64_t at_ = 0;  // the read under way
  ByteSpan to_;
  std::size_t done_ = 0;
  std::optional<std::uint64_t> expected_;  // where a sequential read would go on
  std::size_t window_ = 0;                 // bytes to have asked for beyond what is wanted
  std::optional<std::uint64_t> size_hint_;
  std::uint32_t block_ = limits::kSftpBlockMost;  // this file's own limit, learned by short reads
  bool has_seen_end_ = false;                     // within ranges_
  unsigned empty_replies_ = 0;
  std::optional<Error> failure_;
  SftpRefusal refusal_;
};

}  // namespace hawser::operations
