"""CanonicalizeHostname, with a name service made up."""

import socket
from pathlib import Path
from typing import Any

import pytest

from hawser.config import ConfigError, HostConfig, SSHConfig
from real_ssh_config import agree_on, needs_ssh

NAMES = {
    "web1.example.com.": "web1.example.com",
    "web2.example.org.": "host7.example.net",
    "web2.example.com": "host7.example.net",
    "full.example.org.": "full.example.org",
    "web1": "web1.search.test",
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which names were looked up; NAMES are those that there are, with their aliases' targets."""
    names: list[str] = []
    real = socket.getaddrinfo

    def lookup(host: str, port: int, *args: Any) -> Any:
        if args[-1] & socket.AI_NUMERICHOST:
            return real(host, port, *args)
        names.append(host)
        if host not in NAMES:
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, NAMES[host], ("192.0.2.1", port))]

    monkeypatch.setattr("hawser.config.canonical.socket.getaddrinfo", lookup)
    return names


BASE = "CanonicalizeHostname yes\nCanonicalDomains example.com example.org\n"


def read(text: str, host: str) -> HostConfig:
    return SSHConfig.from_text(text).lookup(host)


def test_domains_in_order(asked: list[str]) -> None:
    text = f"{BASE}Host web1.example.com\nPort 1\nHost web2.example.org\nPort 2\n"
    assert (read(text, "WEB1").hostname, read(text, "WEB1").port) == ("web1.example.com", 1)
    assert asked[0] == "web1.example.com."
    found = read(text, "web2")
    assert (found.hostname, found.port, found.host) == ("web2.example.org", 2, "web2")
    assert asked[-2:] == ["web2.example.com.", "web2.example.org."]


def test_a_name_that_is_in_no_domain(asked: list[str]) -> None:
    assert read(BASE, "web9").hostname == "web9"
    assert asked == ["web9.example.com.", "web9.example.org."]
    with pytest.raises(ConfigError, match=r":1: 'web9' is in none of the CanonicalDomains"):
        read(f"{BASE}CanonicalizeFallbackLocal no", "web9")


def test_names_that_are_left_alone(asked: list[str]) -> None:
    assert read(BASE, "a.b.c").hostname == "a.b.c"
    assert read(BASE, "127.0.0.1").hostname == "127.0.0.1"
    assert read(f"{BASE}ProxyJump j", "web1").hostname == "web1"
    assert read(f"{BASE}ProxyCommand nc", "web1").hostname == "web1"
    assert read("CanonicalDomains example.com", "web1").hostname == "web1"
    assert not asked
    assert read(f"{BASE}ProxyCommand none", "web1").hostname == "web1.example.com"
    always = BASE.replace("yes", "always")
    assert read(f"{always}ProxyJump j", "web1").hostname == "web1.example.com"
    assert read(f"{BASE}CanonicalizeMaxDots 3", "full.example.org.").hostname == "full.example.org"


def test_aliases_by_rule(asked: list[str]) -> None:
    rules = "CanonicalizePermittedCNAMEs *.example.com:* *.example.org:x.*,*.EXAMPLE.net"
    assert read(f"{BASE}{rules}", "web2").hostname == "host7.example.net"
    assert read(f"{BASE}{rules.replace('*.EXAMPLE.net', '*.test')}", "web2").hostname == (
        "web2.example.org"
    )
    assert read(f"{BASE}CanonicalizePermittedCNAMEs none", "web2").hostname == "web2.example.org"
    assert read("CanonicalizePermittedCNAMEs *.com:*.net", "web2.example.com").hostname == (
        "host7.example.net"
    )


def test_the_second_pass(asked: list[str]) -> None:
    text = f"{BASE}Match canonical host *.example.com\nUser one\nMatch final all\nPort 5\n"
    found = read(text, "web1")
    assert (found.user, found.port) == ("one", 5)
    assert read(f"{BASE}Host web1.example.com\nHostname other", "web1").hostname == (
        "web1.example.com"
    )


@needs_ssh
def test_what_is_settled_after_the_first_pass(tmp_path: Path) -> None:
    text = "Match final\nCanonicalizeHostname yes\nCanonicalizeMaxDots 7\nPort 3\n"
    found = agree_on(tmp_path / "config", text, "a.b.c")
    assert found is not None
    assert (found["canonicalizemaxdots"], found["port"]) == (("1",), ("3",))
    for host in ("::0:1", "127.1", "Web1", "10.0.0.1"):
        assert agree_on(tmp_path / "config", "CanonicalizeHostname yes\n", host)
