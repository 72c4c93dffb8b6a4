"""Hawser's native SSH-2 client: sessions on a connected socket, commands and channels.

Everything is `bytes` unless it says otherwise; times are seconds (`float`), sizes are bytes. Every
error derives from `OSError`; the project's own derive from `_ssh.Error`.
"""

import io
import os
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, Protocol, SupportsIndex, final, overload, type_check_only

from _typeshed import structseq
from typing_extensions import Buffer

__version__: Final[str]

def version() -> str:
    """The libssh2 release that this module is level with in behaviour: '1.11.1'."""

def crypto_engine_name() -> str:
    """The library that does the cryptography, e.g. 'openssl'."""

def supported_algorithms() -> list[SupportedAlgorithm]:
    """All that there are, of each kind in order of preference, the legacy ones last."""

@type_check_only
class _Stream(Protocol):
    """What `Session` needs of an object that is no `socket.socket`.

    `recv` returns b'' at the end of the stream; `send` returns how many bytes it took. Either may
    raise BlockingIOError or TimeoutError for "not yet". With a `fileno()` waits meet deadlines and
    Ctrl-C; without one they cannot interrupt the object's own blocking call.
    """

    def recv(self, size: int, /) -> bytes: ...
    def send(self, data: bytes, /) -> int | None: ...

# errors -------------------------------------------------------------------------------------------

class Error(OSError):
    """The root of the project's own errors."""

class ProtocolError(Error, ConnectionError):
    """The peer broke the protocol, a MAC failed, or a limit was passed."""

class LimitError(ProtocolError):
    """The peer passed one of the limits that bound memory and time."""

class UnsafeNameError(ProtocolError):
    """The server named a file that was not asked for, or is not in its folder."""

class SecurityWarning(UserWarning):
    """Something weak is in use: a legacy algorithm, or a server without strict key exchange."""

class NegotiationError(Error, ConnectionError):
    """No algorithm in common."""

    kind: str
    """The list without a common name: 'kex', 'host key', 'cipher client to server', ..."""
    ours: tuple[str, ...]
    theirs: tuple[str, ...]

class ConnectionLost(Error, ConnectionError):
    """The connection ended before the work did."""

    disconnect_code: int | None
    """The reason code of the peer's SSH_MSG_DISCONNECT (RFC 4253 11.1), None if it sent none."""

class Timeout(Error, TimeoutError):
    """A deadline passed."""

    phase: str
    """What was waited for: 'identification', 'key exchange', 'authentication', 'command', ..."""
    stdout: bytes | None
    """What `run` had received when its own timeout passed, else None."""
    stderr: bytes | None

class HostKeyError(Error):
    """The server's host key was not accepted."""

    host: str | None
    key_type: str | None
    fingerprint: str | None

class HostKeyUnknown(HostKeyError): ...
class HostKeyChanged(HostKeyError): ...
class HostKeyRevoked(HostKeyError): ...
class HostKeySignatureError(HostKeyError): ...

class AuthenticationError(Error, PermissionError):
    """The server refused the login; the session stays usable for another try."""

    allowed: tuple[str, ...]
    """The methods that the server says can continue (RFC 4252 5.1)."""
    partial: bool
    """True if this step passed but the server wants a further one."""

class AgentError(Error):
    """The ssh-agent, or an object that stands for a key, gave no signature; `errno` says why where it
    cannot be reached."""

class KeyFileError(Error, ValueError):
    """A private key cannot be used."""

class PassphraseRequired(KeyFileError): ...
class WrongPassphrase(KeyFileError): ...
class UnsupportedKey(KeyFileError): ...
class DamagedKey(KeyFileError): ...

class ChannelError(Error):
    """The server refused a channel or a request on it."""

    code: int | None
    """The reason code of SSH_MSG_CHANNEL_OPEN_FAILURE (RFC 4254 5.1), None for a refused request."""

class SFTPError(Error):
    """The SFTP server refused a request. Where there is a built-in class for it, the error is of
    that class, too (FileNotFoundError, PermissionError, FileExistsError, NotADirectoryError,
    IsADirectoryError), with `errno`, `filename` and, of renames and links, `filename2`."""

    code: int | None
    """The status code of SSH_FXP_STATUS (draft-ietf-secsh-filexfer-02 7), None if our side found
    the fault."""

class SCPError(Error):
    """The remote scp refused, failed, ended early, or is not there. `errno` and `filename` are set
    where its text is one of the usual ones."""

# results ------------------------------------------------------------------------------------------

@final
class HostKey:
    """The server's public host key."""

    @property
    def type(self) -> str:
        """The key's type, e.g. 'ssh-ed25519', 'ssh-rsa'."""
    @property
    def blob(self) -> bytes:
        """The key in the form of RFC 4253 6.6."""
    @property
    def fingerprint(self) -> str:
        """'SHA256:' and the unpadded base64 of the blob's SHA-256, as ssh-keygen -l prints it."""

@final
class Legacy:
    """Legacy algorithms to offer besides the others, for `algorithms`: those named, or all."""

    def __init__(self, *names: str) -> None: ...
    @property
    def names(self) -> tuple[str, ...]: ...

@final
class SupportedAlgorithm:
    """A row of `supported_algorithms()`."""

    @property
    def kind(self) -> str:
        """The option that chooses it, e.g. 'KexAlgorithms'."""
    @property
    def name(self) -> str: ...
    @property
    def defined_in(self) -> str: ...
    @property
    def default(self) -> bool:
        """Offered unasked."""
    @property
    def legacy(self) -> bool: ...
    @property
    def provided(self) -> bool:
        """This system's cryptography library makes it."""

@final
class Algorithms:
    """What the last key exchange agreed on, in RFC 4253's names."""

    @property
    def kex(self) -> str: ...
    @property
    def host_key(self) -> str: ...
    @property
    def cipher_client_to_server(self) -> str: ...
    @property
    def cipher_server_to_client(self) -> str: ...
    @property
    def mac_client_to_server(self) -> str:
        """'' with a cipher that authenticates by itself."""
    @property
    def mac_server_to_client(self) -> str: ...
    @property
    def compression_client_to_server(self) -> str: ...
    @property
    def compression_server_to_client(self) -> str: ...
    @property
    def strict_kex(self) -> bool:
        """Both sides agreed on strict key exchange (kex-strict-*-v00@openssh.com)."""

@final
class RunResult:
    """What a command left behind."""

    @property
    def stdout(self) -> bytes: ...
    @property
    def stderr(self) -> bytes: ...
    @property
    def exit_status(self) -> int | None:
        """None if the command was ended by a signal, or the server did not say."""
    @property
    def exit_signal(self) -> str | None:
        """The signal's name without SIG, e.g. 'KILL' (RFC 4254 6.10)."""
    @property
    def returncode(self) -> int | None:
        """As subprocess has it: the exit status, or minus the signal's number."""

def run_all(
    jobs: Iterable[tuple[Session, str | bytes]], *, timeout: float | None = None
) -> list[RunResult | Exception]:
    """Run commands on many sessions, or many on one, all at once and on this thread alone. What
    each came to, in the order of `jobs`: what `Session.run` returns or raises. Where a server
    refuses a further channel, the command waits for another of its session to end. `timeout` is
    each command's, in seconds. The sessions stand on sockets."""

# the agent ----------------------------------------------------------------------------------------

@type_check_only
class _Signer(Protocol):
    """Stands for a private key: an HSM, a service. `blob` is the public key (RFC 4253 6.6) or a
    line of a .pub file; `sign` returns a signature blob: string algorithm, string value."""

    @property
    def blob(self) -> bytes: ...
    def sign(self, data: bytes, algorithm: str, /) -> bytes: ...

@final
class AgentKey:
    """A key that an ssh-agent holds."""

    @property
    def type(self) -> str: ...
    @property
    def blob(self) -> bytes: ...
    @property
    def comment(self) -> str:
        """The agent's words, escaped."""
    @property
    def fingerprint(self) -> str: ...
    def sign(self, data: Buffer, algorithm: str | None = None) -> bytes:
        """A signature blob; by 'rsa-sha2-512' unless an RSA key is told otherwise."""

@final
class Agent:
    """An ssh-agent at `path`, else at $SSH_AUTH_SOCK. Each call is a connection of its own."""

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None: ...
    @property
    def path(self) -> str: ...
    def keys(self) -> list[AgentKey]: ...
    def add(
        self,
        key: PrivateKey,
        *,
        comment: str | None = None,
        lifetime: int | None = None,
        confirm: bool = False,
    ) -> None:
        """Has it hold the key, too: for `lifetime` seconds, and with `confirm` it asks a person
        before each use. The comment is the key's own, unless another is given."""

@final
class PublicKey:
    """A public key or a certificate. Equal if the blobs are; `str()` is the line of a .pub file."""

    @staticmethod
    def from_bytes(content: str | bytes | bytearray) -> PublicKey:
        """Of a .pub or -cert.pub file, an RFC 4716 file, or a blob."""
    @staticmethod
    def from_file(path: str | bytes | os.PathLike[str]) -> PublicKey: ...
    @property
    def type(self) -> str: ...
    @property
    def blob(self) -> bytes: ...
    @property
    def comment(self) -> str:
        """Escaped."""
    @property
    def fingerprint(self) -> str:
        """'SHA256:...'; of a certificate that of its key."""
    def to_rfc4716(self) -> str: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class PrivateKey:
    """A private key in memory. Equal if the public halves are."""

    @staticmethod
    def generate(
        type: Literal["ed25519", "ecdsa", "rsa"] = "ed25519",
        *,
        bits: int | None = None,
        comment: str = "",
    ) -> PrivateKey:
        """A new one. ecdsa has 256 bits, or 384 or 521; rsa 3072, or 2048 to 16384."""
    @staticmethod
    def from_bytes(
        content: str | bytes | bytearray, passphrase: str | bytes | bytearray | None = None
    ) -> PrivateKey:
        """Of a key file, in any form that userauth_publickey takes."""
    @staticmethod
    def from_file(
        path: str | bytes | os.PathLike[str], passphrase: str | bytes | bytearray | None = None
    ) -> PrivateKey: ...
    @property
    def type(self) -> str: ...
    @property
    def blob(self) -> bytes:
        """The public half."""
    @property
    def comment(self) -> str:
        """What the key file says, escaped."""
    @property
    def fingerprint(self) -> str: ...
    @property
    def public_key(self) -> PublicKey: ...
    def to_bytes(
        self, passphrase: str | bytes | bytearray | None = None, *, rounds: int = 24
    ) -> bytes:
        """The content of a key file in OpenSSH's format, encrypted if there is a passphrase."""
    def save(
        self,
        path: str | bytes | os.PathLike[str],
        passphrase: str | bytes | bytearray | None = None,
        *,
        rounds: int = 24,
    ) -> None:
        """Puts a file of mode 0600 in the place of what stands there, whole or not at all."""
    def sign(self, data: Buffer, algorithm: str | None = None) -> bytes:
        """A signature blob; by 'rsa-sha2-512' unless an RSA key is told otherwise."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

# channels -----------------------------------------------------------------------------------------

@final
class ChannelReader:
    """The raw reading end under `Channel.stdout` and `.stderr`."""

    def readable(self) -> bool: ...
    def writable(self) -> bool: ...
    def seekable(self) -> bool: ...
    def readinto(self, buffer: Buffer, /) -> int: ...
    def readall(self) -> bytes: ...
    @property
    def closed(self) -> bool: ...
    def close(self) -> None: ...
    def flush(self) -> None: ...

@final
class ChannelWriter:
    """The unbuffered writing end: `write` takes all bytes, `close` sends end-of-file."""

    def readable(self) -> bool: ...
    def writable(self) -> bool: ...
    def seekable(self) -> bool: ...
    def write(self, data: Buffer, /) -> int: ...
    def writelines(self, lines: Iterable[Buffer], /) -> None: ...
    def flush(self) -> None: ...
    @property
    def closed(self) -> bool: ...
    def close(self) -> None: ...
    def __enter__(self) -> ChannelWriter: ...
    def __exit__(self, *exc: object) -> None: ...

@final
class Listener:
    """A place at which the server listens for us (RFC 4254 7.1). Made by `Session.listen()`."""

    def accept(self, timeout: float | None = None) -> tuple[Channel, tuple[str, int] | None]:
        """The next who comes, and from where: (address, port), None for Unix sockets and agents.
        Timeout after `timeout` seconds; Error with EBADF once it is closed."""
    @property
    def address(self) -> str:
        """As it was asked for; a path for a Unix socket, '' for an agent."""
    @property
    def port(self) -> int:
        """At which the server listens; 0 for Unix sockets and agents."""
    @property
    def closed(self) -> bool: ...
    def close(self) -> None:
        """Gives it up. Who waits there is refused; channels that were accepted stay."""
    def __enter__(self) -> Listener: ...
    def __exit__(self, *exc: object) -> None: ...

@final
class Channel:
    """One channel of a session (RFC 4254 5). May be used as the socket of another Session."""

    # starting something on it
    def exec(self, command: str | bytes) -> None: ...
    def shell(self) -> None: ...
    def subsystem(self, name: str) -> None: ...
    def pty(
        self,
        term: str = "xterm",
        width: int = 80,
        height: int = 24,
        width_pixels: int = 0,
        height_pixels: int = 0,
        modes: Mapping[int, int] | None = None,
    ) -> None:
        """Ask for a terminal; `modes` maps opcodes of RFC 4254 8 to values."""
    def env(self, name: str | bytes, value: str | bytes) -> None: ...
    def request_agent(self) -> None:
        """Show what is started on this channel an agent, whose users come to
        `Session.listen_agent()`. ChannelError if the server will not."""
    def signal(self, name: str) -> None:
        """Send a signal to the remote process: 'TERM', 'INT', ... (RFC 4254 6.9; no answer)."""
    def window_change(
        self, width: int, height: int, width_pixels: int = 0, height_pixels: int = 0
    ) -> None: ...

    # bytes
    def recv(self, size: int, /) -> bytes:
        """Up to `size` bytes of stdout as soon as some are there; b'' at end-of-file."""
    def recv_stderr(self, size: int, /) -> bytes: ...
    def recv_into(self, buffer: Buffer, size: int = 0, /) -> int: ...
    def send(self, data: Buffer, /) -> int:
        """Send some of `data` (at least one byte, waiting for the window); returns how many."""
    def sendall(self, data: Buffer, /) -> None: ...
    def shutdown_write(self) -> None:
        """Send end-of-file; reading goes on."""
    @property
    def stdin(self) -> ChannelWriter: ...
    @property
    def stdout(self) -> io.BufferedReader: ...
    @property
    def stderr(self) -> io.BufferedReader: ...

    # ending
    def wait(self, timeout: float | None = None) -> int | None:
        """Wait until the server has closed the channel; returns the exit status (None: ended by a
        signal, or the server did not say). Output may be read before, meanwhile or after: up to
        64 MiB of it are kept unread; more is a ChannelError."""
    @property
    def exit_status(self) -> int | None: ...
    @property
    def exit_signal(self) -> str | None: ...
    @property
    def eof_received(self) -> bool: ...
    @property
    def closed(self) -> bool: ...
    @property
    def id(self) -> int: ...
    @property
    def timeout(self) -> float | None:
        """Seconds that each recv, send and wait on this channel may take; None: no limit."""
    @timeout.setter
    def timeout(self, seconds: float | None) -> None: ...
    def settimeout(self, seconds: float | None, /) -> None: ...
    def gettimeout(self) -> float | None: ...
    def close(self) -> None: ...
    def __enter__(self) -> Channel: ...
    def __exit__(self, *exc: object) -> None: ...

    # paramiko's names for the same calls
    def exec_command(self, command: str | bytes) -> None: ...
    def invoke_shell(self) -> None: ...
    def invoke_subsystem(self, name: str) -> None: ...
    def get_pty(
        self,
        term: str = "vt100",
        width: int = 80,
        height: int = 24,
        width_pixels: int = 0,
        height_pixels: int = 0,
    ) -> None: ...
    def set_environment_variable(self, name: str | bytes, value: str | bytes) -> None: ...
    def resize_pty(
        self, width: int = 80, height: int = 24, width_pixels: int = 0, height_pixels: int = 0
    ) -> None: ...
    def recv_exit_status(self) -> int: ...
    def exit_status_ready(self) -> bool: ...

# files --------------------------------------------------------------------------------------------

_StrPath = str | os.PathLike[str]
_BytesPath = bytes | os.PathLike[bytes]
_Path = _StrPath | _BytesPath
_Progress = Callable[[int, int], object]
"""Called with the bytes done and the bytes in all (0: not known); raising ends the transfer."""
_FileProgress = Callable[[Any, int, int], object]
"""As _Progress, after the path that the file is read from, in the type of the caller's path."""

@type_check_only
class _Readable(Protocol):
    def read(self, size: int, /) -> Buffer: ...

@type_check_only
class _Writable(Protocol):
    def write(self, data: bytes, /) -> object: ...

@final
class SFTPAttributes(structseq[int], tuple[int, int, int, int, int, int]):
    """(mode, size, atime, mtime, uid, gid): six integers, 0 for what the server left out.

    By name, as `os.stat_result` has them, None for what it left out. Times are seconds since 1970.
    """

    @property
    def st_mode(self) -> int | None: ...
    @property
    def st_size(self) -> int | None: ...
    @property
    def st_atime(self) -> int | None: ...
    @property
    def st_mtime(self) -> int | None: ...
    @property
    def st_uid(self) -> int | None: ...
    @property
    def st_gid(self) -> int | None: ...
    @property
    def st_atime_ns(self) -> int | None: ...
    @property
    def st_mtime_ns(self) -> int | None: ...

@final
class SFTPDirEntry:
    """One entry of `SFTP.scandir`, after `os.DirEntry`. The attributes are those of the entry
    itself, symlinks not followed, and come with the listing; only following a link asks again."""

    @property
    def name(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def longname(self) -> str:
        """The line as `ls -l` shows it, made by the server; control characters escaped."""
    def stat(self, *, follow_symlinks: bool = True) -> SFTPAttributes: ...
    def is_dir(self, *, follow_symlinks: bool = True) -> bool: ...
    def is_file(self, *, follow_symlinks: bool = True) -> bool: ...
    def is_symlink(self) -> bool: ...
    def __fspath__(self) -> str: ...

@final
class SFTPScan(Iterator[SFTPDirEntry]):
    """What `SFTP.scandir` gives: the entries without '.' and '..', as they come."""

    def __iter__(self) -> SFTPScan: ...
    def __next__(self) -> SFTPDirEntry: ...
    def close(self) -> None: ...
    def __enter__(self) -> SFTPScan: ...
    def __exit__(self, *exc: object) -> None: ...

@final
class SFTPDir:
    """An open directory, '.' and '..' among its entries as the server gives them."""

    def read(self) -> tuple[str, SFTPAttributes] | None:
        """The next entry, None at the end (again and again)."""
    def __iter__(self) -> SFTPDir: ...
    def __next__(self) -> tuple[str, SFTPAttributes]: ...
    @property
    def closed(self) -> bool: ...
    def close(self) -> None: ...
    def __enter__(self) -> SFTPDir: ...
    def __exit__(self, *exc: object) -> None: ...

@final
class SFTPFile:
    """An open remote file: binary, with the semantics of `io.BufferedIOBase` (reads and writes
    are full), and registered as one. Many requests are kept in flight: sequential reads are made
    ahead, writes are acknowledged behind; an error of such a write is raised by the next write,
    by flush or by close. Threads may share it."""

    @property
    def name(self) -> str | bytes: ...
    @property
    def mode(self) -> str: ...
    @property
    def closed(self) -> bool: ...
    def readable(self) -> bool: ...
    def writable(self) -> bool: ...
    def seekable(self) -> bool: ...
    def isatty(self) -> bool: ...
    def read(self, size: int | None = -1, /) -> bytes:
        """`size` bytes, fewer only at the end of the file; all that is left if negative or None."""
    def read1(self, size: int = -1, /) -> bytes: ...
    def readall(self) -> bytes: ...
    def readinto(self, buffer: Buffer, /) -> int:
        """Fills `buffer`; fewer bytes than it has only at the end of the file."""
    def readinto1(self, buffer: Buffer, /) -> int: ...
    def peek(self, size: int = 0, /) -> bytes: ...
    def readline(self, size: int | None = -1, /) -> bytes: ...
    def readlines(self, hint: int | None = -1, /) -> list[bytes]: ...
    def __iter__(self) -> SFTPFile: ...
    def __next__(self) -> bytes: ...
    def pread(self, size: int, offset: int, /) -> bytes:
        """Up to `size` bytes at `offset`, as os.pread; the position stays."""
    def write(self, data: Buffer, /) -> int:
        """Writes all of `data`; in append mode at the end of the file."""
    def writelines(self, lines: Iterable[Buffer], /) -> None: ...
    def pwrite(self, data: Buffer, offset: int, /) -> int: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def tell(self) -> int: ...
    def truncate(self, size: int | None = None, /) -> int: ...
    def flush(self) -> None:
        """Returns when the server has acknowledged all that was written."""
    def fsync(self) -> None:
        """flush, then fsync@openssh.com: the server has it on its disk."""
    def stat(self) -> SFTPAttributes: ...
    def chmod(self, mode: int) -> None: ...
    def chown(self, uid: int, gid: int) -> None: ...
    def utime(self, times: tuple[float, float] | None = None) -> None: ...
    def statvfs(self) -> os.statvfs_result: ...
    def detach(self) -> SFTPFile: ...
    def fileno(self) -> int: ...
    def close(self) -> None: ...
    def __enter__(self) -> SFTPFile: ...
    def __exit__(self, *exc: object) -> None: ...

@final
class SFTP:
    """An SFTP client, protocol 3, on a channel of its own. Threads may share it.

    Paths are str (UTF-8, undecodable bytes as surrogate escapes), bytes or os.PathLike, and are
    relative to the directory that the server starts in; what comes back is str, or bytes where a
    bytes path went in.
    """

    # the contract's rows
    def open(self, path: _Path, mode: str = "r", *, permissions: int = 0o666) -> SFTPFile:
        """Modes are those of the built-in open (r, w, a, x, +, b); always binary. A file that is
        made gets `permissions`, less the server's umask."""
    def opendir(self, path: _Path = ".") -> SFTPDir: ...
    def stat(self, path: _Path) -> SFTPAttributes: ...
    @overload
    def realpath(self, path: _StrPath) -> str: ...
    @overload
    def realpath(self, path: _BytesPath) -> bytes: ...
    def mkdir(self, path: _Path, mode: int = 0o755) -> None: ...
    def rmdir(self, path: _Path) -> None: ...
    def unlink(self, path: _Path) -> None: ...
    def rename(self, old: _Path, new: _Path) -> None:
        """Fails if `new` exists (protocol 3); see posix_rename."""
    def close(self) -> None: ...

    # what Python's users expect besides
    def lstat(self, path: _Path) -> SFTPAttributes: ...
    def setstat(
        self,
        path: _Path,
        *,
        mode: int | None = None,
        size: int | None = None,
        uid: int | None = None,
        gid: int | None = None,
        atime: int | None = None,
        mtime: int | None = None,
        follow_symlinks: bool = True,
    ) -> None:
        """Sets what is given at once. uid needs gid and atime needs mtime (protocol 3)."""
    def chmod(self, path: _Path, mode: int, *, follow_symlinks: bool = True) -> None: ...
    def chown(self, path: _Path, uid: int, gid: int, *, follow_symlinks: bool = True) -> None: ...
    def utime(
        self,
        path: _Path,
        times: tuple[float, float] | None = None,
        *,
        ns: tuple[int, int] | None = None,
        follow_symlinks: bool = True,
    ) -> None:
        """(atime, mtime); None: now. Protocol 3 knows whole seconds only."""
    def truncate(self, path: _Path, size: int) -> None: ...
    def symlink(self, target: _Path, path: _Path) -> None:
        """Makes `path` a symlink to `target`, as os.symlink orders them."""
    @overload
    def readlink(self, path: _StrPath) -> str: ...
    @overload
    def readlink(self, path: _BytesPath) -> bytes: ...
    def link(self, target: _Path, path: _Path) -> None: ...
    def posix_rename(self, old: _Path, new: _Path) -> None:
        """Replaces `new` if it exists, as os.rename does."""
    def replace(self, old: _Path, new: _Path) -> None: ...
    def remove(self, path: _Path) -> None: ...
    def statvfs(self, path: _Path) -> os.statvfs_result: ...
    def fsync(self, file: SFTPFile) -> None: ...
    @overload
    def listdir(self, path: _StrPath = ".") -> list[str]:
        """The names, without '.' and '..', in the server's order."""
    @overload
    def listdir(self, path: _BytesPath) -> list[bytes]: ...
    def scandir(self, path: _Path = ".") -> SFTPScan: ...
    def copy(self, source: _Path, target: _Path) -> None:
        """Copies a file on the server (copy-data), through us where the server cannot."""
    def exists(self, path: _Path) -> bool: ...
    @overload
    def expand_path(self, path: _StrPath) -> str:
        """realpath that knows ~ and ~user (expand-path@openssh.com)."""
    @overload
    def expand_path(self, path: _BytesPath) -> bytes: ...
    def home_directory(self, user: str = "") -> str: ...
    def names_by_id(
        self, uids: Iterable[SupportsIndex] = (), gids: Iterable[SupportsIndex] = ()
    ) -> tuple[list[str], list[str]]:
        """The names of users and groups ('' where there is none; users-groups-by-id@openssh.com)."""

    # whole transfers
    def get(
        self,
        remote: _Path,
        local: _Path,
        *,
        recursive: bool = False,
        preserve: bool = False,
        resume: bool = False,
        callback: _Progress | None = None,
        on_file: _FileProgress | None = None,
        on_skip: Callable[[Any, str], object] | None = None,
        on_error: Callable[[OSError], object] | None = None,
    ) -> None:
        """Downloads a file, with `recursive` also a directory. If `local` is a directory, into it.

        A file is written under a temporary name beside its target and replaces it when it is
        whole. `preserve` keeps times and permissions; `resume` goes on with what an earlier try
        left. In trees the others go on when an entry fails: the first failure is raised at the
        end, or each is given to `on_error`. Symlinks and special files are left out, and told to
        `on_skip` with the reason: 'symlink' or 'special'."""
    def put(
        self,
        local: _Path,
        remote: _Path,
        *,
        recursive: bool = False,
        preserve: bool = False,
        resume: bool = False,
        callback: _Progress | None = None,
        on_file: _FileProgress | None = None,
        on_skip: Callable[[Any, str], object] | None = None,
        on_error: Callable[[OSError], object] | None = None,
    ) -> None:
        """Uploads, as `get` downloads. Local symlinks are followed; a directory that one leads
        back into is left out, with the reason 'loop'."""
    def getfo(self, remote: _Path, file: _Writable, *, callback: _Progress | None = None) -> int:
        """Downloads into a file object; returns the bytes written."""
    def putfo(
        self,
        file: _Readable,
        remote: _Path,
        *,
        size: int = 0,
        callback: _Progress | None = None,
    ) -> int:
        """Uploads what a file object's read() gives; `size` is for the callback only."""

    # what is known
    @property
    def closed(self) -> bool: ...
    @property
    def version(self) -> int:
        """The protocol's version: 3."""
    @property
    def extensions(self) -> dict[str, bytes]:
        """What the server's SSH_FXP_VERSION announced."""
    @property
    def limits(self) -> dict[str, int]:
        """limits@openssh.com: max_packet, max_read, max_write, max_handles (0: not told)."""
    def __enter__(self) -> SFTP: ...
    def __exit__(self, *exc: object) -> None: ...

# the session --------------------------------------------------------------------------------------

_HostKeyPolicy = Literal["strict", "accept-new", "insecure-accept-any"]

@final
class Session:
    """An SSH-2 connection over a connected socket; the handshake is done when it exists.

    `timeout` bounds each wait for the peer's protocol answers (never a command's run time).
    With `host` or `known_hosts` the host key is judged before anything secret is sent; without
    them only its signature is verified.
    """

    def __init__(
        self,
        sock: socket.socket | Channel | _Stream,
        *,
        timeout: float | None = None,
        host: str | None = None,
        port: int | None = None,
        known_hosts: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None = None,
        host_key_policy: _HostKeyPolicy | Callable[[str, HostKey], bool] = "strict",
        algorithms: Mapping[str, str | Sequence[str]] | Legacy | Literal["legacy"] | None = None,
        compression: bool = False,
        require_strict_kex: bool = False,
        required_rsa_size: int | None = None,
        banner_timeout: float | None = 30.0,
        kex_timeout: float | None = 60.0,
        auth_timeout: float | None = 120.0,
        rekey_bytes: int = 1 << 30,
        rekey_packets: int = 1 << 30,
        rekey_interval: float | None = 3600.0,
        ca_signature_algorithms: Sequence[str] | None = None,
        check_host_ip: bool = False,
        trace: Callable[[str, int, str, int | None], object] | None = None,
    ) -> None: ...

    # login
    def userauth_none(self, user: str) -> None: ...
    def userauth_password(
        self,
        user: str,
        password: str | bytes | bytearray,
        new_password: str | bytes | bytearray | None = None,
    ) -> None:
        """`new_password` is sent if the server says that `password` has expired (RFC 4252 8)."""
    def userauth_keyboard_interactive(
        self,
        user: str,
        handler: Callable[
            [str, str, list[tuple[str, bool]]], Iterable[str | bytes | bytearray] | None
        ],
        submethods: str = "",
    ) -> None:
        """Let the server ask (RFC 4256). `submethods` are a hint to it. `handler(title, instruction, prompts)` is called for each
        round; `prompts` are (text, whether what is typed may be seen), escaped. It returns an answer
        for each; what it raises ends the attempt, and the session stays usable."""
    def userauth_publickey(
        self,
        user: str,
        privkey_bytes: str | bytes | bytearray | PrivateKey | AgentKey | _Signer,
        pubkey_bytes: str | bytes | PublicKey | None = None,
        passphrase: str | bytes | bytearray | None = None,
        *,
        certificate: str | bytes | PublicKey | None = None,
    ) -> None:
        """Log in by a key, the content of a key file, or an object that signs: an AgentKey, or one of
        yours with `sign(data, algorithm)` and `blob` (or its public key as `pubkey_bytes`).
        `certificate` is the content of the -cert.pub file."""
    def userauth_agent(
        self,
        user: str,
        agent: Agent | str | os.PathLike[str] | None = None,
        *,
        first: AgentKey | str | bytes | None = None,
    ) -> None:
        """Log in by the keys that an ssh-agent holds, each tried once, `first` before all others."""
    def userauth_hostbased(
        self,
        user: str,
        privkey_bytes: str | bytes | bytearray,
        client_host: str,
        client_user: str,
        passphrase: str | bytes | bytearray | None = None,
    ) -> None:
        """Log in by the key of the client's host (RFC 4252 9)."""
    @property
    def authenticated(self) -> bool: ...

    # commands
    def exec(self, command: str | bytes) -> bytes:
        """Run `command` to its end; all of its stdout. stderr is dropped, the status ignored."""
    def run(
        self,
        command: str | bytes,
        input: Buffer | io.IOBase | Any | None = None,
        timeout: float | None = None,
        env: Mapping[str, str] | None = None,
        pty: bool = False,
        *,
        term: str = "xterm",
        width: int = 80,
        height: int = 24,
    ) -> RunResult: ...
    def open_session(self) -> Channel: ...
    def open_direct_tcpip(
        self, host: str, port: int, origin_host: str = "127.0.0.1", origin_port: int = 0
    ) -> Channel: ...
    def open_direct_streamlocal(self, path: str) -> Channel:
        """A connection to a Unix socket of the server's (OpenSSH's PROTOCOL 2.4)."""
    def listen(self, address: str = "localhost", port: int = 0) -> Listener:
        """Lets the server listen for us (RFC 4254 7.1): at 'localhost', '' (all addresses, if sshd's
        GatewayPorts lets it) or an address of it; port 0 is one that it chooses. ChannelError if it
        will not."""
    def listen_unix(self, path: str) -> Listener:
        """The same at the path of a Unix socket (OpenSSH's PROTOCOL 2.4), which must not be there."""
    def listen_agent(self) -> Listener:
        """For who asks for our agent on channels that called `request_agent()`. Who comes speaks
        the agent's protocol, and is to be distrusted."""

    def scp_recv(self, remote_path: _Path) -> bytes:
        """One remote file's content, by the remote scp (legacy: SFTP does more)."""
    def scp_send(self, remote_path: _Path, mode: int, data: Buffer) -> int:
        """Writes one remote file with permissions `mode`; returns the bytes written."""
    def scp_get(
        self,
        remote: _Path,
        local: _Path,
        *,
        recursive: bool = False,
        preserve: bool = False,
        callback: _Progress | None = None,
        on_file: _FileProgress | None = None,
        on_skip: Callable[[Any, str], object] | None = None,
        on_error: Callable[[OSError], object] | None = None,
    ) -> None:
        """Downloads a file, a tree with `recursive`. `local` may be a directory to put it into.
        It is written under a temporary name beside the target, which is replaced when it is whole;
        `preserve` keeps times and permissions."""
    def scp_put(
        self,
        local: _Path,
        remote: _Path,
        *,
        recursive: bool = False,
        preserve: bool = False,
        callback: _Progress | None = None,
        on_file: _FileProgress | None = None,
        on_skip: Callable[[Any, str], object] | None = None,
        on_error: Callable[[OSError], object] | None = None,
    ) -> None: ...

    # upkeep
    def keepalive(self, timeout: float | None = None) -> None:
        """Ask the server for a sign of life (keepalive@openssh.com) and wait for its answer."""
    def rekey(self) -> None:
        """Exchange keys anew (RFC 4253 9) and wait until both directions use them."""
    def prove_host_keys(self) -> list[HostKey]:
        """The keys that the server has, each proved by a signature over the session's identifier:
        the present one, and those that it announced (hostkeys-00@openssh.com)."""
    def update_known_hosts(self) -> tuple[list[HostKey], list[HostKey]]:
        """Has the first known_hosts file say what prove_host_keys() says, as OpenSSH's
        UpdateHostKeys does; returns what was added and what was removed."""
    def close(self) -> None:
        """End the session politely and shut the connection down; may be called twice."""
    def abort(self) -> None:
        """Drop the connection at once; every wait on it ends with ConnectionLost."""
    def __enter__(self) -> Session: ...
    def __exit__(self, *exc: object) -> None: ...

    # what is known
    @property
    def timeout(self) -> float | None: ...
    @timeout.setter
    def timeout(self, seconds: float | None) -> None: ...
    @property
    def closed(self) -> bool: ...
    @property
    def server_version(self) -> str:
        """The server's identification line, e.g. 'SSH-2.0-OpenSSH_9.2p1'."""
    @property
    def banner(self) -> str:
        """What the server showed before login (RFC 4252 5.4), control characters escaped."""
    @property
    def host_key(self) -> HostKey: ...
    @property
    def algorithms(self) -> Algorithms: ...
    @property
    def session_id(self) -> bytes: ...
    @property
    def warnings(self) -> tuple[str, ...]:
        """What is weak in this connection: legacy algorithms in use, no strict key exchange."""
    @property
    def rekey_count(self) -> int:
        """How many key exchanges followed the first."""

    # files
    def sftp(self, server: str = "sftp") -> SFTP:
        """Opens an SFTP client on a channel of its own. `server` is the name of a subsystem; with a
        slash in it, a command to be run."""
    def open_sftp(self, server: str = "sftp") -> SFTP: ...
