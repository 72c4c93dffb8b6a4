"""Every key exchange, host key, cipher and MAC that a peer shares with us, in combination.

By default so many combinations that any two algorithms meet; with --all every one. Each is a
connection: login, what was agreed on, bytes there and back with new keys in their middle.
"""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest

from clients import login
from combinations import Combination, in_common
from kexinit import Offer, offer_of
from peers import DATA, PEERS, Peer
from servers import Keys, Server, Unavailable
from tally import Row, Tally

SHOWN = 40
LEAST = 600


@pytest.mark.parametrize("peer", PEERS, ids=str)
def test_every_combination(
    peer: Peer, keys: Keys, tally: Tally, pytestconfig: pytest.Config
) -> None:
    row = tally.row(peer.name)
    with _running(peer, keys, row) as servers:
        offers = [offer_of(server) for server in servers]
        every = bool(pytestconfig.getoption("--all"))
        common = in_common(offers, every_protection=every)
        found = common.all() if every else common.pairs()
        wanted = [combination for combination in found if not peer.breaks(combination)]
        assert len(wanted) >= peer.least

        def check(combination: Combination) -> str | None:
            return _failure(peer, _server_with(combination.host_key, servers, offers), combination)

        began = time.monotonic()
        with ThreadPoolExecutor(peer.connections) as pool:
            failures = [failure for failure in pool.map(check, wanted) if failure is not None]
        row.seconds = time.monotonic() - began
        row.ran = len(wanted)
        row.failed = len(failures)
        if failures:
            logs = "".join(f"\nlog of {server.name}:\n{server.log[-4000:]}" for server in servers)
            pytest.fail("\n".join(failures[:SHOWN]) + logs, pytrace=False)


def test_there_were_enough(tally: Tally) -> None:
    missing = [row.peer for row in tally.rows if row.skipped]
    if missing or len(tally.rows) < len(PEERS):
        pytest.skip(f"not all peers ran: without {', '.join(missing) or 'those not selected'}")
    assert tally.ran >= LEAST


@contextmanager
def _running(peer: Peer, keys: Keys, row: Row) -> Iterator[Sequence[Server]]:
    with ExitStack() as stack:
        try:
            servers = [stack.enter_context(server) for server in peer.serve(keys)]
        except Unavailable as reason:
            row.skipped = str(reason)
            pytest.skip(f"{peer}: {reason}")
        with login(servers[0]) as session:
            row.version = session.server_version
        yield servers


def _server_with(host_key: str, servers: Sequence[Server], offers: Sequence[Offer]) -> Server:
    return next(
        server
        for server, offer in zip(servers, offers, strict=True)
        if host_key in offer["host_key"]
    )


def _failure(peer: Peer, server: Server, combination: Combination) -> str | None:
    """What went wrong, with the peer's and the combination's names."""
    try:
        _exchange(peer, server, combination)
    except Exception as error:
        return f"{peer}: {combination}: {type(error).__name__}: {error}"
    return None


def _exchange(peer: Peer, server: Server, combination: Combination) -> None:
    protection = combination.protection
    algorithms = {
        "kex": combination.kex,
        "host_key": combination.host_key,
        "cipher": protection.cipher,
    }
    if protection.mac:
        algorithms["mac"] = protection.mac
    with login(server, algorithms=algorithms, timeout=60) as session:
        agreed = session.algorithms
        assert agreed.kex == combination.kex
        assert agreed.host_key == combination.host_key
        assert agreed.cipher_client_to_server == agreed.cipher_server_to_client == protection.cipher
        assert agreed.mac_client_to_server == agreed.mac_server_to_client == protection.mac
        assert peer.echo(session, session.rekey if peer.rekeys else lambda: None) == DATA
        assert session.rekey_count == int(peer.rekeys)
