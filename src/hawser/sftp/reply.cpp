#include "hawser/sftp/reply.h"

namespace hawser::sftp {

std::optional<NameEntry> NameReply::next() {
  if (left_ == 0 || !reader_.ok()) return std::nullopt;
  NameEntry entry;
  entry.name = reader_.string();
  entry.longname = reader_.string();
  entry.attributes = read_attributes(reader_);
  if (!reader_.ok()) return std::nullopt;
  --left_;
  return entry;
}

ByteSpan Receiver::space_for(RequestId /*id*/, std::size_t /*size*/) {
  return {};
}

}  // namespace hawser::sftp
