#include "streams.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <thread>

#include <nanobind/stl/string.h>
#include <poll.h>

#include "hawser/client/channel_stream.h"
#include "hawser/client/socket_stream.h"
#include "hawser/client/wake_event.h"

#include "buffers.h"
#include "channel.h"
#include "errors.h"
#include "gil.h"

namespace hawser::python {

namespace {

constexpr std::size_t kRead = 64 * 1024;
constexpr std::size_t kSend =
    16 * 1024;  // of one send() that may block: less than a buffer has room
constexpr auto kHesitation = std::chrono::milliseconds(2);
constexpr unsigned kHesitations = 50;

bool means_not_yet(const nb::python_error& error) {
  return error.matches(PyExc_BlockingIOError) || error.matches(PyExc_TimeoutError) ||
         error.matches(PyExc_InterruptedError);
}

// 0: none that an operating system would give.
std::uint32_t errno_of(const nb::python_error& error) {
  const nb::object value = nb::getattr(error.value(), "errno", nb::none());
  if (!nb::isinstance<nb::int_>(value)) return 0;
  int overflow = 0;
  const long number = PyLong_AsLongAndOverflow(value.ptr(), &overflow);
  return overflow == 0 && number > 0 && number <= INT_MAX ? static_cast<std::uint32_t>(number) : 0;
}

// An object with recv() and send(). Its recv() may block, so it is called while waiting, without
// the session's lock; what it gave is handed over by read_some().
class ObjectStream final : public client::ByteStream {
 public:
  explicit ObjectStream(nb::object object) : object_(std::move(object)) {
    const nb::object fileno = nb::getattr(object_, "fileno", nb::none());
    if (fileno.is_none()) return;
    try {
      descriptor_ = nb::cast<int>(fileno());
    } catch (const std::exception&) {
      descriptor_ = -1;  // it says that it has none: then it is only recv and send
    }
  }

  ~ObjectStream() override {
    with_gil([&] {
      object_.reset();
      exception_.reset();
    });
  }

  Result<ReadResult> read_some(ByteSpan to) override {
    if (failure_) return std::unexpected(*failure_);
    const std::size_t size = std::min(to.size(), received_.size() - taken_);
    copy(ByteView(received_).subspan(taken_, size), to);
    taken_ += size;
    return ReadResult{size, size == 0 && is_end_};
  }

  Result<std::size_t> write_some(ByteView from) override {
    if (is_shut_down_) return fail(Errc::connection_lost, "send");
    if (descriptor_ >= 0) {
      // A send() that blocks would hold up the whole session, with its deadlines and its close().
      if (!is_writable()) return std::size_t{0};
      from = from.first(std::min(from.size(), kSend));
    }
    return with_gil([&]() -> Result<std::size_t> {
      try {
        const nb::object sent = object_.attr("send")(to_python(from));
        if (sent.is_none()) return from.size();
        const auto size = static_cast<std::size_t>(
            integer_argument(sent, "what send() returned", {0, INT64_MAX}));
        if (size > from.size()) {
          PyErr_SetString(PyExc_ValueError, "send() returned more than it was given");
          throw nb::python_error();
        }
        return size;
      } catch (nb::python_error& error) {
        if (means_not_yet(error)) return std::size_t{0};
        return keep(error);
      }
    });
  }

  Status wait(client::Readiness wanted, std::optional<Duration> most) override {
    if (is_shut_down_) is_end_ = true;
    const bool has_news = taken_ < received_.size() || is_end_ || failure_;
    if (!has_news && may_receive(wanted, most) && wanted.read && !is_shut_down_) receive();
    return raise_kept();
  }

  void wake() override { wake_.set(); }

  void shut_down() override {
    if (is_shut_down_.exchange(true)) return;
    wake();
    with_gil([&] {
      try {
        if (nb::hasattr(object_, "shutdown")) {
          object_.attr("shutdown")(2);
        } else if (nb::hasattr(object_, "close")) {
          object_.attr("close")();
        }
      } catch (nb::python_error&) {  // it may be closed already: nothing is left to end
      }
    });
  }

 private:
  // Whether recv() may be called though it may block.
  bool may_receive(client::Readiness wanted, std::optional<Duration> most) {
    if (descriptor_ >= 0) return has_pending() || poll_descriptor(wanted, most);
    if (!wanted.write) {
      hesitations_ = 0;
      return true;
    }
    // send() said "not yet" and nothing tells when it can: it is asked again a few times, before
    // recv(), which may wait for an answer to what was not sent.
    std::this_thread::sleep_for(kHesitation);
    return ++hesitations_ > kHesitations;
  }

  // TLS sockets hold bytes that poll() does not know of.
  bool has_pending() {
    return with_gil([&]() -> bool {
      try {
        return nb::hasattr(object_, "pending") && nb::cast<int>(object_.attr("pending")()) > 0;
      } catch (const std::exception&) {
        return false;
      }
    });
  }

  [[nodiscard]] bool is_writable() const {
    pollfd watched{descriptor_, POLLOUT, 0};
    return poll(&watched, 1, 0) > 0;
  }

  // False if there is nothing to receive now.
  bool poll_descriptor(client::Readiness wanted, std::optional<Duration> most) {
    const auto events =
        static_cast<short>((wanted.read ? POLLIN : 0) | (wanted.write ? POLLOUT : 0));
    pollfd watched[] = {{descriptor_, events, 0}, {wake_.descriptor(), POLLIN, 0}};
    int milliseconds = -1;
    if (most) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*most).count();
      milliseconds = static_cast<int>(std::clamp<long long>(left, 0, 1'000'000));
    }
    if (poll(watched, 2, milliseconds) <= 0) return false;
    if (watched[1].revents != 0) wake_.clear();
    return (watched[0].revents & ~POLLOUT) != 0;
  }

  void receive() {
    with_gil([&] {
      try {
        const nb::object data = object_.attr("recv")(kRead);
        const BufferView view(data, "what recv() returned");
        if (view.view().size() > kRead) {
          PyErr_SetString(PyExc_ValueError, "recv() returned more than it was asked for");
          throw nb::python_error();
        }
        received_ = to_bytes(view.view());
        taken_ = 0;
        is_end_ = received_.empty();
      } catch (nb::python_error& error) {
        if (!means_not_yet(error)) (void)keep(error);
      }
    });
  }

  // An OSError ends the connection with its errno. Other exceptions reach whoever waits unchanged;
  // those that are no errors (KeyboardInterrupt) leave the stream whole.
  std::unexpected<Error> keep(nb::python_error& error) {
    std::uint32_t number = 0;
    if (error.matches(PyExc_OSError)) {
      number = errno_of(error);
    } else {
      exception_ = nb::borrow(error.value());
    }
    const Error failure{Errc::connection_lost, number, "stream object"};
    if (error.matches(PyExc_Exception)) failure_ = failure;
    return std::unexpected(failure);
  }

  Status raise_kept() {
    if (!exception_.is_valid()) return {};
    return with_gil([&]() -> Status {
      const nb::object exception = std::exchange(exception_, nb::object());
      return std::unexpected(keep_exception(exception).error);
    });
  }

  nb::object object_;
  nb::object exception_;  // to be raised by the next wait()
  int descriptor_ = -1;
  unsigned hesitations_ = 0;
  client::WakeEvent wake_;
  Bytes received_;
  std::size_t taken_ = 0;
  bool is_end_ = false;
  std::optional<Error> failure_;
  std::atomic<bool> is_shut_down_ = false;
};

// A socket whose recv and send are the socket module's own: a TLS socket's are not.
bool is_plain_socket(nb::handle sock) {
  const nb::object type = nb::module_::import_("socket").attr("socket");
  if (!nb::isinstance(sock, type)) return false;
  const nb::handle own(reinterpret_cast<PyObject*>(Py_TYPE(sock.ptr())));
  return own.attr("recv").is(type.attr("recv")) && own.attr("send").is(type.attr("send"));
}

std::unique_ptr<client::ByteStream> make_socket_stream(nb::handle sock) {
  const int descriptor = nb::cast<int>(sock.attr("fileno")());
  auto stream = client::SocketStream::make(descriptor);
  if (stream) return *std::move(stream);
  const Error error = stream.error();
  if (error.code == Errc::invalid_argument) {
    PyErr_SetString(PyExc_ValueError, "sock must be a stream socket (SOCK_STREAM)");
    throw nb::python_error();
  }
  if (error.detail == ECONNRESET) raise(client::explain(error, {}));
  errno = static_cast<int>(error.detail);
  PyErr_SetFromErrno(PyExc_OSError);
  throw nb::python_error();
}

}  // namespace

MadeStream make_stream(nb::handle sock) {
  if (nb::isinstance<PyChannel>(sock)) {
    return {std::make_unique<client::ChannelStream>(nb::cast<PyChannel&>(sock).channel()), {}};
  }
  if (is_plain_socket(sock)) return {make_socket_stream(sock), {}};
  if (!nb::hasattr(sock, "recv") || !nb::hasattr(sock, "send")) {
    PyErr_Format(PyExc_TypeError, "sock must be a socket or have recv() and send(), not %S",
                 reinterpret_cast<PyObject*>(Py_TYPE(sock.ptr())));
    throw nb::python_error();
  }
  return {std::make_unique<ObjectStream>(nb::borrow(sock)), sock};
}

std::pair<std::string, std::uint16_t> peer_of(nb::handle sock) {
  try {
    const nb::object address = sock.attr("getpeername")();
    return {nb::cast<std::string>(address[0]), nb::cast<std::uint16_t>(address[1])};
  } catch (nb::python_error&) {
  } catch (const nb::cast_error&) {
  }
  return {"", 0};
}

client::Interrupt interrupt() {
  const nb::object threading = nb::module_::import_("threading");
  const bool is_main = threading.attr("current_thread")().is(threading.attr("main_thread")());
  if (!is_main) return {};
  return [] {
    return with_gil([&]() -> bool {
      if (PyErr_CheckSignals() == 0) return false;
      const nb::python_error error;
      keep_exception(nb::borrow(error.value()));
      return true;
    });
  };
}

}  // namespace hawser::python
