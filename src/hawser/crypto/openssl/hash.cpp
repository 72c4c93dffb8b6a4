// SHA-1 and SHA-2 (FIPS 180-4), SHA-3 and SHAKE (FIPS 202). SHA-1 is here for HMAC, for
// old known_hosts lines and for old servers; SHA-3 and SHAKE for ML-KEM.
#include "hawser/crypto/openssl/evp.h"
#include "hawser/crypto/openssl/makers.h"

namespace hawser::crypto::openssl {

namespace {

class EvpHash final : public Hash {
 public:
  EvpHash(OwnedMdCtx context, std::size_t digest_size)
      : context_(std::move(context)), digest_size_(digest_size) {}

  void update(ByteView data) override {
    if (data.empty() || !is_good_) return;
    is_good_ = EVP_DigestUpdate(context_.get(), data.data(), data.size()) == 1;
  }

  Status finish(ByteSpan out) override {
    if (digest_size_ != kAnySize && out.size() != digest_size_) {
      return fail(Errc::internal, "digest size");
    }
    const bool is_done = is_good_ && write_digest(out) == 1;
    is_good_ = EVP_DigestInit_ex2(context_.get(), nullptr, nullptr) == 1;
    if (!is_done) return refused(Errc::crypto_failed, "digest");
    return {};
  }

  static constexpr std::size_t kAnySize = 0;

 private:
  int write_digest(ByteSpan out) {
    if (digest_size_ != kAnySize) return EVP_DigestFinal_ex(context_.get(), out.data(), nullptr);
    return EVP_DigestFinalXOF(context_.get(), out.data(), out.size());
  }

  OwnedMdCtx context_;
  std::size_t digest_size_;
  bool is_good_ = true;
};

}  // namespace

Result<std::unique_ptr<Hash>> make_hash(HashId hash) {
  const auto digest =
      HAWSER_TRY(require(OwnedMd(EVP_MD_fetch(nullptr, digest_name(hash), nullptr)), "hash"));
  auto context = HAWSER_TRY(require(OwnedMdCtx(EVP_MD_CTX_new()), "hash"));
  HAWSER_TRY(check(EVP_DigestInit_ex2(context.get(), digest.get(), nullptr), "hash"));
  const bool has_any_size = (EVP_MD_get_flags(digest.get()) & EVP_MD_FLAG_XOF) != 0;
  const std::size_t digest_size =
      has_any_size ? EvpHash::kAnySize : static_cast<std::size_t>(EVP_MD_get_size(digest.get()));
  return std::make_unique<EvpHash>(std::move(context), digest_size);
}

}  // namespace hawser::crypto::openssl
