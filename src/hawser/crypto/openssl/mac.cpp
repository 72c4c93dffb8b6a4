// HMAC (RFC 2104) with SHA-2 (RFC 6668), SHA-1 and MD5, whole or cut (RFC 4253 6.4). The key is set
// up once; a packet costs a reset.
#include <array>

#include <openssl/core_names.h>

#include "hawser/crypto/openssl/evp.h"
#include "hawser/crypto/openssl/makers.h"

namespace hawser::crypto::openssl {

namespace {

class Hmac final : public Mac {
 public:
  Hmac(OwnedMacCtx context, std::size_t digest_size, std::size_t tag_size)
      : context_(std::move(context)), digest_size_(digest_size), tag_size_(tag_size) {}

  Status compute(const Gather& data, ByteSpan out) override {
    if (out.size() != tag_size_) return fail(Errc::internal, "mac size");
    HAWSER_TRY(check(EVP_MAC_init(context_.get(), nullptr, 0, nullptr), "mac"));
    for (ByteView view : data.views()) {
      HAWSER_TRY(check(EVP_MAC_update(context_.get(), view.data(), view.size()), "mac"));
    }
    std::array<std::uint8_t, kMaxDigest> digest;
    std::size_t written = 0;
    HAWSER_TRY(check(EVP_MAC_final(context_.get(), digest.data(), &written, digest.size()), "mac"));
    if (written != digest_size_) return fail(Errc::crypto_failed, "mac");
    copy(ByteView(digest).first(tag_size_), out);
    return {};
  }

 private:
  OwnedMacCtx context_;
  std::size_t digest_size_;
  std::size_t tag_size_;
};

}  // namespace

Result<std::unique_ptr<Mac>> make_hmac(HashId hash, std::size_t tag_size, ByteView key) {
  if (key.empty()) return fail(Errc::internal, "mac key");
  const auto mac = HAWSER_TRY(require(OwnedMac(EVP_MAC_fetch(nullptr, "HMAC", nullptr)), "mac"));
  auto context = HAWSER_TRY(require(OwnedMacCtx(EVP_MAC_CTX_new(mac.get())), "mac"));
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(digest_name(hash)),
                                       0),
      OSSL_PARAM_construct_end(),
  };
  HAWSER_TRY(check(EVP_MAC_init(context.get(), key.data(), key.size(), params), "mac"));
  const std::size_t digest_size = EVP_MAC_CTX_get_mac_size(context.get());
  if (digest_size > kMaxDigest || tag_size > digest_size) return fail(Errc::internal, "mac size");
  return std::make_unique<Hmac>(std::move(context), digest_size, tag_size);
}

}  // namespace hawser::crypto::openssl
