// "keyboard-interactive" (RFC 4256): the server asks as often and as much as it likes, within
// limits; someone else answers. There is no prompt that means "password" and none that does not.
#include "hawser/auth/method.h"
#include "hawser/base/display.h"
#include "hawser/base/limits.h"
#include "hawser/wire/codec.h"
#include "hawser/wire/messages_auth.h"

namespace hawser::auth {

namespace {

class KeyboardInteractiveMethod final : public Method {
 public:
  KeyboardInteractiveMethod(MethodContext context, KeyboardInteractiveCredential credential)
      : context_(std::move(context)), credential_(std::move(credential)) {}
  [[nodiscard]] std::string_view name() const override { return "keyboard-interactive"; }

  Result<MethodStep> start() override {
    MethodStep step;
    step.send = encode_request(context_, name(),
                               wire::encode_to_bytes(wire::KeyboardInteractiveFields{
                                   "", wire::Text(credential_.submethods)}));
    return step;
  }

  Result<MethodStep> take(ByteView payload) override {
    if (awaits_answers_) return Method::take(payload);
    const auto message = HAWSER_TRY(wire::decode<wire::UserauthInfoRequest>(payload));
    if (++rounds_ > limits::kAuthPromptRounds) {
      return fail(Errc::limit_passed, "rounds of prompts", limits::kAuthPromptRounds);
    }
    if (message.prompts > limits::kAuthPrompts) {
      return fail(Errc::limit_passed, "prompts", limits::kAuthPrompts);
    }
    MethodStep step;
    step.prompts = HAWSER_TRY(read_prompts(message));
    prompts_ = message.prompts;
    awaits_answers_ = true;
    return step;
  }

  Result<MethodStep> take_answers(std::span<const SecretBytes> answers) override {
    if (!awaits_answers_ || answers.size() != prompts_) {
      return fail(Errc::invalid_argument, "answers to prompts", prompts_);
    }
    awaits_answers_ = false;
    std::size_t size = 5;  // number and count
    for (const auto& answer : answers) size += 4 + answer.size();
    SecretBytes payload(size);
    wire::SpanSink sink(payload.span());
    wire::encode(sink, wire::UserauthInfoResponse{static_cast<std::uint32_t>(answers.size()), {}});
    for (const auto& answer : answers) wire::put_string(sink, answer.view());
    MethodStep step;
    step.send = std::move(payload);
    return step;
  }

 private:
  static Result<PromptRequest> read_prompts(const wire::UserauthInfoRequest& message) {
    constexpr std::size_t kShown = 4096;
    PromptRequest request;
    request.title = display(message.name.bytes);
    request.instruction = display(message.instruction.bytes, kShown, Lines::keep);
    wire::Reader reader(message.rest.bytes);
    for (std::uint32_t i = 0; i < message.prompts && reader.ok(); ++i) {
      const std::string text = display(reader.string(), kShown, Lines::keep);
      request.prompts.push_back({text, reader.uint8() != 0});
    }
    if (!reader.ok() || !reader.at_end()) {
      return fail(Errc::malformed_message, "prompts", wire::UserauthInfoRequest::number);
    }
    return request;
  }

  MethodContext context_;
  KeyboardInteractiveCredential credential_;
  unsigned rounds_ = 0;
  std::uint32_t prompts_ = 0;
  bool awaits_answers_ = false;
};

}  // namespace

std::unique_ptr<Method> make_keyboard_interactive(MethodContext context,
                                                  KeyboardInteractiveCredential credential) {
  return std::make_unique<KeyboardInteractiveMethod>(std::move(context), std::move(credential));
}

}  // namespace hawser::auth
