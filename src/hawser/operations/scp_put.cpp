#include "hawser/operations/scp_put.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "hawser/operations/tree_copy.h"

namespace hawser::operations {

namespace {

constexpr LocalFile kSource{};  // there is one at a time
constexpr std::size_t kPiece = 256 * 1024;

}  // namespace

ScpPut::ScpPut(Spec spec)
    : ScpCopy(std::move(spec.command), ScpLink::kReplies, spec.options),
      top_{std::move(spec.local), spec.facts, {}},
      name_(std::move(spec.name)),
      piece_(std::make_unique_for_overwrite<std::uint8_t[]>(kPiece)) {}

Result<Want> ScpPut::advance(session::Session& session, Inbox& inbox) {
  if (auto want = HAWSER_TRY(link().proceed(session, inbox))) return *std::move(want);
  for (;;) {
    if (!errands().empty()) return errands().want();
    if (!HAWSER_TRY(link().send(session, source_.output()))) return link().await_more();
    if (source_.awaits_answer()) {
      const auto answer = HAWSER_TRY(link().next(session, source_));
      if (!answer) return link().await_more();
      HAWSER_TRY(go_on(*answer));
    } else if (stage_ == Stage::sending) {
      if (!HAWSER_TRY(feed(session))) return link().await_more();
    } else if (stage_ == Stage::over) {
      HAWSER_TRY(link().send_end(session));
      return link().await_end(session);
    } else {
      HAWSER_TRY(take_next());
    }
  }
}

Status ScpPut::go_on(scp::Answer answer) {
  const bool is_accepted = answer == scp::Answer::accepted;
  const Stage asked = std::exchange(stage_, Stage::choosing);
  switch (asked) {
    case Stage::greeting:
      if (is_accepted) begin();
      break;
    case Stage::file:
      if (is_accepted) stage_ = Stage::sending;
      break;
    case Stage::directory:
      if (is_accepted) enter_directory();
      break;
    default:
      break;
  }
  const bool is_file_over = asked == Stage::verdict || (asked == Stage::file && !is_accepted);
  if (is_file_over) errands().add(local::CloseSource{kSource});
  if (is_accepted || (asked == Stage::verdict && file_.failure)) return {};
  return note(about_, {}, Error{Errc::scp_refused, 0, "scp"}, source_.complaints().last());
}

// entries -----------------------------------------------------------------------------------------

void ScpPut::begin() {
  if (top_.facts.type == LocalType::directory) {
    begin_directory(top_.path, name_, top_.facts);
  } else {
    begin_file(top_.path, name_);
  }
}

Status ScpPut::take_next() {
  if (levels_.empty()) {
    stage_ = Stage::over;
    return {};
  }
  Level& level = levels_.back();
  if (level.next == level.names.size()) {
    about_ = level.path;
    levels_.pop_back();
    const bool was_announced = !levels_.empty() || !name_.empty();
    if (!was_announced) return {};
    source_.end_directory();
    stage_ = Stage::end_of_directory;
    return {};
  }
  if (++entries_ > limits::kTreeEntries) return fail(Errc::local_file, "tree", EOVERFLOW);
  const std::string name = std::move(level.names[level.next++]);
  const std::string path = join(level.path, name);
  if (name.find('\n') != std::string::npos) {  // SCP has no way to say it
    return note(path, {}, Error{Errc::local_file, EINVAL, "name"});
  }
  errands().add(local::Look{path, local::Look::Links::follow},
                [this, path, name](const Result<LocalAnswer>& answer) {
                  if (answer) return take_entry(path, name, answer->facts);
                  return note(path, {}, answer.error());
                });
  return {};
}

Status ScpPut::take_entry(const std::string& path, const std::string& name,
                          const LocalFacts& facts) {
  if (facts.type == LocalType::regular) {
    begin_file(path, name);
  } else if (facts.type != LocalType::directory) {
    errands().add(local::Skip{path, local::Skip::Reason::special}, obey);
  } else if (is_under_way(facts)) {
    errands().add(local::Skip{path, local::Skip::Reason::loop}, obey);
  } else if (levels_.size() == limits::kTreeDepth) {
    return fail(Errc::local_file, "tree", ELOOP);
  } else {
    begin_directory(path, name, facts);
  }
  return {};
}

void ScpPut::begin_file(const std::string& path, const std::string& name) {
  errands().add(
      local::OpenSource{kSource, path}, [this, path, name](const Result<LocalAnswer>& answer) {
        if (!answer) return note(path, {}, answer.error());
        const LocalFacts& facts = answer->facts;
        file_ = File{path, facts.size, 0, false, {}};
        about_ = path;
        source_.send_file({facts.permissions & kPermissionBits, facts.size, name}, times(facts));
        stage_ = Stage::file;
        return Status();
      });
}

void ScpPut::begin_directory(const std::string& path, const std::string& name,
                             const LocalFacts& facts) {
  errands().add(local::List{path}, [this, path, name, facts](const Result<LocalAnswer>& answer) {
    if (!answer) return note(path, {}, answer.error());
    entered_ = Level{path, facts, answer->names};
    about_ = path;
    if (name.empty()) {
      enter_directory();
    } else {
      source_.send_directory({facts.permissions & kPermissionBits, name}, times(facts));
      stage_ = Stage::directory;
    }
    return Status();
  });
}

void ScpPut::enter_directory() {
  note_tree();
  levels_.push_back(std::move(entered_));
}

// the bytes of a file -----------------------------------------------------------------------------

// False: the remote takes no more now.
Result<bool> ScpPut::feed(session::Session& session) {
  if (link().has_ended() || link().is_closed()) {
    source_.give_up();
    stage_ = Stage::verdict;
  } else if (!unsent_.empty()) {
    const std::size_t size = HAWSER_TRY(link().send_data(session, unsent_));
    source_.data_sent(size);
    unsent_ = unsent_.subspan(size);
    if (!unsent_.empty()) return false;
    tell(file_.path, file_.size - source_.data_left(), file_.size);
  } else if (source_.data_left() > 0 && file_.failure) {
    pad();
  } else if (source_.data_left() == 0 && (file_.failure || file_.is_at_end)) {
    HAWSER_TRY(end_file());
  } else {
    read();
  }
  return true;
}

// Also when all that was announced is read: there must be no more.
void ScpPut::read() {
  const std::uint64_t left = std::max<std::uint64_t>(source_.data_left(), 1);
  const ByteSpan to(piece_.get(), static_cast<std::size_t>(std::min<std::uint64_t>(left, kPiece)));
  errands().add(local::ReadPiece{kSource, file_.read, to},
                [this](const Result<LocalAnswer>& answer) { return take_piece(answer); });
}

Status ScpPut::take_piece(const Result<LocalAnswer>& answer) {
  const bool is_all_announced = source_.data_left() == 0;
  if (!answer) {
    if (!is_of_one_entry(answer.error())) return std::unexpected(answer.error());
    file_.failure = answer.error();
  } else if (answer->size == 0 && is_all_announced) {
    file_.is_at_end = true;
    if (file_.size == 0) tell(file_.path, 0, 0);
  } else if (answer->size == 0 || is_all_announced) {
    file_.failure = Error{Errc::file_changed, 0, answer->size == 0 ? "shrank" : "grew"};
  } else {
    unsent_ = ByteView(piece_.get(), static_cast<std::size_t>(answer->size));
    file_.read += answer->size;
  }
  return {};
}

// The remote takes as many bytes as were announced before it listens again.
void ScpPut::pad() {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(source_.data_left(), kPiece));
  std::fill_n(piece_.get(), size, std::uint8_t{0});
  unsent_ = ByteView(piece_.get(), size);
}

Status ScpPut::end_file() {
  stage_ = Stage::verdict;
  if (!file_.failure) {
    source_.end_file();
    return {};
  }
  source_.fail_file(file_.path + ": " + std::string(describe(file_.failure->code)));
  return note(file_.path, {}, *file_.failure);
}

std::optional<scp::Times> ScpPut::times(const LocalFacts& facts) const {
  if (!options().preserves()) return std::nullopt;
  // There is no sign in the protocol.
  return scp::Times{std::max<std::int64_t>(facts.times.modification, 0),
                    std::max<std::int64_t>(facts.times.access, 0)};
}

bool ScpPut::is_under_way(const LocalFacts& facts) const {
  return std::ranges::any_of(levels_, [&](const Level& level) {
    return level.facts.device == facts.device && level.facts.inode == facts.inode;
  });
}

}  // namespace hawser::operations
