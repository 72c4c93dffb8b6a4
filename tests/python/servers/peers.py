"""Where tools/peers.sh puts the servers that are not installed but unpacked or built."""

from pathlib import Path

PEERS = Path(__file__).resolve().parents[3] / "build/peers"
