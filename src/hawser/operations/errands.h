// Errands at the local side, one after the other: what is wanted of the world, and what is to be
// done with the answer.
#pragma once

#include <deque>
#include <functional>

#include "hawser/operations/operation.h"

namespace hawser::operations {

// For errands whose error ends the operation.
inline Status obey(const Result<LocalAnswer>& answer) {
  if (answer) return {};
  return std::unexpected(answer.error());
}

class Errands {
 public:
  using Then = std::function<Status(const Result<LocalAnswer>&)>;

  void add(LocalRequest request, Then then) {
    pending_.push_back({std::move(request), std::move(then)});
  }
  // Of those whose outcome is no matter.
  void add(LocalRequest request) {
    add(std::move(request), [](const Result<LocalAnswer>&) { return Status(); });
  }
  [[nodiscard]] bool empty() const { return pending_.empty(); }
  // Requires, for both: !empty().
  [[nodiscard]] Want want() const { return NeedLocal{pending_.front().request}; }
  Status finish(const Result<LocalAnswer>& answer) {
    const Pending errand = std::move(pending_.front());
    pending_.pop_front();
    return errand.then(answer);
  }

 private:
  struct Pending {
    LocalRequest request;
    Then then;
  };
  std::deque<Pending> pending_;
};

}  // namespace hawser::operations
