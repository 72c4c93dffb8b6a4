// The wire records that keys and signatures are made of: RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4 and
// OpenSSH's PROTOCOL.key. Used inside keys/ only.
#pragma once

#include "hawser/wire/codec.h"

namespace hawser::keys {

struct Ed25519Public {  // RFC 8709 4
  wire::Text type;
  wire::Blob point;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.type, m.point); }
};

struct EcdsaPublic {  // RFC 5656 3.1
  wire::Text type;
  wire::Text curve;
  wire::Blob point;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.type, m.curve, m.point); }
};

struct RsaPublic {  // RFC 4253 6.6
  wire::Text type;
  wire::Mpint e;
  wire::Mpint n;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.type, m.e, m.n); }
};

// What stands between the type and the comment in a private key file.
struct Ed25519Private {
  wire::Blob point;
  wire::Blob seed_and_point;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.point, m.seed_and_point); }
};

struct EcdsaPrivate {
  wire::Text curve;
  wire::Blob point;
  wire::Mpint d;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.curve, m.point, m.d); }
};

struct EcdsaPrivateNumber {  // all that PuTTY's files have
  wire::Mpint d;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.d); }
};

struct RsaPrivate {
  wire::Mpint n;
  wire::Mpint e;
  wire::Mpint d;
  wire::Mpint iqmp;
  wire::Mpint p;
  wire::Mpint q;
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.n, m.e, m.d, m.iqmp, m.p, m.q);
  }
};

struct SignatureBlob {  // RFC 4253 6.6
  wire::Text algorithm;
  wire::Blob value;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.algorithm, m.value); }
};

// What a security key's signature blob says behind its value (OpenSSH's PROTOCOL.u2f).
struct SecurityKeyTail {
  std::uint8_t flags = 0;
  std::uint32_t counter = 0;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.flags, m.counter); }
};

// And what it is over: the token sees digests only.
struct SecurityKeyMessage {
  wire::Fixed<32> application;  // SHA-256
  SecurityKeyTail tail;
  wire::Fixed<32> message;  // SHA-256
  static constexpr auto fields(auto& m, auto&& each) {
    return each(m.application, m.tail.flags, m.tail.counter, m.message);
  }
};

struct EcdsaSignature {  // RFC 5656 3.1.2, the value of a signature blob
  wire::Mpint r;
  wire::Mpint s;
  static constexpr auto fields(auto& m, auto&& each) { return each(m.r, m.s); }
};

}  // namespace hawser::keys
