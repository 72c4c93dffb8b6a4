"""Host and Match: which blocks count, in one pass over the files or in two."""

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import _ssh
from hawser.config import ConfigError, SSHConfig, execution
from hawser.config.options import Options
from hawser.config.patterns import matches
from real_ssh_config import agree_on, needs_ssh

# A line, and for which hosts it holds, of those that are asked for.
BLOCKS = {
    "Host web1": {"web1"},
    "Host WEB1": set[str](),
    "Host *": {"web1", "web2.example.com", "Db"},
    "Host web? db": {"web1"},
    "Host * !web1": {"web2.example.com", "Db"},
    "Host !web1": set[str](),
    "Host !w* web1 Db": {"Db"},
    "Host web1,web2*": set[str](),
    'Host "web1" # Db': {"web1"},
    "Host=web1": {"web1"},
    "Match host web1": {"web1"},
    "Match host WEB1,db": {"web1", "Db"},
    "Match host *,!web1": {"web2.example.com", "Db"},
    "Match host !web1": set[str](),
    "Match !host web1": {"web2.example.com", "Db"},
    "Match originalhost db": {"Db"},
    "Match host=web1 user=root,me": {"web1"},
    "Match all": {"web1", "web2.example.com", "Db"},
    "Match !all": set[str](),
    "Match host web1 all": {"web1"},
    "Match final all": {"web1", "web2.example.com", "Db"},
    "Match !final host web1": {"web1"},
    "Match canonical": set[str](),
    "match HOST web1 !Final": {"web1"},
    'Match host "web1" # why': {"web1"},
    'Match exec "test %h = web1"': {"web1"},
    'Match exec "test %n = Db"': {"Db"},
    "Match !exec false": {"web1", "web2.example.com", "Db"},
    'Match exec "test %p = 22 && test %r = me" host web1': {"web1"},
    "Match exec=true": {"web1", "web2.example.com", "Db"},
    "Match user me": {"web1", "web2.example.com", "Db"},
    "Match user m?,!me": set[str](),
}


@needs_ssh
@pytest.mark.parametrize("line", BLOCKS)
def test_blocks(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/bin/sh")
    matched = set()
    for host in ("web1", "web2.example.com", "Db"):
        found = agree_on(tmp_path / "config", f"User me\n{line}\n  Compression yes\n", host)
        assert found is not None
        if found["compression"] == ("yes",):
            matched.add(host)
    assert matched == BLOCKS[line]


@needs_ssh
def test_what_was_set_before_counts(tmp_path: Path) -> None:
    path = tmp_path / "config"
    for text, port in (
        ("Match user bob\nPort 1\nMatch all\nUser bob\n", "22"),
        ("User bob\nMatch user bob\nPort 1\n", "1"),
        ("Hostname real\nMatch host real\nPort 1\n", "1"),
        ("Hostname real\nMatch host web1\nPort 1\n", "22"),
        ("Hostname real\nMatch originalhost web1\nPort 1\n", "1"),
        ("Hostname real\nHost real\nPort 1\n", "22"),
        ("Hostname real\nHost real\nPort 1\nMatch final\n", "1"),
        ("Match final host REAL\nPort 1\nMatch all\nHostname Real\n", "1"),
        ("Match final\nPort 1\nMatch all\nPort 2\n", "2"),
        ("Match !final\nPort 1\nMatch final\nPort 2\n", "1"),
        ("Match user nobody final\nMatch canonical\nPort 1\n", "1"),
        ("Port 5\nHost *\nPort 6\n", "5"),
    ):
        found = agree_on(path, text, "web1")
        assert found is not None
        assert found["port"] == (port,), text


@needs_ssh
def test_arguments_win(tmp_path: Path) -> None:
    path = tmp_path / "config"
    text = "User file\nPort 1\nIdentityFile file\nMatch user me\nCompression yes\n"
    found = agree_on(path, text, "a", "-l", "me", "-p", "9", "-o", "IdentityFile=option")
    assert found is not None
    assert (found["user"], found["port"], found["compression"]) == (("me",), ("9",), ("yes",))
    assert found["identityfile"] == ("option", "file")
    assert agree_on(path, text, "a", "-o", "User=me", "-o", 'SetEnv=A="b c" D=e')


def test_several_options_of_one_keyword() -> None:
    options = {"IdentityFile": ["a", "b"], "localforward": ["1 a:1", "2 b:2"], "Port": "3"}
    found = SSHConfig().lookup("x", options=options)
    assert found.getall("identityfile") == ("a", "b")
    assert found.getall("localforward") == ("1 [a]:1", "2 [b]:2")
    assert SSHConfig().lookup("x", options={"Port": "3"}, port=4).port == 4


def test_options_that_are_no_texts() -> None:
    options: Options = {
        "Port": 2022,
        "Compression": True,
        "BatchMode": False,
        "IdentityFile": [Path("/a b"), Path('/"c"\\')],
    }
    found = SSHConfig().lookup("x", options=options)
    assert (found.port, found.compression, found.batch_mode) == (2022, True, False)
    assert found.identity_files == ("/a b", '/"c"\\')
    wrong: Any = {"Port": 22.5}
    with pytest.raises(TypeError, match=r"option Port: 22.5 is not a text, a number or a path"):
        SSHConfig().lookup("x", options=wrong)


def matching(line: str, command: str | None = None, more: str = "") -> bool:
    """Of what only newer versions of OpenSSH have."""
    config = SSHConfig.from_text(f"{more}\n{line}\nCompression yes\n")
    return config.lookup("web1", command=command).compression


def test_newer_criteria() -> None:
    assert matching("Match tagged a*", more="Tag abc")
    assert not matching("Match tagged a*", more="Tag xyz")
    assert not matching("Match tagged a*")
    assert matching("Match command ls*", "ls -l")
    assert matching("Match command ls*", more="RemoteCommand ls -l")
    assert not matching("Match command ls*", "id")
    assert matching("Match sessiontype shell")
    assert matching("Match sessiontype exec", "id")
    assert matching("Match sessiontype subsystem", more="SessionType subsystem")
    assert matching(f"Match version Hawser_{_ssh.__version__}")
    assert not matching("Match version OpenSSH_*")
    assert matching("Match localnetwork 127.0.0.0/8")
    assert not matching("Match localnetwork 198.51.100.0/24,2001:db8::/32")
    with pytest.raises(ConfigError, match=r":2: Match: 127.0.0.1/8 has host bits set"):
        SSHConfig.from_text("Host x\nMatch localnetwork 127.0.0.1/8")


def test_exec_is_not_run_for_nothing(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    config = SSHConfig.from_text(f'Match host other exec "touch {mark}"\nPort 1\n')
    config.lookup("web1")
    assert not mark.exists(), "a condition before it failed"
    config.lookup("other")
    assert mark.exists()


def test_exec_in_a_file_that_cannot_count(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    (tmp_path / "part").write_text(f'Match exec "touch {mark}"\nPort 1\n')
    config = SSHConfig.from_text(f"Host other\nInclude {tmp_path}/part\n")
    config.lookup("web1")
    assert not mark.exists()


def test_exec_sees_no_names_that_a_shell_takes_for_more(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    for setting in (f"Hostname a;touch${{IFS}}{mark}", f"User 'a`touch {mark}`'"):
        config = SSHConfig.from_text(f'{setting}\nMatch exec "echo %h %r"\nPort 1\n', "made up")
        with pytest.raises(ConfigError, match=r"^made up:2: Match: .* cannot be"):
            config.lookup("web1")
    assert not mark.exists()


def test_exec_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "_SECONDS", 0.2)
    config = SSHConfig.from_text('Match exec "sleep 60 & sleep 60"\n')
    started = time.monotonic()
    with pytest.raises(ConfigError, match=r":1: Match: exec: 'sleep 60.* takes longer than"):
        config.lookup("web1")
    assert time.monotonic() - started < 10


def test_exec_that_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    config = SSHConfig.from_text('Match exec "kill -9 $$"\n')
    with pytest.raises(ConfigError, match="was ended by signal 9"):
        config.lookup("web1")
    monkeypatch.setenv("SHELL", "/no/such/shell")
    with pytest.raises(ConfigError, match="/no/such/shell cannot be run"):
        config.lookup("web1")


def test_exec_uses_the_users_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = tmp_path / "shell"
    shell.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/said\n')
    shell.chmod(0o755)
    monkeypatch.setenv("SHELL", str(shell))
    SSHConfig.from_text('Match exec "a %h"\n').lookup("web1")
    assert (tmp_path / "said").read_text() == "-c a web1\n"
    monkeypatch.delenv("SHELL")
    assert SSHConfig.from_text("Match exec true\nPort 1\n").lookup("web1").port == 1


def naive(text: str, pattern: str) -> bool:
    """By the definition, however slow."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(naive(text[i:], pattern[1:]) for i in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and naive(text[1:], pattern[1:])


def words(letters: str, longest: int) -> Iterator[str]:
    for length in range(longest + 1):
        yield from map("".join, itertools.product(letters, repeat=length))


def test_patterns_by_their_definition() -> None:
    for pattern in words("a*?", 4):
        for text in words("ab", 4):
            assert matches(text, pattern) == naive(text, pattern), (text, pattern)


def test_patterns_take_no_exponential_time() -> None:
    started = time.monotonic()
    assert not matches("a" * 2000, "*a" * 200 + "b")
    assert time.monotonic() - started < 5
