// Distinct integers at no cost: a ChannelId is not a PeerChannelId, whatever both are made of.
#pragma once

#include <compare>
#include <functional>

namespace hawser {

template <typename Tag, typename T>
class Strong {
 public:
  constexpr Strong() = default;
  constexpr explicit Strong(T value) : value_(value) {}
  [[nodiscard]] constexpr T value() const { return value_; }
  constexpr auto operator<=>(const Strong&) const = default;

 private:
  T value_{};
};

}  // namespace hawser

template <typename Tag, typename T>
struct std::hash<hawser::Strong<Tag, T>> {
  std::size_t operator()(hawser::Strong<Tag, T> strong) const {
    return std::hash<T>{}(strong.value());
  }
};
