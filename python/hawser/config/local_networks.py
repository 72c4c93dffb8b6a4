"""`Match localnetwork`: whether an address of this machine is in one of some networks."""

import fcntl
import ipaddress
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

_SIOCGIFADDR = 0x8915  # Linux: the address of an interface
_IPV6_ADDRESSES = Path("/proc/net/if_inet6")


def parse(networks: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Networks as 10.0.0.0/8,fe80::/10. ValueError if one is none."""
    return [ipaddress.ip_network(each) for each in networks.split(",")]


def is_in(networks: str) -> bool:
    """An interface of this machine has an address in one of the networks."""
    wanted = parse(networks)
    return any(address in network for address in _addresses() for network in wanted)


def _addresses() -> Iterator[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(sock, _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:  # it has none
                continue
            yield ipaddress.IPv4Address(answer[20:24])
    if _IPV6_ADDRESSES.exists():
        for line in _IPV6_ADDRESSES.read_text().splitlines():
            yield ipaddress.IPv6Address(bytes.fromhex(line.split()[0]))
