#include "hawser/client/run_many.h"

#include <deque>
#include <map>

#include "hawser/client/poller.h"
#include "hawser/operations/pause.h"

namespace hawser::client {

namespace {

// A quarter of a second in all: a server that has no room for longer is to say so soon.
constexpr unsigned kPauses = 7;
constexpr Duration kFirstPause = std::chrono::milliseconds(2);

class ManyRuns {
 public:
  ManyRuns(std::vector<Job> jobs, std::optional<Duration> timeout)
      : jobs_(std::move(jobs)), timeout_(timeout) {
    results_.resize(jobs_.size());
    commands_.resize(jobs_.size());
  }

  std::vector<Outcome<CommandResult>> run(const Interrupt& interrupt) {
    for (std::size_t i = 0; i < jobs_.size(); ++i) (void)start(i);
    const Status status = poller_.run(interrupt);
    const Error why = status ? Error{Errc::cancelled, 0, "command"} : status.error();
    std::vector<Outcome<CommandResult>> all;
    for (auto& result : results_) {
      all.push_back(result ? *std::move(result) : std::unexpected(explain(why, Report{})));
    }
    return all;
  }

 private:
  // The commands of one session.
  struct Share {
    std::size_t running = 0;
    std::deque<std::size_t> waiting;  // refused a channel while others had theirs, or just had
    operations::Pause pause;
    unsigned pauses = 0;  // since a command ran
  };

  // False if it could not begin, and so has ended.
  bool start(std::size_t i) {
    Connection& connection = *jobs_[i].connection;
    commands_[i] = std::make_unique<operations::Command>(
        operations::CommandSpec{jobs_[i].command, {}, {}, false, operations::ErrorOutput::keep});
    WaitLimits limits = connection.limits({});
    limits.operation = timeout_;
    ++shares_[&connection].running;
    const Status added = poller_.add(connection.driver(), *commands_[i], no_world(), limits,
                                     [this, i](const Status& status) { ended(i, status); });
    if (added) return true;
    --shares_[&connection].running;
    keep(i, added);
    return false;
  }

  void ended(std::size_t i, const Status& status) {
    Connection& connection = *jobs_[i].connection;
    Share& share = shares_[&connection];
    --share.running;
    const bool is_refused = !status && status.error().code == Errc::channel_open_refused;
    if (is_refused && (share.running > 0 || share.pauses < kPauses)) {
      share.waiting.push_back(i);
      if (share.running == 0) pause(connection, share);
      return;
    }
    if (!is_refused) share.pauses = 0;
    keep(i, status);
    start_waiting(share);
  }

  void keep(std::size_t i, const Status& status) {
    auto result = conclude(*commands_[i], jobs_[i].connection->explained(status));
    if (!result && result.error().error.code == Errc::invalid_argument) {
      result.error().text = "the session does not stand on a socket, which this needs";
    }
    results_[i].emplace(std::move(result));
    commands_[i].reset();
  }

  // One of them; those that cannot begin make no place.
  void start_waiting(Share& share) {
    bool has_begun = false;
    while (!has_begun && !share.waiting.empty()) {
      const std::size_t next = share.waiting.front();
      share.waiting.pop_front();
      has_begun = start(next);
    }
  }

  // sshd counts a session until it has looked after its process, some milliseconds after its
  // channel was closed: who opens the next one right then is refused.
  void pause(Connection& connection, Share& share) {
    WaitLimits limits;
    limits.operation = kFirstPause * (1U << share.pauses++);
    const Status added =
        poller_.add(connection.driver(), share.pause, no_world(), limits,
                    [this, &share](const Status& /*status*/) { start_waiting(share); });
    if (!added) start_waiting(share);
  }

  const std::vector<Job> jobs_;
  const std::optional<Duration> timeout_;
  std::vector<std::optional<Outcome<CommandResult>>> results_;  // of those that have ended
  std::vector<std::unique_ptr<operations::Command>> commands_;
  std::map<Connection*, Share> shares_;
  Poller poller_;  // goes first: it cancels what still runs
};

}  // namespace

std::vector<Outcome<CommandResult>> run_many(std::vector<Job> jobs, std::optional<Duration> timeout,
                                             const Interrupt& interrupt) {
  return ManyRuns(std::move(jobs), timeout).run(interrupt);
}

}  // namespace hawser::client
