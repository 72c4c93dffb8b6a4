"""`hawser.connect` to one of the servers, with nothing of the account that runs the tests: no
agent, no default keys, nobody to ask."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import hawser
from servers import Server

Connect = Callable[..., hawser.Client]


def known_hosts_of(servers: list[Server], path: Path) -> Path:
    lines = (server.known_hosts_line(kind) for server in servers for kind in server.host_keys)
    path.write_text("".join(lines))
    return path


def options_for(server: Server, folder: Path, *others: Server, **more: Any) -> dict[str, Any]:
    """Options that log in by key, and know the host keys."""
    return {
        "known_hosts": known_hosts_of([server, *others], folder / "known_hosts"),
        "keys": server.keys["ed25519"].path,
        "config": None,
        "agent": False,
        "ask": False,
        "timeout": 30,
        **more,
    }


def address_of(server: Server) -> str:
    return f"{server.user}@{server.host}:{server.port}"


def connect_to(server: Server, folder: Path, *others: Server, **more: Any) -> hawser.Client:
    return hawser.connect(address_of(server), **options_for(server, folder, *others, **more))
