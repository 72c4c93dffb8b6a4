#include "hawser/sftp/packet_parser.h"

#include <algorithm>
#include <utility>

#include "hawser/base/display.h"
#include "hawser/sftp/messages.h"

namespace hawser::sftp {

Status PacketParser::take(ByteView bytes, PacketSink& sink) {
  while (!bytes.empty()) {
    switch (stage_) {
      case Stage::head:
        HAWSER_TRY(take_head(bytes, sink));
        break;
      case Stage::data:
        HAWSER_TRY(take_data(bytes, sink));
        break;
      case Stage::whole:
        HAWSER_TRY(take_whole(bytes, sink));
        break;
    }
  }
  return {};
}

// Collects the length and the type and, of a DATA packet, its id and size.
Status PacketParser::take_head(ByteView& bytes, PacketSink& sink) {
  const bool is_data = head_size_ > kLength && head_[kLength] == message::Data::number;
  const std::size_t wanted = head_size_ < kLength ? kLength : is_data ? kDataHead : kLength + 1;
  const std::size_t size = std::min(wanted - head_size_, bytes.size());
  copy(bytes.first(size), ByteSpan(head_).subspan(head_size_));
  head_size_ += size;
  bytes = bytes.subspan(size);
  if (head_size_ < wanted) return {};
  if (head_size_ == kLength) {
    length_ = load_be32(head_.data());
    return check_length(length_, bytes);
  }
  if (head_[kLength] != message::Data::number) {
    packet_.assign(1, head_[kLength]);
    stage_ = Stage::whole;
    // A packet without more than its type is malformed, but take_whole() must see it at once.
    return length_ == 1 ? take_whole(bytes, sink) : Status{};
  }
  if (head_size_ == kDataHead) return begin_data(sink);
  // One that has no room for its head is not waited for: what comes next is another packet.
  if (length_ < kDataHead - kLength) return fail(Errc::sftp_protocol, "SSH_FXP_DATA");
  return {};
}

Status PacketParser::check_length(std::size_t length, ByteView bytes) {
  const bool is_first = std::exchange(is_first_, false);
  if (length >= 1 && length <= most_) return {};
  if (is_first) {  // text of the server's shell start files, most often
    Bytes shown = to_bytes(ByteView(head_).first(kLength));
    append(shown, bytes.first(std::min<std::size_t>(bytes.size(), limits::kTextShown)));
    greeting_ = display(shown);
    return fail(Errc::sftp_not_spoken, "SSH_FXP_VERSION");
  }
  return fail(length == 0 ? Errc::sftp_protocol : Errc::sftp_limit, "packet length",
              static_cast<std::uint32_t>(most_));
}

Status PacketParser::begin_data(PacketSink& sink) {
  data_id_ = load_be32(&head_[kLength + 1]);
  data_size_ = load_be32(&head_[kLength + 5]);
  if (length_ != kDataHead - kLength + data_size_) return fail(Errc::sftp_protocol, "SSH_FXP_DATA");
  data_ = HAWSER_TRY(sink.space_for(data_id_, data_size_));
  stage_ = Stage::data;
  if (data_size_ > 0) return {};
  ByteView nothing;
  return take_data(nothing, sink);
}

Status PacketParser::take_data(ByteView& bytes, PacketSink& sink) {
  const std::size_t size = std::min(bytes.size(), data_.size());
  copy(bytes.first(size), data_);
  data_ = data_.subspan(size);
  bytes = bytes.subspan(size);
  if (!data_.empty()) return {};
  stage_ = Stage::head;
  head_size_ = 0;
  return sink.take_data(data_id_, data_size_);
}

Status PacketParser::take_whole(ByteView& bytes, PacketSink& sink) {
  const std::size_t size = std::min(bytes.size(), length_ - packet_.size());
  append(packet_, bytes.first(size));
  bytes = bytes.subspan(size);
  if (packet_.size() < length_) return {};
  stage_ = Stage::head;
  head_size_ = 0;
  return sink.take_packet(packet_);
}

}  // namespace hawser::sftp
