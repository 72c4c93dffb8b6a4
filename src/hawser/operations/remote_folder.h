// A remote directory that is opened and listed, as far as some entries ahead of whoever wants them.
// The directories in it can be listed ahead, too.
#pragma once

#include <deque>
#include <memory>

#include "hawser/operations/remote_directory.h"
#include "hawser/operations/sftp_call.h"

namespace hawser::operations {

// Of a name in a directory: one component, none of "." and "..".
bool is_this_or_parent(std::string_view name);
bool is_plain(std::string_view name);

class RemoteFolder final {
 public:
  RemoteFolder(std::shared_ptr<SftpLink> link, std::string path)
      : link_(std::move(link)), path_(std::move(path)), call_(link_) {}
  RemoteFolder(const RemoteFolder&) = delete;
  RemoteFolder& operator=(const RemoteFolder&) = delete;
  ~RemoteFolder() { close(); }

  enum class State : std::uint8_t {
    waiting,
    open,    // but no entry is there yet
    ready,   // next() gives one
    ended,   // there are no more, and it is closed
    failed,  // see error(); entries before that have been given
  };
  // Goes on with it; call it first, and after news.
  State advance();
  [[nodiscard]] const std::string& path() const { return path_; }

  // Requires: ready.
  SftpAnswer::Name next();
  // Requires: failed.
  [[nodiscard]] const Error& error() const { return *failure_; }
  [[nodiscard]] const SftpRefusal& refusal() const;
  [[nodiscard]] bool has_opened() const { return directory_ != nullptr; }

  // The directories among the entries that are there, in their order.
  [[nodiscard]] std::deque<std::unique_ptr<RemoteFolder>>& folders() { return folders_; }
  // That of an entry that next() gave.
  std::unique_ptr<RemoteFolder> take_folder(const std::string& path);

  // Leaves nothing open at the server.
  void close();
  // So that the next advance() begins anew. Requires: next() was not called.
  void begin_again();

 private:
  void open();
  void take_entries();

  std::shared_ptr<SftpLink> link_;
  std::string path_;
  SftpCall call_;
  std::unique_ptr<RemoteDirectory> directory_;
  std::deque<SftpAnswer::Name> entries_;
  std::deque<std::unique_ptr<RemoteFolder>> folders_;
  bool has_ended_ = false;
  std::optional<Error> failure_;
};

}  // namespace hawser::operations
