// What copying a tree has in common in both directions: the entries' jobs, of which many are under
// way at once on the one channel, and what happens when one of many entries fails. A walk through
// the tree goes ahead of them.
#pragma once

#include <deque>

#include "hawser/operations/copy_options.h"
#include "hawser/operations/errands.h"
#include "hawser/operations/tree_job.h"

namespace hawser::operations {

// Whether the error is of one file or directory, so that the others can go on. A full disk is of
// all.
bool is_of_one_entry(const Error& error);

// "name" in the directory "path"; the directory itself for an empty name.
std::string join(const std::string& path, const std::string& name);

class TreeCopy : public SftpOperation {
 public:
  explicit TreeCopy(const std::shared_ptr<SftpLink>& link);

  Result<Want> step() final;
  Status supply_local(Result<LocalAnswer> answer) final;
  void cancel(session::Session& session, Inbox& inbox) final;
  // As cancel(), but for sending it.
  void abandon();

  // How many entries failed, and the first of them.
  [[nodiscard]] std::uint64_t faults() const { return faults_; }
  [[nodiscard]] const std::optional<local::Fault>& first_fault() const { return first_fault_; }
  [[nodiscard]] const SftpRefusal& refusal() const final { return refusal_; }

 protected:
  enum class Walk : std::uint8_t { moved, waits, ended };

  // Adds jobs for the next of the tree, or wants something by run(). An error ends the whole when
  // all before it has been copied.
  virtual Result<Walk> walk() = 0;
  // Closes what the walk has open at the server.
  virtual void abandon_walk() = 0;
  // The same for what it could do without. Nothing is lost by it but time.
  virtual void spare_handles() {}

  // Wants `request` of the world before anything else goes on, and hands its answer to `then`.
  void run(LocalRequest request, Errands::Then then) {
    errands_.add(std::move(request), std::move(then));
  }
  template <typename Job, typename... Arguments>
  void add(Arguments&&... arguments) {
    jobs_.push_back({std::make_unique<Job>(std::forward<Arguments>(arguments)...), {}});
    jobs_.back().job->directory().count(1);
  }
  void skip(const std::shared_ptr<TreeDirectory>& directory, const std::string& source,
            local::Skip::Reason reason);
  // For a walk that finds out in an errand that it cannot go on.
  void end_with(const Error& error) { end_ = error; }
  // Whether the walk may add jobs.
  [[nodiscard]] bool has_room() const;
  [[nodiscard]] bool has_jobs() const { return !jobs_.empty(); }
  // Whether a job wants the server's handles for itself.
  [[nodiscard]] bool is_alone() const { return is_alone_; }
  // One more entry.
  Status count_entry();
  LocalFile next_file() { return LocalFile(next_file_++); }
  [[nodiscard]] const std::shared_ptr<SftpLink>& shared_link() const { return link_; }

 private:
  struct Entry {
    std::unique_ptr<TreeJob> job;
    std::optional<Error> error;  // it failed with it; to be told in its turn
    bool is_over = false;        // done, or failed
    [[nodiscard]] bool is_done() const { return is_over && !error; }
    bool wants_to_be_alone = false;
  };

  Result<std::optional<Want>> advance_jobs();
  Result<std::optional<Want>> advance_entry();
  [[nodiscard]] Turn turn() const;
  Walk walk_on();
  static void end(Entry& entry);
  Status take_failure(Entry& entry, const Error& error);
  void begin_round();
  [[nodiscard]] bool may_go_on(const Entry& entry) const;
  void leave_first();
  void tell_failure(TreeJob& job, const Error& error);
  void let_be_alone();
  void drop_entry();
  void begin_again(Entry& entry);

  std::shared_ptr<SftpLink> link_;
  Errands errands_;
  std::deque<Entry> jobs_;       // in the order of the entries; done ones go from the front
  std::size_t at_ = 0;           // how far this round through jobs_ has come
  bool have_all_let_go_ = true;  // those before at_
  bool is_alone_ = false;        // the first wants the server's handles for itself
  std::size_t width_;            // files at once
  std::size_t handles_ = 0;      // that those before at_ have
  std::uint32_t next_file_ = 0;
  std::optional<Error> end_;
  std::uint64_t faults_ = 0;
  std::optional<local::Fault> first_fault_;
  SftpRefusal refusal_;
  std::size_t entries_ = 0;
};

}  // namespace hawser::operations
