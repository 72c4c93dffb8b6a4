#include "file_cursor.h"

#include <algorithm>

namespace hawser::python {

namespace {

using client::Failure;
using client::Interrupt;
using client::OpenFlag;
using client::OpenFlags;
using client::Outcome;

constexpr std::size_t kAhead = 32 * 1024;
constexpr auto kLook = std::chrono::milliseconds(50);  // between looks for a signal

std::unexpected<Failure> failure(Errc code, const char* where, const char* text = "") {
  Failure made = client::explain(Error{code, 0, where}, Report{});
  if (*text != '\0') made.text = text;
  return std::unexpected(std::move(made));
}

}  // namespace

OpenFlags OpenMode::flags() const {
  OpenFlags flags;
  if (is_readable()) flags = flags | OpenFlag::read;
  if (is_writable()) flags = flags | OpenFlag::write;
  switch (kind) {
    case 'w':
      return flags | OpenFlag::create | OpenFlag::truncate;
    case 'a':
      return flags | OpenFlag::create | OpenFlag::append;
    case 'x':
      return flags | OpenFlag::create | OpenFlag::exclusive;
    default:
      return flags;
  }
}

Outcome<std::unique_ptr<FileCursor>> FileCursor::open(client::SftpClient& client,
                                                      const std::string& path, OpenMode mode,
                                                      std::uint32_t permissions,
                                                      const Interrupt& interrupt) {
  std::optional<std::uint32_t> on_creation;
  if (mode.kind != 'r') on_creation = permissions;
  auto file = HAWSER_TRY_OUTCOME(client.open_file(path, mode.flags(), on_creation, interrupt));
  auto cursor = std::make_unique<FileCursor>(std::move(file), mode);
  if (mode.kind == 'a') HAWSER_TRY_OUTCOME(cursor->seek(0, Origin::end, interrupt));
  return cursor;
}

// turns -------------------------------------------------------------------------------------------

FileCursor::Turn::Turn(FileCursor& cursor, std::unique_lock<std::timed_mutex> lock)
    : cursor_(&cursor), lock_(std::move(lock)) {
  cursor_->worker_ = std::this_thread::get_id();
}

FileCursor::Turn::~Turn() {
  if (lock_) cursor_->worker_ = std::thread::id();
}

Outcome<FileCursor::Turn> FileCursor::take_turn(const Interrupt& interrupt) {
  // A signal's handler, or a finalizer, that runs in the middle of this thread's own call.
  if (worker_ == std::this_thread::get_id()) {
    return failure(Errc::wrong_state, "file", "a call on the file within another one");
  }
  std::unique_lock lock(mutex_, std::defer_lock);
  while (!lock.try_lock_for(kLook)) {
    if (interrupt && interrupt()) return failure(Errc::cancelled, "file");
  }
  if (is_closed_) return failure(Errc::file_closed, "file");
  return Turn(*this, std::move(lock));
}

// the position ------------------------------------------------------------------------------------

std::uint64_t FileCursor::position() {
  return ahead_left().empty() ? file_->position() : ahead_at_ + taken_;
}

// What was looked at ahead is kept as long as it is the file's content there.
void FileCursor::move_to(std::uint64_t position) {
  const bool is_within =
      !ahead_.empty() && position >= ahead_at_ && position < ahead_at_ + ahead_.size();
  if (is_within) {
    taken_ = static_cast<std::size_t>(position - ahead_at_);
    file_->set_position(ahead_at_ + ahead_.size());
    return;
  }
  ahead_.clear();
  taken_ = 0;
  file_->set_position(position);
}

Outcome<std::uint64_t> FileCursor::size(const Interrupt& interrupt) {
  const auto attributes = HAWSER_TRY_OUTCOME(file_->stat(interrupt));
  if (!attributes.size) {
    return failure(Errc::sftp_protocol, "stat", "the server does not tell the size of the file");
  }
  return *attributes.size;
}

Outcome<std::uint64_t> FileCursor::seek(std::int64_t offset, Origin origin,
                                        const Interrupt& interrupt) {
  const Turn turn = HAWSER_TRY_OUTCOME(take_turn(interrupt));
  std::uint64_t base = 0;
  if (origin == Origin::position) base = position();
  if (origin == Origin::end) base = HAWSER_TRY_OUTCOME(size(interrupt));
  const std::uint64_t target = base + static_cast<std::uint64_t>(offset);
  constexpr std::uint64_t kMost = INT64_MAX;
  const bool is_before_start = offset < 0 && target > base;
  if (is_before_start || target > kMost)
    return failure(Errc::wrong_state, "seek", "a position before the start of the file");
  move_to(target);
  if (origin == Origin::end && mode_.kind == 'a') end_ = base;
  return target;
}

Outcome<std::uint64_t> FileCursor::tell(const Interrupt& interrupt) {
  const Turn turn = HAWSER_TRY_OUTCOME(take_turn(interrupt));
  return position();
}

// reading -----------------------------------------------------------------------------------------

Outcome<std::size_t> FileCursor::read(ByteSpan to, const Interrupt& interrupt) {
  const Turn turn = HAWSER_TRY_OUTCOME(take_turn(interrupt));
  return read(turn, to, interrupt);
}

Outcome<std::size_t> FileCursor::read(const Turn& /*turn*/, ByteSpan to,
                                      const Interrupt& interrupt) {
  const ByteView there = ahead_left();
  const std::size_t size = std::min(there.size(), to.size());
  copy(there.first(size), to);
  if (size == to.size()) {
    taken_ += size;
    return size;
  }
  const std::size_t more = HAWSER_TRY_OUTCOME(file_->read(to.subspan(size), interrupt));
  taken_ += size;
  if (more > 0) {
    ahead_.clear();
    taken_ = 0;
  }
  return size + more;
}

Outcome<std::size_t> FileCursor::read_some(ByteSpan to, const Interrupt& interrupt) {
  const Turn turn = HAWSER_TRY_OUTCOME(take_turn(interrupt));
  const ByteView there = ahead_left();
  if (there.empty()) return file_->read(to.first(std::min(to.size(), kAhead)), interrupt);
  const std::size_t size = std::min(there.size(), to.size());
  copy(there.first(size), to);
  taken_ += size;
  return size;
}

// Requires: nothing of what was looked at ahead is left.
Outcome<void> FileCursor::look_ahead(const Interrupt& interrupt) {
  ahead_.resize(kAhead);
  const std::uint64_t at = file_->position();
  const auto got = file_->read(ahead_, interrupt);
  ahead_.resize(got.value_or(0));
  taken_ = 0;
  ahead_at_ = at;
  if (!got) return std::unexpected(got.error());
  return {};
}

Outcome<Bytes> FileCursor::peek(const Interrupt& interrupt) {
  const Turn turn = HAWSER_TRY_OUTCOME(take_turn(interrupt));
  if (ahead_left().empty()) HAWSER_TRY_OUTCOME(look_ahead(interrupt));
  return to_bytes(ahead_left());
}

// Empty if it is not whole.
ByteView FileCursor::line_in(ByteView bytes, std::size_t most) {
  const ByteView within = bytes.first(std::min(bytes.size(), most));
  const auto newline = std::find(within.begin(), within.end(), std::uint8_t{'\n'});
  if (newline != within.end()) {
    return within.first(static_cast<std::size_t>(newline - within.begin()) + 1);
  }
  return within.size() == most ? within : ByteView();
}

Outcome<Bytes> FileCursor::read_line(std::size_t most, const Interrupt& interrupt) {
  const Turn turn = HAWSER_TRY_OUTCOME(take_turn(interrupt));
  const std::uint64_t start = position();
  auto line = gather_line(most, interrupt);
  if (!line) move_to(start);
  return line;
}

Outcome<Bytes> FileCursor::gather_line(std::size_t most, const Interrupt& interrupt) {
  Bytes line;
  while (line.size() < most) {
    if (ahead_left().empty()) HAWSER_TRY_OUTCOME(look_ahead(interrupt));
    if (ahead_left().empty()) break;
    const ByteView rest = line_in(ahead_left(), most - line.size());
    const ByteView piece = rest.empty() ? ahead_left() : rest;
    append(line, piece);
    taken_ += piece.size();
    if (!rest.empty()) break;
  }
  return line;
}

Outcome<std::uint64_t> FileCursor::left(const Turn& /*turn*/, const Interrupt& interrupt) {
  const auto attributes = HAWSER_TRY_OUTCOME(file_->stat(interrupt));
  const std::uint64_t size = attributes.size.value_or(0);
  file_->hint_size(size);
  return size - std::min(size, position());
}

Outcome<std::size_t> FileCursor::read_at(std::uint64_t offset, ByteSpan to,
                                         const Interrupt& interrupt) {
  const Turn turn = HAWSER_TRY_OUTCOME(take_turn(interrupt));
  return file_->read_at(offset, to, interrupt);
}

// writing -----------------------------------------------------------------------------------------

Outcome<void> FileCursor::write(ByteView data, const Interrupt& interrupt) {
  const Turn turn = HAWSER_TRY_OUTCOME(take_turn(interrupt));
  if (data.empty()) return {};  // nor does the position move to the end
  std::uint64_t at = position();
  if (mode_.kind == 'a' && at != end_) at = HAWSER_TRY_OUTCOME(size(interrupt));
  ahead_.clear();
  move_to(at);
  end_.reset();
  HAWSER_TRY_OUTCOME(file_->write(data, interrupt));
  if (mode_.kind == 'a') end_ = at + data.size();
  return {};
}

Outcome<void> FileCursor::write_at(std::uint64_t offset, ByteView data,
                                   const Interrupt& interrupt) {
  const Turn turn = HAWSER_TRY_OUTCOME(take_turn(interrupt));
  const std::uint64_t at = position();
  ahead_.clear();
  move_to(at);
  end_.reset();
  return file_->write_at(offset, data, interrupt);
}

Outcome<std::uint64_t> FileCursor::truncate(std::optional<std::uint64_t> size,
                                            const Interrupt& interrupt) {
  const Turn turn = HAWSER_TRY_OUTCOME(take_turn(interrupt));
  const std::uint64_t at = position();
  ahead_.clear();
  move_to(at);
  end_.reset();
  sftp::Attributes attributes;
  attributes.size = size.value_or(at);
  HAWSER_TRY_OUTCOME(file_->set_attributes(attributes, interrupt));
  return *attributes.size;
}

Outcome<void> FileCursor::flush(const Interrupt& interrupt) {
  const Turn turn = HAWSER_TRY_OUTCOME(take_turn(interrupt));
  return file_->flush(interrupt);
}

Outcome<void> FileCursor::sync(const Interrupt& interrupt) {
  const Turn turn = HAWSER_TRY_OUTCOME(take_turn(interrupt));
  return file_->sync(interrupt);
}

// the file itself ---------------------------------------------------------------------------------

Outcome<sftp::Attributes> FileCursor::stat(const Interrupt& interrupt) {
  const Turn turn = HAWSER_TRY_OUTCOME(take_turn(interrupt));
  return file_->stat(interrupt);
}

Outcome<void> FileCursor::set_attributes(const sftp::Attributes& attributes,
                                         const Interrupt& interrupt) {
  const Turn turn = HAWSER_TRY_OUTCOME(take_turn(interrupt));
  return file_->set_attributes(attributes, interrupt);
}

Outcome<sftp::FileSystem> FileCursor::file_system(const Interrupt& interrupt) {
  const Turn turn = HAWSER_TRY_OUTCOME(take_turn(interrupt));
  return file_->file_system(interrupt);
}

Outcome<void> FileCursor::close(const Interrupt& interrupt) {
  auto turn = take_turn(interrupt);
  if (!turn) {
    if (turn.error().error.code == Errc::file_closed) return {};
    return std::unexpected(std::move(turn).error());
  }
  is_closed_ = true;
  auto outcome = file_->close(interrupt);
  if (!outcome && !mode_.is_writable() && outcome.error().error.code != Errc::cancelled) return {};
  return outcome;
}

}  // namespace hawser::python
