// A directory of a tree at the server, as two jobs: it is made before what is in it, and gets its
// times and permissions after.
#pragma once

#include "hawser/operations/sftp_call.h"
#include "hawser/operations/tree_job.h"

namespace hawser::operations {

class FolderJob : public TreeJob {
 public:
  FolderJob(std::shared_ptr<TreeDirectory> directory, const std::shared_ptr<SftpLink>& link,
            std::string local, std::string remote, const LocalFacts& facts)
      : TreeJob(std::move(directory)),
        call_(link),
        local_(std::move(local)),
        remote_(std::move(remote)),
        facts_(facts) {}

  void abandon() override { call_.forget(); }
  [[nodiscard]] std::string source() const override { return local_; }
  [[nodiscard]] std::string target() const override { return remote_; }

 protected:
  [[nodiscard]] SftpCall& call() { return call_; }
  [[nodiscard]] const SftpCall& call() const { return call_; }
  [[nodiscard]] const LocalFacts& facts() const { return facts_; }
  [[nodiscard]] wire::Blob path() const { return wire::Blob(as_bytes(remote_)); }

 private:
  SftpCall call_;
  std::string local_;
  std::string remote_;
  LocalFacts facts_;
};

// Before its turn, too: of a tree that is given up empty directories may be left.
class MakeFolderJob final : public FolderJob {
 public:
  using FolderJob::FolderJob;
  Result<Want> step(Turn turn) override;
  [[nodiscard]] SftpRefusal refusal() const override { return refusal_; }
  [[nodiscard]] bool makes_directory() const override { return true; }

 private:
  enum class Stage : std::uint8_t { making, looking, done };
  Result<bool> make();
  Result<bool> look_what_is_there();

  Stage stage_ = Stage::making;
  SftpRefusal refusal_;  // of making it
};

// After all that is in it.
class FinishFolderJob final : public FolderJob {
 public:
  FinishFolderJob(std::shared_ptr<TreeDirectory> directory, const std::shared_ptr<SftpLink>& link,
                  std::string local, std::string remote, const LocalFacts& facts,
                  CopyOptions options)
      : FolderJob(std::move(directory), link, std::move(local), std::move(remote), facts),
        options_(options) {}
  Result<Want> step(Turn turn) override;
  [[nodiscard]] bool has_let_go() const override { return true; }
  [[nodiscard]] SftpRefusal refusal() const override { return call().refusal(); }

 private:
  CopyOptions options_;
};

}  // namespace hawser::operations
