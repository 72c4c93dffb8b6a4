#include "hawser/operations/striped_writer.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hawser::operations {

namespace {

// Less is over before another channel is of use.
constexpr std::uint64_t kWorthIt = 8 << 20;

}  // namespace

void StripedWriter::allow_stripes(std::string path, const Extent& extent) {
  path_ = std::move(path);
  extent_ = extent;
}

void StripedWriter::begin(std::uint64_t at, ByteView data) {
  at_ = at;
  data_ = data;
  end_ = at + data.size();
}

Result<bool> StripedWriter::advance() {
  HAWSER_TRY(pump());
  return data_.empty() && !is_lent_;
}

Result<bool> StripedWriter::is_drained() {
  if (!has_ended_) finish_others();
  has_ended_ = true;
  HAWSER_TRY(pump());
  if (!orphans_.empty()) return false;
  const bool are_done = std::all_of(stripes_.begin(), stripes_.end(),
                                    [](const Stripe& each) { return each.is_done(); });
  if (are_done) link_->branches().withdraw(this);
  return are_done;
}

std::uint64_t StripedWriter::acknowledged() const {
  std::uint64_t oldest = data_.empty() ? end_ : at_;
  for (const Stripe::Piece& piece : orphans_) oldest = std::min(oldest, piece.offset);
  for (const Stripe& stripe : stripes_) {
    if (stripe.is_open()) oldest = std::min(oldest, stripe.writer().oldest().value_or(oldest));
  }
  return oldest;
}

// the channels ------------------------------------------------------------------------------------

Status StripedWriter::pump() {
  HAWSER_TRY(tend_first());
  tend_others();
  if (loss_) return std::unexpected(*loss_);
  if (!has_ended_) plan();
  return deal();
}

Status StripedWriter::tend_first() {
  const Status done = first().advance();
  if (!done) {
    refusal_ = first().refusal();
    refused_at_ = first().writer().refused_at();
    return done;
  }
  if (first().is_idle()) is_lent_ = false;
  return {};
}

void StripedWriter::tend_others() {
  for (auto place = std::next(stripes_.begin()); place != stripes_.end();) {
    if (place->is_open()) {
      place = place->advance() ? std::next(place) : drop(place);
      continue;
    }
    const Stripe::Sizes sizes{acknowledged(), std::max(end_, extent_.present)};
    const auto is_open = place->open(path_, sizes);
    place = is_open ? std::next(place) : drop(place);
  }
}

StripedWriter::Place StripedWriter::drop(Place place) {
  if (place->loss() && !loss_) {
    loss_ = place->loss();
    refusal_ = place->refusal();
    refused_at_ = end_;
  }
  auto pieces = place->abandon();
  std::move(pieces.rbegin(), pieces.rend(), std::front_inserter(orphans_));
  plan_.stop();
  link_->branches().give_up();
  takes_more_ = false;
  return stripes_.erase(place);
}

bool StripedWriter::is_worth_it() const {
  if (path_.empty()) return false;
  return extent_.end ? *extent_.end >= end_ + kWorthIt : end_ >= kWorthIt;
}

void StripedWriter::plan() {
  if (is_worth_it()) plan_.look(sight());
  link_->branches().wish(this, {plan_.channels_soon() - 1, plan_.channels() - 1});
  if (plan_.channels() > 1 && takes_more_) add_stripes();
}

StripePlan::Sight StripedWriter::sight() const {
  const auto& clock = link_->clock();
  StripePlan::Sight sight{clock.now, clock.round_trip, 0, 0, true, true};
  for (const Stripe& stripe : stripes_) {
    if (!stripe.is_open()) {
      sight.is_settled = false;
      continue;
    }
    const std::uint64_t asked = stripe.writer().asked();
    sight.sent += asked - std::min<std::uint64_t>(asked, stripe.link()->engine().unsent());
    sight.acknowledged += stripe.writer().answered();
    sight.is_shut = sight.is_shut && stripe.link()->is_shut();
  }
  // What is sent in part is not acknowledged with the rest.
  const std::uint64_t in_part = std::uint64_t{link_->write_block()} * stripes_.size();
  sight.sent -= std::min(sight.sent, in_part);
  sight.is_settled = sight.is_settled && !link_->branches().are_opening();
  return sight;
}

void StripedWriter::add_stripes() {
  for (const auto& link : link_->branches().links()) {
    const bool is_known = std::any_of(stripes_.begin(), stripes_.end(),
                                      [&](const Stripe& each) { return each.link() == link; });
    if (!is_known && stripes_.size() < plan_.channels() && link->stands()) {
      was_striped_ = true;
      (void)stripes_.emplace_back(link).open(path_, {});  // what it has to say it says again
    }
  }
}

// the pieces --------------------------------------------------------------------------------------

bool StripedWriter::is_alone() const {
  return std::count_if(stripes_.begin(), stripes_.end(),
                       [](const Stripe& each) { return each.is_open(); }) == 1;
}

Stripe* StripedWriter::idle_stripe() {
  Stripe* found = nullptr;
  const auto in_flight = [](const Stripe& each) {
    return each.writer().asked() - each.writer().answered();
  };
  for (Stripe& each : stripes_) {
    if (!each.is_idle()) continue;
    if (found == nullptr || in_flight(each) < in_flight(*found)) found = &each;
  }
  return found;
}

Status StripedWriter::deal() {
  while (!orphans_.empty() || !data_.empty()) {
    Stripe* stripe = idle_stripe();
    if (stripe == nullptr) return {};
    if (!orphans_.empty()) {
      stripe->take(std::move(orphans_.front()));
      orphans_.pop_front();
    } else {
      if (end_ > acknowledged() + limits::kUploadSpread) return {};
      if (is_alone()) {
        stripe->take(at_, data_);
        is_lent_ = true;
      } else {
        stripe->take({at_, to_bytes(data_)});
      }
      data_ = {};
    }
    if (stripe == &first()) {
      HAWSER_TRY(tend_first());
    } else {
      tend_others();
    }
  }
  return {};
}

// the end -----------------------------------------------------------------------------------------

// Those that have not opened it yet will not be needed.
void StripedWriter::finish_others() {
  for (auto place = std::next(stripes_.begin()); place != stripes_.end();) {
    if (place->is_open()) {
      place++->finish();
    } else {
      place->abandon();
      place = stripes_.erase(place);
    }
  }
}

void StripedWriter::reset() {
  (void)first().abandon();
  for (auto place = std::next(stripes_.begin()); place != stripes_.end(); ++place) {
    (void)place->abandon();
  }
  stripes_.erase(std::next(stripes_.begin()), stripes_.end());
  orphans_.clear();
  data_ = {};
  is_lent_ = false;
  link_->branches().withdraw(this);
}

}  // namespace hawser::operations
