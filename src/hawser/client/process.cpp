#include "hawser/client/process.h"

#include <atomic>

#include <sys/mman.h>
#include <unistd.h>

namespace hawser::client {

namespace {

using Note = std::atomic<pid_t>;  // 0 in every new process

// Kept until the process ends; nullptr where the kernel cannot do it.
Note* make_note() {
  const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* page = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  if (madvise(page, size, MADV_WIPEONFORK) != 0) {
    munmap(page, size);
    return nullptr;
  }
  return new (page) Note(0);
}

}  // namespace

pid_t this_process() {
  static Note* const note = make_note();
  if (note == nullptr) return getpid();
  pid_t process = note->load(std::memory_order_relaxed);
  if (process == 0) {
    process = getpid();
    note->store(process, std::memory_order_relaxed);
  }
  return process;
}

}  // namespace hawser::client
