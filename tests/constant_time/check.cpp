// Runs our own cryptography under valgrind with every secret marked as undefined memory, so that a
// branch on one, or an index made of one, is an error that memcheck reports. To be run by
// tools/check_constant_time.sh.
//
//   check          the key encapsulations, both sides, and the comparison of secrets
//   check --leak   branches on a secret: shows that the check finds what it is for
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <valgrind/memcheck.h>

#include "hawser/crypto/native/ml_kem.h"
#include "hawser/crypto/native/sntrup.h"

namespace {

using namespace hawser;

void make_secret(ByteSpan bytes) {
  VALGRIND_MAKE_MEM_UNDEFINED(bytes.data(), bytes.size());
}
void make_public(ByteView bytes) {
  VALGRIND_MAKE_MEM_DEFINED(bytes.data(), bytes.size());
}

class SecretRandom final : public crypto::Random {
 public:
  Status fill(ByteSpan out) override {
    HAWSER_TRY(crypto::openssl_engine().random->fill(out));
    make_secret(out);
    return {};
  }
};

// A result that is not there at all ends the check: nothing was checked then.
template <typename T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "failed: %s\n", std::string(describe(result.error().code)).c_str());
    std::exit(2);
  }
  return *std::move(result);
}

void run(const crypto::KemAlgorithm& kem, const crypto::Engine& engine) {
  const auto pair = must(kem.generate(engine));
  auto encapsulation = must(kem.encapsulate(engine, pair->public_key()));
  make_public(encapsulation.ciphertext);
  const SecretBytes ours = must(pair->decapsulate(encapsulation.ciphertext));
  make_public(ours.view());
  make_public(encapsulation.secret.view());
  if (!equal(ours.view(), encapsulation.secret.view())) std::exit(2);

  encapsulation.ciphertext[3] ^= 1;
  const SecretBytes rejected = must(pair->decapsulate(encapsulation.ciphertext));
  make_public(rejected.view());
  if (equal(ours.view(), rejected.view())) std::exit(2);
}

void compare_secrets() {
  SecretBytes a(100);
  SecretBytes b(100);
  make_secret(a.span());
  bool is_equal = constant_time_equal(a.view(), b.view());
  VALGRIND_MAKE_MEM_DEFINED(&is_equal, sizeof(is_equal));
  if (!is_equal) std::exit(2);
}

void leak(const crypto::Engine& engine) {
  SecretBytes secret(1);
  if (!engine.random->fill(secret.span())) std::exit(2);
  if ((secret.view()[0] & 1) != 0) std::puts("the secret is odd");
}

}  // namespace

int main(int count, char** arguments) {
  if (RUNNING_ON_VALGRIND == 0) {
    std::fputs("this program checks nothing outside valgrind\n", stderr);
    return 2;
  }
  SecretRandom random;
  crypto::Engine engine = crypto::openssl_engine();
  engine.random = &random;
  if (count > 1 && std::string_view(arguments[1]) == "--leak") {
    leak(engine);
    return 0;
  }
  for (int i = 0; i < 3; ++i) {
    run(crypto::ml_kem::kAlgorithm, engine);
    run(crypto::sntrup::kAlgorithm, engine);
  }
  compare_secrets();
  std::puts("key encapsulations and comparison: no branch and no index depends on a secret");
  return 0;
}
