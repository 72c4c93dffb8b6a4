#include "hawser/operations/tree_copy.h"

#include <algorithm>
#include <cerrno>
#include <numeric>
#include <utility>

namespace hawser::operations {

namespace {

// Files at once. A server that does not tell how many handles it has gets half of the most; one
// that does keeps most of them for others.
std::size_t width_for(std::uint64_t handles) {
  if (handles == 0) return limits::kTreeFiles / 2;
  return static_cast<std::size_t>(std::clamp<std::uint64_t>(handles / 4, 1, limits::kTreeFiles));
}

}  // namespace

bool is_of_one_entry(const Error& error) {
  switch (error.code) {
    case Errc::sftp_status:
    case Errc::scp_refused:
    case Errc::file_changed:
      return true;
    case Errc::local_file:
      return error.detail != ENOSPC && error.detail != EDQUOT;
    default:
      return false;
  }
}

std::string join(const std::string& path, const std::string& name) {
  if (path.empty() || name.empty()) return path + name;
  return path.ends_with('/') ? path + name : path + "/" + name;
}

TreeCopy::TreeCopy(const std::shared_ptr<SftpLink>& link)
    : SftpOperation(link), link_(link), width_(width_for(link->limits().max_handles)) {}

Result<Want> TreeCopy::step() {
  for (;;) {
    if (!errands_.empty()) return errands_.want();
    auto want = HAWSER_TRY(advance_jobs());
    if (want) return *std::move(want);
    if (!errands_.empty()) continue;
    const Walk walked = walk_on();
    if (walked == Walk::moved || !errands_.empty()) continue;
    at_ = 0;
    if (walked != Walk::ended || !jobs_.empty()) return kAwaitTurn;
    if (end_) return std::unexpected(*end_);
    return Done{};
  }
}

TreeCopy::Walk TreeCopy::walk_on() {
  if (end_) return Walk::ended;
  const auto walked = walk();
  if (walked) return *walked;
  end_ = walked.error();
  abandon_walk();
  return Walk::ended;
}

Status TreeCopy::supply_local(Result<LocalAnswer> answer) {
  if (!errands_.empty()) return errands_.finish(answer);
  if (at_ >= jobs_.size()) return fail(Errc::internal, "tree");
  const Status supplied = jobs_[at_].job->supply(answer);
  return supplied ? supplied : take_failure(jobs_[at_], supplied.error());
}

void TreeCopy::cancel(session::Session& session, Inbox& /*inbox*/) {
  abandon();
  (void)link().flush(session);
  link().branches().rest(session);
}

void TreeCopy::abandon() {
  abandon_walk();
  for (Entry& entry : jobs_) entry.job->abandon();
}

bool TreeCopy::has_room() const {
  if (jobs_.size() >= limits::kTreeJobs || is_alone_) return false;
  const auto add_load = [](std::uint64_t sum, const Entry& entry) {
    return sum + entry.job->load();
  };
  return std::accumulate(jobs_.begin(), jobs_.end(), std::uint64_t{0}, add_load) <
         limits::kTreeBytes;
}

Status TreeCopy::count_entry() {
  if (++entries_ <= limits::kTreeEntries) return {};
  return fail(Errc::sftp_limit, "entries of the tree", limits::kTreeEntries);
}

void TreeCopy::skip(const std::shared_ptr<TreeDirectory>& directory, const std::string& source,
                    local::Skip::Reason reason) {
  add<LocalJob>(directory, local::Skip{source, reason}, source, std::string());
}

// jobs --------------------------------------------------------------------------------------------

// One round through the jobs that are under way, from where the last want was. nullopt: whatever is
// under way waits for the server, or there is an errand.
Result<std::optional<Want>> TreeCopy::advance_jobs() {
  while (at_ < jobs_.size()) {
    auto want = HAWSER_TRY(advance_entry());
    if (want || !errands_.empty()) return want;
  }
  return std::nullopt;
}

Turn TreeCopy::turn() const {
  if (at_ == 0) return is_alone_ ? Turn::alone : Turn::first;
  return have_all_let_go_ ? Turn::now : Turn::later;
}

Result<std::optional<Want>> TreeCopy::advance_entry() {
  Entry& entry = jobs_[at_];
  if (at_ == 0) begin_round();
  if (entry.job->directory().is_left_out()) {
    drop_entry();
    return std::nullopt;
  }
  if (at_ == 0 && entry.wants_to_be_alone && !is_alone_) let_be_alone();
  if (!entry.is_over && may_go_on(entry)) {
    auto want = entry.job->step(turn());
    if (!want) {
      HAWSER_TRY(take_failure(entry, want.error()));
      return std::nullopt;
    }
    if (std::holds_alternative<NeedLocal>(*want)) return want;
    if (std::holds_alternative<Done>(*want)) end(entry);
  }
  if (at_ == 0 && entry.is_over) {
    leave_first();
    return std::nullopt;
  }
  const bool has_let_go = entry.is_over ? entry.is_done() : entry.job->has_let_go();
  have_all_let_go_ = have_all_let_go_ && has_let_go;
  if (!entry.is_over && entry.job->handle() == TreeJob::Handle::held) ++handles_;
  ++at_;
  return std::nullopt;
}

void TreeCopy::begin_round() {
  have_all_let_go_ = true;
  handles_ = 0;
}

bool TreeCopy::may_go_on(const Entry& entry) const {
  // What was given up for it may be opened still, and has to be closed first.
  if (at_ == 0) return !is_alone_ || !link_->engine().is_letting_go();
  if (is_alone_ || entry.wants_to_be_alone) return false;
  return entry.job->handle() != TreeJob::Handle::wanted || handles_ < width_;
}

void TreeCopy::end(Entry& entry) {
  entry.is_over = true;
  entry.job->directory().count(-1);
}

// All before it have come to their ends.
void TreeCopy::leave_first() {
  const Entry entry = std::move(jobs_.front());
  jobs_.pop_front();
  const bool was_alone = std::exchange(is_alone_, false);
  if (!entry.error) return;
  const bool was_no_lack = was_alone && entry.job->may_lack_handles(*entry.error);
  if (was_no_lack) width_ = std::min(width_ * 2, limits::kTreeFiles);
  tell_failure(*entry.job, *entry.error);
}

// failures ----------------------------------------------------------------------------------------

// Notes an error of one entry, or returns one that is of all.
Status TreeCopy::take_failure(Entry& entry, const Error& error) {
  if (!is_of_one_entry(error)) {
    refusal_ = entry.job->refusal();
    return std::unexpected(error);
  }
  if (entry.job->may_lack_handles(error) && !is_alone_) {
    begin_again(entry);
    entry.wants_to_be_alone = true;
    return {};
  }
  entry.error = error;
  end(entry);
  entry.job->abandon();
  return {};
}

void TreeCopy::tell_failure(TreeJob& job, const Error& error) {
  if (job.makes_directory()) job.directory().is_lost = true;
  if (auto leftover = job.leftover()) errands_.add(*std::move(leftover));
  local::Fault fault{job.source(), job.target(), error, job.refusal().text};
  ++faults_;
  if (!first_fault_) first_fault_ = fault;
  run(std::move(fault), obey);
}

// Its directory failed.
void TreeCopy::drop_entry() {
  Entry& entry = jobs_[at_];
  if (!entry.is_over) end(entry);
  begin_again(entry);
  jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(at_));
  if (at_ == 0) is_alone_ = false;
}

// handles -----------------------------------------------------------------------------------------

// Servers say no more than FAILURE when they have no handle left. What they refused so is tried
// again when nothing else is open, and from then on there are fewer at once.
void TreeCopy::let_be_alone() {
  is_alone_ = true;
  width_ = std::max<std::size_t>(width_ / 2, 1);
  spare_handles();
  for (std::size_t i = 1; i < jobs_.size(); ++i) {
    Entry& entry = jobs_[i];
    if (!entry.is_over) begin_again(entry);
    entry.wants_to_be_alone = false;
  }
}

// From nothing, if it is asked to go on again.
void TreeCopy::begin_again(Entry& entry) {
  entry.job->abandon();
  if (auto leftover = entry.job->leftover()) errands_.add(*std::move(leftover));
}

}  // namespace hawser::operations
