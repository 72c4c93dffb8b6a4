#include "hawser/scp/scp_sink.h"

#include <utility>

#include "hawser/base/invariant.h"

namespace hawser::scp {

namespace {

// A tree of a million entries has up to three records for each.
constexpr std::size_t kRecords = 3 * limits::kTreeEntries;

std::unexpected<Error> broken(const char* where) {
  return fail(Errc::scp_protocol, where);
}

}  // namespace

Result<std::optional<Offer>> ScpSink::take(ByteView& bytes) {
  HAWSER_INVARIANT(state_ == State::waiting || state_ == State::verdict);
  for (;;) {
    auto record = HAWSER_TRY(parser_.take(bytes));
    if (!record) return std::nullopt;
    if (++records_ > kRecords) {
      return fail(Errc::limit_passed, "scp tree", static_cast<std::uint32_t>(kRecords));
    }
    // NOLINTBEGIN(clang-analyzer-cplusplus.Move): each round has a record of its own
    auto offer = HAWSER_TRY(state_ == State::verdict ? take_verdict(*record)
                                                     : take_record(*std::move(record)));
    // NOLINTEND(clang-analyzer-cplusplus.Move)
    if (offer) return offer;
  }
}

Result<std::optional<Offer>> ScpSink::take_record(Record record) {
  if (auto* file = std::get_if<FileRecord>(&record)) return offer(std::move(*file));
  if (auto* directory = std::get_if<DirectoryRecord>(&record)) return offer(std::move(*directory));
  if (std::holds_alternative<EndRecord>(record)) return end_directory();
  if (const auto* times = std::get_if<Times>(&record)) {
    if (times_) return broken("times");
    times_ = *times;
    output_ += kAccepted;
    return std::nullopt;
  }
  if (const auto* complaint = std::get_if<Complaint>(&record)) {
    times_.reset();  // they were those of what it is about
    HAWSER_TRY(note(*complaint));
    return Complained{};
  }
  return broken("reply");
}

Result<std::optional<Offer>> ScpSink::take_verdict(const Record& record) {
  const auto* complaint = std::get_if<Complaint>(&record);
  if (complaint != nullptr) {
    HAWSER_TRY(note(*complaint));
  } else if (!std::holds_alternative<Accepted>(record)) {
    return broken("end of file");
  }
  state_ = State::offered_other;
  return FileSent{complaint == nullptr};
}

Result<std::optional<Offer>> ScpSink::offer(FileRecord file) {
  HAWSER_TRY(check(file.name));
  state_ = State::offered_file;
  offered_size_ = file.size;
  return FileOffered{std::move(file), std::exchange(times_, std::nullopt)};
}

Result<std::optional<Offer>> ScpSink::offer(DirectoryRecord directory) {
  if (recursion_ == Recursion::none) return broken("directory");
  HAWSER_TRY(check(directory.name));
  if (depth_ == limits::kTreeDepth) return fail(Errc::limit_passed, "scp depth", depth_);
  state_ = State::offered_other;
  enters_directory_ = true;
  return DirectoryOffered{std::move(directory), std::exchange(times_, std::nullopt)};
}

Result<std::optional<Offer>> ScpSink::end_directory() {
  if (depth_ == 0 || times_) return broken("end of directory");
  --depth_;
  state_ = State::offered_other;
  return DirectoryEnded{};
}

// At the top the remote may send what was asked for and nothing else. What that is called here is
// the caller's to say.
Status ScpSink::check(const std::string& name) {
  if (depth_ > 0) return is_safe_name(name) ? Status() : fail(Errc::name_unsafe, "name");
  if (name != name_) return fail(Errc::name_unsafe, "name not asked for");
  if (std::exchange(has_begun_, true)) return broken("second file");
  return {};
}

Status ScpSink::note(const Complaint& complaint) {
  if (!complaint.is_fatal) {
    complaints_.add(complaint.text);
    return {};
  }
  fatal_ = complaint.text;
  return fail(Errc::scp_refused, "scp");
}

void ScpSink::accept() {
  HAWSER_INVARIANT(state_ == State::offered_file || state_ == State::offered_other);
  output_ += kAccepted;
  if (std::exchange(enters_directory_, false)) ++depth_;
  data_left_ = state_ == State::offered_file ? offered_size_ : 0;
  if (state_ == State::offered_other) {
    state_ = State::waiting;
  } else {
    state_ = data_left_ > 0 ? State::data : State::verdict;
  }
}

void ScpSink::refuse(std::string_view reason) {
  HAWSER_INVARIANT(state_ == State::offered_file || state_ == State::offered_other);
  output_ += encode_complaint(reason);
  enters_directory_ = false;
  state_ = State::waiting;
}

void ScpSink::data_taken(std::size_t size) {
  HAWSER_INVARIANT(size <= data_left_);
  data_left_ -= size;
  if (data_left_ == 0) state_ = State::verdict;
}

Status ScpSink::end() const {
  const bool is_told = has_begun_ || !complaints_.empty();
  const bool is_between = state_ == State::waiting && depth_ == 0 && !times_;
  if (is_told && is_between && parser_.is_between()) return {};
  return fail(Errc::scp_ended, "scp");
}

}  // namespace hawser::scp
