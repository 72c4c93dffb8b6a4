// A file of a tree, in either direction: FileDownload or FileUpload as a job among others.
#pragma once

#include <algorithm>
#include <cerrno>

#include "hawser/operations/download.h"
#include "hawser/operations/tree_job.h"
#include "hawser/operations/upload.h"

namespace hawser::operations {

template <typename Machine>
class FileJob final : public TreeJob {
 public:
  // `size` is what is thought to be the file's.
  FileJob(std::shared_ptr<TreeDirectory> directory, std::shared_ptr<SftpLink> link,
          typename Machine::Spec spec, std::uint64_t size)
      : TreeJob(std::move(directory)),
        link_(std::move(link)),
        spec_(std::move(spec)),
        size_(size) {}

  Result<Want> step(Turn turn) override {
    if (!machine_ || is_over_) {
      if (!directory().is_ready) return kAwaitTurn;
      begin();
    }
    if (waits_for_turn_ && turn == Turn::later) return kAwaitTurn;
    if constexpr (kIsUpload) machine_->come_to(turn);
    Want want = HAWSER_TRY(machine_->step());
    const auto* local = std::get_if<NeedLocal>(&want);
    const bool has_to_wait = turn == Turn::later || (turn == Turn::now && !kIsUpload);
    waits_for_turn_ = local != nullptr && has_to_wait && !is_unseen(local->request);
    if (waits_for_turn_) return kAwaitTurn;
    return want;
  }
  Status supply(const Result<LocalAnswer>& answer) override { return machine_->supply(answer); }

  void abandon() override {
    if (machine_ && !is_over_) machine_->abandon();
    is_over_ = true;
  }
  [[nodiscard]] std::optional<LocalRequest> leftover() const override {
    if (!machine_) return std::nullopt;
    if constexpr (kIsUpload) return local::CloseSource{spec_.file};
    if constexpr (!kIsUpload) return local::DropTarget{spec_.file};
  }

  [[nodiscard]] Handle handle() const override {
    if (!machine_ || is_over_) return Handle::wanted;
    if constexpr (kIsUpload) return machine_->holds_handle() ? Handle::held : Handle::none;
    return Handle::held;
  }
  [[nodiscard]] bool has_let_go() const override {
    if constexpr (kIsUpload) return machine_ && !is_over_ && machine_->has_let_go();
    return false;
  }
  [[nodiscard]] std::uint64_t load() const override {
    constexpr std::uint64_t kMost = limits::kSftpReadAhead;
    const std::uint64_t done = machine_ && !is_over_ ? machine_->size() : 0;
    return std::min(size_ - std::min(size_, done), kMost);
  }
  [[nodiscard]] bool may_lack_handles(const Error& error) const override {
    if (error.code == Errc::local_file) return error.detail == EMFILE || error.detail == ENFILE;
    return error.code == Errc::sftp_status && !machine_->has_opened() &&
           error.detail == static_cast<std::uint32_t>(sftp::StatusCode::failure);
  }

  [[nodiscard]] std::string source() const override {
    return kIsUpload ? spec_.local : spec_.remote;
  }
  [[nodiscard]] std::string target() const override {
    return kIsUpload ? spec_.remote : spec_.local;
  }
  [[nodiscard]] SftpRefusal refusal() const override {
    return machine_ ? machine_->refusal() : SftpRefusal();
  }

 private:
  static constexpr bool kIsUpload = std::is_same_v<Machine, FileUpload>;

  static bool is_unseen(const LocalRequest& request) {
    return std::holds_alternative<local::OpenSource>(request) ||
           std::holds_alternative<local::ReadPiece>(request) ||
           std::holds_alternative<local::CloseSource>(request);
  }
  void begin() {
    if constexpr (kIsUpload) {
      spec_.target =
          directory().is_new ? FileUpload::Target::is_new : FileUpload::Target::may_exist;
    }
    machine_.emplace(link_, spec_);
    is_over_ = false;
    waits_for_turn_ = false;
  }

  std::shared_ptr<SftpLink> link_;
  typename Machine::Spec spec_;
  std::uint64_t size_;
  std::optional<Machine> machine_;
  bool is_over_ = false;
  bool waits_for_turn_ = false;  // with something that all see
};

}  // namespace hawser::operations
