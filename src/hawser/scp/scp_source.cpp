#include "hawser/scp/scp_source.h"

#include <utility>

#include "hawser/base/invariant.h"

namespace hawser::scp {

Result<std::optional<Answer>> ScpSource::take(ByteView& bytes) {
  HAWSER_INVARIANT(awaits_answer());
  for (;;) {
    const auto record = HAWSER_TRY(parser_.take(bytes));
    if (!record) return std::nullopt;
    if (const auto* complaint = std::get_if<Complaint>(&*record)) {
      state_ = State::ready;
      record_.clear();
      size_ = 0;
      if (complaint->is_fatal) {
        fatal_ = complaint->text;
        return fail(Errc::scp_refused, "scp");
      }
      complaints_.add(complaint->text);
      return Answer::refused;
    }
    if (!std::holds_alternative<Accepted>(*record)) return fail(Errc::scp_protocol, "reply");
    if (record_.empty()) break;
    output_ += std::exchange(record_, {});
  }
  state_ = State::ready;
  data_left_ = std::exchange(size_, 0);
  return Answer::accepted;
}

void ScpSource::send_file(const FileRecord& file, const std::optional<Times>& times) {
  ask(encode(file), file.size, times);
}

void ScpSource::send_directory(const DirectoryRecord& directory,
                               const std::optional<Times>& times) {
  ask(encode(directory), 0, times);
}

void ScpSource::end_directory() {
  ask(encode(EndRecord{}), 0, std::nullopt);
}

void ScpSource::end_file() {
  ask(std::string(1, kAccepted), 0, std::nullopt);
}

void ScpSource::fail_file(std::string_view reason) {
  ask(encode_complaint(reason), 0, std::nullopt);
}

void ScpSource::ask(std::string record, std::uint64_t size, const std::optional<Times>& times) {
  HAWSER_INVARIANT(state_ == State::ready && data_left_ == 0);
  state_ = State::asked;
  size_ = size;
  if (times) {
    output_ += encode(*times);
    record_ = std::move(record);
  } else {
    output_ += record;
  }
}

void ScpSource::data_sent(std::size_t size) {
  HAWSER_INVARIANT(size <= data_left_);
  data_left_ -= size;
}

void ScpSource::give_up() {
  data_left_ = 0;
  state_ = State::asked;
}

}  // namespace hawser::scp
