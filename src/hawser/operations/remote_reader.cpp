#include "hawser/operations/remote_reader.h"

#include <algorithm>
#include <utility>

namespace hawser::operations {

namespace {

// Reads of at least this size get requests cut to fit them, so that their bytes go straight to the
// caller; smaller ones are served from what was read ahead in blocks.
constexpr std::uint64_t kWorthFitting = 32 * 1024;
// A file that gives less than this at once (a pipe, /proc) is not asked in smaller pieces still.
constexpr std::uint32_t kBlockLeast = 4096;

}  // namespace

void RemoteReader::begin(std::uint64_t at, ByteSpan to) {
  at_ = at;
  to_ = to;
  done_ = 0;
  is_streaming_ = false;
  const bool is_sequential = expected_ == at;
  if (!ranges_.empty() && position() != at) reset();
  window_ = is_sequential ? std::min(std::max(window_ * 2, to.size()), link_->read_ahead()) : 0;
  if (ahead_ == ReadAhead::none) window_ = 0;
}

Result<RemoteReader::Progress> RemoteReader::advance() {
  take_what_came();
  expected_ = at_ + done_;
  if (done_ == to_.size()) return Progress::full;
  if (failure_) {
    const Error error = *failure_;
    reset();
    return std::unexpected(error);
  }
  if (!ranges_.empty() && ranges_.front().state == State::ended) {
    reset();
    return Progress::at_end;
  }
  bind();
  HAWSER_TRY(ask());
  return Progress::wanting;
}

void RemoteReader::take_what_came() {
  while (!ranges_.empty() && done_ < to_.size()) {
    Range& range = ranges_.front();
    if (range.target != nullptr) {
      // What is bound lies where it belongs; it counts once the whole range is there.
      if (range.state == State::asked) return;
      done_ = static_cast<std::size_t>(range.offset + range.got - at_);
    } else {
      take_from(range);
      if (range.taken < range.got) return;  // `to` is full
    }
    if (range.state == State::refused && !failure_) {
      failure_ = Error{Errc::sftp_status, static_cast<std::uint32_t>(refusal_.code), "read"};
    }
    if (range.state != State::whole) return;
    drop_first_range();
  }
}

void RemoteReader::take_from(Range& range) {
  const std::size_t size = std::min<std::size_t>(range.got - range.taken, to_.size() - done_);
  if (size == 0) return;
  copy(ByteView(range.own.bytes.get() + range.taken, size), to_.subspan(done_));
  range.taken += static_cast<std::uint32_t>(size);
  done_ += size;
}

// Points requests of which nothing has come yet, and which lie within `to`, there.
void RemoteReader::bind() {
  for (Range& range : ranges_) {
    if (range.offset + range.size > wanted_end()) return;
    const bool is_untouched =
        range.state == State::asked && !range.own.bytes && range.target == nullptr;
    if (is_untouched) range.target = to_.data() + (range.offset - at_);
  }
}

Status RemoteReader::ask() {
  const std::uint64_t end = wanted_end() + window_;
  std::uint64_t next = ranges_.empty() ? at_ + done_ : ranges_.back().offset + ranges_.back().size;
  while (!has_seen_end_ && !failure_ && next < end && in_flight_ < most_in_flight() &&
         link_->engine().has_room()) {
    // Beyond what is thought to be the end, one request finds out whether it is; a stream, which
    // will want to know, asks at once.
    const bool is_beyond = size_hint_ && next >= *size_hint_;
    const bool asks_at_once = is_streaming_ && next == size_hint_;
    if (is_beyond && in_flight_ > 0 && !asks_at_once) break;
    Range& range = ranges_.emplace_back();
    range.offset = next;
    range.size = next_size(next);
    if (next + range.size <= wanted_end()) range.target = to_.data() + (next - at_);
    if (Status status = ask_for(range); !status) {
      ranges_.pop_back();
      return status;
    }
    next += range.size;
  }
  return {};
}

// As many as what is asked for ahead makes, should the server give little at once.
unsigned RemoteReader::most_in_flight() const {
  const std::size_t needed = window_ / std::min(block_, link_->read_block());
  return static_cast<unsigned>(
      std::clamp<std::size_t>(needed, limits::kSftpReadsInFlight, limits::kSftpReadsInFlightMost));
}

// Cuts what is wanted, and all following stretches of that size, into requests of about the same
// size: reads that follow one another are most often alike.
std::uint32_t RemoteReader::next_size(std::uint64_t next) const {
  const std::uint64_t block = std::min(block_, link_->read_block());
  if (is_streaming_) {
    const std::uint64_t known = size_hint_ && *size_hint_ > next ? *size_hint_ - next : block;
    return static_cast<std::uint32_t>(std::min(block, known));
  }
  const std::uint64_t unit = to_.size();
  const bool is_small = unit < kWorthFitting && ahead_ == ReadAhead::as_it_goes;
  if (is_small) {
    const bool is_sequential = window_ > 0;
    return static_cast<std::uint32_t>(std::min(block, (is_sequential ? 4 : 1) * kWorthFitting));
  }
  const std::uint64_t left = unit - (next - at_) % unit;
  const std::uint64_t parts = (left + block - 1) / block;
  constexpr std::uint64_t kAlign = 4096;
  const std::uint64_t size = ((left + parts - 1) / parts + kAlign - 1) / kAlign * kAlign;
  return static_cast<std::uint32_t>(std::min({size, left, block}));
}

Status RemoteReader::ask_for(Range& range) {
  range.id = HAWSER_TRY(
      link_->engine().read(handle_, range.offset + range.got, range.size - range.got, *this));
  ++in_flight_;
  return {};
}

RemoteReader::Range* RemoteReader::range_of(sftp::RequestId id) {
  const auto found = std::find_if(ranges_.begin(), ranges_.end(), [id](const Range& range) {
    return range.state == State::asked && range.id == id;
  });
  return found == ranges_.end() ? nullptr : &*found;
}

ByteSpan RemoteReader::space_for(sftp::RequestId id, std::size_t size) {
  Range& range = *range_of(id);
  if (range.target != nullptr) return {range.target + range.got, size};
  if (!range.own.bytes) range.own = memory_of(range.size);
  return {range.own.bytes.get() + range.got, size};
}

RemoteReader::Memory RemoteReader::memory_of(std::size_t size) {
  if (spare_.size >= size) return std::exchange(spare_, {});
  return {std::make_unique_for_overwrite<std::uint8_t[]>(size), size};
}

void RemoteReader::drop_first_range() {
  if (ranges_.front().own.bytes) spare_ = std::move(ranges_.front().own);
  ranges_.pop_front();
}

void RemoteReader::take(sftp::RequestId id, const sftp::Reply& reply) {
  Range& range = *range_of(id);
  --in_flight_;
  if (const auto* data = std::get_if<sftp::DataReply>(&reply)) {
    const auto got = static_cast<std::uint32_t>(data->size);
    range.got += got;
    if (range.got == range.size) {
      range.state = State::whole;
      if (range.largest > 0) block_ = std::clamp(range.largest, kBlockLeast, block_);
    } else if (is_enough(range)) {
      range.size = range.got;
      range.state = State::whole;
    } else if (const Status asked = ask_rest(range, got); !asked) {
      range.state = State::refused;
      failure_ = asked.error();
    }
    return;
  }
  const auto& status = std::get<sftp::StatusReply>(reply);
  if (status.code == sftp::StatusCode::eof) {
    range.state = State::ended;
    has_seen_end_ = true;
    return;
  }
  SftpAnswer ignored;
  if (refusal_.code == sftp::StatusCode::ok) keep(reply, ignored, refusal_);
  range.state = State::refused;
  has_seen_end_ = true;
}

// A short read that has all that is wanted: most often it is the end of a small file, and all that
// is ever read of it. Far away the rest is asked for even so, to be there for who does read on.
bool RemoteReader::is_enough(const Range& range) const {
  const bool is_last = &range == &ranges_.back();
  const bool goes_on = is_streaming_ || window_ > 0;
  return link_->is_near() && is_last && !goes_on && range.got > 0 &&
         range.offset + range.got >= wanted_end();
}

// A short read is asked for again, as often as the server likes; nothing at all only once.
Status RemoteReader::ask_rest(Range& range, std::uint32_t got) {
  range.largest = std::max(range.largest, got);
  empty_replies_ = got == 0 ? empty_replies_ + 1 : 0;
  if (empty_replies_ > 1) return fail(Errc::sftp_protocol, "empty SSH_FXP_DATA");
  return ask_for(range);
}

// What came into the memory that is given back and was not counted yet is asked for again, should
// anybody want it.
void RemoteReader::release() {
  const bool is_bound = std::any_of(ranges_.begin(), ranges_.end(),
                                    [](const Range& range) { return range.target != nullptr; });
  if (is_bound) reset();
  to_ = {};
}

void RemoteReader::reset() {
  link_->engine().forget(*this);
  ranges_.clear();
  in_flight_ = 0;
  has_seen_end_ = false;
  empty_replies_ = 0;
  failure_.reset();
}

// streaming ---------------------------------------------------------------------------------------

void RemoteReader::stream(std::uint64_t at) {
  reset();
  at_ = at;
  to_ = {};
  done_ = 0;
  is_streaming_ = true;
}

Result<RemoteReader::Progress> RemoteReader::advance_stream() {
  window_ = link_->read_ahead();
  HAWSER_TRY(ask());
  if (ranges_.empty()) return Progress::wanting;  // there was no room to ask
  const Range& range = ranges_.front();
  if (range.state == State::asked) return Progress::wanting;
  if (range.got > 0) return Progress::full;
  const Error error = failure_.value_or(
      Error{Errc::sftp_status, static_cast<std::uint32_t>(refusal_.code), "read"});
  const bool has_ended = range.state == State::ended;
  reset();
  if (!has_ended) return std::unexpected(error);
  return Progress::at_end;
}

ByteView RemoteReader::front() const {
  return {ranges_.front().own.bytes.get(), ranges_.front().got};
}

void RemoteReader::drop_front() {
  Range& range = ranges_.front();
  if (size_hint_ && range.offset >= *size_hint_) size_hint_.reset();  // it has turned out larger
  at_ += range.got;
  if (range.state == State::whole) {
    drop_first_range();
  } else {
    range.got = 0;  // an end or a refusal after these bytes is still to be told
  }
}

ByteView RemoteReader::buffered(std::uint64_t at) const {
  if (ranges_.empty() || position() != at) return {};
  const Range& range = ranges_.front();
  if (range.target != nullptr || !range.own.bytes) return {};
  return {range.own.bytes.get() + range.taken, range.got - range.taken};
}

}  // namespace hawser::operations
