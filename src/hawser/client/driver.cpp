#include "hawser/client/driver.h"

namespace hawser::client {

Result<World::Input> World::read_input(ByteSpan /*to*/) {
  return Input{0, true};
}

Result<Bytes> World::sign(const session::SignatureWanted& /*request*/) {
  return fail(Errc::internal, "sign");
}

Result<std::vector<SecretBytes>> World::answer_prompts(const session::PromptsShown& /*request*/) {
  return fail(Errc::internal, "answer_prompts");
}

Status World::judge(const keys::PublicKey& /*key*/) {
  return fail(Errc::internal, "judge");
}

Result<operations::LocalAnswer> World::local(const operations::LocalRequest& /*request*/) {
  return fail(Errc::internal, "local file");
}

World& no_world() {
  static World world;
  return world;
}

}  // namespace hawser::client
