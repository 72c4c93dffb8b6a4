// Waits for a time, which is the driver's limit of the operation: it ends with timed_out.
#pragma once

#include "hawser/operations/operation.h"

namespace hawser::operations {

class Pause final : public Operation {
 public:
  Result<Want> advance(session::Session& /*session*/, Inbox& /*inbox*/) override {
    return AwaitPeer{"pause", Patience::without_bound};
  }
  void cancel(session::Session& /*session*/, Inbox& /*inbox*/) override {}
};

}  // namespace hawser::operations
