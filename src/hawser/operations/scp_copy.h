// What copying by SCP has in common in both directions: errands at the local side, and the entries
// of a tree that fail while the others go on.
#pragma once

#include "hawser/operations/copy_options.h"
#include "hawser/operations/errands.h"
#include "hawser/operations/scp_link.h"

namespace hawser::operations {

class ScpCopy : public Operation {
 public:
  void cancel(session::Session& session, Inbox& inbox) override { link_.cancel(session, inbox); }
  Status supply_local(Result<LocalAnswer> answer) override { return errands_.finish(answer); }
  [[nodiscard]] const ChannelBox* channel() const override { return link_.channel(); }

  [[nodiscard]] const ScpLink& link() const { return link_; }
  // How many entries failed, on either side, and the first of them.
  [[nodiscard]] std::uint64_t faults() const { return faults_; }
  [[nodiscard]] const std::optional<local::Fault>& first_fault() const { return first_fault_; }
  // What was copied is a tree.
  [[nodiscard]] bool is_tree() const { return is_tree_; }

 protected:
  ScpCopy(std::string command, std::size_t capacity, CopyOptions options)
      : link_(std::move(command), capacity), options_(options) {}

  // Notes an error of one entry, or returns one that is of all, e.g. a full disk. `text` is what
  // there is to say besides.
  Status note(std::string source, std::string target, const Error& error, std::string text = {});
  // From here on entries are those of a tree, and faults are told as they come.
  void note_tree() { is_tree_ = true; }
  void tell(const std::string& source, std::uint64_t done, std::uint64_t total);

  [[nodiscard]] ScpLink& link() { return link_; }
  [[nodiscard]] Errands& errands() { return errands_; }
  [[nodiscard]] const CopyOptions& options() const { return options_; }

 private:
  ScpLink link_;
  Errands errands_;
  CopyOptions options_;
  std::uint64_t faults_ = 0;
  std::optional<local::Fault> first_fault_;
  bool is_tree_ = false;
};

}  // namespace hawser::operations
