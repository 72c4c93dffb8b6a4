#include "hawser/sftp/attributes.h"

#include "hawser/wire/sink.h"

namespace hawser::sftp {

namespace {

enum Flag : std::uint32_t {
  kSize = 0x00000001,
  kOwner = 0x00000002,
  kPermissions = 0x00000004,
  kTimes = 0x00000008,
  kExtended = 0x80000000,
};
constexpr std::uint32_t kKnownFlags = kSize | kOwner | kPermissions | kTimes | kExtended;

}  // namespace

Bytes encode_attributes(const Attributes& attributes) {
  std::uint32_t flags = 0;
  if (attributes.size) flags |= kSize;
  if (attributes.owner) flags |= kOwner;
  if (attributes.mode) flags |= kPermissions;
  if (attributes.times) flags |= kTimes;
  Bytes out;
  wire::BytesSink sink(out);
  wire::put_uint32(sink, flags);
  if (attributes.size) wire::put_uint64(sink, *attributes.size);
  if (attributes.owner) {
    wire::put_uint32(sink, attributes.owner->uid);
    wire::put_uint32(sink, attributes.owner->gid);
  }
  if (attributes.mode) wire::put_uint32(sink, *attributes.mode);
  if (attributes.times) {
    wire::put_uint32(sink, attributes.times->access);
    wire::put_uint32(sink, attributes.times->modification);
  }
  return out;
}

Attributes read_attributes(wire::Reader& reader) {
  Attributes attributes;
  const std::uint32_t flags = reader.uint32();
  if ((flags & ~kKnownFlags) != 0) reader.set_failed();
  if ((flags & kSize) != 0) attributes.size = reader.uint64();
  if ((flags & kOwner) != 0) {
    const std::uint32_t uid = reader.uint32();
    attributes.owner = Owner{uid, reader.uint32()};
  }
  if ((flags & kPermissions) != 0) attributes.mode = reader.uint32();
  if ((flags & kTimes) != 0) {
    const std::uint32_t access = reader.uint32();
    attributes.times = Times{access, reader.uint32()};
  }
  if ((flags & kExtended) != 0) {
    const std::uint32_t count = reader.uint32();
    if (count > limits::kSftpExtended) reader.set_failed();
    for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
      reader.string();
      reader.string();
    }
  }
  return attributes;
}

}  // namespace hawser::sftp
