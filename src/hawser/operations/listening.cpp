#include "hawser/operations/listening.h"

namespace hawser::operations {

using connection::OfferKind;

std::optional<connection::ForwardKind> Listening::forward() const {
  switch (kind_) {
    case OfferKind::tcpip:
      return connection::TcpipForward{address_, port_};
    case OfferKind::streamlocal:
      return connection::StreamlocalForward{address_};
    case OfferKind::agent:
      break;
  }
  return std::nullopt;
}

Listening::Fit Listening::fit(const connection::OfferOrigin& origin) const {
  if (is_closed_ || kind_ != origin.kind) return Fit::none;
  if (kind_ == OfferKind::agent) return Fit::exact;
  const bool is_address = address_ == origin.address;
  if (kind_ == OfferKind::streamlocal) return is_address ? Fit::exact : Fit::none;
  // The server tells the port that it chose before anybody can come there; whoever waits for that
  // answer may look at it later.
  if (port_ == 0) return Fit::by_port;
  if (port_ != origin.port) return Fit::none;
  return is_address ? Fit::exact : Fit::by_port;
}

bool Listening::add(Offer offer) {
  if (offers_.size() >= limits::kOffersWaiting) return false;
  offers_.push_back(std::move(offer));
  return true;
}

std::optional<Offer> Listening::take() {
  if (offers_.empty()) return std::nullopt;
  Offer offer = std::move(offers_.front());
  offers_.pop_front();
  return offer;
}

}  // namespace hawser::operations
