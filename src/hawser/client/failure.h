// A failure as the outside sees it: the Error, and all that can be said about it.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "hawser/base/byte_queue.h"
#include "hawser/base/report.h"
#include "hawser/base/result.h"

namespace hawser::client {

struct Failure {
  Error error;
  std::string text;  // what was wanted, what happened, what to do; server text in it is escaped
  // no_common_algorithm
  std::string list;
  std::vector<std::string> ours;
  std::vector<std::string> theirs;
  // auth_refused
  std::vector<std::string> allowed;
  bool is_partial = false;
  // disconnected (RFC 4253 11.1) and channel_open_refused (RFC 4254 5.1)
  std::optional<std::uint32_t> code;
  // host keys
  std::string host;
  std::string key_type;
  std::string fingerprint;
  // files: what it is about, as the caller named it; the second of a rename or a link
  std::string path;
  std::string other_path;
  std::optional<std::uint32_t> sftp_code;  // the server's status code
  int error_number = 0;                    // the errno that says the same; 0: none does
  // timed_out of a command: what had come
  bool has_output = false;
  ByteQueue output;
  ByteQueue error_output;
};

template <typename T>
using Outcome = std::expected<T, Failure>;

// The failure of a session, with what its report knows.
Failure explain(const Error& error, const Report& report);

}  // namespace hawser::client

// HAWSER_TRY for outcomes: unwraps one or returns its failure from the function that it stands in.
#define HAWSER_TRY_OUTCOME(expression)                           \
  __extension__({                                                \
    auto hawser_outcome = (expression);                          \
    if (!hawser_outcome) [[unlikely]]                            \
      return std::unexpected(std::move(hawser_outcome).error()); \
    ::hawser::client::detail::unwrap(std::move(hawser_outcome)); \
  })

namespace hawser::client::detail {
template <typename T>
T unwrap(Outcome<T>&& outcome) {
  if constexpr (!std::is_void_v<T>) return *std::move(outcome);
}
}  // namespace hawser::client::detail
