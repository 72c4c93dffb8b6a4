// What a server on the null engine sends: without mathematics, bytes that are known beforehand.
#pragma once

#include "hawser/transport/framing.h"
#include "hawser/wire/codec.h"
#include "hawser/wire/messages_kex.h"

#include "support/null_engine.h"

namespace hawser::test {

inline Bytes framed(ByteView payload, std::size_t padding, std::size_t tag) {
  Bytes packet(4);
  store_be32(packet.data(), static_cast<std::uint32_t>(1 + payload.size() + padding));
  packet.push_back(static_cast<std::uint8_t>(padding));
  append(packet, payload);
  packet.resize(packet.size() + padding + tag);
  return packet;
}
// Before the keys are exchanged.
inline Bytes plain_packet(ByteView payload) {
  return framed(payload, transport::padding_for(payload.size(), 8, transport::LengthField::padded),
                0);
}
// And after that, under the null cipher.
inline Bytes null_packet(ByteView payload) {
  return framed(payload, transport::padding_for(payload.size(), 16, transport::LengthField::apart),
                16);
}

// A string of wire form: `type` and, as another, `size` bytes.
inline Bytes null_blob(std::string_view type, std::size_t size) {
  Bytes blob;
  wire::BytesSink sink(blob);
  wire::put_string(sink, as_bytes(type));
  wire::put_string(sink, Bytes(size, 7));
  return blob;
}
inline Bytes null_host_key() {
  return null_blob("ssh-ed25519", 32);
}

// The answer to a key-exchange value.
inline Bytes null_kex_reply() {
  const Bytes key = null_host_key();
  const Bytes value(kNullValue, 9);
  const Bytes signature = null_blob("ssh-ed25519", 64);
  return wire::encode_to_bytes(
      wire::KexEcdhReply{wire::Blob(key), wire::Blob(value), wire::Blob(signature)});
}

inline wire::KexInit null_kexinit() {
  wire::KexInit message;
  message.kex = wire::NameList("curve25519-sha256,kex-strict-s-v00@openssh.com");
  message.host_key = wire::NameList("ssh-ed25519");
  const wire::NameList cipher("aes256-gcm@openssh.com");
  message.cipher_client_to_server = message.cipher_server_to_client = cipher;
  const wire::NameList compression("zlib@openssh.com,none");
  message.compression_client_to_server = message.compression_server_to_client = compression;
  return message;
}

// All from the first byte to the keys.
inline Bytes null_handshake() {
  Bytes stream = to_bytes(as_bytes("SSH-2.0-null\r\n"));
  append(stream, plain_packet(wire::encode_to_bytes(null_kexinit())));
  append(stream, plain_packet(null_kex_reply()));
  append(stream, plain_packet(wire::encode_to_bytes(wire::NewKeys{})));
  return stream;
}

}  // namespace hawser::test
