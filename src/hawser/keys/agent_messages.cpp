#include "hawser/keys/agent_messages.h"

#include "hawser/base/limits.h"
#include "hawser/keys/private_fields.h"
#include "hawser/wire/reader.h"
#include "hawser/wire/sink.h"

namespace hawser::keys::agent {

namespace {

enum Number : std::uint8_t {
  kFailure = 5,
  kSuccess = 6,
  kRequestIdentities = 11,
  kIdentitiesAnswer = 12,
  kSignRequest = 13,
  kSignResponse = 14,
  kAddIdentity = 17,
  kAddConstrained = 25,
};
constexpr std::uint32_t kRsaSha256 = 2;
constexpr std::uint32_t kRsaSha512 = 4;
constexpr std::uint8_t kLifetime = 1;
constexpr std::uint8_t kConfirm = 2;

std::uint32_t flags_for(std::string_view algorithm) {
  if (algorithm.starts_with("rsa-sha2-256")) return kRsaSha256;
  if (algorithm.starts_with("rsa-sha2-512")) return kRsaSha512;
  return 0;
}

Bytes framed(ByteView message) {
  Bytes out;
  wire::BytesSink sink(out);
  wire::put_string(sink, message);
  return out;
}

// The reply after its number, if that is the one.
Result<wire::Reader> expect(ByteView reply, Number number) {
  wire::Reader reader(reply);
  const std::uint8_t got = reader.uint8();
  if (got == number) return reader;
  return fail(got == kFailure ? Errc::agent_refused : Errc::agent_protocol, "agent", got);
}

}  // namespace

Bytes identities_request() {
  const std::uint8_t message[] = {kRequestIdentities};
  return framed(message);
}

Bytes sign_request(ByteView key_blob, ByteView data, std::string_view algorithm) {
  Bytes message;
  wire::BytesSink sink(message);
  wire::put_uint8(sink, kSignRequest);
  wire::put_string(sink, key_blob);
  wire::put_string(sink, data);
  wire::put_uint32(sink, flags_for(algorithm));
  return framed(message);
}

SecretBytes add_request(const crypto::Engine& engine, const MemorySigner& key, const Hold& hold) {
  const crypto::KeyAlgorithm& row = *crypto::find_key(engine, key.type());
  const auto put = [&](auto& sink) {
    wire::put_uint8(sink, hold.seconds || hold.asks_first ? kAddConstrained : kAddIdentity);
    wire::put_string(sink, as_bytes(key.type()));
    put_private_fields(sink, row, key);
    wire::put_string(sink, as_bytes(hold.comment));
    if (hold.seconds) {
      wire::put_uint8(sink, kLifetime);
      wire::put_uint32(sink, *hold.seconds);
    }
    if (hold.asks_first) wire::put_uint8(sink, kConfirm);
  };
  wire::SizeSink size;
  put(size);
  SecretBytes request(4 + size.size());
  wire::SpanSink sink(request.span());
  wire::put_uint32(sink, static_cast<std::uint32_t>(size.size()));
  put(sink);
  return request;
}

Result<std::size_t> reply_length(ByteView head) {
  const std::size_t length = load_be32(head.data());
  if (length == 0 || length > limits::kAgentReply) {
    return fail(Errc::agent_protocol, "length of a reply", limits::kAgentReply);
  }
  return length;
}

Result<std::vector<Identity>> parse_identities(ByteView reply) {
  wire::Reader reader = HAWSER_TRY(expect(reply, kIdentitiesAnswer));
  const std::uint32_t count = reader.uint32();
  if (count > limits::kAgentIdentities) {
    return fail(Errc::agent_protocol, "number of keys", limits::kAgentIdentities);
  }
  std::vector<Identity> identities;
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    Identity identity;
    identity.key_blob = to_bytes(reader.string());
    identity.comment = as_text(reader.string());
    identities.push_back(std::move(identity));
  }
  if (!reader.ok() || !reader.at_end()) return fail(Errc::agent_protocol, "keys");
  return identities;
}

Result<Bytes> parse_signature(ByteView reply) {
  wire::Reader reader = HAWSER_TRY(expect(reply, kSignResponse));
  const ByteView signature = reader.string();
  if (!reader.ok() || !reader.at_end() || signature.empty()) {
    return fail(Errc::agent_protocol, "signature");
  }
  return to_bytes(signature);
}

Status parse_success(ByteView reply) {
  const wire::Reader reader = HAWSER_TRY(expect(reply, kSuccess));
  if (!reader.at_end()) return fail(Errc::agent_protocol, "success");
  return {};
}

}  // namespace hawser::keys::agent
