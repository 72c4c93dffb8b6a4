// SFTP packets out of a stream of bytes that comes in pieces of any size. The data of reads goes
// straight to where it is wanted; other packets, which are small, are collected first.
//
//   packet = length:uint32 type:uint8 ...          length counts what follows it
//   DATA   = length:uint32 103 id:uint32 size:uint32 data
#pragma once

#include <array>
#include <string>

#include "hawser/base/bytes.h"
#include "hawser/base/limits.h"
#include "hawser/base/result.h"

namespace hawser::sftp {

class PacketSink {
 public:
  virtual ~PacketSink() = default;
  // Where the data of a DATA packet goes; its size is what the span has.
  virtual Result<ByteSpan> space_for(std::uint32_t id, std::size_t size) = 0;
  virtual Status take_data(std::uint32_t id, std::size_t size) = 0;
  // Any other packet, its length left out. The view lives for the call.
  virtual Status take_packet(ByteView packet) = 0;
};

class PacketParser {
 public:
  Status take(ByteView bytes, PacketSink& sink);
  void allow(std::size_t size) { most_ = size; }

  // Of the DATA packet that is coming in: what is still to come, and another place for it.
  [[nodiscard]] std::size_t data_left() const { return data_.size(); }
  // Requires: to.size() == data_left().
  void redirect(ByteSpan to) { data_ = to; }

  [[nodiscard]] const std::string& greeting() const { return greeting_; }

 private:
  static constexpr std::size_t kLength = 4;
  static constexpr std::size_t kDataHead = 13;  // length, type, id, size

  Status take_head(ByteView& bytes, PacketSink& sink);
  Status begin_data(PacketSink& sink);
  Status take_data(ByteView& bytes, PacketSink& sink);
  Status take_whole(ByteView& bytes, PacketSink& sink);
  [[nodiscard]] Status check_length(std::size_t length, ByteView bytes);

  enum class Stage : std::uint8_t { head, data, whole };
  Stage stage_ = Stage::head;
  std::array<std::uint8_t, kDataHead> head_{};
  std::size_t head_size_ = 0;
  std::size_t length_ = 0;  // of the packet, its length field left out
  ByteSpan data_;
  std::size_t data_size_ = 0;
  std::uint32_t data_id_ = 0;
  Bytes packet_;
  std::size_t most_ = limits::kSftpPacket;
  bool is_first_ = true;
  std::string greeting_;
};

}  // namespace hawser::sftp
