#include "hawser/client/agent.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hawser/base/display.h"
#include "hawser/client/clock.h"
#include "hawser/client/exit_gate.h"

namespace hawser::client {

namespace {

constexpr Duration kListing = std::chrono::seconds(30);
constexpr Duration kSigning = std::chrono::seconds(120);
constexpr int kLookForSignals = 50;  // ms

// One request and its reply over a connection of its own, within a deadline.
class Exchange {
 public:
  Exchange(Duration most, const Agent::Interrupt& interrupt)
      : deadline_(now() + most), interrupt_(interrupt) {}
  ~Exchange() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  Result<Bytes> run(const std::string& path, ByteView request) {
    HAWSER_TRY(connect_to(path));
    HAWSER_TRY(send_all(request));
    Bytes head(4);
    HAWSER_TRY(receive_all(head));
    Bytes reply(HAWSER_TRY(keys::agent::reply_length(head)));
    HAWSER_TRY(receive_all(reply));
    return reply;
  }

 private:
  static std::unexpected<Error> unreachable(int error) {
    return fail(Errc::agent_unreachable, "agent", static_cast<std::uint32_t>(error));
  }

  Status connect_to(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) return unreachable(ENAMETOOLONG);
    std::memcpy(address.sun_path, path.data(), path.size());
    descriptor_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor_ < 0) return unreachable(errno);
    while (connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) !=
           0) {
      // EAGAIN: it does not keep up with those who wait already (unix(7)).
      if (errno != EAGAIN && errno != EINTR) return unreachable(errno);
      HAWSER_TRY(go_on());
      const Away away;
      (void)poll(nullptr, 0, kLookForSignals);
    }
    return {};
  }

  Status send_all(ByteView data) {
    while (!data.empty()) {
      HAWSER_TRY(await(POLLOUT));
      const ssize_t size = send(descriptor_, data.data(), data.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (size < 0 && errno != EAGAIN && errno != EINTR) return unreachable(errno);
      if (size > 0) data = data.subspan(static_cast<std::size_t>(size));
    }
    return {};
  }

  Status receive_all(ByteSpan to) {
    while (!to.empty()) {
      HAWSER_TRY(await(POLLIN));
      const ssize_t size = recv(descriptor_, to.data(), to.size(), MSG_DONTWAIT);
      if (size == 0) return fail(Errc::agent_protocol, "end of the agent's reply");
      if (size < 0 && errno != EAGAIN && errno != EINTR) return unreachable(errno);
      if (size > 0) to = to.subspan(static_cast<std::size_t>(size));
    }
    return {};
  }

  // Whether there is time left, and nobody wants it to end.
  [[nodiscard]] Status go_on() const {
    if (interrupt_ && interrupt_()) return fail(Errc::cancelled, "agent");
    if (now() >= deadline_) return fail(Errc::timed_out, "the agent");
    return {};
  }

  Status await(short events) {
    for (;;) {
      HAWSER_TRY(go_on());
      pollfd watched{descriptor_, events, 0};
      const Away away;
      const int ready = poll(&watched, 1, kLookForSignals);
      if (ready > 0) return {};
      if (ready < 0 && errno != EINTR) return unreachable(errno);
    }
  }

  Instant deadline_;
  const Agent::Interrupt& interrupt_;
  int descriptor_ = -1;
};

}  // namespace

Outcome<std::shared_ptr<Agent>> Agent::at(std::string path) {
  if (path.empty()) {
    const char* named = std::getenv("SSH_AUTH_SOCK");
    if (named != nullptr) path = named;
  }
  if (path.empty()) {
    Failure failure = explain(Error{Errc::agent_unreachable, 0, "agent"}, Report{});
    failure.text = "there is no ssh-agent: SSH_AUTH_SOCK is not set";
    return std::unexpected(std::move(failure));
  }
  return std::shared_ptr<Agent>(new Agent(std::move(path)));
}

Outcome<std::vector<keys::agent::Identity>> Agent::identities(const Interrupt& interrupt) const {
  const auto reply = Exchange(kListing, interrupt).run(path_, keys::agent::identities_request());
  if (!reply) return std::unexpected(failed(reply.error()));
  auto identities = keys::agent::parse_identities(*reply);
  if (!identities) return std::unexpected(failed(identities.error()));
  return *std::move(identities);
}

Outcome<Bytes> Agent::sign(ByteView key_blob, std::string_view algorithm, ByteView data,
                           const Interrupt& interrupt) const {
  const auto reply = Exchange(kSigning, interrupt)
                         .run(path_, keys::agent::sign_request(key_blob, data, algorithm));
  if (!reply) return std::unexpected(failed(reply.error()));
  auto signature = keys::agent::parse_signature(*reply);
  if (!signature) return std::unexpected(failed(signature.error()));
  return *std::move(signature);
}

Outcome<void> Agent::add(const crypto::Engine& engine, const keys::MemorySigner& key,
                         const keys::agent::Hold& hold, const Interrupt& interrupt) const {
  const auto request = keys::agent::add_request(engine, key, hold);
  const auto reply = Exchange(kListing, interrupt).run(path_, request.view());
  if (!reply) return std::unexpected(failed(reply.error()));
  const Status held = keys::agent::parse_success(*reply);
  if (!held) return std::unexpected(failed(held.error()));
  return {};
}

Failure Agent::failed(const Error& error) const {
  Failure failure = explain(error, Report{});
  if (error.code == Errc::agent_unreachable) {
    failure.error_number = static_cast<int>(error.detail);
    failure.text = "the ssh-agent at " + display(as_bytes(path_)) +
                   " cannot be reached: " + std::strerror(failure.error_number);
  }
  return failure;
}

}  // namespace hawser::client
