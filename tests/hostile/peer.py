"""An SSH server that does what its script says: honest step by step, or wrong at any of them."""

import hashlib
import os
import socket
from collections.abc import Callable
from contextlib import suppress

from cryptography.exceptions import InvalidTag

from fields import (
    AUTH_REQUEST,
    AUTH_SUCCESS,
    CLOSE,
    DATA,
    DISCONNECT,
    EOF,
    KEX_INIT,
    KEX_REPLY,
    KEXINIT,
    NEWKEYS,
    OPEN,
    OPEN_CONFIRMATION,
    REQUEST,
    SERVICE_ACCEPT,
    SERVICE_REQUEST,
    SUCCESS,
    names,
    string,
    take_string,
    u32,
)
from key_exchange import ED25519, METHODS, HostKey, Shares, derive
from protection import KINDS, Clear, Protection, frame

SECRET = b"open-sesame-0451"
"""The password that the client has. No server that has not proved its key may hear it."""

OUTPUT = b"what the command wrote\n"

STEPS = ["identify", "kexinit", "reply", "newkeys", "service", "login", "open", "exec", "finish"]


class Gone(Exception):
    """The client ended the connection."""


class Peer:
    """One connection of a client. What an honest server would do next is `serve()`."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        # What its identification and its KEXINIT say; a script may say otherwise before `serve`.
        self.line = b"SSH-2.0-peer\r\n"
        self.kind = "gcm"
        self.method = "curve25519-sha256"
        self.host_key: HostKey = ED25519
        self.is_strict = True
        self.lists: dict[int, bytes] = {}  # name-list of KEXINIT, by its place -> its bytes
        self.window, self.most = 1 << 20, 32768  # of channels
        self.output = OUTPUT
        self.pack: Callable[[bytes], bytes] = bytes  # compresses, where a script says so

        self.heard: list[bytes] = []
        self.faults: list[str] = []  # what the client must not have done
        self.channel = 0  # the client's number of the last one opened
        self.session = b""
        self._left = list(STEPS)
        self._read = sock.makefile("rb")
        self._out: Protection = Clear()
        self._in: Protection = Clear()
        self.sent_count = 0  # the sequence number of the next packet
        self._heard_count = 0
        self._is_proved = False
        self.is_lying = False  # in this key exchange: its host key is not proved by it
        self.client_line = self.client_kexinit = self.kexinit_sent = b""

    # ---- bytes and packets

    def raw(self, data: bytes) -> None:
        try:
            self.sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Gone from error

    def send(
        self,
        payload: bytes,
        *,
        padding: int | None = None,
        length: int | None = None,
        mangle: Callable[[bytes], bytes] = bytes,
    ) -> None:
        """A packet; `mangle` has its sealed bytes before they go."""
        self.raw(mangle(self.sealed(payload, padding=padding, length=length)))

    def sealed(
        self, payload: bytes, *, padding: int | None = None, length: int | None = None
    ) -> bytes:
        return self.sealed_packet(frame(self.pack(payload), self._out, padding, length))

    def sealed_packet(self, packet: bytes) -> bytes:
        """Of a packet that the script has made itself, length and padding and all."""
        sealed = self._out.seal(self.sent_count, packet)
        self.sent_count = (self.sent_count + 1) % 2**32
        return sealed

    @property
    def protection(self) -> Protection:
        """What is sent next is sealed with."""
        return self._out

    def receive(self) -> bytes:
        packet = self._in.open(self._heard_count, self._exactly)
        self._heard_count += 1
        payload = packet[5 : len(packet) - packet[4]]
        self._judge(payload)
        self.heard.append(payload)
        return payload

    def expect(self, number: int) -> bytes:
        """The client's next message of that number. Others that come before are only kept."""
        while True:
            payload = self.receive()
            if payload[0] == DISCONNECT:
                raise Gone
            if payload[0] == number:
                return payload

    def drain(self) -> None:
        """Hears what the client still says, until it ends the connection. What is said in keys that
        the script never came to have must at least not be the password."""
        if not self.client_line:
            self.client_line = self.read_line()
        with suppress(AssertionError, IndexError, InvalidTag):
            while self.receive()[0] != NEWKEYS:
                pass
        if SECRET in self._read.read():
            self.faults.append("the password, in a stream that was not understood")

    def read_line(self) -> bytes:
        return self._read.readline().rstrip(b"\r\n")

    def end(self) -> None:
        self.sock.shutdown(socket.SHUT_WR)

    def _exactly(self, size: int) -> bytes:
        try:
            data = self._read.read(size)
        except ConnectionResetError as error:
            raise Gone from error
        if len(data) < size:
            raise Gone
        return data

    def _judge(self, payload: bytes) -> None:
        if any(each[0] == DISCONNECT for each in self.heard):
            self.faults.append(f"message {payload[0]} after DISCONNECT")
        is_kex = payload[0] <= 4 or KEXINIT <= payload[0] < AUTH_REQUEST
        if not self._is_proved and not is_kex:
            self.faults.append(f"message {payload[0]} before the host key was proved")
        if not self._is_proved and SECRET in payload:
            self.faults.append("the password, before the host key was proved")

    # ---- the honest server

    def serve(self, until: str = "") -> None:
        """Takes the steps that are left, in order, up to but not including `until`."""
        assert until in ("", *self._left)
        while self._left and self._left[0] != until:
            getattr(self, self._left.pop(0))()

    def skip(self, *steps: str) -> None:
        self._left = [step for step in self._left if step not in steps]

    def identify(self) -> None:
        self.raw(self.line)
        self.client_line = self.read_line()

    def kexinit(self) -> None:
        self.send_kexinit()
        self.client_kexinit = self.expect(KEXINIT)

    def send_kexinit(self, body: bytes | None = None) -> None:
        self.raw(self.prepared_kexinit(body))

    def prepared_kexinit(self, body: bytes | None = None) -> bytes:
        """The packet that is to be sent next; `body` is another payload than the usual."""
        usual = bytes([KEXINIT]) + os.urandom(16) + b"".join(self.name_lists()) + bytes(5)
        self.kexinit_sent = usual if body is None else body
        return self.sealed(self.kexinit_sent)

    def name_lists(self) -> list[bytes]:
        """The ten of RFC 4253 7.1."""
        _, cipher, mac = KINDS[self.kind]
        marker = ["kex-strict-s-v00@openssh.com"] if self.is_strict else []
        both = [names(cipher)] * 2 + [names(mac)] * 2 + [names("none")] * 2 + [names()] * 2
        lists = [names(self.method, *marker), names(self.host_key.algorithm), *both]
        return [self.lists.get(place, each) for place, each in enumerate(lists)]

    def reply(
        self,
        share: bytes | None = None,
        blob: bytes | None = None,
        signature: Callable[[bytes], bytes] | None = None,
        then: Callable[[bytes], bytes] = bytes,
    ) -> None:
        """KEX_ECDH_REPLY. Whatever is given is wrong: the host key counts as not proved then."""
        init = self.expect(KEX_INIT)
        client, _ = take_string(init, 1)
        shares = METHODS[self.method](client)
        self.is_lying = share is not None or blob is not None or signature is not None
        self.answer(shares, b"", share, blob, signature, then)

    def answer(
        self,
        shares: Shares,
        group: bytes,
        share: bytes | None = None,
        blob: bytes | None = None,
        signature: Callable[[bytes], bytes] | None = None,
        then: Callable[[bytes], bytes] = bytes,
        number: int = KEX_REPLY,
    ) -> None:
        """Hashes, signs and replies; `group` is what the hash takes of a group (RFC 4419 3)."""
        public = string(self.host_key.blob if blob is None else blob)
        lines = string(self.client_line) + string(self.line.rstrip(b"\r\n"))
        inits = string(self.client_kexinit) + string(self.kexinit_sent)
        hashed = lines + inits + public + group + shares.hashed + shares.secret
        exchange = hashlib.sha256(hashed).digest()
        self.session = self.session or exchange
        self.secret = shares.secret[4:]
        self.keys = derive(shares.secret, exchange, self.session)
        proof = self.host_key.sign(exchange)
        signed = proof if signature is None else signature(proof)
        sent = shares.server if share is None else share
        self.send(then(bytes([number]) + public + sent + string(signed)))

    def newkeys(self) -> None:
        self.send(bytes([NEWKEYS]))
        self.switch_output()
        self.expect(NEWKEYS)
        self.switch_input()

    def switch_output(self) -> None:
        self._out = KINDS[self.kind][0](self.keys, (ord("B"), ord("D"), ord("F")))
        if self.is_strict:
            self.sent_count = 0

    def switch_input(self) -> None:
        self._in = KINDS[self.kind][0](self.keys, (ord("A"), ord("C"), ord("E")))
        if self.is_strict:
            self._heard_count = 0
        self._is_proved = not self.is_lying

    def rekey(self) -> None:
        self.kexinit()
        self.reply()
        self.newkeys()

    def service(self) -> None:
        self.expect(SERVICE_REQUEST)
        self.send(bytes([SERVICE_ACCEPT]) + string(b"ssh-userauth"))

    def login(self) -> None:
        self.expect(AUTH_REQUEST)
        self.send(bytes([AUTH_SUCCESS]))

    def open(self) -> None:
        opened = self.expect(OPEN)
        kind, end = take_string(opened, 1)
        assert kind == b"session"
        self.channel = int.from_bytes(opened[end : end + 4], "big")
        self.confirm()

    def confirm(self) -> None:
        numbers = (self.channel, 7, self.window, self.most)
        self.send(bytes([OPEN_CONFIRMATION]) + b"".join(map(u32, numbers)))

    def exec(self) -> None:
        self.expect(REQUEST)
        self.say(SUCCESS)

    def finish(self) -> None:
        self.data(self.output)
        self.say(REQUEST, string(b"exit-status") + b"\0" + u32(0))
        self.say(EOF)
        self.say(CLOSE)

    def say(self, number: int, body: bytes = b"", channel: int | None = None) -> None:
        """A message of the channel."""
        recipient = self.channel if channel is None else channel
        self.send(bytes([number]) + u32(recipient) + body)

    def data(self, content: bytes) -> None:
        self.say(DATA, string(content))

    def close(self) -> None:
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self._read.close()
        self.sock.close()
