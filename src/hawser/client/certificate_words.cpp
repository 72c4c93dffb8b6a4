#include "hawser/client/certificate_words.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "hawser/base/display.h"

namespace hawser::client {

namespace {

std::string date_of(std::uint64_t seconds) {
  const auto time = static_cast<std::time_t>(std::min(seconds, std::uint64_t{INT64_MAX}));
  std::tm parts{};
  std::array<char, 32> text{};
  if (gmtime_r(&time, &parts) == nullptr ||
      std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) {
    return "the end of time";
  }
  return text.data();
}

std::string names_of(const keys::Certificate& certificate) {
  std::string text;
  for (const auto& name : certificate.principals) text += (text.empty() ? "" : ", ") + name;
  return display(as_bytes(text));
}

}  // namespace

std::string complaint_of(const keys::Certificate& certificate, keys::CertificateFault fault,
                         keys::CertificateKind wanted) {
  const bool is_for_host = wanted == keys::CertificateKind::host;
  switch (fault) {
    case keys::CertificateFault::none:
      return "it is good";
    case keys::CertificateFault::other_authority:
      return "no @cert-authority line has its authority for this host";
    case keys::CertificateFault::other_algorithm:
      return "its authority signed it by " + display(as_bytes(certificate.signature_algorithm)) +
             ", which is not among the algorithms that are allowed for that";
    case keys::CertificateFault::other_kind:
      return is_for_host ? "it is not for a host, but for a user"
                         : "it is not for a user, but for a host";
    case keys::CertificateFault::not_yet_valid:
      return "it is valid from " + date_of(certificate.valid_after);
    case keys::CertificateFault::expired:
      return "it expired at " + date_of(certificate.valid_before);
    case keys::CertificateFault::no_principals:
      return is_for_host ? "it names no host" : "it names no user";
    case keys::CertificateFault::other_principals:
      return "it is for " + names_of(certificate);
    case keys::CertificateFault::unknown_option:
      return "it has the critical option '" +
             display(as_bytes(certificate.critical_options.front().name)) + "', which is not known";
  }
  return {};
}

}  // namespace hawser::client
