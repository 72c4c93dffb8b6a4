// What every file on top of OpenSSL shares: owners for its objects, and one way to judge a return
// code. Included only inside this folder.
#pragma once

#include <memory>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "hawser/base/result.h"
#include "hawser/crypto/hash.h"

namespace hawser::crypto::openssl {

template <auto free_object>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    free_object(object);
  }
};
template <typename T, auto free_object>
using Owned = std::unique_ptr<T, Free<free_object>>;

using OwnedMd = Owned<EVP_MD, EVP_MD_free>;
using OwnedMdCtx = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using OwnedMac = Owned<EVP_MAC, EVP_MAC_free>;
using OwnedMacCtx = Owned<EVP_MAC_CTX, EVP_MAC_CTX_free>;
using OwnedCipher = Owned<EVP_CIPHER, EVP_CIPHER_free>;
using OwnedCipherCtx = Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using OwnedKey = Owned<EVP_PKEY, EVP_PKEY_free>;
using OwnedKeyCtx = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using OwnedParamBuilder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using OwnedParams = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using OwnedBignum = Owned<BIGNUM, BN_clear_free>;
using OwnedBignumCtx = Owned<BN_CTX, BN_CTX_free>;
using OwnedGroup = Owned<EC_GROUP, EC_GROUP_free>;
using OwnedPoint = Owned<EC_POINT, EC_POINT_clear_free>;

// Fails with `code` and leaves nothing in the thread's error queue: Python's ssl module lives in
// the same process and would take what is left there for its own.
inline std::unexpected<Error> refused(Errc code, const char* where) {
  ERR_clear_error();
  return fail(code, where);
}

// Success is 1 and nothing else: 0 and the negative codes both mean no (CVE-2026-59847).
inline Status check(int return_code, const char* where, Errc code = Errc::crypto_failed) {
  if (return_code == 1) return {};
  return refused(code, where);
}

// The object itself, or crypto_failed for a null one.
template <typename Object>
Result<Object> require(Object object, const char* where) {
  if (!object) return refused(Errc::crypto_failed, where);
  return object;
}

// OpenSSL's name of the hash; nullptr for none.
const char* digest_name(HashId hash);

// A positive number in memory that is wiped, with arithmetic that does not tell it by its time.
Result<OwnedBignum> secret_number(ByteView magnitude);
// A number that anyone may see.
Result<OwnedBignum> public_number(ByteView magnitude);

// The magnitude without its leading zeros; a view into it.
ByteView trimmed(ByteView magnitude);

// A key of the given type ("EC", "RSA") from the parameters collected so far.
// `selection`: EVP_PKEY_PUBLIC_KEY or EVP_PKEY_KEYPAIR.
Result<OwnedKey> key_from(OSSL_PARAM_BLD* builder, const char* type, int selection);

// A signature by `key` over `message` in the library's own form (ECDSA: DER).
Result<Bytes> sign_digest(EVP_PKEY* key, HashId hash, ByteView message);
// host_key_signature unless the library says that the signature is right.
Status verify_digest(EVP_PKEY* key, HashId hash, ByteView message, ByteView signature);

}  // namespace hawser::crypto::openssl
