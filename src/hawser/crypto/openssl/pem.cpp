#include "hawser/crypto/pem.h"

#include <openssl/asn1t.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "hawser/base/limits.h"
#include "hawser/crypto/openssl/key_contents.h"

namespace hawser::crypto {

namespace openssl {

namespace {

using OwnedBio = Owned<BIO, BIO_free>;
using OwnedSig = Owned<X509_SIG, X509_SIG_free>;
using OwnedPbes2 = Owned<PBE2PARAM, PBE2PARAM_free>;
using OwnedPbkdf2 = Owned<PBKDF2PARAM, PBKDF2PARAM_free>;
using OwnedPbes1 = Owned<PBEPARAM, PBEPARAM_free>;

constexpr std::string_view kEncryptedPkcs8 = "ENCRYPTED PRIVATE KEY";

Result<OwnedBio> reader_of(ByteView block) {
  if (block.size() > limits::kKeyFile) return fail(Errc::key_damaged, "pem size");
  return require(OwnedBio(BIO_new_mem_buf(block.data(), static_cast<int>(block.size()))), "pem");
}

// The parameters of `algorithm` as a Parameters; null if they are none.
template <typename Parameters>
Parameters* parameters_of(const X509_ALGOR* algorithm, const ASN1_ITEM* item) {
  const ASN1_OBJECT* name = nullptr;
  int type = 0;
  const void* value = nullptr;
  X509_ALGOR_get0(&name, &type, &value, algorithm);
  if (type != V_ASN1_SEQUENCE) return nullptr;
  return static_cast<Parameters*>(ASN1_item_unpack(static_cast<const ASN1_STRING*>(value), item));
}

int name_of(const X509_ALGOR* algorithm) {
  const ASN1_OBJECT* name = nullptr;
  X509_ALGOR_get0(&name, nullptr, nullptr, algorithm);
  return OBJ_obj2nid(name);
}

Status check_rounds(const ASN1_INTEGER* rounds) {
  const std::int64_t count = ASN1_INTEGER_get(rounds);  // -1 for one that is too large
  if (count < 0 || count > std::int64_t{limits::kPbkdf2Rounds}) {
    return refused(Errc::kdf_too_expensive, "pkcs8 rounds");
  }
  return {};
}

// How often to hash is written in the file, and the library would do it. (Scrypt's cost it bounds
// by itself, at 32 MiB.)
Status check_cost(ByteView der) {
  const std::uint8_t* place = der.data();
  const OwnedSig sig(d2i_X509_SIG(nullptr, &place, static_cast<long>(der.size())));
  if (!sig) return refused(Errc::key_damaged, "pkcs8");
  const X509_ALGOR* algorithm = nullptr;
  X509_SIG_get0(sig.get(), &algorithm, nullptr);
  if (name_of(algorithm) != NID_pbes2) {
    const OwnedPbes1 pbes1(parameters_of<PBEPARAM>(algorithm, ASN1_ITEM_rptr(PBEPARAM)));
    if (!pbes1) return refused(Errc::key_unsupported, "pkcs8 encryption");
    return check_rounds(pbes1->iter);
  }
  const OwnedPbes2 pbes2(parameters_of<PBE2PARAM>(algorithm, ASN1_ITEM_rptr(PBE2PARAM)));
  if (!pbes2) return refused(Errc::key_damaged, "pkcs8 encryption");
  if (name_of(pbes2->keyfunc) != NID_id_pbkdf2) return {};
  const OwnedPbkdf2 pbkdf2(parameters_of<PBKDF2PARAM>(pbes2->keyfunc, ASN1_ITEM_rptr(PBKDF2PARAM)));
  if (!pbkdf2) return refused(Errc::key_damaged, "pkcs8 kdf");
  return check_rounds(pbkdf2->iter);
}

Status check_cost_of_block(ByteView block) {
  const auto bio = HAWSER_TRY(reader_of(block));
  char* name = nullptr;
  char* header = nullptr;
  std::uint8_t* data = nullptr;
  long size = 0;
  if (PEM_read_bio(bio.get(), &name, &header, &data, &size) != 1) {
    return refused(Errc::key_damaged, "pem");
  }
  Status status;
  if (name == kEncryptedPkcs8) status = check_cost({data, static_cast<std::size_t>(size)});
  OPENSSL_free(name);
  OPENSSL_free(header);
  OPENSSL_clear_free(data, static_cast<std::size_t>(size));
  return status;
}

struct Asked {
  ByteView passphrase;
  bool was_asked = false;
};

int give_passphrase(char* out, int capacity, int /*is_encrypting*/, void* context) {
  auto* asked = static_cast<Asked*>(context);
  asked->was_asked = true;
  const std::size_t size = asked->passphrase.size();
  if (size == 0 || size > static_cast<std::size_t>(capacity)) return -1;
  std::memcpy(out, asked->passphrase.data(), size);
  return static_cast<int>(size);
}

Result<OwnedKey> read_key(ByteView block, ByteView passphrase) {
  const auto bio = HAWSER_TRY(reader_of(block));
  Asked asked{passphrase};
  OwnedKey key(
      PEM_read_bio_PrivateKey_ex(bio.get(), nullptr, give_passphrase, &asked, nullptr, nullptr));
  if (key) return key;
  if (!asked.was_asked) return refused(Errc::key_damaged, "pem");
  return refused(passphrase.empty() ? Errc::passphrase_required : Errc::passphrase_wrong, "pem");
}

}  // namespace

}  // namespace openssl

Result<RawKey> decode_pem(ByteView block, ByteView passphrase) {
  HAWSER_TRY(openssl::check_cost_of_block(block));
  const auto key = HAWSER_TRY(openssl::read_key(block, passphrase));
  return openssl::contents_of(key.get());
}

}  // namespace hawser::crypto
