#include "hawser/client/failure.h"

#include <cerrno>
#include <cstring>

#include "hawser/wire/message_table.h"

namespace hawser::client {

namespace {

// Errors whose `detail` is the number of the message at fault.
bool is_about_a_message(Errc code) {
  return code == Errc::malformed_message || code == Errc::unexpected_message;
}

std::string cause_of_loss(std::uint32_t os_error) {
  if (os_error == 0) return "the server closed it";
  if (os_error == ECONNABORTED) return "it was aborted";
  return std::strerror(static_cast<int>(os_error));
}

std::string sentence(const Error& error, const Report& report) {
  if (error.code == Errc::closed) return std::string("the ") + error.where + " is closed";
  if (error.code == Errc::wrong_state && error.where == std::string_view("not logged in")) {
    return "not logged in: call one of the userauth methods first";
  }
  if (error.code == Errc::wrong_state && error.where == std::string_view("forked")) {
    return "the session belongs to the process that made it: a forked child must make its own";
  }
  if (error.code == Errc::invalid_argument &&
      std::string_view(error.where).starts_with("too long")) {
    return error.where;
  }
  if (error.code == Errc::timed_out) return std::string("timed out waiting for ") + error.where;
  std::string text = report.text.empty() ? std::string(describe(error.code)) : report.text;
  if (report.text.empty() && is_about_a_message(error.code) && error.detail != 0) {
    const auto number = static_cast<std::uint8_t>(error.detail);
    text +=
        " (" + std::string(wire::message_name(number)) + ", number " + std::to_string(number) + ")";
  }
  if (error.code == Errc::connection_lost) text += ": " + cause_of_loss(error.detail);
  if (error.code == Errc::not_ssh) text += ": is this the right host and port?";
  return text;
}

}  // namespace

Failure explain(const Error& error, const Report& report) {
  Failure failure;
  failure.error = error;
  failure.text = sentence(error, report);
  failure.list = report.list;
  failure.ours = report.ours;
  failure.theirs = report.theirs;
  failure.code = report.disconnect_code;
  return failure;
}

}  // namespace hawser::client
