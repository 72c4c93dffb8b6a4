// _ssh.Channel and the file objects on it.
#pragma once

#include <memory>

#include <nanobind/nanobind.h>

#include "hawser/client/channel.h"

namespace hawser::python {

namespace nb = nanobind;

// Dropping it must not wait for the session's lock with the GIL held: client::Channel's own
// destructor sees to that.
class PyChannel {
 public:
  explicit PyChannel(std::shared_ptr<client::Channel> channel) : channel_(std::move(channel)) {}
  ~PyChannel();
  PyChannel(const PyChannel&) = delete;
  PyChannel& operator=(const PyChannel&) = delete;
  [[nodiscard]] const std::shared_ptr<client::Channel>& channel() const { return channel_; }

  // stdin, stdout and stderr are made once, so that their buffers are not lost between uses.
  nb::object standard_input;
  nb::object standard_output;
  nb::object standard_error;

 private:
  std::shared_ptr<client::Channel> channel_;
};

void bind_channel(nb::module_& module);

}  // namespace hawser::python
