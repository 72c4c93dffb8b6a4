// From the first byte to keys in use, with the verdict on the host key in between.
#pragma once

#include "hawser/operations/operation.h"

namespace hawser::operations {

class Handshake final : public Operation {
 public:
  Result<Want> advance(session::Session& session, Inbox& inbox) override;
  Status supply_verdict(session::Session& session, Inbox& inbox, Status verdict) override;
};

}  // namespace hawser::operations
