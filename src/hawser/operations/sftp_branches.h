// Further channels of the same connection beside an SFTP link's own, each with a server of its own
// behind it: a window carries no more than its size in a round trip, several carry more. They are
// opened while operations on the link go on. A server that refuses one is not asked again until all
// are closed; one that breaks is dropped, and whoever uses it sees that it stands no more.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <vector>

#include "hawser/operations/open_channel.h"

namespace hawser::operations {

class SftpLink;

class SftpBranches final {
 public:
  // Somebody wants so many, until he says withdraw(). What others wish for is his, too.
  struct Wish {
    std::size_t channels = 0;  // that are open: to the server they cost next to nothing
    std::size_t links = 0;     // of them, those on which SFTP is spoken
  };
  void wish(const void* who, const Wish& wish) { wishes_[who] = wish; }
  void withdraw(const void* who) { wishes_.erase(who); }
  // No more are opened until all are closed: they are of no use.
  void give_up() { is_given_up_ = true; }

  // Those that were opened and did not break. SFTP may be spoken on them, though what the server
  // says to that has not come yet.
  [[nodiscard]] const std::vector<std::shared_ptr<SftpLink>>& links() const { return links_; }
  // Whether there will be more links than there are.
  [[nodiscard]] bool are_opening() const {
    return !opening_.empty() && links_.size() < wished().links;
  }

  // Opens what is wished for, and sends what is pending. True if that changed anything for whoever
  // uses them.
  bool drive(session::Session& session, Inbox& inbox, SftpLink& trunk);
  // An operation has ended: closes all if nobody wants them any more.
  void rest(session::Session& session);
  void detach(session::Session& session);

  // For tests.
  void add(std::shared_ptr<SftpLink> link) { links_.push_back(std::move(link)); }

 private:
  [[nodiscard]] Wish wished() const;
  [[nodiscard]] bool wants_more(const Inbox& inbox) const;
  bool open(session::Session& session, Inbox& inbox, SftpLink& trunk);
  static bool drive(session::Session& session, SftpLink& link);

  std::map<const void*, Wish> wishes_;
  bool is_given_up_ = false;
  std::list<OpenChannel> opening_;  // or open, and not used yet
  std::vector<std::shared_ptr<SftpLink>> links_;
};

}  // namespace hawser::operations
