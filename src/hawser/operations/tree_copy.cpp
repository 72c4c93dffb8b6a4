#include "hawser/operations/tree_copy.h"

#include <cerrno>

namespace hawser::operations {

bool is_of_one_entry(const Error& error) {
  switch (error.code) {
    case Errc::sftp_status:
    case Errc::scp_refused:
    case Errc::file_changed:
      return true;
    case Errc::local_file:
      return error.detail != ENOSPC && error.detail != EDQUOT;
    default:
      return false;
  }
}

std::string join(const std::string& path, const std::string& name) {
  if (path.empty() || name.empty()) return path + name;
  return path.ends_with('/') ? path + name : path + "/" + name;
}

void TreeCopy::skip(std::string source, local::Skip::Reason reason) {
  run(local::Skip{std::move(source), reason}, obey);
}

Status TreeCopy::note(std::string source, std::string target, const Error& error,
                      const SftpRefusal& refusal) {
  if (!is_of_one_entry(error)) {
    refusal_ = refusal;
    return std::unexpected(error);
  }
  local::Fault fault{std::move(source), std::move(target), error, refusal.text};
  ++faults_;
  if (!first_fault_) first_fault_ = fault;
  run(std::move(fault), obey);
  return {};
}

Status TreeCopy::count_entry() {
  if (++entries_ <= limits::kTreeEntries) return {};
  return fail(Errc::sftp_limit, "entries of the tree", limits::kTreeEntries);
}

}  // namespace hawser::operations
