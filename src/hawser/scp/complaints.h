// What the other side had to say about single files while the rest went on.
#pragma once

#include <string>
#include <vector>

#include "hawser/base/limits.h"

namespace hawser::scp {

class Complaints {
 public:
  void add(std::string text) {
    last_ = text;
    if (texts_.size() < limits::kScpComplaints) texts_.push_back(std::move(text));
    ++count_;
  }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::size_t count() const { return count_; }
  // The first of them, escaped.
  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }
  [[nodiscard]] const std::string& last() const { return last_; }

 private:
  std::vector<std::string> texts_;
  std::string last_;
  std::size_t count_ = 0;
};

}  // namespace hawser::scp
