// Every cap on what a peer or a file can make us do, with its reason. Each is enforced before the
// memory is taken or the work is begun.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hawser::limits {

// Identification (RFC 4253 4.2)
inline constexpr std::size_t kIdentificationLine = 255;  // the RFC's own, CR LF included
inline constexpr std::size_t kPreBannerLine = 8 * 1024;  // what OpenSSH reads of one line
inline constexpr std::size_t kPreBannerLines = 1024;     // as OpenSSH
inline constexpr std::size_t kPreBannerBytes =
    64 * 1024;  // bounds time on a peer that is no SSH server

// Packets (RFC 4253 6.1: at least 35,000 bytes in all)
inline constexpr std::size_t kPacketBeforeLogin = 35'000;  // what every peer must manage with
inline constexpr std::size_t kPacket = 256 * 1024;  // OpenSSH's cap; 8 of our channel packets
inline constexpr std::uint64_t kBytesBeforeLogin = 8 << 20;   // kex and login need some 10 KiB
inline constexpr std::uint64_t kPacketsBeforeLogin = 10'000;  // bounds IGNORE and BANNER floods

// Key exchange
inline constexpr std::size_t kNamesPerList = 256;  // OpenSSH offers at most about 20
inline constexpr std::size_t kNameListBytes = 32 * 1024;
inline constexpr std::size_t kAlgorithmName = 64;   // RFC 4251 6
inline constexpr unsigned kRekeysWithoutData = 64;  // a peer in a loop of key exchanges
inline constexpr std::uint64_t kRekeyBytes = std::uint64_t{1} << 30;   // RFC 4253 9
inline constexpr std::uint64_t kRekeyBlocks = std::uint64_t{1} << 28;  // RFC 4344 3.2, with margin
inline constexpr std::uint64_t kRekeyPackets = std::uint64_t{1}
                                               << 30;  // half of RFC 4344 3.1's 2^31
inline constexpr std::uint64_t kHardPackets = std::uint64_t{1} << 31;  // RFC 4344 3.1
inline constexpr std::uint64_t kSmallBlockBytes =
    64 << 20;  // under one key of 64-bit blocks: far below the 32 GiB of Sweet32 (CVE-2016-2183)
inline constexpr std::size_t kDeferredBytes = 1 << 20;  // control packets held back by a re-key
inline constexpr std::size_t kDeferredPackets = 4096;
inline constexpr std::size_t kExtensions = 64;  // entries of EXT_INFO (RFC 8308)

inline constexpr unsigned kGroupBitsMin = 2048;     // RFC 8270; smaller groups are within reach
inline constexpr unsigned kGroupBitsWanted = 3072;  // as strong as a 128-bit cipher
inline constexpr unsigned kGroupBitsMax = 8192;     // RFC 4419's; bounds the time of one exchange

// Keys
inline constexpr unsigned kRsaBitsMin = 1024;       // the engine's: what is shorter can be factored
inline constexpr unsigned kRsaBitsRequired = 2048;  // unless somebody says less; NIST SP 800-131A
inline constexpr unsigned kRsaBitsMax = 16'384;     // OpenSSH's; bounds time of one verify
inline constexpr std::size_t kPublicKeyBlob = 16 * 1024;
inline constexpr std::size_t kSignatureBlob = 8 * 1024;
inline constexpr std::size_t kCertificateBlob = 32 * 1024;  // fits a packet before login
inline constexpr std::size_t kCertificatePrincipals = 256;  // as OpenSSH
inline constexpr std::size_t kCertificateOptions = 64;      // of one kind; 9 are defined
inline constexpr std::size_t kKeyFile = 1 << 20;
inline constexpr std::uint32_t kBcryptRounds = 2048;  // about a minute; ssh-keygen's default is 16
inline constexpr std::uint32_t kPbkdf2Rounds = 10'000'000;  // seconds; OWASP asks for 600,000
inline constexpr std::size_t kArgon2Memory = 256 << 20;     // puttygen's default is 8 MiB
inline constexpr std::uint64_t kArgon2Work = std::uint64_t{16}
                                             << 30;      // memory times passes: half a
                                                         // minute; puttygen's: 100 MiB
inline constexpr std::size_t kAgentReply = 256 * 1024;   // OpenSSH's own cap
inline constexpr std::uint32_t kAgentIdentities = 2048;  // OpenSSH's own cap
inline constexpr std::size_t kKnownHostsLine = 64 * 1024;
inline constexpr std::size_t kKnownHostsLines = 1'000'000;  // with a key; 200 bytes each
inline constexpr std::size_t kKnownHostsFile = 128 << 20;   // about a million hosts

// Authentication
inline constexpr std::size_t kBannerBytes =
    64 * 1024;  // of all login banners together, and shown of them
inline constexpr unsigned kAuthPromptRounds = 32;  // of questions in one keyboard-interactive login
inline constexpr std::uint32_t kAuthPrompts = 64;  // in one round
inline constexpr unsigned kAuthRequests = 1000;    // per session; the server's own cap is lower

// Connection
inline constexpr std::size_t kChannels = 1024;
inline constexpr std::uint32_t kWindowInitial = 2 << 20;
inline constexpr std::uint32_t kWindowMost = 64 << 20;        // 1 Gbit/s over half a second
inline constexpr std::uint64_t kWindowsTogether = 256 << 20;  // beyond this none grows any more
inline constexpr std::uint32_t kChannelPacket = 32 * 1024;    // less makes sshd's buffers quadratic
inline constexpr std::uint32_t kChannelPacketSend =
    32 * 1024;                                         // most of a peer's maximum that we use
inline constexpr std::size_t kHostKeysAnnounced = 64;  // sshd has three to five
inline constexpr std::size_t kGlobalRequestsPending = 1024;
inline constexpr std::size_t kOffersWaiting = 128;  // channels of one forward that nobody took yet
inline constexpr std::size_t kForwardAddress = 4096;  // of an offer: a name or a path
inline constexpr std::size_t kChannelRequestsPending = 64;
inline constexpr std::size_t kOutboundBytes =
    448 * 1024;  // sealed replies a peer does not read: then nothing more is read
inline constexpr std::size_t kOutboundBeforeLogin = 48 * 1024;  // the same before login
inline constexpr std::size_t kOutboundData =
    256 * 1024;  // sealed data that waits for the socket: then writers wait
inline constexpr std::size_t kUnreadOutput = 64 << 20;  // kept by a wait() that nobody reads beside
inline constexpr std::size_t kTextShown = 512;          // of a server's text in an error

// SFTP
inline constexpr std::size_t kSftpPacket = 256 * 1024;   // OpenSSH's SFTP_MAX_MSG_LENGTH
inline constexpr std::size_t kSftpPacketMost = 1 << 20;  // where limits@openssh.com allows more
inline constexpr std::size_t kSftpVersion = 64 * 1024;   // SSH_FXP_VERSION: OpenSSH's has 400 bytes
inline constexpr std::size_t kSftpExtended = 1024;       // extensions, extended attributes
inline constexpr std::size_t kSftpPaths = 32 * 1024;  // sent in one request: no server has to take
                                                      // packets of more than 34,000 bytes
inline constexpr std::size_t kSftpHandle = 256;       // draft-ietf-secsh-filexfer-02 7
inline constexpr std::uint32_t kSftpRequests = 1024;  // in flight on one channel
inline constexpr std::uint32_t kSftpBlock = 32 * 1024;  // of a read or write: every server takes it
inline constexpr std::uint32_t kSftpBlockMost = 255 * 1024;  // what OpenSSH's limits allow
inline constexpr unsigned kSftpReadsInFlight = 64;           // of one file; OpenSSH's sftp has 64
inline constexpr unsigned kSftpWritesInFlight = 64;          // of one file
inline constexpr std::uint64_t kUploadSpread =
    16 << 20;  // of one file, from the first byte not acknowledged to the last one sent
inline constexpr std::size_t kStripes = 8;  // channels of one upload, and of a connection whose
                                            // uploads open more: sshd lets 10 be (MaxSessions)
inline constexpr std::size_t kSftpListsInFlight = 16;    // of one directory
inline constexpr unsigned kSftpReadsInFlightMost = 512;  // where blocks are small
inline constexpr std::size_t kSftpReadAhead = 8 << 20;   // bytes asked for before they are wanted
inline constexpr std::size_t kSftpReadAheadMost = 32 << 20;  // where the path carries more at once

// Trees that are copied as a whole
inline constexpr unsigned kTreeDepth = 64;              // of directories in one another
inline constexpr std::size_t kTreeEntries = 1'000'000;  // of all directories together
inline constexpr std::size_t kTreeJobs = 256;           // that are under way at once
inline constexpr std::size_t kTreeFiles = 64;  // of them, with a handle each: servers have few
inline constexpr std::uint64_t kTreeBytes = 16 << 20;  // of files that are copied at once
inline constexpr unsigned kTreeFoldersAhead = 32;      // listed before their turn, with a handle

// SCP
inline constexpr std::size_t kScpLine = 8 * 1024;  // names of every file system fit several times
inline constexpr std::size_t kScpComplaints = 16;  // kept of those that do not end the transfer
inline constexpr std::size_t kScpUpFront = 64 << 20;  // taken for a size that was only announced

}  // namespace hawser::limits
