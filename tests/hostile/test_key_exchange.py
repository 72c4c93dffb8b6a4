"""Group D: values and signatures of the key exchange. What is wrong with them ends the session
before anything secret is said; which of the two is wrong is told apart."""

from collections.abc import Callable
from functools import partial

import pytest

import _ssh
from fields import (
    GEX_INIT,
    GEX_REPLY,
    GEX_REQUEST,
    KEX_INIT,
    KEX_REPLY,
    mpint,
    string,
    take_string,
    u32,
)
from key_exchange import ECDSA, ED25519, GROUP_14, RSA, HostKey, in_group
from peer import Peer
from playing import DELIVERIES, Row, Script, play

PROTOCOL, SIGNATURE = _ssh.ProtocolError, _ssh.HostKeySignatureError
VALUE = "key-exchange value"
Change = Callable[[bytes], bytes]


def replies(
    method: str = "curve25519-sha256",
    share: bytes | None = None,
    blob: bytes | None = None,
    signature: Change | None = None,
    key: HostKey = ED25519,
) -> Script:
    def script(peer: Peer) -> None:
        peer.method, peer.host_key = method, key
        peer.serve(until="reply")
        peer.reply(share, blob, signature)
        peer.skip("reply")
        peer.serve()

    return script


# ---- D1 to D4: shares

P = 2**255 - 19
LOW_ORDER = [
    0,
    1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
    P - 1,
    P,
    P + 1,
]
"""The points of order 8 and less on the curve and its twist; the same with the top bit set."""


def test_d1_points_of_low_order() -> None:
    for point in LOW_ORDER:
        for top in (0, 1 << 255):
            share = string((point | top).to_bytes(32, "little"))
            play(Row("D1", hex(point), replies(share=share), PROTOCOL, VALUE))


def test_d2_shares_of_other_sizes() -> None:
    for size in [*range(32), *range(33, 70), 1000, 30_000]:
        row = Row("D2", f"{size} bytes", replies(share=string(b"\x09" + bytes(size))[: 4 + size]),
                  PROTOCOL)  # fmt: skip
        if size:
            share = string((b"\x09" + bytes(size))[:size])
            row = Row("D2", f"{size} bytes", replies(share=share), PROTOCOL, VALUE)
        play(row)


@pytest.mark.parametrize(("method", "size"), [("nistp256", 32), ("nistp384", 48), ("nistp521", 66)])
def test_d3_points_that_are_none(method: str, size: int) -> None:

    points = {
        "none": b"",
        "infinity": b"\0",
        "infinity, padded": bytes(2 * size + 1),
        "off the curve": b"\x04" + b"\x01" * (2 * size),
        "compressed": b"\x02" + b"\x01" * size,
        "compressed, odd": b"\x03" + b"\x01" * size,
        "hybrid": b"\x06" + b"\x01" * (2 * size),
        "hybrid, odd": b"\x07" + b"\x01" * (2 * size),
        "x too large": b"\x04" + b"\xff" * (2 * size),
        "a byte short": b"\x04" + b"\x01" * (2 * size - 1),
        "a byte long": b"\x04" + b"\x01" * (2 * size + 1),
        "very long": b"\x04" + b"\x01" * 20_000,
    }
    for what, point in points.items():

        def script(peer: Peer, point: bytes = point) -> None:
            peer.method = f"ecdh-sha2-{method}"
            peer.serve(until="reply")
            peer.expect(KEX_INIT)
            public = string(ED25519.blob)
            peer.send(bytes([KEX_REPLY]) + public + string(point) + string(ED25519.sign(b"")))

        play(Row("D3", f"{method}, {what}", script, PROTOCOL, VALUE))


def test_d4_values_out_of_range() -> None:
    values = [mpint(each) for each in (0, 1, GROUP_14 - 1, GROUP_14, GROUP_14 + 1, 2**2049, 2, 4)]
    values += [mpint(-1), mpint(-GROUP_14), string(bytes(5) + b"\x09"), string(b"\x7f" * 20_000)]
    values += [mpint(1 << 100), string(b"\x80" + bytes(255)), string(b"")]
    for number, value in enumerate(values):
        # In range, whatever that is worth; the last one has zeros before it, as no mpint has.
        weak = value in (mpint(2), mpint(4), mpint(1 << 100), string(bytes(5) + b"\x09"))
        error, words = (SIGNATURE, "signature") if weak else (PROTOCOL, f"{VALUE}|malformed")
        script = replies("diffie-hellman-group14-sha256", share=value)
        play(Row("D4", f"value {number}", script, error, words))


# ---- D5 and D6: groups that the server chooses

GEX = "diffie-hellman-group-exchange-sha256"


def chooses(prime: bytes, generator: bytes, *, is_honest: bool = False) -> Script:
    def script(peer: Peer) -> None:
        peer.method = GEX
        peer.serve(until="reply")
        asked = peer.expect(GEX_REQUEST)[1:]
        peer.send(bytes([KEX_REPLY]) + prime + generator)
        client, _ = take_string(peer.expect(GEX_INIT), 1)
        shares = in_group(GROUP_14, 2, client)
        peer.is_lying = not is_honest
        peer.answer(shares, asked + prime + generator, number=GEX_REPLY)
        peer.skip("reply")
        peer.serve()

    return script


TWO, THREE = mpint(2), mpint(3)
# A product of two primes of Mersenne, of 2,410 bits.
PRODUCT = (2**1279 - 1) * (2**2203 - 1) >> 1 | 1


def test_d5_groups() -> None:
    groups = {
        "512 bits": (mpint(2**511 + 111), TWO),
        "1,024 bits": (mpint(2**1023 + 1155), TWO),
        "2,047 bits": (mpint(2**2046 + 1), TWO),
        "8,193 bits": (mpint(2**8192 + 1), TWO),
        "16,384 bits": (mpint(2**16383 + 1), TWO),
        "even": (mpint(GROUP_14 + 1), TWO),
        "zero": (mpint(0), TWO),
        "one": (mpint(1), TWO),
        "negative": (mpint(-GROUP_14), TWO),
        "no prime": (mpint(GROUP_14 - 2), TWO),
        "a product": (mpint(PRODUCT), TWO),
        "generator 0": (mpint(GROUP_14), mpint(0)),
        "generator 1": (mpint(GROUP_14), mpint(1)),
        "generator p-1": (mpint(GROUP_14), mpint(GROUP_14 - 1)),
        "generator p": (mpint(GROUP_14), mpint(GROUP_14)),
        "generator beyond": (mpint(GROUP_14), mpint(GROUP_14 + 2)),
        "generator negative": (mpint(GROUP_14), mpint(-2)),
    }
    for what, group in groups.items():
        play(Row("D5", what, chooses(*group), PROTOCOL, f"{VALUE}|malformed"))
    play(Row("D5", "twin: group 14", chooses(mpint(GROUP_14), TWO, is_honest=True)))


def test_d6_messages_of_group_exchange_out_of_turn() -> None:
    def script(peer: Peer, number: int, method: str = GEX, then: int = 0) -> None:
        peer.method = method
        peer.serve(until="reply")
        if then:
            peer.send(bytes([KEX_REPLY]) + mpint(GROUP_14) + TWO)
            peer.expect(GEX_INIT)
        body = mpint(GROUP_14) + TWO if number != GEX_REPLY else string(b"") * 3
        peer.send(bytes([number]) + body)

    for number in (KEX_INIT, GEX_INIT, GEX_REPLY, GEX_REQUEST):
        play(Row("D6", f"{number} first", partial(script, number=number), PROTOCOL))
        play(Row("D6", f"{number} after the group",
                 partial(script, number=number, then=1), PROTOCOL))  # fmt: skip

    for method in ("curve25519-sha256", "diffie-hellman-group14-sha256"):
        for number in (KEX_INIT, GEX_INIT, GEX_REPLY, GEX_REQUEST, KEX_REPLY):
            play(Row("D6", f"{number} in {method}",
                     partial(script, number=number, method=method), PROTOCOL))  # fmt: skip
    play(Row("D6", "the group twice", lambda peer: script(peer, KEX_REPLY, then=1), PROTOCOL))


# ---- D7 and D8: hybrids


@pytest.mark.parametrize(("method", "size"), [("mlkem768x25519-sha256", 1088 + 32),
                                              ("sntrup761x25519-sha512", 1039 + 32)])  # fmt: skip
def test_d7_d8_hybrid_shares(method: str, size: int) -> None:
    def script(peer: Peer, share: bytes) -> None:
        peer.method = method
        peer.serve(until="reply")
        peer.expect(KEX_INIT)
        public = string(ED25519.blob)
        peer.send(bytes([KEX_REPLY]) + public + string(share) + string(ED25519.sign(b"")))

    for length in (0, 1, 32, size - 33, size - 32, size - 1, size + 1, size + 32, 20_000):
        play(Row("D7", f"{length} bytes in {method}",
                 partial(script, share=b"\x09" * length), PROTOCOL, VALUE))  # fmt: skip
    zero = b"\x09" * (size - 32) + bytes(32)
    play(Row("D7", f"low order in {method}", lambda peer: script(peer, zero), PROTOCOL, VALUE))
    for fill in (b"\0", b"\x09", b"\xff"):  # any ciphertext is one: the signature fails
        share = fill * (size - 32) + b"\x09" + bytes(31)
        row = Row("D7", f"{fill!r} in {method}", partial(script, share=share), SIGNATURE)
        play(row)


# ---- D11, D12, D17: host keys and signatures


def rsa_blob(modulus: int, exponent: int = 65537) -> bytes:
    return string(b"ssh-rsa") + mpint(exponent) + mpint(modulus)


def ed_blob(point: bytes) -> bytes:
    return string(b"ssh-ed25519") + string(point)


def ec_blob(name: str, curve: str, point: bytes) -> bytes:
    return string(f"ecdsa-sha2-{name}".encode()) + string(curve.encode()) + string(point)


_, _at = take_string(ED25519.blob)
ED_POINT = take_string(ED25519.blob, _at)[0]
EC_POINT = ECDSA.blob[-65:]
RSA_MODULUS = int.from_bytes(take_string(RSA.blob, 18)[0], "big")

BLOBS: list[tuple[HostKey, bytes]] = [
    (ED25519, b""),
    (ED25519, ed_blob(ED_POINT[:31])),
    (ED25519, ed_blob(ED_POINT + b"\0")),
    (ED25519, ed_blob(b"")),
    (ED25519, ED25519.blob + b"\0"),
    (ED25519, ED25519.blob[:-1]),
    (ED25519, ECDSA.blob),
    (ED25519, RSA.blob),
    (ED25519, string(b"ssh-ed25519-cert-v01@openssh.com") + string(ED_POINT)),
    (ED25519, string(b"ssh-dss") + mpint(5) * 4),
    (ED25519, b"\xff" * 60),
    (ED25519, ed_blob(ED_POINT * 1000)),
    (ECDSA, ED25519.blob),
    (ECDSA, ec_blob("nistp256", "nistp384", EC_POINT)),
    (ECDSA, ec_blob("nistp384", "nistp256", EC_POINT)),
    (ECDSA, ec_blob("nistp384", "nistp384", EC_POINT)),
    (ECDSA, ec_blob("nistp256", "nistp256", EC_POINT[:-1])),
    (ECDSA, ec_blob("nistp256", "nistp256", b"\0")),
    (ECDSA, ec_blob("nistp256", "nistp256", b"\x04" + bytes(64))),
    (ECDSA, ec_blob("nistp256", "nistp256", b"\x02" + EC_POINT[1:33])),
    (RSA, rsa_blob(2**511 + 111)),
    (RSA, rsa_blob(2**1022 + 1)),
    (RSA, rsa_blob(2**16384 + 1)),
    (RSA, rsa_blob(2**60000 + 1)),
    (RSA, rsa_blob(RSA_MODULUS + 1)),
    (RSA, rsa_blob(-RSA_MODULUS)),
    (RSA, rsa_blob(0)),
    (RSA, rsa_blob(RSA_MODULUS, 0)),
    (RSA, rsa_blob(RSA_MODULUS, 1)),
    (RSA, rsa_blob(RSA_MODULUS, 2)),
    (RSA, rsa_blob(RSA_MODULUS, -3)),
    (RSA, rsa_blob(RSA_MODULUS, 2**2000 + 1)),
    (RSA, string(b"rsa-sha2-512") + RSA.blob[11:]),
    (RSA, ED25519.blob),
]


def test_d11_host_keys() -> None:
    for number, (key, blob) in enumerate(BLOBS):
        play(Row("D11", f"blob {number}", replies(key=key, blob=blob), SIGNATURE, "host key"))
    for length in range(len(ED25519.blob)):
        play(Row("D11", f"blob of {length} bytes", replies(blob=ED25519.blob[:length]), SIGNATURE))


def test_d11_rsa_shorter_than_required_is_told() -> None:
    for bits in (1024, 2040, 2047):
        blob = rsa_blob(2 ** (bits - 1) + 1)
        row = Row("D11", f"{bits} bits", replies(key=RSA, blob=blob), _ssh.HostKeyError)
        play(row)


L = 2**252 + 27742317777372353535851937790883648493
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def ed_signature(value: bytes) -> Change:
    return lambda _: string(b"ssh-ed25519") + string(value)


def beyond_l(proof: bytes) -> bytes:
    value = proof[-64:]
    s = int.from_bytes(value[32:], "little") + L
    return string(b"ssh-ed25519") + string(value[:32] + s.to_bytes(32, "little"))


def ec_signature(r: int, s: int) -> Change:
    return lambda _: string(b"ecdsa-sha2-nistp256") + string(mpint(r) + mpint(s))


def named(name: bytes) -> Change:
    return lambda proof: string(name) + proof[4 + int.from_bytes(proof[:4], "big") :]


def flips(at: int) -> Change:
    return lambda proof: proof[:at] + bytes([proof[at] ^ 1]) + proof[at + 1 :]


SIGNATURES: list[tuple[HostKey, Change]] = [
    (ED25519, lambda _: b""),
    (ED25519, lambda proof: proof + b"\0"),
    (ED25519, lambda proof: proof[:-1]),
    (ED25519, lambda _: ED25519.sign(bytes(32))),
    (ED25519, ed_signature(bytes(64))),
    (ED25519, ed_signature(b"\x01" + bytes(63))),
    (ED25519, ed_signature(bytes(63))),
    (ED25519, ed_signature(bytes(65))),
    (ED25519, ed_signature(b"")),
    (ED25519, ed_signature(b"\xff" * 64)),
    (ED25519, beyond_l),
    (ED25519, named(b"ssh-rsa")),
    (ED25519, named(b"")),
    (ED25519, lambda _: b"\xff" * 8),
    (ECDSA, ec_signature(0, 0)),
    (ECDSA, ec_signature(0, 1)),
    (ECDSA, ec_signature(1, 0)),
    (ECDSA, ec_signature(ORDER, 1)),
    (ECDSA, ec_signature(1, ORDER)),
    (ECDSA, ec_signature(-1, 1)),
    (ECDSA, ec_signature(2**264, 2**264)),
    (ECDSA, lambda proof: proof + b"\0"),
    (ECDSA, named(b"ecdsa-sha2-nistp384")),
    (RSA, named(b"ssh-rsa")),
    (RSA, named(b"rsa-sha2-256")),
    (RSA, lambda _: string(b"rsa-sha2-512") + string(bytes(256))),
    (RSA, lambda _: string(b"rsa-sha2-512") + string(b"\x01")),
    (RSA, lambda _: string(b"rsa-sha2-512") + string(b"\xff" * 256)),
    (RSA, lambda proof: string(b"rsa-sha2-512") + string(proof[-256:] + b"\0")),
]


def test_d11_d12_d17_signatures() -> None:
    for number, (key, change) in enumerate(SIGNATURES):
        play(Row("D12", f"signature {number}", replies(key=key, signature=change), SIGNATURE))
    for at in range(len(ED25519.sign(b""))):
        play(Row("D12", f"byte {at} flipped", replies(signature=flips(at)), SIGNATURE))


ROWS = [
    Row("D11", "twin: ecdsa", lambda peer: _honest(peer, ECDSA)),
    Row("D11", "twin: rsa", lambda peer: _honest(peer, RSA)),
    Row("D2", "twin: nistp256", lambda peer: _honest(peer, ED25519, "ecdh-sha2-nistp256")),
    Row("D4", "twin: group 14",
        lambda peer: _honest(peer, ED25519, "diffie-hellman-group14-sha256")),
    Row("D1", "zero", replies(share=string(bytes(32))), PROTOCOL, VALUE),
    Row("D12", "of another hash", replies(signature=lambda _: ED25519.sign(b"x")), SIGNATURE),
]  # fmt: skip


def _honest(peer: Peer, key: HostKey, method: str = "curve25519-sha256") -> None:
    peer.host_key, peer.method = key, method
    peer.serve()


@pytest.mark.parametrize("delivery", DELIVERIES)
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row, delivery: str) -> None:
    play(row, delivery)


def test_d9_secrets_with_leading_zeros_and_top_bits() -> None:
    """Enough exchanges that some secrets have a zero byte first, and half of them the top bit."""
    for _ in range(100):
        play(Row("D9", "twin", lambda peer: peer.serve()))
    assert u32(1) == b"\0\0\0\1"
