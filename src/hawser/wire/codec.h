// encode, encoded_size and decode of any message, from the one place where its fields are listed:
//
//   struct Disconnect {                       // RFC 4253 11.1
//     static constexpr std::uint8_t number = 1;
//     std::uint32_t reason; Text description; Text language;
//     static constexpr auto fields(auto& m, auto&& each) {
//       return each(m.reason, m.description, m.language);
//     }
//   };
//
// A struct without `number` is a record: a part of a message, or of a key.
#pragma once

#include "hawser/base/result.h"
#include "hawser/wire/reader.h"
#include "hawser/wire/sink.h"

namespace hawser::wire {

template <typename Message>
concept Numbered = requires {
  { Message::number } -> std::convertible_to<std::uint8_t>;
};

template <typename Sink, typename Message>
void encode(Sink&& sink, const Message& message) {
  if constexpr (Numbered<Message>) put_uint8(sink, Message::number);
  Message::fields(message, [&sink](const auto&... field) { (put_field(sink, field), ...); });
}

template <typename Message>
std::size_t encoded_size(const Message& message) {
  SizeSink size;
  encode(size, message);
  return size.size();
}

template <typename Message>
Bytes encode_to_bytes(const Message& message) {
  Bytes out;
  out.reserve(encoded_size(message));
  encode(BytesSink(out), message);
  return out;
}

// Reads one record and leaves the reader behind it; for records that follow one another.
template <typename Message>
Message read(Reader& reader) {
  Message message;
  Message::fields(message, [&reader](auto&... field) { (reader.field(field), ...); });
  return message;
}

// The whole payload must be this message: a truncated one fails, and so does one with bytes left.
// Views in the result live as long as the payload.
template <typename Message>
Result<Message> decode(ByteView payload) {
  Reader reader(payload);
  std::uint32_t number = 0;
  if constexpr (Numbered<Message>) {
    number = Message::number;
    if (reader.uint8() != Message::number) return fail(Errc::unexpected_message, "decode", number);
  }
  Message message = read<Message>(reader);
  if (!reader.ok() || !reader.at_end()) return fail(Errc::malformed_message, "decode", number);
  return message;
}

}  // namespace hawser::wire
