// AES in counter mode (RFC 4344 4) and in Galois/counter mode (RFC 5647); AES and triple DES in
// CBC (RFC 4253 6.3), for old key files and old servers. The key schedule is made
// once; a packet sets at most the nonce.
#include <openssl/core_names.h>

#include "hawser/crypto/openssl/evp.h"
#include "hawser/crypto/openssl/makers.h"

namespace hawser::crypto::openssl {

namespace {

constexpr std::size_t kGcmTag = 16;
// OpenSSL counts in int. No packet comes near; a longer run is cut.
constexpr std::size_t kMaxRun = std::size_t{1} << 30;

// A context keyed for `cipher`, or internal if key or IV do not have its sizes. An empty IV is set
// later.
Result<OwnedCipherCtx> keyed_context(const char* name, ByteView key, ByteView iv,
                                     Direction direction) {
  const auto cipher =
      HAWSER_TRY(require(OwnedCipher(EVP_CIPHER_fetch(nullptr, name, nullptr)), "cipher"));
  const auto key_size = static_cast<std::size_t>(EVP_CIPHER_get_key_length(cipher.get()));
  const auto iv_size = static_cast<std::size_t>(EVP_CIPHER_get_iv_length(cipher.get()));
  if (key.size() != key_size) return fail(Errc::internal, "cipher key");
  if (!iv.empty() && iv.size() != iv_size) return fail(Errc::internal, "cipher iv");
  auto context = HAWSER_TRY(require(OwnedCipherCtx(EVP_CIPHER_CTX_new()), "cipher"));
  HAWSER_TRY(check(
      EVP_CipherInit_ex2(context.get(), cipher.get(), key.data(), iv.empty() ? nullptr : iv.data(),
                         direction == Direction::encrypt ? 1 : 0, nullptr),
      "cipher"));
  return context;
}

// Runs `in` through the cipher to `out`; a null `out` takes it as associated data.
Status run(EVP_CIPHER_CTX* context, ByteView in, std::uint8_t* out) {
  while (!in.empty()) {
    const ByteView part = in.first(std::min(in.size(), kMaxRun));
    const int size = static_cast<int>(part.size());
    int written = 0;
    HAWSER_TRY(check(EVP_CipherUpdate(context, out, &written, part.data(), size), "cipher"));
    if (written != size) return fail(Errc::crypto_failed, "cipher");
    in = in.subspan(part.size());
    if (out != nullptr) out += part.size();
  }
  return {};
}

// A cipher whose context runs on: counter mode, and chained blocks without padding.
class Running final : public StreamCipher {
 public:
  explicit Running(OwnedCipherCtx context) : context_(std::move(context)) {}

  Status process(ByteView in, ByteSpan out) override {
    if (in.size() != out.size()) return fail(Errc::internal, "cipher sizes");
    return run(context_.get(), in, out.data());
  }

 private:
  OwnedCipherCtx context_;
};

class Gcm final : public Aead {
 public:
  static constexpr std::size_t kNonce = 12;

  Gcm(OwnedCipherCtx context, Direction direction)
      : context_(std::move(context)), direction_(direction) {}

  Status seal(ByteView nonce, ByteView associated, const Gather& plain, ByteSpan out,
              ByteSpan tag) override {
    if (direction_ != Direction::encrypt) return fail(Errc::internal, "gcm direction");
    if (out.size() != plain.size() || tag.size() != kGcmTag) {
      return fail(Errc::internal, "gcm sizes");
    }
    HAWSER_TRY(begin(nonce, associated));
    for (ByteView view : plain.views()) {
      HAWSER_TRY(run(context_.get(), view, out.data()));
      out = out.subspan(view.size());
    }
    HAWSER_TRY(finish(Errc::crypto_failed));
    return check(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kGcmTag, tag.data()),
                 "gcm tag");
  }

  Status open(ByteView nonce, ByteView associated, ByteSpan data, ByteView tag) override {
    if (direction_ != Direction::decrypt) return fail(Errc::internal, "gcm direction");
    // A shorter tag would be compared only so far.
    if (tag.size() != kGcmTag) return fail(Errc::internal, "gcm sizes");
    HAWSER_TRY(begin(nonce, associated));
    std::array<std::uint8_t, kGcmTag> expected;
    copy(tag, expected);
    HAWSER_TRY(
        check(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, kGcmTag, expected.data()),
              "gcm tag"));
    HAWSER_TRY(run(context_.get(), data, data.data()));
    const Status verdict = finish(Errc::mac_mismatch);
    if (!verdict) wipe(data);  // it was decrypted on the way to the tag
    return verdict;
  }

 private:
  Status begin(ByteView nonce, ByteView associated) {
    if (nonce.size() != kNonce) return fail(Errc::internal, "gcm nonce");
    HAWSER_TRY(check(
        EVP_CipherInit_ex2(context_.get(), nullptr, nullptr, nonce.data(), -1, nullptr), "gcm"));
    return run(context_.get(), associated, nullptr);
  }

  Status finish(Errc code) {
    std::array<std::uint8_t, EVP_MAX_BLOCK_LENGTH> rest;
    int written = 0;
    return check(EVP_CipherFinal_ex(context_.get(), rest.data(), &written), "packet", code);
  }

  OwnedCipherCtx context_;
  Direction direction_;
};

}  // namespace

Result<std::unique_ptr<StreamCipher>> make_ctr(const char* cipher, ByteView key, ByteView iv) {
  if (iv.empty()) return fail(Errc::internal, "cipher iv");
  // Counter mode decrypts by encrypting.
  return std::make_unique<Running>(HAWSER_TRY(keyed_context(cipher, key, iv, Direction::encrypt)));
}

Result<std::unique_ptr<StreamCipher>> make_cbc(const char* cipher, ByteView key, ByteView iv,
                                               Direction direction) {
  if (iv.empty()) return fail(Errc::internal, "cipher iv");
  auto context = HAWSER_TRY(keyed_context(cipher, key, iv, direction));
  HAWSER_TRY(check(EVP_CIPHER_CTX_set_padding(context.get(), 0), "cipher"));
  return std::make_unique<Running>(std::move(context));
}

Result<std::unique_ptr<Aead>> make_gcm(const char* cipher, ByteView key, Direction direction) {
  return std::make_unique<Gcm>(HAWSER_TRY(keyed_context(cipher, key, {}, direction)), direction);
}

}  // namespace hawser::crypto::openssl
