#include "hawser/auth/authenticator.h"

#include <algorithm>
#include <utility>

#include "hawser/base/display.h"
#include "hawser/base/limits.h"
#include "hawser/wire/codec.h"
#include "hawser/wire/messages_auth.h"
#include "hawser/wire/messages_transport.h"

namespace hawser::auth {

namespace {

constexpr std::string_view kService = "ssh-userauth";

// One row a method: which credential it takes.
struct MakeMethod {
  MethodContext context;
  std::unique_ptr<Method> operator()(NoneCredential /*credential*/) {
    return make_none(std::move(context));
  }
  std::unique_ptr<Method> operator()(PasswordCredential credential) {
    return make_password(std::move(context), std::move(credential));
  }
  std::unique_ptr<Method> operator()(PublicKeyCredential credential) {
    return make_public_key(std::move(context), std::move(credential));
  }
  std::unique_ptr<Method> operator()(HostBasedCredential credential) {
    return make_host_based(std::move(context), std::move(credential));
  }
  std::unique_ptr<Method> operator()(KeyboardInteractiveCredential credential) {
    return make_keyboard_interactive(std::move(context), std::move(credential));
  }
};

SecretBytes service_request() {
  const wire::ServiceRequest message{kService};
  SecretBytes payload(wire::encoded_size(message));
  wire::encode(wire::SpanSink(payload.span()), message);
  return payload;
}

}  // namespace

Status Authenticator::offer(std::string user, Bytes session_id, Credential credential) {
  if (is_done_ || is_under_way()) return fail(Errc::wrong_state, "login");
  if (++requests_ > limits::kAuthRequests) {
    return fail(Errc::limit_passed, "login attempts", limits::kAuthRequests);
  }
  if (service_ == Service::idle) {
    steps_.emplace_back(Transmit{service_request()});
    service_ = Service::requested;
  }
  method_ = std::visit(MakeMethod{{std::move(user), std::move(session_id)}}, std::move(credential));
  return apply(method_->start());
}

Status Authenticator::take(ByteView payload) {
  switch (payload[0]) {
    case wire::ServiceAccept::number:
      return take_service_accept(payload);
    case wire::UserauthBanner::number:
      return take_banner(payload);
    case wire::UserauthFailure::number:
      return take_failure(payload);
    case wire::UserauthSuccess::number:
      HAWSER_TRY(wire::decode<wire::UserauthSuccess>(payload));
      if (!is_waiting_) break;
      is_done_ = true;
      is_waiting_ = false;
      method_.reset();
      steps_.emplace_back(Succeeded{});
      return {};
    default:
      if (!is_waiting_ || payload[0] < 60) break;
      return apply(method_->take(payload));
  }
  return fail(Errc::unexpected_message, "userauth", payload[0]);
}

Status Authenticator::take_service_accept(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::ServiceAccept>(payload));
  if (service_ != Service::requested || message.service.view() != kService) {
    return fail(Errc::unexpected_message, "userauth", payload[0]);
  }
  service_ = Service::accepted;
  steps_.emplace_back(ServiceAccepted{});
  return {};
}

Status Authenticator::take_failure(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::UserauthFailure>(payload));
  if (!is_waiting_) return fail(Errc::unexpected_message, "userauth", payload[0]);
  Refused refused;
  refused.is_partial = message.partial_success;
  message.can_continue.any([&refused](std::string_view name) {
    refused.allowed.push_back(display(as_bytes(name), limits::kAlgorithmName));
    return false;
  });
  is_waiting_ = false;
  method_.reset();
  steps_.emplace_back(std::move(refused));
  return {};
}

Status Authenticator::take_banner(ByteView payload) {
  const auto message = HAWSER_TRY(wire::decode<wire::UserauthBanner>(payload));
  banner_bytes_ += message.message.bytes.size();
  if (banner_bytes_ > limits::kBannerBytes) {
    return fail(Errc::limit_passed, "banner", limits::kBannerBytes);
  }
  // Escaped it may be four times as long; what is cut ends in "...".
  constexpr std::size_t kMost = limits::kBannerBytes + 3;
  std::string text = display(message.message.bytes, kMost - banner_shown_, Lines::keep);
  banner_shown_ = std::min(limits::kBannerBytes, banner_shown_ + text.size());
  steps_.emplace_back(Banner{std::move(text)});
  return {};
}

Status Authenticator::answer(ByteView signature_blob) {
  if (!is_under_way()) return fail(Errc::wrong_state, "login");
  return apply(method_->take_signature(signature_blob));
}

Status Authenticator::answer(std::span<const SecretBytes> answers) {
  if (!is_under_way()) return fail(Errc::wrong_state, "login");
  return apply(method_->take_answers(answers));
}

Status Authenticator::cancel() {
  if (!is_under_way() || is_waiting_) return fail(Errc::wrong_state, "login");
  method_.reset();
  return {};
}

Status Authenticator::apply(Result<MethodStep> step) {
  if (!step) return std::unexpected(step.error());
  if (step->send) {
    is_waiting_ = true;
    steps_.emplace_back(Transmit{*std::move(step->send)});
  }
  if (step->sign) {
    is_waiting_ = false;
    steps_.emplace_back(*step->sign);
  }
  if (step->prompts) {
    is_waiting_ = false;
    steps_.emplace_back(*std::move(step->prompts));
  }
  if (step->wants_password_change) {
    is_waiting_ = false;
    method_.reset();
    Refused refused;
    refused.wants_password_change = true;
    refused.allowed = {"password"};
    steps_.emplace_back(std::move(refused));
  }
  return {};
}

std::optional<AuthStep> Authenticator::next() {
  if (steps_.empty()) return std::nullopt;
  if (first_attempt_ == FirstAttempt::after_service_accept && service_ == Service::requested &&
      std::exchange(is_service_asked_, true)) {
    return std::nullopt;
  }
  AuthStep step = std::move(steps_.front());
  steps_.pop_front();
  return step;
}

}  // namespace hawser::auth
