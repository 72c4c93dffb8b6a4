// What copying a tree has in common in both directions: small errands at the local side, one after
// the other, and what happens when one of many entries fails.
#pragma once

#include "hawser/operations/copy_options.h"
#include "hawser/operations/errands.h"
#include "hawser/operations/sftp_request.h"

namespace hawser::operations {

// Whether the error is of one file or directory, so that the others can go on. A full disk is of
// all.
bool is_of_one_entry(const Error& error);

// "name" in the directory "path"; the directory itself for an empty name.
std::string join(const std::string& path, const std::string& name);

class TreeCopy : public SftpOperation {
 public:
  explicit TreeCopy(const std::shared_ptr<SftpLink>& link) : SftpOperation(link), link_(link) {}

  // How many entries failed, and the first of them.
  [[nodiscard]] std::uint64_t faults() const { return faults_; }
  [[nodiscard]] const std::optional<local::Fault>& first_fault() const { return first_fault_; }
  [[nodiscard]] const SftpRefusal& refusal() const override { return refusal_; }

 protected:
  // Wants `request` of the world before anything else goes on, and hands its answer to `then`.
  void run(LocalRequest request, Errands::Then then) {
    errands_.add(std::move(request), std::move(then));
  }
  [[nodiscard]] bool has_errand() const { return !errands_.empty(); }
  [[nodiscard]] Want errand() const { return errands_.want(); }
  Status finish_errand(const Result<LocalAnswer>& answer) { return errands_.finish(answer); }

  void skip(std::string source, local::Skip::Reason reason);
  // Notes an error of one entry, or returns one that is of all.
  Status note(std::string source, std::string target, const Error& error,
              const SftpRefusal& refusal);
  // One more entry.
  Status count_entry();
  [[nodiscard]] const std::shared_ptr<SftpLink>& shared_link() const { return link_; }

 private:
  std::shared_ptr<SftpLink> link_;
  Errands errands_;
  std::uint64_t faults_ = 0;
  std::optional<local::Fault> first_fault_;
  SftpRefusal refusal_;
  std::size_t entries_ = 0;
};

}  // namespace hawser::operations
