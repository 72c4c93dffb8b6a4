// Certificates as an authority makes them (OpenSSH's PROTOCOL.certkeys), sound or not, for tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hawser/keys/certificate.h"
#include "hawser/keys/memory_signer.h"
#include "hawser/wire/codec.h"

namespace hawser::test {

// Of an ed25519 key, signed by another one.
struct CertificateBuilder {
  using Options = std::vector<std::pair<std::string, std::string>>;

  std::string type = "ssh-ed25519-cert-v01@openssh.com";
  std::uint64_t serial = 1;
  std::uint32_t kind = 2;
  std::string key_id = "host";
  std::vector<std::string> principals = {"harbour.example"};
  std::uint64_t valid_after = 100;
  std::uint64_t valid_before = 200;
  Options critical_options;
  Options extensions;
  Bytes authority;  // the blob that it says signed it; empty: the one that did

  [[nodiscard]] Bytes build(const crypto::Engine& engine, ByteView key_blob,
                            const keys::MemorySigner& signer) const {
    constexpr std::size_t kPoint = 32;
    Bytes out;
    wire::BytesSink sink(out);
    wire::put_string(sink, as_bytes(type));
    wire::put_string(sink, as_bytes("nonce"));
    wire::put_string(sink, key_blob.last(kPoint));
    wire::put_uint64(sink, serial);
    wire::put_uint32(sink, kind);
    wire::put_string(sink, as_bytes(key_id));
    wire::put_string(sink, packed(principals));
    wire::put_uint64(sink, valid_after);
    wire::put_uint64(sink, valid_before);
    wire::put_string(sink, packed(critical_options));
    wire::put_string(sink, packed(extensions));
    wire::put_string(sink, {});
    wire::put_string(sink, authority.empty() ? signer.public_blob() : ByteView(authority));
    const Bytes signature = signer.sign(engine, "ssh-ed25519", out).value();
    wire::put_string(sink, signature);
    return out;
  }

 private:
  static Bytes packed(const std::vector<std::string>& strings) {
    Bytes out;
    wire::BytesSink sink(out);
    for (const auto& each : strings) wire::put_string(sink, as_bytes(each));
    return out;
  }
  static Bytes packed(const Options& options) {
    std::vector<std::string> strings;
    for (const auto& [name, data] : options) strings.insert(strings.end(), {name, data});
    return packed(strings);
  }
};

}  // namespace hawser::test
