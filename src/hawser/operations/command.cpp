#include "hawser/operations/command.h"

namespace hawser::operations {

Result<Want> Command::advance(session::Session& session, Inbox& inbox) {
  if (stage_ == Stage::opening) {
    Want want = HAWSER_TRY(open_.advance(session, inbox));
    if (!std::holds_alternative<Done>(want)) return want;
    HAWSER_TRY(open_.box()->direct_to(session, this));
    HAWSER_TRY(ask_preparations(session));
    stage_ = Stage::preparing;
  }
  if (stage_ == Stage::preparing) {
    if (!HAWSER_TRY(collect_replies())) return AwaitPeer{"channel request", Patience::for_protocol};
    HAWSER_TRY(ask_exec(session));
    stage_ = Stage::starting;
  }
  if (stage_ == Stage::starting) {
    if (!HAWSER_TRY(collect_replies())) return AwaitPeer{"channel request", Patience::for_protocol};
    stage_ = Stage::running;
  }
  if (open_.box()->is_closed()) return Done{};
  return feed(session);
}

// The command starts only when all that it was promised is granted.
Status Command::ask_preparations(session::Session& session) {
  const auto id = open_.box()->id();
  for (const auto& [name, value] : spec_.environment) {
    HAWSER_TRY(session.request(id, connection::EnvironmentRequest{name, value}));
    asked_.emplace_back(open_.box()->take_ticket(), "environment variable " + name);
  }
  if (spec_.terminal) {
    HAWSER_TRY(session.request(
        id, connection::TerminalRequest{spec_.terminal->term, spec_.terminal->size, {}}));
    asked_.emplace_back(open_.box()->take_ticket(), "a terminal");
  }
  return {};
}

Status Command::ask_exec(session::Session& session) {
  HAWSER_TRY(session.request(open_.box()->id(), connection::ExecRequest{spec_.command}));
  asked_.emplace_back(open_.box()->take_ticket(), "the command");
  return {};
}

// True when no answer is owed any more.
Result<bool> Command::collect_replies() {
  while (!asked_.empty()) {
    const auto reply = open_.box()->take_reply(asked_.front().first);
    if (!reply) {
      if (open_.box()->is_closed()) return fail(Errc::channel_closed, "command");
      return false;
    }
    if (!*reply) {
      refused_ = asked_.front().second;
      return fail(Errc::channel_request_refused, "command");
    }
    asked_.pop_front();
  }
  return true;
}

Result<Want> Command::feed(session::Session& session) {
  const AwaitPeer output_or_end{"command", Patience::without_bound};
  if (has_sent_eof_) return output_or_end;
  if (input_done_ < input_.size()) {
    const ByteView rest = ByteView(input_).subspan(input_done_);
    input_done_ += HAWSER_TRY(session.write(open_.box()->id(), Gather(rest)));
    if (input_done_ < input_.size()) return output_or_end;
  }
  if (spec_.has_input && !has_input_ended_) return NeedInput{kInputPiece};
  has_sent_eof_ = true;
  input_ = {};
  HAWSER_TRY(session.send_eof(open_.box()->id()));
  return output_or_end;
}

Status Command::supply_input(ByteView data, bool is_end) {
  input_.assign(data.begin(), data.end());
  input_done_ = 0;
  has_input_ended_ = is_end;
  return {};
}

void Command::take(connection::Stream stream, ByteView data) {
  if (stream == connection::Stream::standard) {
    output_.push(data);
  } else if (spec_.error_output == ErrorOutput::keep) {
    error_output_.push(data);
  }
}

void Command::cancel(session::Session& session, Inbox& inbox) {
  open_.cancel(session, inbox);
  if (open_.box()) (void)open_.box()->direct_to(session, nullptr);
}

}  // namespace hawser::operations
