// What the test server is told to be: which algorithms it has, whom it lets in, what its commands
// do. The defaults make a well-behaved modern server.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hawser/base/bytes.h"
#include "hawser/transport/proposal.h"

namespace hawser::scenario {

struct AuthScript {
  std::string user = "user";
  std::string password = "correct horse";
  std::vector<Bytes> public_keys;  // blobs of the keys that may log in
  bool accepts_none = false;
  bool wants_key_and_password = false;  // each alone is only a partial success
  bool wants_new_password = false;      // PASSWD_CHANGEREQ instead of an answer
  std::vector<std::string> banners;     // sent before the first answer
};

// What a command, a subsystem or a forwarded connection does.
struct ExecScript {
  Bytes output;
  Bytes errors;
  bool echoes = false;  // input comes back; the end of input is the end of output
  // What it says to a piece of input, until the input ends. Each channel has a copy.
  std::function<Bytes(ByteView input)> answers;
  std::size_t most = SIZE_MAX;  // that run at once; more are refused
  bool sends_eof = true;
  std::optional<std::uint32_t> status = 0;
  std::optional<std::string> signal;
  bool closes = true;
};

struct ServerOptions {
  std::string before_identification;  // as it goes out, line ends included
  std::string identification = "SSH-2.0-TestServer";
  std::string line_end = "\r\n";

  transport::Proposal proposal;  // an empty list: all that the engine has, no certificates
  bool offers_strict_kex = true;
  bool sends_ext_info = true;
  bool compresses = true;                  // false: sends plain payloads, whatever was agreed
  std::string presents_key;                // a name for test_key(); empty: as negotiated
  Bytes presents_blob;                     // instead of that key's own: its certificate
  std::string presents_key_in_rekey;       // the same from the second exchange on
  std::uint64_t rekeys_every_packets = 0;  // of its own; 0: never by itself

  AuthScript auth;

  std::map<std::string, ExecScript> commands;  // by command line, or "subsystem:" and a name
  std::uint32_t window = 2 << 20;              // what it grants, and gives back at once
  bool gives_window_back = true;
  std::uint32_t max_packet = 32 * 1024;
  std::size_t most_channels = SIZE_MAX;  // at once; more are refused
};

}  // namespace hawser::scenario
