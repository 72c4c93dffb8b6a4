"""A server's half of the key exchanges that the peer plays, and its host keys."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fields import mpint, string

RAW = (Encoding.Raw, PublicFormat.Raw)

GROUP_14 = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AACAA68FFFFFFFFFFFFFFFF",
    16,
)
"""RFC 3526 3"""


@dataclass(frozen=True)
class Shares:
    """What a key exchange came to: the server's share as it goes over the wire, what the hash takes
    of both sides' shares, and the shared secret, each encoded."""

    server: bytes
    hashed: bytes
    secret: bytes


Agree = Callable[[bytes], Shares]
"""The client's share, without its length, to what both have."""


def curve25519(client: bytes) -> Shares:
    ours = x25519.X25519PrivateKey.generate()
    secret = ours.exchange(x25519.X25519PublicKey.from_public_bytes(client))
    server = string(ours.public_key().public_bytes(*RAW))
    return Shares(server, string(client) + server, mpint(int.from_bytes(secret, "big")))


def nistp256(client: bytes) -> Shares:
    ours = ec.generate_private_key(ec.SECP256R1())
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), client)
    secret = ours.exchange(ec.ECDH(), theirs)
    point = ours.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return Shares(
        string(point), string(client) + string(point), mpint(int.from_bytes(secret, "big"))
    )


def group14(client: bytes) -> Shares:
    return in_group(GROUP_14, 2, client)


def in_group(prime: int, generator: int, client: bytes) -> Shares:
    exponent = int.from_bytes(hashlib.sha256(client).digest(), "big")
    server = mpint(pow(generator, exponent, prime))
    secret = mpint(pow(int.from_bytes(client, "big"), exponent, prime))
    return Shares(server, string(client) + server, secret)


METHODS: dict[str, Agree] = {
    "curve25519-sha256": curve25519,
    "ecdh-sha2-nistp256": nistp256,
    "diffie-hellman-group14-sha256": group14,
}


@dataclass(frozen=True)
class HostKey:
    """`algorithm` is what is agreed on, `blob` the public key, `sign` gives a signature blob."""

    algorithm: str
    blob: bytes
    sign: Callable[[bytes], bytes] = field(repr=False)


def _ed25519() -> HostKey:
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    name = string(b"ssh-ed25519")
    blob = name + string(key.public_key().public_bytes(*RAW))
    return HostKey("ssh-ed25519", blob, lambda data: name + string(key.sign(data)))


def _ecdsa() -> HostKey:
    key = ec.generate_private_key(ec.SECP256R1())
    name = string(b"ecdsa-sha2-nistp256")
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def sign(data: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
        return name + string(mpint(r) + mpint(s))

    return HostKey("ecdsa-sha2-nistp256", name + string(b"nistp256") + string(point), sign)


def _rsa() -> HostKey:
    key = rsa.generate_private_key(65537, 2048)
    numbers = key.public_key().public_numbers()
    blob = string(b"ssh-rsa") + mpint(numbers.e) + mpint(numbers.n)

    def sign(data: bytes) -> bytes:
        signed = key.sign(data, padding.PKCS1v15(), hashes.SHA512())
        return string(b"rsa-sha2-512") + string(signed)

    return HostKey("rsa-sha2-512", blob, sign)


ED25519, ECDSA, RSA = _ed25519(), _ecdsa(), _rsa()


def derive(secret: bytes, exchange: bytes, session: bytes) -> Callable[[int, int], bytes]:
    """The key material of RFC 4253 7.2."""

    def material(letter: int, size: int) -> bytes:
        made = hashlib.sha256(secret + exchange + bytes([letter]) + session).digest()
        while len(made) < size:
            made += hashlib.sha256(secret + exchange + made).digest()
        return made[:size]

    return material
