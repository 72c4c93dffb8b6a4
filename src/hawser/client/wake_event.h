// An eventfd that ends a poll() in another thread.
#pragma once

namespace hawser::client {

class WakeEvent {
 public:
  WakeEvent();
  ~WakeEvent();
  WakeEvent(const WakeEvent&) = delete;
  WakeEvent& operator=(const WakeEvent&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }  // -1 if the system has none left
  void set() const;
  void clear() const;

 private:
  int descriptor_;
};

}  // namespace hawser::client
