// The status codes of SFTP (draft-ietf-secsh-filexfer-02 7, and those of later drafts that servers
// of protocol 3 send all the same), and what they mean here.
#pragma once

#include <cstdint>
#include <string_view>

namespace hawser::sftp {

enum class StatusCode : std::uint32_t {
  ok = 0,
  eof = 1,
  no_such_file = 2,
  permission_denied = 3,
  failure = 4,
  bad_message = 5,
  no_connection = 6,
  connection_lost = 7,
  op_unsupported = 8,
  // drafts 04 to 13
  invalid_handle = 9,
  no_such_path = 10,
  file_already_exists = 11,
  write_protect = 12,
  no_media = 13,
  no_space = 14,
  quota_exceeded = 15,
  unknown_principal = 16,
  lock_conflict = 17,
  directory_not_empty = 18,
  not_a_directory = 19,
  invalid_filename = 20,
  link_loop = 21,
  file_is_a_directory = 24,
};

// A short English phrase without a full stop, e.g. "no such file".
std::string_view describe(StatusCode code);

// The errno that says the same, 0 where none does (FAILURE: the server did not say why).
int errno_of(StatusCode code);

}  // namespace hawser::sftp
