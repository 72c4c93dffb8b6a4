// Whoever holds a private key and signs with it: a key in memory, an agent, an object of the
// caller's (an HSM, a service). It may take its time, and it may fail.
#pragma once

#include "hawser/client/failure.h"
#include "hawser/keys/memory_signer.h"

namespace hawser::client {

class Signer {
 public:
  virtual ~Signer() = default;
  // The key, or the certificate for it, as the server is to see it.
  [[nodiscard]] virtual ByteView public_blob() const = 0;
  // A signature blob (string algorithm, string value) over `data`. `algorithm` is that of the
  // signature: "rsa-sha2-512", also where a certificate goes with the key. Called with no lock
  // held.
  virtual Outcome<Bytes> sign(std::string_view algorithm, ByteView data) = 0;
};

// A key in memory. Both outlive it.
class KeySigner final : public Signer {
 public:
  KeySigner(const crypto::Engine& engine, const keys::MemorySigner& key)
      : engine_(engine), key_(key) {}
  [[nodiscard]] ByteView public_blob() const override { return key_.public_blob(); }
  Outcome<Bytes> sign(std::string_view algorithm, ByteView data) override;

 private:
  const crypto::Engine& engine_;
  const keys::MemorySigner& key_;
};

// Another signer, whose key is shown as a certificate. It outlives this one.
class CertifiedSigner final : public Signer {
 public:
  // `certificate` is the blob. certificate_kind: it is none for a user; certificate_mismatch: it is
  // for another key; key_damaged, key_unsupported. Whether it is valid is for the server to say.
  static Outcome<CertifiedSigner> make(const crypto::Engine& engine, Signer& signer,
                                       Bytes certificate);
  [[nodiscard]] ByteView public_blob() const override { return certificate_; }
  Outcome<Bytes> sign(std::string_view algorithm, ByteView data) override {
    return signer_.sign(algorithm, data);
  }

 private:
  CertifiedSigner(Signer& signer, Bytes certificate)
      : signer_(signer), certificate_(std::move(certificate)) {}

  Signer& signer_;
  Bytes certificate_;
};

}  // namespace hawser::client
