// Argon2 by its reference library: OpenSSL has it only since 3.2.
#include <argon2.h>

#include "hawser/crypto/kdf.h"

namespace hawser::crypto {

namespace {

argon2_type type_of(Argon2Kind kind) {
  switch (kind) {
    case Argon2Kind::d:
      return Argon2_d;
    case Argon2Kind::i:
      return Argon2_i;
    case Argon2Kind::id:
      break;
  }
  return Argon2_id;
}

// The library's interface has no const, but it wipes inputs only where it is told to.
std::uint8_t* unconst(ByteView bytes) {
  return const_cast<std::uint8_t*>(bytes.data());
}

}  // namespace

Status argon2(const Argon2Cost& cost, ByteView passphrase, ByteView salt, ByteSpan out) {
  argon2_context context{};
  context.out = out.data();
  context.outlen = static_cast<std::uint32_t>(out.size());
  context.pwd = unconst(passphrase);
  context.pwdlen = static_cast<std::uint32_t>(passphrase.size());
  context.salt = unconst(salt);
  context.saltlen = static_cast<std::uint32_t>(salt.size());
  context.t_cost = cost.passes;
  context.m_cost = cost.memory_kib;
  context.lanes = cost.lanes;
  context.threads = 1;  // no thread of ours: the lanes one after the other
  context.version = ARGON2_VERSION_13;
  context.flags = ARGON2_DEFAULT_FLAGS;
  const int status = argon2_ctx(&context, type_of(cost.kind));
  if (status == ARGON2_OK) return {};
  return fail(status == ARGON2_MEMORY_ALLOCATION_ERROR ? Errc::out_of_memory : Errc::key_damaged,
              "argon2");
}

}  // namespace hawser::crypto
