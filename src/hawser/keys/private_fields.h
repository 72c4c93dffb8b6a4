// The fields of a private key as OpenSSH's key files and agents have them, between the type and the
// comment: see key_records.h. Used inside keys/ only.
#pragma once

#include "hawser/keys/memory_signer.h"
#include "hawser/wire/codec.h"

namespace hawser::keys {

// Requires: `row` is that of the key's type.
template <typename Sink>
void put_private_fields(Sink& sink, const crypto::KeyAlgorithm& row, const MemorySigner& key) {
  const auto parts = key.private_parts();
  if (row.public_parts == 2) {  // RSA
    for (const SecretBytes& part : parts) wire::put_field(sink, wire::Mpint(part.view()));
    return;
  }
  if (row.field_size != 0) {  // ECDSA: the curve's name ends the type's
    const auto curve = row.key_type.substr(row.key_type.rfind('-') + 1);
    wire::put_string(sink, as_bytes(curve));
    wire::put_string(sink, parts[0].view());
    wire::put_field(sink, wire::Mpint(parts[1].view()));
    return;
  }
  const ByteView point = parts[0].view();
  const ByteView seed = parts[1].view();
  wire::put_string(sink, point);
  wire::put_uint32(sink, static_cast<std::uint32_t>(seed.size() + point.size()));
  sink.put(seed);
  sink.put(point);
}

}  // namespace hawser::keys
