// One remote file to this side: it is read with many requests in flight, what came is written in
// order, and the target is finished when the server says that the file ends.
#pragma once

#include "hawser/operations/copy_options.h"
#include "hawser/operations/remote_reader.h"
#include "hawser/operations/sftp_call.h"

namespace hawser::operations {

// The machine, for operations that copy one file or many.
class FileDownload final {
 public:
  struct Spec {
    std::string remote;
    std::string local;
    CopyOptions options;
    // The number to open the target under.
    LocalFile file = {};  // NOLINT(readability-redundant-member-init): may be left out
    // As a listing or a stat tells: then reading begins before the open file has been looked at.
    std::optional<std::uint64_t> expected_size = std::nullopt;
  };
  FileDownload(std::shared_ptr<SftpLink> link, Spec spec)
      : link_(std::move(link)), spec_(std::move(spec)), call_(link_) {}

  // An error of either ends it, or it is ended early: then abandon().
  Result<Want> step();
  Status supply(const Result<LocalAnswer>& answer);
  // Leaves nothing open at the server. The target, if there is one, is for the world to drop.
  void abandon();

  [[nodiscard]] const Spec& spec() const { return spec_; }
  // A handle was had, so that what went wrong since is not for lack of one.
  [[nodiscard]] bool has_opened() const { return stage_ != Stage::opening; }
  [[nodiscard]] std::uint64_t size() const { return done_; }  // that the target has
  // Of sftp_status; for other errors its text may have more to say.
  [[nodiscard]] const SftpRefusal& refusal() const { return refusal_; }

 private:
  enum class Stage : std::uint8_t {
    opening,
    sizing,
    sizing_by_name,
    making_target,
    copying,
    writing,
    telling,
    finishing,
    done
  };

  Result<bool> size_up();
  template <typename Message>
  Result<bool> ask(const Message& message, sftp::Expected expected);
  Status refuse_what_is_no_file();
  void read_from(std::uint64_t offset, std::optional<std::uint64_t> size);
  Status copy();
  Status check_size();
  [[nodiscard]] bool has_to_tell() const { return spec_.options.tells() && told_ != done_; }
  [[nodiscard]] local::OpenTarget target() const;
  [[nodiscard]] local::FinishTarget finish() const;

  std::shared_ptr<SftpLink> link_;
  Spec spec_;
  SftpCall call_;
  Stage stage_ = Stage::opening;
  Bytes handle_;
  sftp::Attributes attributes_;
  std::optional<RemoteReader> reader_;
  std::uint64_t done_ = 0;
  std::optional<std::uint64_t> told_;  // of done_, to whom it may concern
  bool has_ended_ = false;
  SftpRefusal refusal_;
};

class Download final : public SftpOperation {
 public:
  Download(const std::shared_ptr<SftpLink>& link, FileDownload::Spec spec)
      : SftpOperation(link), file_(link, std::move(spec)) {}

  void cancel(session::Session& session, Inbox& inbox) override;
  Status supply_local(Result<LocalAnswer> answer) override { return file_.supply(answer); }
  [[nodiscard]] const SftpRefusal& refusal() const override { return file_.refusal(); }
  [[nodiscard]] std::uint64_t size() const { return file_.size(); }

 private:
  Result<Want> step() override { return file_.step(); }

  FileDownload file_;
};

}  // namespace hawser::operations
