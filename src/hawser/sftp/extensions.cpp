#include "hawser/sftp/extensions.h"

#include <algorithm>

#include "hawser/wire/reader.h"

namespace hawser::sftp {

Result<Extensions> Extensions::parse(ByteView pairs) {
  Extensions extensions;
  wire::Reader reader(pairs);
  while (reader.ok() && !reader.at_end()) {
    if (extensions.pairs_.size() == limits::kSftpExtended) {
      return fail(Errc::sftp_limit, "extensions of SSH_FXP_VERSION", limits::kSftpExtended);
    }
    const ByteView name = reader.string();
    const ByteView data = reader.string();
    extensions.pairs_.emplace_back(as_text(name), to_bytes(data));
  }
  if (!reader.ok()) return fail(Errc::sftp_protocol, "extensions of SSH_FXP_VERSION");
  return extensions;
}

bool Extensions::has(std::string_view name) const {
  return std::any_of(pairs_.begin(), pairs_.end(),
                     [name](const auto& pair) { return pair.first == name; });
}

}  // namespace hawser::sftp
