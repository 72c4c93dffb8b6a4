// Where encoded fields go. One encoder, three sinks: into memory, into a count, into a hash.
#pragma once

#include "hawser/base/invariant.h"
#include "hawser/wire/types.h"

namespace hawser::wire {

// Anything with put(ByteView) is a sink; these helpers write the wire's fields into it.
template <typename Sink>
void put_uint8(Sink& sink, std::uint8_t value) {
  sink.put({&value, 1});
}
template <typename Sink>
void put_uint32(Sink& sink, std::uint32_t value) {
  std::uint8_t bytes[4];
  store_be32(bytes, value);
  sink.put(bytes);
}
template <typename Sink>
void put_uint64(Sink& sink, std::uint64_t value) {
  std::uint8_t bytes[8];
  store_be64(bytes, value);
  sink.put(bytes);
}
template <typename Sink>
void put_string(Sink& sink, ByteView bytes) {
  put_uint32(sink, static_cast<std::uint32_t>(bytes.size()));
  sink.put(bytes);
}

template <typename Sink>
void put_field(Sink& sink, bool value) {
  put_uint8(sink, value ? 1 : 0);
}
template <typename Sink>
void put_field(Sink& sink, std::uint8_t value) {
  put_uint8(sink, value);
}
template <typename Sink>
void put_field(Sink& sink, std::uint32_t value) {
  put_uint32(sink, value);
}
template <typename Sink>
void put_field(Sink& sink, std::uint64_t value) {
  put_uint64(sink, value);
}
template <typename Sink>
void put_field(Sink& sink, const Text& value) {
  put_string(sink, value.bytes);
}
template <typename Sink>
void put_field(Sink& sink, const Blob& value) {
  put_string(sink, value.bytes);
}
template <typename Sink>
void put_field(Sink& sink, const NameList& value) {
  put_string(sink, as_bytes(value.joined));
}
template <typename Sink>
void put_field(Sink& sink, const Mpint& value) {
  const ByteView digits = value.trimmed();
  const bool top_bit = !digits.empty() && (digits[0] & 0x80) != 0;
  put_uint32(sink, static_cast<std::uint32_t>(digits.size() + (top_bit ? 1 : 0)));
  if (top_bit) put_uint8(sink, 0);
  sink.put(digits);
}
template <typename Sink, std::size_t N>
void put_field(Sink& sink, const Fixed<N>& value) {
  sink.put(value.bytes);
}
template <typename Sink>
void put_field(Sink& sink, const Rest& value) {
  sink.put(value.bytes);
}

class SizeSink {
 public:
  void put(ByteView bytes) { size_ += bytes.size(); }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::size_t size_ = 0;
};

// Writes into memory that was measured before. Requires: it is large enough.
class SpanSink {
 public:
  explicit SpanSink(ByteSpan out) : rest_(out) {}
  void put(ByteView bytes) {
    HAWSER_INVARIANT(bytes.size() <= rest_.size());
    copy(bytes, rest_);
    rest_ = rest_.subspan(bytes.size());
  }
  [[nodiscard]] ByteSpan rest() const { return rest_; }

 private:
  ByteSpan rest_;
};

class BytesSink {
 public:
  explicit BytesSink(Bytes& out) : out_(out) {}
  void put(ByteView bytes) { append(out_, bytes); }

 private:
  Bytes& out_;
};

}  // namespace hawser::wire
