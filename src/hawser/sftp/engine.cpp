#include "hawser/sftp/engine.h"

#include <algorithm>

namespace hawser::sftp {

namespace {

// A request's id is its slot's number and, above, how often ids were given out: one that comes too
// late or twice is not taken for another's.
constexpr std::uint32_t kSlotBits = 10;
constexpr std::uint32_t kSlotMask = (1U << kSlotBits) - 1;
static_assert(limits::kSftpRequests == kSlotMask + 1);

// The reply of a request whose asker is gone.
class Nobody final : public Receiver {
 public:
  void take(RequestId /*id*/, const Reply& /*reply*/) override {}
};
Nobody nobody;  // has no state

}  // namespace

Engine::Engine() {
  slots_.resize(limits::kSftpRequests);
  free_.reserve(slots_.size());
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    slots_[i].id = i;
    free_.push_back(static_cast<std::uint32_t>(slots_.size()) - 1 - i);
  }
  outgoing_.add(message::Init{});
}

// requests ----------------------------------------------------------------------------------------

Result<RequestId> Engine::read(ByteView handle, std::uint64_t offset, std::uint32_t size,
                               Receiver& receiver) {
  message::Read message{0, wire::Blob(handle), offset, size};
  return send_with_body(message, {}, {Expected::data, size, &receiver});
}

Result<RequestId> Engine::write(ByteView handle, std::uint64_t offset, ByteView data,
                                Receiver& receiver, const void* owner) {
  message::WriteHead message{0, wire::Blob(handle), offset,
                             static_cast<std::uint32_t>(data.size())};
  return send_with_body(message, data, {Expected::status, 0, &receiver}, owner);
}

void Engine::close_handle(ByteView handle) {
  message::Close message{0, wire::Blob(handle)};
  // Without room the handle stays open until the channel closes: better than to fail.
  (void)send_with_body(message, {}, {Expected::status, 0, &nobody});
}

void Engine::forget(const Receiver& receiver) {
  for (Slot& slot : slots_) {
    if (slot.is_out && slot.receiver == &receiver) slot.receiver = nullptr;
  }
  // Data on its way into the receiver's memory goes nowhere from here on.
  if (data_receiver_ == &receiver) {
    data_receiver_ = nullptr;
    discarded_.resize(parser_.data_left());
    parser_.redirect(discarded_);
  }
}

bool Engine::is_letting_go() const {
  return std::ranges::any_of(slots_, [](const Slot& slot) {
    return slot.is_out && (slot.receiver == nullptr || slot.receiver == &nobody);
  });
}

Result<std::uint32_t> Engine::take_slot(Slot slot) {
  if (failure_) return std::unexpected(*failure_);
  if (free_.empty()) return fail(Errc::wrong_state, "too many SFTP requests");
  Slot& place = slots_[free_.back()];
  free_.pop_back();
  slot.id = place.id + kSlotMask + 1;
  slot.is_out = true;
  place = slot;
  return slot.id;
}

// The request that this is a reply to: from now on it has none coming.
Result<Engine::Slot> Engine::release(std::uint32_t id) {
  Slot& place = slots_[id & kSlotMask];
  if (!place.is_out || place.id != id) return fail(Errc::sftp_protocol, "id of a reply");
  place.is_out = false;
  free_.push_back(id & kSlotMask);
  return place;
}

Status Engine::checked(Status status) {
  if (!status && !failure_) failure_ = status.error();
  if (failure_) return std::unexpected(*failure_);
  return {};
}

// replies -----------------------------------------------------------------------------------------

Result<ByteSpan> Engine::space_for(std::uint32_t id, std::size_t size) {
  const Slot& slot = slots_[id & kSlotMask];
  if (!slot.is_out || slot.id != id || slot.expected != Expected::data) {
    return fail(Errc::sftp_protocol, "id of SSH_FXP_DATA");
  }
  if (size > slot.most) return fail(Errc::sftp_protocol, "size of SSH_FXP_DATA");
  data_receiver_ = slot.receiver;
  if (slot.receiver != nullptr) {
    const ByteSpan space = slot.receiver->space_for(RequestId(id), size);
    HAWSER_INVARIANT(space.size() == size);
    return space;
  }
  discarded_.resize(size);
  return ByteSpan(discarded_);
}

Status Engine::take_data(std::uint32_t id, std::size_t size) {
  data_receiver_ = nullptr;
  discarded_ = {};
  return answer(id, Expected::data, DataReply{size});
}

Status Engine::take_packet(ByteView packet) {
  if (!is_ready_ && packet[0] != message::Version::number)
    return fail(Errc::sftp_protocol, "before VERSION");
  switch (packet[0]) {
    case message::Version::number:
      return take_version(packet);
    case message::Status::number:
      return take_status(packet);
    case message::Handle::number:
      return take_handle(packet);
    case message::Name::number:
      return take_names(packet);
    case message::Attrs::number:
      return take_attributes(packet);
    case message::ExtendedReply::number:
      return take_extended(packet);
    default:
      return fail(Errc::sftp_protocol, "type of a packet", packet[0]);
  }
}

namespace {

template <typename Message>
Result<Message> decode(ByteView packet) {
  auto message = wire::decode<Message>(packet);
  if (!message) return fail(Errc::sftp_protocol, "a reply is malformed", Message::number);
  return message;
}

}  // namespace

Status Engine::take_version(ByteView packet) {
  if (is_ready_) return fail(Errc::sftp_protocol, "a second SSH_FXP_VERSION");
  if (packet.size() > limits::kSftpVersion) {
    return fail(Errc::sftp_limit, "SSH_FXP_VERSION", limits::kSftpVersion);
  }
  const auto reply = HAWSER_TRY(decode<message::Version>(packet));
  // The lower of both versions is spoken (4): ours, unless the server is older.
  if (reply.version < kProtocolVersion) {
    return fail(Errc::sftp_version, "SSH_FXP_VERSION", reply.version);
  }
  extensions_ = HAWSER_TRY(Extensions::parse(reply.extensions.bytes));
  is_ready_ = true;
  return {};
}

Status Engine::take_status(ByteView packet) {
  const auto reply = HAWSER_TRY(decode<message::Status>(packet));
  wire::Reader reader(reply.text.bytes);
  const ByteView text = reader.string();  // with a language tag after it, or not there at all
  return answer(reply.id, Expected::status, StatusReply{static_cast<StatusCode>(reply.code), text});
}

Status Engine::take_handle(ByteView packet) {
  const auto reply = HAWSER_TRY(decode<message::Handle>(packet));
  const ByteView handle = reply.handle.bytes;
  if (handle.empty() || handle.size() > limits::kSftpHandle) {
    return fail(Errc::sftp_limit, "size of a handle", limits::kSftpHandle);
  }
  const Slot& slot = slots_[reply.id & kSlotMask];
  const bool is_orphan = slot.is_out && slot.id == reply.id && slot.receiver == nullptr;
  HAWSER_TRY(answer(reply.id, Expected::handle, HandleReply{handle}));
  if (is_orphan) close_handle(handle);
  return {};
}

Status Engine::take_names(ByteView packet) {
  const auto reply = HAWSER_TRY(decode<message::Name>(packet));
  NameReply counted(reply.count, reply.entries.bytes);
  while (counted.next()) {
  }
  if (!counted.is_whole()) return fail(Errc::sftp_protocol, "SSH_FXP_NAME", message::Name::number);
  return answer(reply.id, Expected::names, NameReply(reply.count, reply.entries.bytes));
}

Status Engine::take_attributes(ByteView packet) {
  const auto reply = HAWSER_TRY(decode<message::Attrs>(packet));
  wire::Reader reader(reply.attributes.bytes);
  const Attributes attributes = read_attributes(reader);
  if (!reader.ok() || !reader.at_end()) return fail(Errc::sftp_protocol, "SSH_FXP_ATTRS");
  return answer(reply.id, Expected::attributes, AttributesReply{attributes});
}

Status Engine::take_extended(ByteView packet) {
  const auto reply = HAWSER_TRY(decode<message::ExtendedReply>(packet));
  return answer(reply.id, Expected::extended, ExtendedDataReply{reply.data.bytes});
}

Status Engine::answer(std::uint32_t id, Expected kind, const Reply& reply) {
  const Slot slot = HAWSER_TRY(release(id));
  const auto* status = std::get_if<StatusReply>(&reply);
  const bool is_ok = status != nullptr && status->code == StatusCode::ok;
  // Any request may be refused; "done" is an answer only where nothing else was asked for.
  const bool fits = slot.expected == kind || (status != nullptr && !is_ok);
  if (!fits) return fail(Errc::sftp_protocol, "a reply of the wrong type");
  if (slot.receiver != nullptr) slot.receiver->take(RequestId(id), reply);
  return {};
}

}  // namespace hawser::sftp
