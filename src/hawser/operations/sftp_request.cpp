#include "hawser/operations/sftp_request.h"

#include "hawser/base/display.h"

namespace hawser::operations {

void keep(const sftp::Reply& reply, SftpAnswer& answer, SftpRefusal& refusal) {
  if (const auto* status = std::get_if<sftp::StatusReply>(&reply)) {
    answer.code = status->code;
    refusal = {status->code, display(status->message)};
  } else if (const auto* handle = std::get_if<sftp::HandleReply>(&reply)) {
    answer.bytes = to_bytes(handle->handle);
  } else if (const auto* extended = std::get_if<sftp::ExtendedDataReply>(&reply)) {
    answer.bytes = to_bytes(extended->data);
  } else if (const auto* attributes = std::get_if<sftp::AttributesReply>(&reply)) {
    answer.attributes = attributes->attributes;
  } else if (const auto* names = std::get_if<sftp::NameReply>(&reply)) {
    auto rest = *names;
    answer.names.reserve(std::min<std::size_t>(rest.left(), 1024));  // the count is the server's
    while (const auto entry = rest.next()) {
      answer.names.push_back({std::string(as_text(entry->name)),
                              std::string(as_text(entry->longname)), entry->attributes});
    }
  }
}

Result<Want> SftpRequest::step() {
  const AwaitPeer wait{"SFTP reply", Patience::for_protocol};
  if (!is_sent_) {
    if (!link().engine().has_room()) return wait;
    HAWSER_TRY(send_(link().engine(), *this));
    is_sent_ = true;
  }
  if (!is_answered_) return wait;
  const bool is_refused =
      answer_.code != sftp::StatusCode::ok && answer_.code != sftp::StatusCode::eof;
  if (is_refused) {
    return fail(Errc::sftp_status, "SFTP", static_cast<std::uint32_t>(answer_.code));
  }
  return Done{};
}

void SftpRequest::take(sftp::RequestId /*id*/, const sftp::Reply& reply) {
  keep(reply, answer_, refusal_);
  is_answered_ = true;
}

void SftpRequest::cancel(session::Session& /*session*/, Inbox& /*inbox*/) {
  link().engine().forget(*this);
}

}  // namespace hawser::operations
