#include "hawser/operations/sftp_link.h"

#include <algorithm>

#include "hawser/base/display.h"

namespace hawser::operations {

namespace {

// A server's limit for one request, kept within ours; 0: it did not say.
std::uint32_t block_from(std::uint64_t limit) {
  constexpr std::uint64_t kLeast = 1024;  // less would be a request a packet
  if (limit == 0) return limits::kSftpBlock;
  return static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(limit, kLeast, limits::kSftpBlockMost));
}

}  // namespace

Status SftpLink::start_server(session::Session& session) {
  if (server_.find('/') == std::string::npos) {
    return session.request(box_->id(), connection::SubsystemRequest{server_});
  }
  return session.request(box_->id(), connection::ExecRequest{server_});
}

Status SftpLink::begin(session::Session& session) {
  HAWSER_TRY(attach(session));
  HAWSER_TRY(start_server(session));
  ticket_ = box_->take_ticket();
  return flush(session);
}

bool SftpLink::stands() const {
  return !is_detached_ && !is_refused_ && !engine_.failure() && !box_->has_ended();
}

void SftpLink::detach(session::Session& session) {
  branches_.detach(session);
  is_detached_ = true;
  (void)box_->direct_to(session, nullptr);
  if (!box_->is_closed()) (void)session.close(box_->id());
}

Status SftpLink::flush(session::Session& session) {
  if (is_detached_) return fail(Errc::closed, "SFTP client");
  if (engine_.failure()) {
    if (!box_->is_closed()) (void)session.close(box_->id());
    return std::unexpected(*engine_.failure());
  }
  if (box_->has_ended()) return fail(Errc::sftp_ended, "SFTP");
  if (const auto reply = ticket_ ? box_->take_reply(*ticket_) : std::nullopt) {
    ticket_.reset();
    is_refused_ = !*reply;
  }
  if (is_refused_) return fail(Errc::channel_request_refused, "subsystem");
  while (engine_.unsent() > 0) {
    const Gather pending = engine_.pending();
    const std::size_t taken = HAWSER_TRY(session.write(box_->id(), pending));
    engine_.sent(taken);
    if (taken < pending.size()) break;
  }
  is_shut_ = engine_.unsent() > 0 && session.is_window_shut(box_->id());
  return {};
}

void SftpLink::take(connection::Stream stream, ByteView data) {
  if (stream == connection::Stream::standard) {
    (void)engine_.received(data);  // its failure is latched: flush() tells
    return;
  }
  append(error_output_, data);
  if (error_output_.size() > hawser::limits::kTextShown) {
    const auto surplus = error_output_.size() - hawser::limits::kTextShown;
    error_output_.erase(error_output_.begin(),
                        error_output_.begin() + static_cast<std::ptrdiff_t>(surplus));
  }
}

std::string SftpLink::complaint() const {
  if (!engine_.greeting().empty()) {
    return "the server answered '" + engine_.greeting() +
           "' instead of SFTP: do the shell's start files on the server print something?";
  }
  return error_output_.empty() ? std::string() : "the server says: " + display(error_output_);
}

void SftpLink::learn(const sftp::Limits& limits) {
  limits_ = limits;
  read_block_ = block_from(limits.max_read);
  write_block_ = block_from(limits.max_write);
  engine_.allow_packets_of(static_cast<std::size_t>(std::clamp<std::uint64_t>(
      limits.max_packet, hawser::limits::kSftpPacket, hawser::limits::kSftpPacketMost)));
}

void SftpLink::set_clock(Instant now, Duration round_trip_of_session) {
  clock_.now = now;
  clock_.round_trip = std::min(clock_.round_trip, round_trip_of_session);
  if (!lone_request_ || engine_.in_flight() > 0) return;
  clock_.round_trip = std::min(clock_.round_trip, now - *lone_request_);
  lone_request_.reset();
}

void SftpLink::set_receive_window(std::uint32_t size) {
  constexpr std::size_t kBeyond = 6 << 20;
  read_ahead_ = std::clamp(size + kBeyond, hawser::limits::kSftpReadAhead,
                           hawser::limits::kSftpReadAheadMost);
}

void SftpLink::time_request(std::size_t in_flight_before) {
  if (engine_.in_flight() > 1) {
    lone_request_.reset();
  } else if (engine_.in_flight() == 1 && in_flight_before == 0) {
    lone_request_ = clock_.now;
  }
}

Result<Want> SftpOperation::advance(session::Session& session, Inbox& inbox) {
  link_->set_clock(session.now(), session.round_trip());
  link_->set_receive_window(session.receive_window(link_->box().id()));
  const std::size_t in_flight = link_->engine().in_flight();
  for (;;) {
    Want want = HAWSER_TRY(step());
    const bool was_shut = link_->is_shut();
    const bool had_output = link_->engine().unsent() > 0;
    const Status flushed = link_->flush(session);
    link_->time_request(in_flight);
    const bool branches_have_news = link_->branches().drive(session, inbox, *link_);
    if (std::holds_alternative<Done>(want)) {  // what came whole counts
      link_->branches().rest(session);
      return want;
    }
    if (!flushed) return std::unexpected(flushed.error());
    // That all went out can be what the operation waits for, or room for more.
    const bool has_sent_all = had_output && link_->engine().unsent() == 0;
    const bool is_newly_shut = link_->is_shut() && !was_shut;
    if (!has_sent_all && !is_newly_shut && !branches_have_news) return want;
  }
}

}  // namespace hawser::operations
