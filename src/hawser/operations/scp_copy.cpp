#include "hawser/operations/scp_copy.h"

#include "hawser/operations/tree_copy.h"

namespace hawser::operations {

Status ScpCopy::note(std::string source, std::string target, const Error& error, std::string text) {
  if (!is_of_one_entry(error)) return std::unexpected(error);
  local::Fault fault{std::move(source), std::move(target), error, std::move(text)};
  ++faults_;
  if (!first_fault_) first_fault_ = fault;
  if (is_tree_) errands_.add(std::move(fault), obey);
  return {};
}

void ScpCopy::tell(const std::string& source, std::uint64_t done, std::uint64_t total) {
  if (options_.tells()) errands_.add(local::Report{source, done, total}, obey);
}

}  // namespace hawser::operations
