// _ssh.Agent and its keys, and Python objects that sign.
#pragma once

#include <nanobind/nanobind.h>

#include "hawser/client/agent.h"

namespace hawser::python {

namespace nb = nanobind;

// An object of the caller's with sign(data, algorithm). What it raises comes out of the call.
class ObjectSigner final : public client::Signer {
 public:
  // `object` outlives it.
  ObjectSigner(nb::handle object, Bytes blob) : object_(object), blob_(std::move(blob)) {}
  [[nodiscard]] ByteView public_blob() const override { return blob_; }
  client::Outcome<Bytes> sign(std::string_view algorithm, ByteView data) override;

 private:
  nb::handle object_;
  Bytes blob_;
};

// None: the one of SSH_AUTH_SOCK; a path; an _ssh.Agent.
std::shared_ptr<client::Agent> agent_argument(nb::handle agent);

void bind_agent(nb::module_& module);

}  // namespace hawser::python
