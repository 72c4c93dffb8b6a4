// Where a session's events go: to the box of the channel they name, or into what is known of the
// connection as a whole. Operations look here; drivers fill it.
#pragma once

#include <memory>
#include <unordered_map>

#include "hawser/operations/channel_box.h"
#include "hawser/operations/listening.h"

namespace hawser::operations {

class Inbox {
 public:
  Status take(session::Session& session, const session::Event& event);

  // A box for a channel just opened. It stays until close() and the server's own CLOSE.
  std::shared_ptr<ChannelBox> add(connection::ChannelId id);
  void remove(connection::ChannelId id) { boxes_.erase(id); }
  [[nodiscard]] std::size_t channels() const { return boxes_.size(); }

  // From here on who comes there waits there; who comes where nobody listens is refused.
  void listen(std::shared_ptr<Listening> listening) { listenings_.push_back(std::move(listening)); }
  void stop(Listening& listening);

  // connection-wide facts
  struct LoginOutcome {
    bool is_success = false;
    session::LoginRefused refused;
  };
  std::optional<LoginOutcome> take_login_outcome();
  [[nodiscard]] bool wants_verdict() const { return wants_verdict_; }
  void verdict_given() { wants_verdict_ = false; }
  std::optional<session::SignatureWanted>& signature_wanted() { return signature_wanted_; }
  std::optional<session::PromptsShown>& prompts_shown() { return prompts_shown_; }
  [[nodiscard]] std::uint64_t exchanges() const { return exchanges_; }
  // Of what the last exchange agreed on, for people.
  [[nodiscard]] const std::vector<std::string>& weaknesses() const { return weaknesses_; }
  // Global requests are answered in order: who just made one waits until global_replies() is this.
  std::uint64_t next_global_reply() { return ++global_requests_; }
  [[nodiscard]] std::uint64_t global_replies() const { return global_replies_; }
  // What the answer to that request says is kept until it is taken; nullopt: it was refused.
  void await_answer(std::uint64_t number) { answers_[number]; }
  std::optional<Bytes> take_answer(std::uint64_t number);
  // As the server announced them last.
  [[nodiscard]] const std::vector<Bytes>& host_keys() const { return host_keys_; }
  [[nodiscard]] const std::string& banner() const { return banner_; }

  // Counts the events that are nobody's in particular.
  [[nodiscard]] std::uint64_t version() const { return version_; }

 private:
  Status take_offer(session::Session& session, const connection::ChannelOffered& offered);
  Listening* listening_for(const connection::OfferOrigin& origin);
  void take_reply(const connection::GlobalReplied& replied);
  Status deliver(session::Session& session, connection::ChannelId id, const session::Event& event);

  std::unordered_map<connection::ChannelId, std::shared_ptr<ChannelBox>> boxes_;
  std::vector<std::shared_ptr<Listening>> listenings_;
  std::optional<LoginOutcome> login_outcome_;
  std::optional<session::SignatureWanted> signature_wanted_;
  std::optional<session::PromptsShown> prompts_shown_;
  std::string banner_;
  bool wants_verdict_ = false;
  std::uint64_t exchanges_ = 0;
  std::vector<std::string> weaknesses_;
  std::uint64_t global_requests_ = 0;
  std::uint64_t global_replies_ = 0;
  std::unordered_map<std::uint64_t, std::optional<Bytes>> answers_;
  std::vector<Bytes> host_keys_;
  std::uint64_t version_ = 0;
};

}  // namespace hawser::operations
