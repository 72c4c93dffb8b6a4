// The helpers shared by the files on top of OpenSSL.
#include "hawser/crypto/openssl/evp.h"

#include <algorithm>

namespace hawser::crypto::openssl {

namespace {

Result<OwnedBignum> number(OwnedBignum fresh, ByteView magnitude) {
  auto made = HAWSER_TRY(require(std::move(fresh), "number"));
  if (BN_bin2bn(magnitude.data(), static_cast<int>(magnitude.size()), made.get()) == nullptr) {
    return refused(Errc::crypto_failed, "number");
  }
  return made;
}

}  // namespace

const char* digest_name(HashId hash) {
  switch (hash) {
    case HashId::none:
      return nullptr;
    case HashId::md5:
      return "MD5";
    case HashId::sha1:
      return "SHA1";
    case HashId::sha256:
      return "SHA2-256";
    case HashId::sha384:
      return "SHA2-384";
    case HashId::sha512:
      return "SHA2-512";
    case HashId::sha3_256:
      return "SHA3-256";
    case HashId::sha3_512:
      return "SHA3-512";
    case HashId::shake128:
      return "SHAKE128";
    case HashId::shake256:
      return "SHAKE256";
  }
  return nullptr;
}

Result<OwnedBignum> secret_number(ByteView magnitude) {
  auto made = HAWSER_TRY(number(OwnedBignum(BN_secure_new()), magnitude));
  BN_set_flags(made.get(), BN_FLG_CONSTTIME);
  return made;
}

Result<OwnedBignum> public_number(ByteView magnitude) {
  return number(OwnedBignum(BN_new()), magnitude);
}

ByteView trimmed(ByteView magnitude) {
  const auto first = std::ranges::find_if(magnitude, [](std::uint8_t byte) { return byte != 0; });
  return magnitude.subspan(static_cast<std::size_t>(first - magnitude.begin()));
}

Result<OwnedKey> key_from(OSSL_PARAM_BLD* builder, const char* type, int selection) {
  const auto params =
      HAWSER_TRY(require(OwnedParams(OSSL_PARAM_BLD_to_param(builder)), "key parameters"));
  const auto context = HAWSER_TRY(
      require(OwnedKeyCtx(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)), "key context"));
  HAWSER_TRY(check(EVP_PKEY_fromdata_init(context.get()), "key from data"));
  EVP_PKEY* key = nullptr;
  HAWSER_TRY(check(EVP_PKEY_fromdata(context.get(), &key, selection, params.get()), "key"));
  return require(OwnedKey(key), "key");
}

Result<Bytes> sign_digest(EVP_PKEY* key, HashId hash, ByteView message) {
  const auto context = HAWSER_TRY(require(OwnedMdCtx(EVP_MD_CTX_new()), "sign"));
  HAWSER_TRY(check(EVP_DigestSignInit_ex(context.get(), nullptr, digest_name(hash), nullptr,
                                         nullptr, key, nullptr),
                   "sign"));
  Bytes signature(static_cast<std::size_t>(std::max(EVP_PKEY_get_size(key), 0)));
  std::size_t size = signature.size();
  HAWSER_TRY(
      check(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()),
            "sign"));
  signature.resize(size);
  return signature;
}

Status verify_digest(EVP_PKEY* key, HashId hash, ByteView message, ByteView signature) {
  const auto context = HAWSER_TRY(require(OwnedMdCtx(EVP_MD_CTX_new()), "verify"));
  HAWSER_TRY(check(EVP_DigestVerifyInit_ex(context.get(), nullptr, digest_name(hash), nullptr,
                                           nullptr, key, nullptr),
                   "verify"));
  return check(EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                                message.size()),
               "signature", Errc::host_key_signature);
}

}  // namespace hawser::crypto::openssl
