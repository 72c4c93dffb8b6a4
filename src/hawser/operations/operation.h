// An operation is a piece of work on a session as a resumable machine: a login, a command, one
// read. It does what the session lets it do now and says what it waits for; a driver brings that
// about. It has no I/O of its own: local bytes, signatures and verdicts are wanted, and supplied
// later.
#pragma once

#include "hawser/operations/inbox.h"
#include "hawser/operations/local.h"

namespace hawser::operations {

struct Done {};

// How long a wait may take: answers that the protocol owes us are bounded by the session's timeout;
// a command may be silent for as long as it likes.
enum class Patience : std::uint8_t { for_protocol, without_bound };

struct AwaitPeer {
  const char* phase;  // for the message of a deadline, e.g. "channel open"
  Patience patience;
};
struct NeedInput {  // answer with supply_input()
  std::size_t most;
};
struct NeedSignature {  // answer with supply_signature()
  session::SignatureWanted request;
};
struct NeedAnswers {  // answer with supply_answers()
  session::PromptsShown request;
};
struct NeedVerdict {  // answer with supply_verdict()
  const keys::PublicKey* key;
};
struct NeedLocal {  // answer with supply_local()
  LocalRequest request;
};
using Want =
    std::variant<Done, AwaitPeer, NeedInput, NeedSignature, NeedAnswers, NeedVerdict, NeedLocal>;

class Operation {
 public:
  virtual ~Operation() = default;

  // Does what can be done now. It is called after the session failed too: what came whole before
  // may still be taken; whoever then still waits is ended by the driver with the session's failure.
  // An error that is not the session's failure ends the operation only.
  virtual Result<Want> advance(session::Session& session, Inbox& inbox) = 0;

  // The channel whose events it waits for; nullptr: those of the connection as a whole.
  [[nodiscard]] virtual const ChannelBox* channel() const { return nullptr; }

  // It will not be advanced again though it is not done (an error, a deadline, Ctrl-C): leaves the
  // session in order, e.g. closes its channel. Drivers always call it then.
  virtual void cancel(session::Session& /*session*/, Inbox& /*inbox*/) {}

  // answers to wants
  virtual Status supply_input(ByteView /*data*/, bool /*is_end*/) { return not_wanted(); }
  virtual Status supply_signature(session::Session& /*session*/, Result<Bytes> /*blob*/) {
    return not_wanted();
  }
  virtual Status supply_answers(session::Session& /*session*/,
                                Result<std::vector<SecretBytes>> /*answers*/) {
    return not_wanted();
  }
  virtual Status supply_verdict(session::Session& /*session*/, Inbox& /*inbox*/,
                                Status /*verdict*/) {
    return not_wanted();
  }
  // What went wrong with a file is the operation's to judge: it may have others.
  virtual Status supply_local(Result<LocalAnswer> /*answer*/) { return not_wanted(); }

 private:
  static Status not_wanted() { return fail(Errc::internal, "supply"); }
};

}  // namespace hawser::operations
