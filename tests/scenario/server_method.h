// The server's side of a key-exchange method: the mirror of transport/kex_method.h.
#pragma once

#include "hawser/transport/kex_method.h"

namespace hawser::scenario {

class ServerMethod {
 public:
  virtual ~ServerMethod() = default;

  // What stands in the reply beside host key and signature, and what enters the hash.
  struct Answer {
    std::uint8_t reply_number = 31;
    Bytes value;  // encoded as it stands in the reply
    Bytes public_values;
    SecretBytes shared;
  };
  struct Step {
    std::optional<Bytes> send;
    std::optional<Answer> answer;
  };
  // A payload of the client's with a number of 30 to 49.
  virtual Result<Step> take(ByteView payload) = 0;
};

std::unique_ptr<ServerMethod> make_server_method(const crypto::Engine& engine,
                                                 const transport::KexAlgorithm& algorithm);

}  // namespace hawser::scenario
