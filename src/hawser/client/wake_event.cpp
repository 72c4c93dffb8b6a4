#include "hawser/client/wake_event.h"

#include <cstdint>

#include <sys/eventfd.h>
#include <unistd.h>

namespace hawser::client {

WakeEvent::WakeEvent() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

WakeEvent::~WakeEvent() {
  if (descriptor_ >= 0) close(descriptor_);
}

void WakeEvent::set() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(descriptor_, &one, sizeof(one));
}

void WakeEvent::clear() const {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto taken = read(descriptor_, &count, sizeof(count));
}

}  // namespace hawser::client
