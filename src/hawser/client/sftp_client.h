// An SFTP client on a connection for C++ programs (draft-ietf-secsh-filexfer-02 with OpenSSH's
// extensions). Every call waits until it is done; any number of threads may call at once. Paths are
// bytes as the server takes them. It keeps its connection alive; dropping it closes its channel.
#pragma once

#include <atomic>

#include "hawser/client/connection.h"
#include "hawser/operations/remote_file.h"

namespace hawser::client {

class SftpFile;
class SftpDirectory;

enum class Links : std::uint8_t { follow, keep };  // what a symlink at the end of a path stands for

// The flags of SSH_FXP_OPEN (6.3).
enum class OpenFlag : std::uint32_t {
  read = 0x01,
  write = 0x02,
  append = 0x04,
  create = 0x08,
  truncate = 0x10,
  exclusive = 0x20,
};
struct OpenFlags {
  std::uint32_t bits = 0;
  [[nodiscard]] bool has(OpenFlag flag) const {
    return (bits & static_cast<std::uint32_t>(flag)) != 0;
  }
};
constexpr OpenFlags operator|(OpenFlags flags, OpenFlag flag) {
  return {flags.bits | static_cast<std::uint32_t>(flag)};
}

struct IdNames {
  std::vector<std::string> users;
  std::vector<std::string> groups;
};

class SftpClient : public std::enable_shared_from_this<SftpClient> {
 public:
  // `server` is the name of a subsystem; with a slash in it, a command.
  static Outcome<std::shared_ptr<SftpClient>> open(std::shared_ptr<Connection> connection,
                                                   const Interrupt& interrupt = {},
                                                   const std::string& server = "sftp");
  ~SftpClient();
  SftpClient(const SftpClient&) = delete;
  SftpClient& operator=(const SftpClient&) = delete;

  // files and directories
  Outcome<std::shared_ptr<SftpFile>> open_file(const std::string& path, OpenFlags flags,
                                               std::optional<std::uint32_t> permissions,
                                               const Interrupt& interrupt = {});
  Outcome<std::shared_ptr<SftpDirectory>> open_directory(const std::string& path,
                                                         const Interrupt& interrupt = {});

  // names
  Outcome<sftp::Attributes> stat(const std::string& path, Links links,
                                 const Interrupt& interrupt = {});
  // lsetstat@openssh.com where links are kept.
  Outcome<void> set_attributes(const std::string& path, const sftp::Attributes& attributes,
                               Links links, const Interrupt& interrupt = {});
  Outcome<void> make_directory(const std::string& path, std::uint32_t mode,
                               const Interrupt& interrupt = {});
  Outcome<void> remove_directory(const std::string& path, const Interrupt& interrupt = {});
  Outcome<void> remove(const std::string& path, const Interrupt& interrupt = {});
  Outcome<void> rename(const std::string& from, const std::string& to,
                       const Interrupt& interrupt = {});
  Outcome<void> posix_rename(const std::string& from, const std::string& to,
                             const Interrupt& interrupt = {});
  Outcome<void> symlink(const std::string& target, const std::string& path,
                        const Interrupt& interrupt = {});
  Outcome<void> hard_link(const std::string& target, const std::string& path,
                          const Interrupt& interrupt = {});
  Outcome<std::string> read_link(const std::string& path, const Interrupt& interrupt = {});
  Outcome<std::string> real_path(const std::string& path, const Interrupt& interrupt = {});

  // the server
  Outcome<std::string> expand_path(const std::string& path, const Interrupt& interrupt = {});
  Outcome<std::string> home_directory(const std::string& user, const Interrupt& interrupt = {});
  Outcome<sftp::FileSystem> file_system(const std::string& path, const Interrupt& interrupt = {});
  Outcome<IdNames> names_by_id(const std::vector<std::uint32_t>& users,
                               const std::vector<std::uint32_t>& groups,
                               const Interrupt& interrupt = {});
  // A part of `from` to the same place in `to`, on the server (copy-data); SFTP_OP_UNSUPPORTED if
  // it cannot.
  static constexpr std::uint64_t kToTheEnd = 0;
  struct Extent {
    std::uint64_t offset = 0;
    std::uint64_t size = kToTheEnd;
  };
  Outcome<void> copy_data(SftpFile& from, SftpFile& to, Extent extent,
                          const Interrupt& interrupt = {});
  // What was written to the file is on the server's disk (fsync@openssh.com).
  Outcome<void> sync(SftpFile& file, const Interrupt& interrupt = {});
  Outcome<sftp::FileSystem> file_system_of(SftpFile& file, const Interrupt& interrupt = {});
  [[nodiscard]] bool has(std::string_view extension);
  [[nodiscard]] std::vector<std::pair<std::string, Bytes>> extensions();
  [[nodiscard]] sftp::Limits limits();

  void close();
  [[nodiscard]] bool is_closed();
  // For who drops it: whether that ends what is open. Asked without waiting; false if that is not
  // to be known.
  [[nodiscard]] bool is_left_open();

  // For SftpFile, SftpDirectory and transfers on top of it.
  struct Subject {  // what a failure is about
    std::string path;
    std::string other_path;
  };
  Outcome<void> perform(operations::SftpOperation& operation, World& world, const Subject& subject,
                        const Interrupt& interrupt);
  // The failure of an operation with what the server said, and what it is about.
  [[nodiscard]] static Failure refused(Failure failure, const operations::SftpRefusal& refusal,
                                       const Subject& subject);
  // SFTP cannot say why it failed in these cases: one look at the path tells. Fills in the errno if
  // what the path shows explains the failure.
  enum class Suspect : std::uint8_t { exists, not_empty, not_a_directory, is_a_directory };
  void explain_by(Failure& failure, const std::string& path, Suspect suspect,
                  const Interrupt& interrupt, Links links = Links::keep);
  // The same by what a look at the path, or at an open handle, brought.
  static void explain_by(Failure& failure, const sftp::Attributes& found, Suspect suspect);
  [[nodiscard]] const std::shared_ptr<Connection>& connection() const { return connection_; }
  [[nodiscard]] const std::shared_ptr<operations::SftpLink>& link() const { return link_; }

 private:
  SftpClient(std::shared_ptr<Connection> connection, std::shared_ptr<operations::SftpLink> link)
      : connection_(std::move(connection)), link_(std::move(link)) {}
  [[nodiscard]] Outcome<void> usable() const;
  // The views in the request live for the call.
  Outcome<operations::SftpAnswer> ask(operations::SftpRequest&& request, const Subject& subject,
                                      const Interrupt& interrupt);
  Outcome<operations::SftpAnswer> ask_extended(std::string_view extension, const Bytes& data,
                                               sftp::Expected expected, const Subject& subject,
                                               const Interrupt& interrupt);
  std::shared_ptr<Connection> connection_;
  std::shared_ptr<operations::SftpLink> link_;
  std::atomic<bool> is_closed_ = false;
};

}  // namespace hawser::client
