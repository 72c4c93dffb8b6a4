// The parts that copying a tree is made of: one job for each thing to be done for an entry. Many
// are under way at once; what people see of them (names at their side, reports, failures) happens
// in the order of the entries, as if they were done one after the other.
#pragma once

#include <memory>

#include "hawser/operations/copy_options.h"

namespace hawser::operations {

// A directory of the tree, for the jobs in it.
struct TreeDirectory {
  std::shared_ptr<TreeDirectory> above;
  bool is_ready = false;       // something can be made in it
  bool is_new = false;         // made by us
  bool is_lost = false;        // it cannot be copied, nor what is in it
  std::size_t unfinished = 0;  // jobs in it and below it

  // One more of them, or one less.
  void count(std::ptrdiff_t change) {
    for (TreeDirectory* here = this; here != nullptr; here = here->above.get()) {
      here->unfinished += static_cast<std::size_t>(change);
    }
  }
  [[nodiscard]] bool is_left_out() const {
    for (const TreeDirectory* here = this; here != nullptr; here = here->above.get()) {
      if (here->is_lost) return true;
    }
    return false;
  }
};

inline constexpr AwaitPeer kAwaitTurn{"SFTP reply", Patience::for_protocol};

class TreeJob {
 public:
  explicit TreeJob(std::shared_ptr<TreeDirectory> directory) : directory_(std::move(directory)) {}
  virtual ~TreeJob() = default;
  TreeJob(const TreeJob&) = delete;
  TreeJob& operator=(const TreeJob&) = delete;

  // As Operation::advance(): AwaitPeer is also what it says while it waits for its turn. An error
  // ends it, abandon() follows.
  virtual Result<Want> step(Turn turn) = 0;
  virtual Status supply(const Result<LocalAnswer>& /*answer*/) {
    return fail(Errc::internal, "tree");
  }
  // Ends it early and leaves nothing open at the server. The next step() begins anew.
  virtual void abandon() {}
  // What the local side still holds of a job that was ended early.
  [[nodiscard]] virtual std::optional<LocalRequest> leftover() const { return std::nullopt; }

  enum class Handle : std::uint8_t { none, wanted, held };
  // Of the server's, for a file.
  [[nodiscard]] virtual Handle handle() const { return Handle::none; }
  // Nothing can be seen of it any more but its end.
  [[nodiscard]] virtual bool has_let_go() const { return false; }
  // The memory that it may come to hold, in bytes.
  [[nodiscard]] virtual std::uint64_t load() const { return 0; }
  // Whether the server may have had no handle left when it said that.
  [[nodiscard]] virtual bool may_lack_handles(const Error& /*error*/) const { return false; }

  // Of a failure: which entry it is, and what the server said.
  [[nodiscard]] virtual std::string source() const = 0;
  [[nodiscard]] virtual std::string target() const = 0;
  [[nodiscard]] virtual SftpRefusal refusal() const { return {}; }
  // When it fails, so does all that is in its directory.
  [[nodiscard]] virtual bool makes_directory() const { return false; }

  [[nodiscard]] TreeDirectory& directory() const { return *directory_; }

 private:
  std::shared_ptr<TreeDirectory> directory_;
};

// Something that is wanted of the local side when its turn comes.
class LocalJob final : public TreeJob {
 public:
  enum class Kind : std::uint8_t { makes_directory, other };
  LocalJob(std::shared_ptr<TreeDirectory> directory, LocalRequest request, std::string source,
           std::string target, Kind kind = Kind::other)
      : TreeJob(std::move(directory)),
        request_(std::move(request)),
        source_(std::move(source)),
        target_(std::move(target)),
        kind_(kind) {}

  Result<Want> step(Turn turn) override {
    if (is_done_) return Done{};
    if (turn == Turn::later || turn == Turn::now) return kAwaitTurn;
    return NeedLocal{request_};
  }
  Status supply(const Result<LocalAnswer>& answer) override {
    if (!answer) return std::unexpected(answer.error());
    is_done_ = true;
    return {};
  }
  [[nodiscard]] std::string source() const override { return source_; }
  [[nodiscard]] std::string target() const override { return target_; }
  [[nodiscard]] bool makes_directory() const override { return kind_ == Kind::makes_directory; }

 private:
  LocalRequest request_;
  std::string source_;
  std::string target_;
  Kind kind_;
  bool is_done_ = false;
};

// An entry that has failed already.
class FailedJob final : public TreeJob {
 public:
  FailedJob(std::shared_ptr<TreeDirectory> directory, local::Fault fault, SftpRefusal refusal = {})
      : TreeJob(std::move(directory)), fault_(std::move(fault)), refusal_(std::move(refusal)) {}

  Result<Want> step(Turn /*turn*/) override { return std::unexpected(fault_.error); }
  [[nodiscard]] std::string source() const override { return fault_.source; }
  [[nodiscard]] std::string target() const override { return fault_.target; }
  [[nodiscard]] SftpRefusal refusal() const override { return refusal_; }

 private:
  local::Fault fault_;
  SftpRefusal refusal_;
};

}  // namespace hawser::operations
