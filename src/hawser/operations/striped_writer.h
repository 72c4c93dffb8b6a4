// Writes an open remote file over as many channels as carry more than one does (StripePlan), each
// of which takes the next piece of one moving front. However it ends, what lies kUploadSpread
// before the last byte that was sent is written without gaps. Channels that are refused or break
// cost time only: their pieces go over those that are left. The first is the link's own; what
// happens to it happens to the file.
#pragma once

#include <list>

#include "hawser/operations/stripe.h"
#include "hawser/operations/stripe_plan.h"

namespace hawser::operations {

class StripedWriter final {
 public:
  StripedWriter(std::shared_ptr<SftpLink> link, const Bytes& handle) : link_(std::move(link)) {
    stripes_.emplace_back(link_, handle);
  }

  // Other channels may open the file at this path, for writing.
  struct Extent {
    std::uint64_t present = 0;         // that the file has already
    std::optional<std::uint64_t> end;  // that it will have, if that is known
  };
  void allow_stripes(std::string path, const Extent& extent);

  // As RemoteWriter's. Nothing can be begun after the first is_drained().
  void begin(std::uint64_t at, ByteView data);
  Result<bool> advance();
  Result<bool> is_drained();
  [[nodiscard]] std::uint64_t acknowledged() const;
  // Forgets all that is in flight.
  void reset();

  // Whether other channels were asked to open the file. When it is drained, they have closed it.
  [[nodiscard]] bool was_striped() const { return was_striped_; }

  [[nodiscard]] const SftpRefusal& refusal() const { return refusal_; }
  [[nodiscard]] std::uint64_t refused_at() const { return refused_at_; }

 private:
  using Place = std::list<Stripe>::iterator;

  Status pump();
  Status tend_first();
  void tend_others();
  Place drop(Place place);
  void finish_others();
  Status deal();
  Stripe* idle_stripe();
  void plan();
  [[nodiscard]] StripePlan::Sight sight() const;
  void add_stripes();
  [[nodiscard]] Stripe& first() { return stripes_.front(); }
  [[nodiscard]] bool is_alone() const;
  [[nodiscard]] bool is_worth_it() const;

  std::shared_ptr<SftpLink> link_;
  std::string path_;  // empty: one channel only
  Extent extent_;
  StripePlan plan_;
  std::list<Stripe> stripes_;  // they are known to engines by their addresses
  std::deque<Stripe::Piece> orphans_;
  std::uint64_t at_ = 0;  // of the caller's
  ByteView data_;         // not taken by any yet
  std::uint64_t end_ = 0;
  bool is_lent_ = false;    // the caller's memory, to the first channel
  bool takes_more_ = true;  // none has been of no use
  bool was_striped_ = false;
  bool has_ended_ = false;  // nothing more is begun
  std::optional<Error> loss_;
  SftpRefusal refusal_;
  std::uint64_t refused_at_ = 0;
};

}  // namespace hawser::operations
