// What a server answers (draft-ietf-secsh-filexfer-02 7), and who is told. Views live for the call.
#pragma once

#include <variant>

#include "hawser/base/strong.h"
#include "hawser/sftp/attributes.h"
#include "hawser/sftp/status.h"

namespace hawser::sftp {

using RequestId = Strong<struct RequestIdTag, std::uint32_t>;

struct StatusReply {
  StatusCode code;
  ByteView message;  // may be empty, or anything: see display.h
};
struct HandleReply {
  ByteView handle;
};
struct DataReply {
  std::size_t size;  // that many bytes are where space_for() said
};
struct AttributesReply {
  Attributes attributes;
};
struct ExtendedDataReply {
  ByteView data;
};

struct NameEntry {
  ByteView name;
  ByteView longname;  // for display only: servers write in it what they like
  Attributes attributes;
};
// Entries in order. next() gives nullopt after the last one and at a malformed one; is_whole() then
// tells which it was.
class NameReply {
 public:
  NameReply(std::uint32_t count, ByteView entries) : left_(count), reader_(entries) {}
  std::optional<NameEntry> next();
  [[nodiscard]] std::uint32_t left() const { return left_; }
  [[nodiscard]] bool is_whole() const { return left_ == 0 && reader_.ok() && reader_.at_end(); }

 private:
  std::uint32_t left_;
  wire::Reader reader_;
};

using Reply = std::variant<StatusReply, HandleReply, DataReply, NameReply, AttributesReply,
                           ExtendedDataReply>;

// Who made a request. Told under the same lock under which requests are made.
class Receiver {
 public:
  virtual ~Receiver() = default;
  // Where the `size` bytes of a DATA reply shall go, at most as many as were asked for. The memory
  // stays until take() or Engine::forget().
  virtual ByteSpan space_for(RequestId id, std::size_t size);
  // The reply is one that the request can have: see Expected.
  virtual void take(RequestId id, const Reply& reply) = 0;
};

}  // namespace hawser::sftp
