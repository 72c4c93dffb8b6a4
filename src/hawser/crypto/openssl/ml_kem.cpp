// ML-KEM-768 by the library, which has it from OpenSSL 3.5 on: asked at run time, because one may
// build against an older one. Everything that is called here is in 3.0 already.
#include "hawser/crypto/native/ml_kem.h"

#include "hawser/crypto/openssl/evp.h"
#include "hawser/crypto/openssl/makers.h"

namespace hawser::crypto::openssl {

namespace {

using OwnedKem = Owned<EVP_KEM, EVP_KEM_free>;

constexpr const char* kName = "ML-KEM-768";
constexpr const char* kSeedParameter = "seed";  // OSSL_PKEY_PARAM_ML_KEM_SEED of 3.5

class MlKem final : public KemKeyPair {
 public:
  static Result<std::unique_ptr<KemKeyPair>> generate(const Engine& engine) {
    Secret<std::array<std::uint8_t, ml_kem::kSeed>> seed;
    HAWSER_TRY(engine.random->fill(*seed));
    const auto context = HAWSER_TRY(
        require(OwnedKeyCtx(EVP_PKEY_CTX_new_from_name(nullptr, kName, nullptr)), "ml-kem"));
    HAWSER_TRY(check(EVP_PKEY_keygen_init(context.get()), "ml-kem"));
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(kSeedParameter, seed->data(), seed->size()),
        OSSL_PARAM_construct_end()};
    HAWSER_TRY(check(EVP_PKEY_CTX_set_params(context.get(), parameters), "ml-kem"));
    EVP_PKEY* key = nullptr;
    HAWSER_TRY(check(EVP_PKEY_generate(context.get(), &key), "ml-kem"));
    auto made = std::make_unique<MlKem>(OwnedKey(key));
    std::size_t size = made->public_key_.size();
    HAWSER_TRY(check(EVP_PKEY_get_raw_public_key(key, made->public_key_.data(), &size), "ml-kem"));
    if (size != made->public_key_.size()) return fail(Errc::crypto_failed, "ml-kem");
    return made;
  }

  explicit MlKem(OwnedKey key) : key_(std::move(key)) {}

  [[nodiscard]] ByteView public_key() const override { return public_key_; }

  Result<SecretBytes> decapsulate(ByteView ciphertext) override {
    if (ciphertext.size() != ml_kem::kCiphertext) return fail(Errc::bad_kex_value, "ml-kem sizes");
    const auto context = HAWSER_TRY(
        require(OwnedKeyCtx(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr)), "ml-kem"));
    HAWSER_TRY(check(EVP_PKEY_decapsulate_init(context.get(), nullptr), "ml-kem"));
    SecretBytes secret(ml_kem::kSharedSecret);
    std::size_t size = secret.size();
    HAWSER_TRY(check(EVP_PKEY_decapsulate(context.get(), secret.span().data(), &size,
                                          ciphertext.data(), ciphertext.size()),
                     "ml-kem"));
    if (size != secret.size()) return fail(Errc::crypto_failed, "ml-kem");
    return secret;
  }

 private:
  OwnedKey key_;
  std::array<std::uint8_t, ml_kem::kEncapsulationKey> public_key_{};
};

}  // namespace

bool has_ml_kem() {
  const OwnedKem kem(EVP_KEM_fetch(nullptr, kName, nullptr));
  ERR_clear_error();
  return kem != nullptr;
}

Result<std::unique_ptr<KemKeyPair>> generate_ml_kem(const Engine& engine) {
  return MlKem::generate(engine);
}

}  // namespace hawser::crypto::openssl
