#include "hawser/operations/sftp_branches.h"

#include <algorithm>

#include "hawser/operations/sftp_link.h"

namespace hawser::operations {

SftpBranches::Wish SftpBranches::wished() const {
  Wish most;
  for (const auto& [who, wish] : wishes_) {
    most.channels = std::max(most.channels, wish.channels);
    most.links = std::max(most.links, wish.links);
  }
  return most;
}

// The last of a server's sessions are left to whoever else uses the connection.
bool SftpBranches::wants_more(const Inbox& inbox) const {
  return !is_given_up_ && links_.size() + opening_.size() < wished().channels &&
         inbox.channels() < limits::kStripes;
}

bool SftpBranches::drive(session::Session& session, Inbox& inbox, SftpLink& trunk) {
  bool has_news = open(session, inbox, trunk);
  for (auto place = links_.begin(); place != links_.end();) {
    has_news = drive(session, **place) || has_news;
    if ((*place)->stands()) {
      ++place;
      continue;
    }
    (*place)->detach(session);
    place = links_.erase(place);
    give_up();
    has_news = true;
  }
  return has_news;
}

bool SftpBranches::open(session::Session& session, Inbox& inbox, SftpLink& trunk) {
  bool has_news = false;
  for (auto place = opening_.begin(); wants_more(inbox) || place != opening_.end();) {
    if (place == opening_.end()) {
      place = opening_.emplace(place, connection::SessionKind{});
    }
    const auto opened = place->advance(session, inbox);
    if (place->box()) place->box()->tell(trunk.shared_box());
    const bool is_open = opened && std::holds_alternative<Done>(*opened);
    const bool is_wanted = links_.size() < wished().links;
    const bool is_surplus = links_.size() + opening_.size() > wished().channels;
    if (opened && !(is_open && (is_wanted || is_surplus))) {
      ++place;
      continue;
    }
    if (is_open && is_wanted) {
      auto link = std::make_shared<SftpLink>(place->box(), trunk.server());
      link->learn(trunk.limits());
      if (link->begin(session)) links_.push_back(std::move(link));
    } else if (is_open) {
      place->cancel(session, inbox);
    } else {
      give_up();
    }
    place = opening_.erase(place);
    has_news = true;
  }
  return has_news;
}

// True: all of what was pending is sent, or its window is shut now.
bool SftpBranches::drive(session::Session& session, SftpLink& link) {
  const bool was_shut = link.is_shut();
  const bool had_output = link.engine().unsent() > 0;
  (void)link.flush(session);
  return (had_output && link.engine().unsent() == 0) || (link.is_shut() && !was_shut);
}

void SftpBranches::rest(session::Session& session) {
  if (!wishes_.empty()) return;
  detach(session);
  is_given_up_ = false;
}

void SftpBranches::detach(session::Session& session) {
  for (const auto& link : links_) link->detach(session);
  links_.clear();
  for (OpenChannel& opening : opening_) {
    if (opening.box() && !opening.box()->is_closed()) (void)session.close(opening.box()->id());
  }
  opening_.clear();
  give_up();
}

}  // namespace hawser::operations
