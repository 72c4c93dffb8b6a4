// Bytes, events and time. The commands stand in session_commands.cpp.
#include "hawser/session/session.h"

#include "hawser/transport/weakness.h"
#include "hawser/wire/messages_auth.h"
#include "hawser/wire/messages_transport.h"

namespace hawser::session {

namespace {

std::optional<Instant> after(Instant now, const std::optional<Duration>& duration) {
  if (!duration) return std::nullopt;
  return now + *duration;
}

template <typename From>
std::optional<Event> widen(std::optional<From> from) {
  if (!from) return std::nullopt;
  return std::visit([](auto& event) -> Event { return std::move(event); }, *from);
}

}  // namespace

Session::Session(Config config, const crypto::Engine& engine, Instant now)
    : config_(std::move(config)),
      transport_(config_.transport, engine),
      multiplexer_(config_.connection, *this),
      now_(now),
      identification_deadline_(after(now, config_.deadlines.identification)) {
  multiplexer_.on_time(now);
  if (const Status started = transport_.start(); !started) latch(started.error());
}

ByteSpan Session::receive_space() {
  if (failure_ || has_ended_) return {};
  return transport_.receive_space();
}

void Session::received(std::size_t size) {
  transport_.received(size);
}

bool Session::can_receive() const {
  return !failure_ && !has_ended_ && transport_.can_receive();
}

void Session::ended(int os_error) {
  has_ended_ = true;
  os_error_ = os_error;
}

Result<std::optional<Event>> Session::next() {
  if (failure_) return std::unexpected(*failure_);
  auto event = advance();
  if (!event) return latch(event.error());
  watch_exchange();
  return event;
}

Result<std::optional<Event>> Session::advance() {
  HAWSER_TRY(check_deadlines());
  for (;;) {
    HAWSER_TRY(flush_deferred());
    while (auto step = authenticator_.next()) {
      auto event = HAWSER_TRY(perform(*std::move(step)));
      if (event) return event;
    }
    auto happened = HAWSER_TRY(transport_.next());
    HAWSER_TRY(transport_.rekey_if_due(now_));
    if (transport_.is_identified()) identification_deadline_.reset();
    if (!happened) {
      if (has_ended_ && transport_.is_discarding()) {
        return fail(Errc::mac_mismatch, "end of stream");
      }
      if (has_ended_ && !transport_.is_judging()) {
        const bool is_other_protocol = !transport_.is_identified() && transport_.saw_text();
        return fail(is_other_protocol ? Errc::not_ssh : Errc::connection_lost, "end of stream",
                    static_cast<std::uint32_t>(os_error_));
      }
      return std::nullopt;
    }
    if (std::holds_alternative<transport::HostKeyToJudge>(*happened)) {
      return HostKeyOffered{*transport_.kex().host_key()};
    }
    if (const auto* ready = std::get_if<transport::KeysReady>(&*happened)) {
      key_exchange_deadline_.reset();
      const transport::KexMachine& kex = transport_.kex();
      return KeysExchanged{
          ready->is_first,
          transport::weaknesses_of(*kex.agreed(), kex.host_key()->rsa_bits(), kex.strict())};
    }
    auto event = HAWSER_TRY(take(std::get<transport::PacketView>(*happened)));
    if (event) return event;
  }
}

Result<std::optional<Event>> Session::take(const transport::PacketView& packet) {
  if (packet.number >= 80) {
    return widen(HAWSER_TRY(multiplexer_.take(packet.payload)));
  }
  HAWSER_TRY(authenticator_.take(packet.payload));
  return std::nullopt;
}

// What the authenticator decided: some of it is for the wire, some for whoever drives us.
Result<std::optional<Event>> Session::perform(auth::AuthStep step) {
  if (auto* transmit = std::get_if<auth::Transmit>(&step)) {
    HAWSER_TRY(post(transmit->payload.view()));
    return std::nullopt;
  }
  if (std::holds_alternative<auth::ServiceAccepted>(step)) {
    transport_.set_stage(transport::Stage::authentication);
    return std::nullopt;
  }
  if (std::holds_alternative<auth::Succeeded>(step)) {
    transport_.set_stage(transport::Stage::connection);
    login_deadline_.reset();
    return LoginSucceeded{};
  }
  if (auto* refused = std::get_if<auth::Refused>(&step)) {
    login_deadline_.reset();
    return std::move(*refused);
  }
  if (auto* banner = std::get_if<auth::Banner>(&step)) return std::move(*banner);
  if (auto* prompts = std::get_if<auth::PromptRequest>(&step)) {
    login_deadline_.reset();  // a person may take long to answer
    return std::move(*prompts);
  }
  return std::get<auth::SignRequest>(step);
}

Status Session::flush_deferred() {
  while (!deferred_.empty() && transport_.can_send()) {
    HAWSER_TRY(transport_.send(Gather(deferred_.front())));
    deferred_bytes_ -= deferred_.front().size();
    wipe(deferred_.front());  // a password may have waited here
    deferred_.pop_front();
  }
  return {};
}

Status Session::post(ByteView payload) {
  HAWSER_TRY(flush_deferred());
  if (transport_.can_send()) return transport_.send(Gather(payload));
  if (deferred_.size() >= limits::kDeferredPackets ||
      deferred_bytes_ + payload.size() > limits::kDeferredBytes) {
    return fail(Errc::limit_passed, "packets held back by key exchange", limits::kDeferredPackets);
  }
  deferred_.push_back(to_bytes(payload));
  deferred_bytes_ += payload.size();
  return {};
}

bool Session::is_ready_for_data() const {
  return transport_.can_send() && deferred_.empty() &&
         transport_.pending_output().size() < limits::kOutboundData;
}

Status Session::post_data(const Gather& payload) {
  return transport_.send(payload);
}

std::optional<Instant> Session::next_deadline() const {
  std::optional<Instant> earliest;
  if (failure_) return earliest;
  for (const auto& deadline : {identification_deadline_, key_exchange_deadline_, login_deadline_,
                               transport_.rekey_deadline()}) {
    if (deadline && (!earliest || *deadline < *earliest)) earliest = deadline;
  }
  return earliest;
}

void Session::on_time(Instant now) {
  now_ = std::max(now, now_);
  multiplexer_.on_time(now_);
  watch_exchange();
}

// Every exchange has its own deadline, whoever began it. While a human looks at the host key the
// peer is not late; after the verdict it has the whole time again.
void Session::watch_exchange() {
  if (!transport_.is_exchanging() || transport_.is_judging() || !transport_.is_identified()) {
    key_exchange_deadline_.reset();
  } else if (!key_exchange_deadline_) {
    key_exchange_deadline_ = after(now_, config_.deadlines.key_exchange);
  }
}

Status Session::check_deadlines() {
  const auto is_past = [this](const std::optional<Instant>& deadline) {
    return deadline && now_ >= *deadline;
  };
  const char* where = nullptr;
  if (is_past(identification_deadline_)) where = "identification";
  if (is_past(key_exchange_deadline_)) where = "key exchange";
  if (is_past(login_deadline_)) where = "authentication";
  if (where == nullptr) return {};
  return fail(Errc::timed_out, where, static_cast<std::uint32_t>(phase()));
}

std::unexpected<Error> Session::latch(Error error) {
  if (failure_) return std::unexpected(*failure_);
  failure_ = error;
  for (Bytes& payload : deferred_) wipe(payload);
  deferred_.clear();
  const std::uint32_t reason = disconnect_reason(error.code);
  if (reason != 0 && !has_ended_) {
    // Best effort: the connection is over whether the peer hears why or not.
    (void)transport_.send_message(wire::Disconnect{reason, describe(error.code), ""});
  }
  return std::unexpected(error);
}

}  // namespace hawser::session
