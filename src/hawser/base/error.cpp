#include "hawser/base/error.h"

namespace hawser {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::internal:
      return "internal error";
    case Errc::out_of_memory:
      return "out of memory";
    case Errc::crypto_failed:
      return "the cryptography library failed";
    case Errc::no_randomness:
      return "the system gave no random numbers";
    case Errc::wrong_state:
      return "the session is not in a state for this call";
    case Errc::closed:
      return "it is closed";
    case Errc::invalid_argument:
      return "invalid argument";
    case Errc::too_many_channels:
      return "too many channels are open";
    case Errc::cancelled:
      return "cancelled";
    case Errc::connection_lost:
      return "the connection was lost";
    case Errc::disconnected:
      return "the server disconnected";
    case Errc::timed_out:
      return "timed out";
    case Errc::not_ssh:
      return "the peer does not speak SSH";
    case Errc::bad_version:
      return "the peer speaks another SSH version than 2.0";
    case Errc::identification_too_long:
      return "the identification line is too long";
    case Errc::too_many_banner_lines:
      return "too much text before the identification";
    case Errc::packet_too_long:
      return "a packet is too long";
    case Errc::packet_too_short:
      return "a packet is too short";
    case Errc::bad_padding:
      return "a packet's padding is wrong";
    case Errc::mac_mismatch:
      return "message authentication failed: data was altered on its way";
    case Errc::bad_compression:
      return "a compressed packet is damaged";
    case Errc::expanded_too_long:
      return "a compressed packet expands beyond what a packet may have";
    case Errc::sequence_exhausted:
      return "too many packets under one key";
    case Errc::malformed_message:
      return "a message is malformed";
    case Errc::unexpected_message:
      return "a message came that is not allowed now";
    case Errc::bad_kex_value:
      return "a key-exchange value is invalid";
    case Errc::bad_host_key:
      return "the host key is invalid or of another type than agreed";
    case Errc::host_key_signature:
      return "the host key's signature is wrong";
    case Errc::host_key_short:
      return "the host key is RSA of fewer bits than required";
    case Errc::host_key_switched:
      return "the server changed its host key within the session";
    case Errc::rekey_flood:
      return "the server exchanges keys over and over";
    case Errc::volume_before_login:
      return "the server sent too much before login";
    case Errc::limit_passed:
      return "the server passed a limit";
    case Errc::window_overrun:
      return "the server sent more than the channel's window";
    case Errc::window_overflow:
      return "the server's window adjustment overflows";
    case Errc::unknown_channel:
      return "a message names a channel that does not exist";
    case Errc::bad_channel_state:
      return "a channel message came in the wrong state";
    case Errc::unexpected_reply:
      return "a reply came that nobody asked for";
    case Errc::not_strict:
      return "the server has no strict key exchange, which is required";
    case Errc::no_common_algorithm:
      return "no algorithm in common";
    case Errc::host_key_unknown:
      return "the host key is not known";
    case Errc::host_key_changed:
      return "the host key has CHANGED";
    case Errc::host_key_revoked:
      return "the host key is revoked";
    case Errc::host_key_refused:
      return "the host key was refused";
    case Errc::auth_refused:
      return "the server refused the login";
    case Errc::auth_method_unknown:
      return "the server does not take this login method";
    case Errc::key_unsupported:
      return "the key is of a kind that is not supported";
    case Errc::key_short:
      return "the key is RSA of fewer bits than required";
    case Errc::key_damaged:
      return "the key file is damaged";
    case Errc::passphrase_required:
      return "the key is encrypted: a passphrase is needed";
    case Errc::passphrase_wrong:
      return "the passphrase is wrong, or the encrypted part is damaged";
    case Errc::kdf_too_expensive:
      return "the key file asks for too much key derivation";
    case Errc::agent_unreachable:
      return "the ssh-agent cannot be reached";
    case Errc::agent_refused:
      return "the ssh-agent refused: is the key still in it, and did you confirm its use?";
    case Errc::agent_protocol:
      return "the ssh-agent broke its protocol";
    case Errc::signer_failed:
      return "the signature is not of the kind that was asked for";
    case Errc::key_mismatch:
      return "the public key does not belong to the private key";
    case Errc::certificate_signature:
      return "the certificate is not signed by its authority, or with SHA-1";
    case Errc::certificate_mismatch:
      return "the certificate belongs to another key";
    case Errc::certificate_kind:
      return "the certificate is not one for users";
    case Errc::channel_open_refused:
      return "the server refused to open the channel";
    case Errc::channel_request_refused:
      return "the server refused the request";
    case Errc::channel_closed:
      return "the channel is closed";
    case Errc::output_unread:
      return "the output is more than is kept unread: read stdout and stderr while it runs";
    case Errc::file_closed:
      return "I/O operation on closed file";
    case Errc::sftp_status:
      return "the SFTP server refused";
    case Errc::sftp_protocol:
      return "the SFTP server broke the protocol";
    case Errc::sftp_limit:
      return "the SFTP server passed a limit";
    case Errc::sftp_version:
      return "the SFTP server speaks an older version than 3";
    case Errc::sftp_not_spoken:
      return "the server answered, but not in SFTP";
    case Errc::sftp_ended:
      return "the SFTP server ended before the work was done";
    case Errc::scp_refused:
      return "the remote scp refused";
    case Errc::scp_protocol:
      return "the remote scp broke its protocol";
    case Errc::scp_ended:
      return "the remote scp ended before the work was done";
    case Errc::name_unsafe:
      return "the server sent an unsafe file name";
    case Errc::local_file:
      return "a local file cannot be used";
    case Errc::file_changed:
      return "the file changed while it was copied";
  }
  return "unknown error";
}

std::uint32_t disconnect_reason(Errc code) {
  enum : std::uint32_t {  // RFC 4253 11.1
    nothing = 0,
    protocol_error = 2,
    key_exchange_failed = 3,
    mac_error = 5,
    compression_error = 6,
    version_not_supported = 8,
    host_key_not_verifiable = 9,
    by_application = 11,
  };
  switch (code) {
    case Errc::connection_lost:
    case Errc::disconnected:
    case Errc::closed:
    case Errc::not_ssh:
      return nothing;
    case Errc::bad_version:
      return version_not_supported;
    case Errc::mac_mismatch:
      return mac_error;
    case Errc::bad_compression:
    case Errc::expanded_too_long:
      return compression_error;
    case Errc::no_common_algorithm:
    case Errc::not_strict:
    case Errc::bad_kex_value:
      return key_exchange_failed;
    case Errc::bad_host_key:
    case Errc::host_key_signature:
    case Errc::host_key_short:
    case Errc::host_key_switched:
    case Errc::host_key_unknown:
    case Errc::host_key_changed:
    case Errc::host_key_revoked:
    case Errc::host_key_refused:
      return host_key_not_verifiable;
    case Errc::internal:
    case Errc::out_of_memory:
    case Errc::crypto_failed:
    case Errc::no_randomness:
    case Errc::cancelled:
    case Errc::timed_out:
      return by_application;
    default:
      return protocol_error;
  }
}

}  // namespace hawser
