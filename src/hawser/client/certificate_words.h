// What is wrong with a certificate, in words for people.
#pragma once

#include <string>

#include "hawser/keys/certificate.h"

namespace hawser::client {

// "it expired at 2031-05-04T03:02:01Z". Whether a host or a user was wanted is read off the need.
std::string complaint_of(const keys::Certificate& certificate, keys::CertificateFault fault,
                         keys::CertificateKind wanted);

}  // namespace hawser::client
