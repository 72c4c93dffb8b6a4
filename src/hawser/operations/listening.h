// One place at which the server listens for us, and who came there and has not been taken yet.
#pragma once

#include <deque>
#include <memory>

#include "hawser/operations/channel_box.h"

namespace hawser::operations {

struct Offer {
  std::shared_ptr<ChannelBox> box;
  connection::OfferOrigin origin;
};

class Listening {
 public:
  // `address` is what was asked for, a path for streamlocal; `port` 0: the server has not told yet.
  Listening(connection::OfferKind kind, std::string address, std::uint16_t port)
      : kind_(kind), address_(std::move(address)), port_(port) {}

  [[nodiscard]] connection::OfferKind kind() const { return kind_; }
  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  void set_port(std::uint16_t port) { port_ = port; }

  // What is to be said on the wire for it; nullopt for an agent, which needs nothing said.
  [[nodiscard]] std::optional<connection::ForwardKind> forward() const;

  // Servers say the address as they were asked, as they resolved it, or as something else: a port
  // that is listened at once is enough to tell.
  enum class Fit : std::uint8_t { none, by_port, exact };
  [[nodiscard]] Fit fit(const connection::OfferOrigin& origin) const;

  // False if so many wait that no more may.
  bool add(Offer offer);
  std::optional<Offer> take();

  [[nodiscard]] bool is_closed() const { return is_closed_; }
  void close() { is_closed_ = true; }

 private:
  connection::OfferKind kind_;
  std::string address_;
  std::uint16_t port_;
  std::deque<Offer> offers_;
  bool is_closed_ = false;
};

}  // namespace hawser::operations
