// Everything that is fuzzed, one page (a file of this folder) each. A page takes any bytes, and
// aborts if the code under test does what it must not.
#pragma once

#include <string_view>

#include "hawser/base/bytes.h"

namespace hawser::fuzz {

void agent(ByteView input);
void authentication(ByteView input);
void certificates(ByteView input);
void channels(ByteView input);
void client_after_login(ByteView input);
void client_before_login(ByteView input);
void identification(ByteView input);
void key_exchange(ByteView input);
void key_files(ByteView input);
void known_hosts(ByteView input);
void packets(ByteView input);
void scp_sink(ByteView input);
void scp_source(ByteView input);
void sftp(ByteView input);

struct Target {
  std::string_view name;  // of its corpus, too
  void (*run)(ByteView input);
};

inline constexpr Target kTargets[] = {
    {"agent", agent},
    {"authentication", authentication},
    {"certificates", certificates},
    {"channels", channels},
    {"client_after_login", client_after_login},
    {"client_before_login", client_before_login},
    {"identification", identification},
    {"key_exchange", key_exchange},
    {"key_files", key_files},
    {"known_hosts", known_hosts},
    {"packets", packets},
    {"scp_sink", scp_sink},
    {"scp_source", scp_source},
    {"sftp", sftp},
};

}  // namespace hawser::fuzz
