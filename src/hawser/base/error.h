// What can go wrong, one enumerator per thing, and the small value that carries it up. The long
// story (both algorithm lists, the server's text) is kept by the Session as its Report.
#pragma once

#include <cstdint>
#include <string_view>

namespace hawser {

enum class Errc : std::uint16_t {
  // our own fault, or the machine's
  internal,       // a state that should not exist
  out_of_memory,  //
  crypto_failed,  // the cryptography library refused; detail: none
  no_randomness,  //
  // the caller
  wrong_state,        // called at a time when it cannot be (a command before login)
  closed,             // the session or channel was closed by us
  invalid_argument,   //
  too_many_channels,  // our own limit
  cancelled,          // an operation was cancelled, or a wait interrupted
  // the connection
  connection_lost,  // end of stream or a socket error; detail: errno or 0
  disconnected,     // the peer sent SSH_MSG_DISCONNECT; detail: its reason code
  timed_out,        // a deadline passed; detail: Phase
  // the peer broke the protocol
  not_ssh,      // what came is not an SSH identification
  bad_version,  // an SSH version that is not 2.0
  identification_too_long,
  too_many_banner_lines,
  packet_too_long,   // detail: its length
  packet_too_short,  //
  bad_padding,
  mac_mismatch,
  bad_compression,     // what came cannot be expanded
  expanded_too_long,   // detail: the limit
  sequence_exhausted,  // 2^32 packets under one key
  malformed_message,   // detail: message number
  unexpected_message,  // not legal in this state; detail: message number
  bad_kex_value,       // a key-exchange value out of range
  bad_host_key,        // a host key that cannot be parsed or is of another type than agreed
  host_key_signature,  // the signature over the exchange hash is wrong
  host_key_switched,   // another host key in a re-key
  host_key_short,      // RSA of fewer bits than the caller requires; detail: its bits
  rekey_flood,
  volume_before_login,
  limit_passed,       // any other limit; detail: the limit
  window_overrun,     // more data than our window allowed
  window_overflow,    // WINDOW_ADJUST past 2^32 - 1
  unknown_channel,    // detail: the number
  bad_channel_state,  // data after EOF, a second confirmation, ...
  unexpected_reply,   // a reply nobody asked for
  not_strict,         // the caller requires strict key exchange, the peer has none
  // negotiation
  no_common_algorithm,  // detail: which list
  // host key policy
  host_key_unknown,
  host_key_changed,
  host_key_revoked,
  host_key_refused,
  // login
  auth_refused,
  auth_method_unknown,
  // keys
  key_unsupported,
  key_short,  // RSA of fewer bits than the session requires; detail: its bits
  key_damaged,
  passphrase_required,
  passphrase_wrong,
  kdf_too_expensive,
  agent_unreachable,      // detail: errno, 0: none is named
  agent_refused,          // the agent said no
  agent_protocol,         // it broke its protocol
  signer_failed,          // what signed gave no signature of the kind that was asked for
  key_mismatch,           // the public half given does not belong to the private one
  certificate_signature,  // a certificate that its authority did not sign
  certificate_mismatch,   // it certifies another key than the one it was given for
  certificate_kind,       // it is none, or a host's, where a user's is needed
  // channels
  channel_open_refused,  // detail: reason code
  channel_request_refused,
  channel_closed,
  output_unread,  // a command's output waits for a reader; detail: the limit
  // files
  file_closed,      // used after close
  sftp_status,      // the server refused a request; detail: its status code
  sftp_protocol,    // it broke the protocol
  sftp_limit,       // it passed a limit; detail: the limit
  sftp_version,     // it speaks an older version than 3; detail: which
  sftp_not_spoken,  // what came is no SFTP
  sftp_ended,       // it closed the channel
  scp_refused,      // the remote scp said no
  scp_protocol,     // it broke the protocol
  scp_ended,        // it ended before the work was done
  name_unsafe,      // a name from the server that leads out of its folder, or was not asked for
  local_file,       // a file on this side; detail: errno
  file_changed,     // it shrank or changed while it was copied
};

struct Error {
  Errc code = Errc::internal;
  std::uint32_t detail = 0;
  const char* where = "";  // a literal: the function or field that found it

  bool operator==(const Error& other) const { return code == other.code && detail == other.detail; }
};
static_assert(sizeof(Error) == 16);

// One short English sentence without a full stop, e.g. "message authentication failed".
std::string_view describe(Errc code);

// The reason code of RFC 4253 11.1 to send to a peer that caused `code`; 0: send nothing.
std::uint32_t disconnect_reason(Errc code);

}  // namespace hawser
