"""Configurations that ssh refuses, we refuse, too, and say where and why."""

import random
import string
from pathlib import Path

import pytest

from hawser.config import ConfigError, SSHConfig
from hawser.config.algorithms import our_supplies
from hawser.config.keywords import CLAIMED
from hawser.config.unclaimed import LEFT_OUT
from real_ssh_config import agree_on, needs_ssh

SUPPLIES = our_supplies()

# What stands in the only line, and what the message says.
BAD_LINES = {
    "Prot 22": "'prot' is not a keyword; did you mean Port?",
    "HostNam x": "did you mean Hostname?",
    "Xyzzyplugh 1": "'xyzzyplugh' is not a keyword",
    "Port": "the argument is missing",
    'Port ""': "Port: the argument is missing",
    "Port 0": "they go from 1 to 65535",
    "Port 65536": "they go from 1 to 65535",
    "Port 0x16": "neither a port nor a service",
    "Port -1": "neither a port nor a service",
    "Port 22 23": "what is '23'?",
    'Port "22': "a quote is not closed",
    "User 'x": "a quote is not closed",
    "ProxyCommand nc 'x": "a quote is not closed",
    "ProxyCommand =": "the argument is missing",
    "Compression true": "none of yes, no",
    "BatchMode maybe": "none of yes, no",
    "StrictHostKeyChecking perhaps": "accept-new",
    "AddressFamily ipv6": "inet6",
    "AddKeysToAgent x": "not a time",
    'AddKeysToAgent confirm ""': "the time is missing",
    "AddKeysToAgent ask 5m": 'only "confirm"',
    "ConnectTimeout x": "not a time",
    "ConnectTimeout -1": "not a time",
    "ConnectTimeout 5x": "not a time",
    "ConnectTimeout 99999999999": "too long",
    "ConnectTimeout 2147483648": "too long",
    "ConnectionAttempts 0": "not between 1",
    "ConnectionAttempts 1m": "not a number",
    "NumberOfPasswordPrompts -1": "not a number",
    "ServerAliveCountMax 2147483648": "not between",
    "RekeyLimit 15": "too small",
    "RekeyLimit none": "not a size",
    "RekeyLimit 20X": "not a size",
    "RekeyLimit 9999999999G": "too large",
    "RekeyLimit 1G 1h 2": "and perhaps a time",
    "EscapeChar xx": "not a character",
    "EscapeChar ^?": "not a character",
    "IPQoS 256": "not a class",
    "IPQoS a b c": "one class or two",
    "StreamLocalBindMask 9": "not an octal mask",
    "StreamLocalBindMask 1777": "not an octal mask",
    "LogLevel loud": "none of",
    "FingerprintHash crc32": "none of",
    "SetEnv A": "not NAME=value",
    "SendEnv A=1": "not the name of a variable",
    "UserKnownHostsFile none x": "must stand alone",
    "GlobalKnownHostsFile ''": "an argument is empty",
    "UserKnownHostsFile %T": "%T has no meaning here",
    "UserKnownHostsFile ${NO_SUCH_VARIABLE}/x": "the environment has no 'NO_SUCH_VARIABLE'",
    "UserKnownHostsFile ${HOME": "no closing brace",
    "UserKnownHostsFile ~no-such-user-here/x": "there is no user",
    "RemoteCommand echo %q": "%q has no meaning here",
    "Hostname %n": "%n has no meaning here",
    "Hostname x%": "has no meaning here",
    "IdentityAgent $": "not a variable",
    "IdentityAgent ${NO_SUCH_VARIABLE}": "the environment has no",
    "ForwardAgent ${HOME": "no closing brace",
    "IdentityFile a b": "what is 'b'?",
    "CanonicalDomains .a": "not a domain",
    "CanonicalDomains a..b": "not a domain",
    "CanonicalDomains a/b": "no domain has",
    "CanonicalizePermittedCNAMEs a": "not SOURCES:TARGETS",
    "CanonicalizePermittedCNAMEs none a:b": "must stand alone",
    "Ciphers nosuch": "'nosuch' is not known",
    "Ciphers aes128-ctr,aes257-ctr": "did you mean 'aes25",
    "Ciphers aes*": "'aes*' is not known",
    "Ciphers +": "the list is empty",
    "MACs ^hmac-sha3": "is not known",
    "KexAlgorithms *": "is not known",
    "HostKeyAlgorithms a*": "is not known",
    "PubkeyAcceptedAlgorithms +ssh-xyz": "is not known",
    "ProxyJump ,": "not [user@]host[:port]",
    "ProxyJump a,": "not [user@]host[:port]",
    "ProxyJump @a": "not [user@]host[:port]",
    "ProxyJump a:0": "they go from 1",
    "ProxyJump a:x": "neither a port",
    "ProxyJump ::1": "not [user@]host[:port]",
    "ProxyJump ssh://a/b": "ProxyJump",
    "LocalForward 80": "a listener and a destination",
    "LocalForward 80 a": "not host:port or a path",
    "LocalForward 80 a:0": "they go from 1",
    "LocalForward 0 a:1": "they go from 1",
    "LocalForward 80 a:1:2": "not host:port or a path",
    "LocalForward ::1:80 a:1": "not [host:]port or a path",
    "LocalForward [::1:80 a:1": "a bracket that is not closed",
    "LocalForward 80 a:1 b": "a listener and a destination",
    "LocalForward 65536 a:1": "to 65535",
    "LocalForward ${NO_SUCH_VARIABLE}/a /b": "the environment has no",
    "RemoteForward 1 a:1 b": "a listener is wanted",
    "RemoteForward 80 a:b:c": "not host:port or a path",
    "DynamicForward 0": "they go from 1",
    "DynamicForward a:b": "neither a port",
    "DynamicForward 80 x": "one listener",
    "PermitRemoteOpen a": "not host:port",
    "PermitRemoteOpen any a:1": "must stand alone",
    "Include": "the argument is missing",
    'Include ""': "an argument is empty",
    "Host": "the argument is missing",
    'Host ""': "an argument is empty",
    "Match": "the argument is missing",
    "Match # all": "a condition is missing",
    "Match hosts x": "'hosts' is none of all",
    "Match host": "host has no argument",
    "Match host # x": "host has no argument",
    'Match host ""': "host has no argument",
    "Match all host x": '"all" must stand alone',
    "Match host x user y all": '"all" must stand alone',
    "Match exec 'a b'": "is none of",
    'Match user x exec "a %q"': "%q has no meaning here",
    "LocalForward /a: /b": "nothing behind its colon",
    "CanonicalizeHostname sometimes": "always",
    "ControlPersist later": "not a time",
    "Tunnel through": "none of",
}


@needs_ssh
@pytest.mark.parametrize("line", BAD_LINES)
def test_what_ssh_refuses(line: str, tmp_path: Path) -> None:
    path = tmp_path / "config"
    assert agree_on(path, line + "\n", "web1") is None
    with pytest.raises(ConfigError) as caught:
        SSHConfig.from_path(path).lookup("web1")
    assert str(caught.value).startswith(f"{path}:1: ")
    assert BAD_LINES[line] in str(caught.value)
    assert (caught.value.source, caught.value.line) == (str(path), 1)


# ssh takes these, or makes something of them that nobody means.
STRICTER = {
    '"Port 22': "a quote is not closed",
    "Port 22\0": "a zero byte",
    "Ciphers -*": "leaves nothing",
    "StreamLocalBindMask 0x1": "not an octal mask",
    "ProxyJump -x": "begins with a dash",
    "ProxyJump $(id)@a": "cannot be a user",
    'ProxyJump "a"': "cannot be a host",
    "Hostname -oProxyCommand=x": "begins with a dash",
    "Hostname a;id": "cannot be a host",
    "User -l": "begins with a dash",
    "User a`id`": "cannot be a user",
}


@pytest.mark.parametrize("line", STRICTER)
def test_what_only_we_refuse(line: str) -> None:
    with pytest.raises(ConfigError, match=r"^made up:2: ") as caught:
        SSHConfig.from_text(f"# first\n{line}\n", "made up").lookup("web1")
    assert STRICTER[line] in str(caught.value)


@needs_ssh
def test_errors_count_in_blocks_that_do_not_match(tmp_path: Path) -> None:
    for line in (
        "Port x",
        "Nonsense 1",
        "LocalForward 1 2",
        "Match nonsense x",
        "IdentityAgent ${NO_SUCH}",
    ):
        assert agree_on(tmp_path / "config", f"Host elsewhere\n{line}\n", "web1") is None


@needs_ssh
def test_a_bad_hostname_where_a_match_wants_it(tmp_path: Path) -> None:
    path = tmp_path / "config"
    assert agree_on(path, "Hostname %n\nMatch host x\n", "web1") is None
    with pytest.raises(ConfigError, match=r"config:1: Hostname: %n has no meaning here"):
        SSHConfig.from_path(path).lookup("web1")


@needs_ssh
def test_ignored_unknown_keywords(tmp_path: Path) -> None:
    path = tmp_path / "config"
    assert agree_on(path, "IgnoreUnknown foo*,bar\nFooBar x y\nBAR 1\nPort 3\n", "a")
    assert agree_on(path, "Foo 1\nIgnoreUnknown foo\n", "a") is None, "only further down"
    assert agree_on(path, "IgnoreUnknown a\nIgnoreUnknown b\nb 1\n", "x") is None
    assert agree_on(path, "Host b\nIgnoreUnknown foo\nHost *\nfoo 1\n", "a") is None
    assert agree_on(path, "Host b\nIgnoreUnknown foo\nHost *\nfoo 1\n", "b")
    assert agree_on(path, "foo 1\n", "a", "-o", "IgnoreUnknown=f*")
    assert agree_on(path, "IgnoreUnknown foo\nfoo\n", "a") is None, "without an argument"


@needs_ssh
@pytest.mark.parametrize(
    "host", ["-oProxyCommand=id", "a b", "a;id", "$(id)", "a`id`", "a\nb", "a\x07", "a'b", "a\\b"]
)
def test_hosts_that_cannot_be(host: str, tmp_path: Path) -> None:
    assert agree_on(tmp_path / "config", "Port 3\n", host) is None
    with pytest.raises(ConfigError, match="cannot be a host"):
        SSHConfig().lookup(host)


@needs_ssh
@pytest.mark.parametrize("user", ["-oX", "a;id", "a`id`", "a -b", "a\\", "a|b", "(a)"])
def test_users_that_cannot_be(user: str, tmp_path: Path) -> None:
    assert agree_on(tmp_path / "config", "Port 3\n", "a", "-l", user) is None
    with pytest.raises(ConfigError, match="cannot be a user"):
        SSHConfig().lookup("a", user=user)


def test_users_that_can_be() -> None:
    for user in ("DOMAIN\\ann", "ann@example.org", "a.b_c-d", "$ann", "Ann Smith"):
        assert SSHConfig().lookup("a", user=user).user == user


def test_options_are_checked_like_lines() -> None:
    cases: list[tuple[str, str, str]] = [
        ("Prot", "22", "option Prot: 'prot' is not a keyword; did you mean Port?"),
        ("Port", "x", "option Port: Port: 'x' is neither"),
        ("Host", "x", "option Host: this is for files only"),
        ("Include", "/x", "option Include: this is for files only"),
        ("Port", "22\nUser x", "a line break"),
        ("Port", "", "the argument is missing"),
        ("Port 22 #", "x", "this is not a keyword"),
        ("# Port", "x", "this is not a keyword"),
    ]
    for name, value, message in cases:
        with pytest.raises(ConfigError) as caught:
            SSHConfig().lookup("a", options={name: value})
        assert message in str(caught.value)


def test_a_user_in_front_of_the_host() -> None:
    with pytest.raises(ConfigError, match="'ann@web1' has a user in front: give it by user="):
        SSHConfig().lookup("ann@web1")


def test_garbage_is_a_config_error_or_nothing() -> None:
    rng = random.Random(1)
    words = [row.name for row in (*CLAIMED, *LEFT_OUT)] + ["Host", "Match", "Include"]
    characters = string.printable + "é\x80\udcff\0"
    refused = 0
    for _ in range(1500):
        rest = "".join(rng.choices(characters, k=rng.randrange(12)))
        text = f"{rng.choice(words)}{rng.choice(' =')}{rest}"
        if "exec" in text:
            continue
        try:
            found = SSHConfig.from_text(text, supplies=SUPPLIES).lookup("web1")
        except ConfigError:
            refused += 1
        else:
            assert list(found.lines())
    assert 300 < refused < 1450
