// SHA-1 and SHA-2 (FIPS 180-4). SHA-1 is here for HMAC and for old known_hosts lines only.
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
    if (out.size() != digest_size_) return fail(Errc::internal, "digest size");
    const bool is_done = is_good_ && EVP_DigestFinal_ex(context_.get(), out.data(), nullptr) == 1;
    is_good_ = EVP_DigestInit_ex2(context_.get(), nullptr, nullptr) == 1;
    if (!is_done) return refused(Errc::crypto_failed, "digest");
    return {};
  }

 private:
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
  const auto digest_size = static_cast<std::size_t>(EVP_MD_get_size(digest.get()));
  return std::make_unique<EvpHash>(std::move(context), digest_size);
}

}  // namespace hawser::crypto::openssl
