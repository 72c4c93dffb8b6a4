#include "hawser/operations/inbox.h"

#include <utility>

namespace hawser::operations {

namespace {

template <typename Event>
concept OfChannel = requires(const Event& event) { event.channel; };

}  // namespace

Status Inbox::take(session::Session& session, const session::Event& event) {
  const auto visit = [&](const auto& each) -> Status {
    using Each = std::decay_t<decltype(each)>;
    if constexpr (OfChannel<Each>) {
      return deliver(session, each.channel, event);
    } else {
      ++version_;
      if constexpr (std::is_same_v<Each, session::HostKeyOffered>) wants_verdict_ = true;
      if constexpr (std::is_same_v<Each, session::KeysExchanged>) {
        ++exchanges_;
        weaknesses_ = each.weaknesses;
      }
      if constexpr (std::is_same_v<Each, session::SignatureWanted>) signature_wanted_ = each;
      if constexpr (std::is_same_v<Each, session::PromptsShown>) prompts_shown_ = each;
      if constexpr (std::is_same_v<Each, session::LoginSucceeded>) {
        login_outcome_ = LoginOutcome{true, {}};
      }
      if constexpr (std::is_same_v<Each, session::LoginRefused>) {
        login_outcome_ = LoginOutcome{false, each};
      }
      if constexpr (std::is_same_v<Each, session::BannerShown>) banner_ += each.text;
      if constexpr (std::is_same_v<Each, connection::GlobalReplied>) take_reply(each);
      if constexpr (std::is_same_v<Each, connection::HostKeysAnnounced>) {
        host_keys_.clear();
        for (const ByteView blob : each.blobs) host_keys_.push_back(to_bytes(blob));
      }
      if constexpr (std::is_same_v<Each, connection::ChannelOffered>) {
        return take_offer(session, each);
      }
      return {};
    }
  };
  return std::visit(visit, event);
}

Status Inbox::take_offer(session::Session& session, const connection::ChannelOffered& offered) {
  Listening* listening = listening_for(offered.origin);
  if (listening == nullptr) {
    return session.refuse(offered.offered, connection::OpenRefusal::administratively_prohibited);
  }
  if (listening->add({add(offered.offered), offered.origin})) return {};
  remove(offered.offered);
  return session.refuse(offered.offered, connection::OpenRefusal::resource_shortage);
}

Listening* Inbox::listening_for(const connection::OfferOrigin& origin) {
  Listening* best = nullptr;
  for (const auto& listening : listenings_) {
    const auto fit = listening->fit(origin);
    if (fit == Listening::Fit::exact) return listening.get();
    if (fit == Listening::Fit::by_port && best == nullptr) best = listening.get();
  }
  return best;
}

void Inbox::stop(Listening& listening) {
  listening.close();
  std::erase_if(listenings_, [&](const auto& each) { return each.get() == &listening; });
  ++version_;
}

void Inbox::take_reply(const connection::GlobalReplied& replied) {
  const auto awaited = answers_.find(++global_replies_);
  if (awaited != answers_.end() && replied.is_success) awaited->second = to_bytes(replied.answer);
}

std::optional<Bytes> Inbox::take_answer(std::uint64_t number) {
  const auto node = answers_.extract(number);
  return node.empty() ? std::nullopt : std::move(node.mapped());
}

Status Inbox::deliver(session::Session& session, connection::ChannelId id,
                      const session::Event& event) {
  const auto found = boxes_.find(id);
  if (found == boxes_.end()) return {};
  const auto box = found->second;
  HAWSER_TRY(box->take(session, event));
  if (box->is_closed()) boxes_.erase(found);
  return {};
}

std::shared_ptr<ChannelBox> Inbox::add(connection::ChannelId id) {
  return boxes_.emplace(id, std::make_shared<ChannelBox>(id)).first->second;
}

std::optional<Inbox::LoginOutcome> Inbox::take_login_outcome() {
  return std::exchange(login_outcome_, std::nullopt);
}

}  // namespace hawser::operations
