// One file of this side to the server, with many writes in flight. It is written under a temporary
// name beside the target, which it replaces when all of it has been acknowledged (posix-rename of
// OpenSSH). The target itself is written where that cannot be: the server has no such rename, makes
// no file there, or does not let us give the new file the old one's owner; and where the target is
// no regular file, e.g. a symlink. A temporary file may be written over several channels
// (striped_writer.h); the target itself is not, for nobody shall see it with gaps.
#pragma once

#include "hawser/operations/copy_options.h"
#include "hawser/operations/sftp_call.h"
#include "hawser/operations/striped_writer.h"

namespace hawser::operations {

// The machine, for operations that copy one file or many.
class FileUpload final {
 public:
  enum class Target : std::uint8_t { may_exist, is_new };  // its directory was made just now
  struct Spec {
    std::string local;
    std::string remote;
    CopyOptions options;
    std::string unique;  // letters for the temporary name that nobody else uses
    Target target = Target::may_exist;
    // The number to open the source under.
    LocalFile file = {};  // NOLINT(readability-redundant-member-init): may be left out
  };
  FileUpload(std::shared_ptr<SftpLink> link, Spec spec);

  // An error of either ends it, or it is ended early: then abandon().
  Result<Want> step();
  // For one among others. Without it, it is alone.
  void come_to(Turn turn) { turn_ = turn; }
  // The server has been asked to put it in its place, and nothing else is left to do there.
  [[nodiscard]] bool has_let_go() const;
  // It may have a handle of the server's.
  [[nodiscard]] bool holds_handle() const { return stage_ < Stage::telling_the_end; }
  // A handle was had, so that what went wrong since is not for lack of one.
  [[nodiscard]] bool has_opened() const { return has_opened_; }
  Status supply(const Result<LocalAnswer>& answer);
  // Leaves nothing at the server but what a later try can resume. The source is for the world to
  // close.
  void abandon();

  [[nodiscard]] const Spec& spec() const { return spec_; }
  [[nodiscard]] std::uint64_t size() const { return done_; }  // that the target has
  // Of sftp_status; for other errors its text may have more to say.
  [[nodiscard]] const SftpRefusal& refusal() const { return refusal_; }

 private:
  enum class Stage : std::uint8_t {
    opening_source,
    looking_at_target,
    looking_at_part,
    opening_part,
    keeping_owner,
    opening_target,
    reading,
    sending,
    telling,
    closing_source,
    draining,
    setting_attributes,
    closing,
    telling_the_end,
    renaming,
    done
  };

  [[nodiscard]] bool is_at_server() const;
  Result<bool> advance_at_server();
  Result<bool> look_at_target();
  Result<bool> look_at_part();
  Result<bool> open_part();
  Result<bool> keep_owner();
  Result<bool> open_target();
  Result<bool> send();
  Result<bool> drain();
  Result<bool> set_attributes();
  Result<bool> close();
  Result<bool> check();
  Result<bool> rename();

  [[nodiscard]] bool may_resume() const;
  [[nodiscard]] std::string part_name() const;
  [[nodiscard]] std::uint64_t acknowledged() const {
    return has_ended_ ? done_ : writer_->acknowledged();
  }
  [[nodiscard]] bool has_to_tell() const {
    return spec_.options.tells() && told_ != acknowledged();
  }
  void write_directly();
  void put_in_place();
  void begin_to_read();
  std::unexpected<Error> refused_write(const Error& error);
  void drop_part();

  template <typename Message>
  Result<bool> ask(const Message& message, sftp::Expected expected);
  Result<bool> ask_to_open(const std::string& path, std::uint32_t flags);

  std::shared_ptr<SftpLink> link_;
  Spec spec_;
  SftpCall call_;
  SftpCall check_;  // beside the other
  Stage stage_ = Stage::opening_source;
  Turn turn_ = Turn::alone;
  bool has_opened_ = false;
  LocalFacts source_;
  std::optional<sftp::Attributes> old_;  // of the file that is replaced
  std::string part_;                     // the temporary name in use; empty: the target's own
  std::uint64_t part_size_ = 0;          // of what an earlier try left
  Bytes handle_;
  std::optional<StripedWriter> writer_;
  Bytes piece_;
  std::size_t piece_size_ = 0;
  std::uint64_t done_ = 0;
  std::optional<std::uint64_t> told_;  // of acknowledged(), to whom it may concern
  bool has_ended_ = false;
  bool is_checked_ = false;
  bool is_closed_ = false;
  SftpRefusal refusal_;
};

class Upload final : public SftpOperation {
 public:
  Upload(const std::shared_ptr<SftpLink>& link, FileUpload::Spec spec)
      : SftpOperation(link), file_(link, std::move(spec)) {}

  void cancel(session::Session& session, Inbox& inbox) override;
  Status supply_local(Result<LocalAnswer> answer) override { return file_.supply(answer); }
  [[nodiscard]] const SftpRefusal& refusal() const override { return file_.refusal(); }
  [[nodiscard]] std::uint64_t size() const { return file_.size(); }

 private:
  Result<Want> step() override { return file_.step(); }

  FileUpload file_;
};

}  // namespace hawser::operations
