// Which process this is. A session belongs to the process that made it, and asks at every turn.
#pragma once

#include <sys/types.h>

namespace hawser::client {

// As getpid(), without a system call where the kernel says by itself that this is a child
// (MADV_WIPEONFORK, Linux 4.14), however it was made.
pid_t this_process();

}  // namespace hawser::client
