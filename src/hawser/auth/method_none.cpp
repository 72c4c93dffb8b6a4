// "none" (RFC 4252 5.2): asks which methods there are; some servers let it in.
#include "hawser/auth/method.h"

namespace hawser::auth {

namespace {

class NoneMethod final : public Method {
 public:
  explicit NoneMethod(MethodContext context) : context_(std::move(context)) {}
  [[nodiscard]] std::string_view name() const override { return "none"; }
  Result<MethodStep> start() override {
    MethodStep step;
    step.send = encode_request(context_, name(), {});
    return step;
  }

 private:
  MethodContext context_;
};

}  // namespace

std::unique_ptr<Method> make_none(MethodContext context) {
  return std::make_unique<NoneMethod>(std::move(context));
}

}  // namespace hawser::auth
