// A session that somebody else's client and server had, as two byte streams (golang/crypto, ssh/
// testdata: ">>> Flow 3 (client to server)" and a hex dump, flow after flow).
#pragma once

#include <optional>
#include <string>

#include "hawser/base/bytes.h"

namespace hawser::recorded {

struct Recording {
  Bytes client_to_server;
  Bytes server_to_client;
};

// The folder of the recordings; nullopt where HAWSER_VECTORS does not name one.
std::optional<std::string> recordings_folder();

// nullopt if the file cannot be read.
std::optional<Recording> read_recording(const std::string& path);

}  // namespace hawser::recorded
