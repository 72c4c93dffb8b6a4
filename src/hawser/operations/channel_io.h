// Reading from, writing to and waiting for a channel, each as one operation.
#pragma once

#include "hawser/operations/operation.h"

namespace hawser::operations {

// Some bytes as soon as there are some; 0 at the end of the stream.
class ReadChannel final : public Operation {
 public:
  // Requires: `to` is not empty and outlives the operation.
  ReadChannel(std::shared_ptr<ChannelBox> box, connection::Stream stream, ByteSpan to)
      : box_(std::move(box)), stream_(stream), to_(to) {}
  Result<Want> advance(session::Session& session, Inbox& inbox) override;
  [[nodiscard]] const ChannelBox* channel() const override { return box_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::shared_ptr<ChannelBox> box_;
  connection::Stream stream_;
  ByteSpan to_;
  std::size_t size_ = 0;
};

enum class WriteAmount : std::uint8_t { some, all };

class WriteChannel final : public Operation {
 public:
  // `data` outlives the operation.
  WriteChannel(std::shared_ptr<ChannelBox> box, ByteView data, WriteAmount amount)
      : box_(std::move(box)), data_(data), amount_(amount) {}
  Result<Want> advance(session::Session& session, Inbox& inbox) override;
  [[nodiscard]] const ChannelBox* channel() const override { return box_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }  // bytes taken, also after an error

 private:
  std::shared_ptr<ChannelBox> box_;
  ByteView data_;
  WriteAmount amount_;
  std::size_t size_ = 0;
};

// Until the server has closed the channel. Output that nobody reads meanwhile is kept for later, up
// to limits::kUnreadOutput; more than that is output_unread, not a wait without end.
class AwaitClose final : public Operation {
 public:
  explicit AwaitClose(std::shared_ptr<ChannelBox> box) : box_(std::move(box)) {}
  Result<Want> advance(session::Session& session, Inbox& inbox) override;
  [[nodiscard]] const ChannelBox* channel() const override { return box_.get(); }

 private:
  std::shared_ptr<ChannelBox> box_;
};

}  // namespace hawser::operations
