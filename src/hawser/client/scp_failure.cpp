#include "hawser/client/scp_failure.h"

#include <algorithm>
#include <cerrno>

#include "hawser/base/display.h"
#include "hawser/client/channel.h"
#include "hawser/operations/scp_send.h"

namespace hawser::client {

namespace {

constexpr std::uint32_t kNotExecutable = 126;  // exit statuses of POSIX shells
constexpr std::uint32_t kNotFound = 127;

// scp has no codes: the errno is in its words, if the server speaks English. They stand at the end
// most often, where no name can be taken for them.
int errno_in(std::string_view text) {
  static constexpr struct {
    std::string_view phrase;
    int number;
  } kPhrases[] = {
      {"No such file or directory", ENOENT},
      {"No such file", ENOENT},
      {"Permission denied", EACCES},
      {"Operation not permitted", EPERM},
      {"Is a directory", EISDIR},
      {"Not a directory", ENOTDIR},
      {"No space left on device", ENOSPC},
      {"Disk quota exceeded", EDQUOT},
      {"Read-only file system", EROFS},
      {"File name too long", ENAMETOOLONG},
      {"Too many levels of symbolic", ELOOP},
      {"Text file busy", ETXTBSY},
  };
  const auto* found =
      std::ranges::find_if(kPhrases, [&](const auto& each) { return text.ends_with(each.phrase); });
  if (found == std::end(kPhrases)) {
    found = std::ranges::find_if(
        kPhrases, [&](const auto& each) { return text.find(each.phrase) != text.npos; });
  }
  return found == std::end(kPhrases) ? 0 : found->number;
}

std::optional<std::uint32_t> status_of(const operations::ScpLink& link) {
  const auto exit = link.exit();
  const auto* status = exit ? std::get_if<std::uint32_t>(&*exit) : nullptr;
  return status == nullptr ? std::nullopt : std::optional(*status);
}

// " (exit status 1): what it said on stderr"
std::string how_it_ended(const operations::ScpLink& link) {
  std::string text;
  if (const auto exit = link.exit()) {
    const auto* signal = std::get_if<std::string>(&*exit);
    text = signal != nullptr ? " (signal " + *signal + ")"
                             : " (exit status " + std::to_string(*status_of(link)) + ")";
  }
  const std::string said = link.error_output();
  return said.empty() ? text : text + ": " + said;
}

std::string what_ended_it(const ScpTalk& talk) {
  const auto status = status_of(talk.link);
  if (status == kNotFound) return "the server has no scp";
  if (status == kNotExecutable) return "the server cannot run scp";
  return std::string(describe(Errc::scp_ended));
}

// Servers most often name the file themselves.
void set_path(Failure& failure, const std::string& path) {
  const bool is_named = failure.text.find(display(as_bytes(path))) != std::string::npos;
  if (!is_named || failure.error_number != 0) failure.path = path;
}

}  // namespace

Failure explain_scp(Failure failure, const ScpTalk& talk) {
  switch (failure.error.code) {
    case Errc::channel_open_refused:
      explain_refusal(failure, *talk.link.refusal());
      return failure;
    case Errc::channel_request_refused:
      failure.text = "the server refused to run scp: does it offer SFTP only?";
      return failure;
    case Errc::scp_refused:
      failure.text = talk.last_words;
      failure.error_number = errno_in(failure.text);
      break;
    case Errc::scp_protocol:
      if (talk.last_words.empty()) break;
      failure.text = "the server answered '" + talk.last_words +
                     "' instead of SCP: do the shell's start files on the server print something?";
      break;
    case Errc::scp_ended:
      failure.text = what_ended_it(talk) + how_it_ended(talk.link);
      break;
    case Errc::name_unsafe:
    case Errc::limit_passed:
    case Errc::file_changed:
      break;
    default:  // not about the file
      return failure;
  }
  set_path(failure, talk.path);
  return failure;
}

Failure complaint_failure(const std::string& text, const std::string& path) {
  Failure failure = explain(Error{Errc::scp_refused, 0, "scp"}, Report{});
  failure.text = text;
  failure.error_number = errno_in(text);
  if (operations::ScpSend::is_about_directory(text)) {
    failure.text = "a directory is there, and a file was to be sent";
    failure.error_number = EISDIR;
  }
  set_path(failure, path);
  return failure;
}

Outcome<void> judge_scp(const ScpTalk& talk) {
  if (!talk.complaints.empty()) {
    Failure failure = complaint_failure(talk.complaints.texts().front(), talk.path);
    const std::size_t others = talk.complaints.count() - 1;
    if (others > 0) failure.text += " (and " + std::to_string(others) + " more)";
    return std::unexpected(std::move(failure));
  }
  if (!talk.link.exit() || status_of(talk.link) == 0) return {};
  Failure failure = explain(Error{Errc::scp_refused, 0, "scp"}, Report{});
  failure.text = "the remote scp failed" + how_it_ended(talk.link);
  set_path(failure, talk.path);
  return std::unexpected(std::move(failure));
}

}  // namespace hawser::client
