#include "hawser/operations/scp_send.h"

namespace hawser::operations {

namespace {

// A remote scp that finds a directory at its path puts the file into it under the name that we
// send, and only then looks at that name. This one is longer than any file system takes.
// It says so at both ends: of a complaint that is too long, one of them may be left.
constexpr std::string_view kNameNobodyTakes = "a directory where a file was meant";
constexpr std::size_t kLongerThanAnyName = 1100;  // ZFS takes 1,023 bytes, others 255
// Writing takes these away from a file that was made with them.
constexpr std::uint32_t kSpecialBits = 07000;

std::string name_nobody_takes() {
  std::string name(kNameNobodyTakes);
  name.resize(kLongerThanAnyName - name.size(), '_');
  return name.append(kNameNobodyTakes);
}

}  // namespace

Result<Want> ScpSend::advance(session::Session& session, Inbox& inbox) {
  if (auto want = HAWSER_TRY(link_.proceed(session, inbox))) return *std::move(want);
  for (;;) {
    if (!HAWSER_TRY(link_.send(session, source_.output()))) return link_.await_more();
    if (source_.awaits_answer()) {
      const auto answer = HAWSER_TRY(link_.next(session, source_));
      if (!answer) return link_.await_more();
      go_on(*answer);
    } else if (stage_ == Stage::over) {
      HAWSER_TRY(link_.send_end(session));
      return link_.await_end(session);
    } else if (!HAWSER_TRY(feed(session))) {
      return link_.await_more();
    }
  }
}

// An existing file gets its mode after it is written, a new one before. So that special bits stay,
// the file is made first and written when it exists.
void ScpSend::go_on(scp::Answer answer) {
  if (answer == scp::Answer::refused) {
    stage_ = Stage::over;
    return;
  }
  switch (stage_) {
    case Stage::greeting:
      if ((mode_ & kSpecialBits) != 0) {
        stage_ = Stage::creating;
        source_.send_file({mode_, 0, name_nobody_takes()}, std::nullopt);
        break;
      }
      [[fallthrough]];
    case Stage::created:
      stage_ = Stage::sending;
      source_.send_file({mode_, data_.size(), name_nobody_takes()}, std::nullopt);
      break;
    case Stage::creating:
      stage_ = Stage::created;
      source_.end_file();
      break;
    case Stage::sending:
    case Stage::over:
      break;
    case Stage::sent:
      stage_ = Stage::over;
      break;
  }
}

// True once there is something to wait for on the remote's side.
Result<bool> ScpSend::feed(session::Session& session) {
  if (link_.has_ended() || link_.is_closed()) {
    source_.give_up();
    return true;
  }
  const std::size_t size = HAWSER_TRY(link_.send_data(session, data_.subspan(done_)));
  source_.data_sent(size);
  done_ += size;
  if (source_.data_left() > 0) return false;
  source_.end_file();
  stage_ = Stage::sent;
  return true;
}

bool ScpSend::is_about_directory(std::string_view complaint) {
  return complaint.find(kNameNobodyTakes) != std::string_view::npos;
}

}  // namespace hawser::operations
