// A file descriptor that closes itself.
#pragma once

#include <utility>

#include <unistd.h>

namespace hawser::client {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  [[nodiscard]] int number() const { return number_; }  // -1: none
  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  // Closes it and says whether that went well: some file systems tell only now that they are full.
  bool close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_ = -1;
};

}  // namespace hawser::client
