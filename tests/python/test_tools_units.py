"""The parts of the tools that need no server: targets, arguments, escapes."""

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawser.config import SSHConfig
from hawser.connecting.resolve import route_to
from hawser.connecting.settings import Settings as HopSettings
from hawser.escape import describe, display, harmless
from hawser.target import BadTarget, Target, parse_copy_argument, parse_destination
from hawser.tools import options, scp, sftp
from hawser.tools.output import Output
from hawser.tools.progress import Brake
from hawser.tools.settings import Settings
from hawser.tools.shell import table

# ---- targets -------------------------------------------------------------------------------------

COPY_ARGUMENTS: list[tuple[str, Target | str]] = [
    ("host:/path", Target("host", "/path")),
    ("host:", Target("host", "")),
    ("user@host:a/b", Target("host", "a/b", "user")),
    ("user@realm@host:x", Target("host", "x", "user@realm")),
    ("host:a:b", Target("host", "a:b")),
    ("host:~/x", Target("host", "~/x")),
    ("[::1]:/p", Target("::1", "/p")),
    ("u@[fe80::1%eth0]:p", Target("fe80::1%eth0", "p", "u")),
    ("[host]:p", Target("host", "p")),
    ("scp://host", Target("host")),
    ("scp://host/", Target("host")),
    ("scp://u@host:2222/dir/f", Target("host", "dir/f", "u", 2222)),
    ("scp://host//etc/motd", Target("host", "/etc/motd")),
    ("scp://[::1]:22/a%20b", Target("::1", "a b", None, 22)),
    ("scp://a%40b@host/%ff", Target("host", "\udcff", "a@b")),
    ("file", "file"),
    ("./a:b", "./a:b"),
    ("/a:b", "/a:b"),
    ("dir/a:b", "dir/a:b"),
    (":x", ":x"),
    ("a@b", "a@b"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "expected"), COPY_ARGUMENTS)
def test_copy_argument(text: str, expected: Target | str) -> None:
    assert parse_copy_argument(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("host", Target("host")),
        ("u@host", Target("host", "", "u")),
        ("u@[::1]", Target("::1", "", "u")),
        ("host:p", Target("host", "p")),
        ("sftp://u@host:22//p", Target("host", "/p", "u", 22)),
    ],
)
def test_destination(text: str, expected: Target) -> None:
    assert parse_destination(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "@host:x",
        "u@:x",
        "-oProxyCommand=x:y",
        "u@-host:x",
        "ho st:x",
        "$(id):x",
        "scp:///x",
        "scp://host:0/x",
        "scp://host:65536/x",
        "scp://host:2x/x",
        "scp://[::1/x",
        "scp://host/%00",
        "a\x1b@host:x",
    ],
)
def test_no_target(text: str) -> None:
    with pytest.raises(BadTarget):
        parse_copy_argument(text)


def test_a_target_is_shown_as_known_hosts_writes_it() -> None:
    assert str(Target("host", port=22)) == str(Target("host")) == "host"
    assert str(Target("::1", port=2222)) == "[::1]:2222"


# ---- command lines -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "status", "text"),
    [
        (["a", "b"], 2, "one side"),
        (["h:a", "b", "c"], 2, "one side"),
        (["h:a"], 2, "a source and a target"),
        (["-o", "Nonsense=1", "h:a", "b"], 2, "Nonsense: 'nonsense' is not a keyword"),
        (["-o", "BatchMode=maybe", "h:a", "b"], 2, "BatchMode: 'maybe' is none of yes, no"),
        (["-o", "BatchMode", "h:a", "b"], 2, "the value is missing"),
        (["@h:a", "b"], 2, "name of a user"),
        (["--password-fd", "999", "h:a", "b"], 2, "--password-fd 999"),
    ],
)
def test_wrong_arguments_of_scp(
    argv: list[str], status: int, text: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert scp.main(argv) == status
    assert text in capfd.readouterr().err


@pytest.mark.parametrize(
    ("argv", "text"),
    [
        (["put", "h:"], "name local files"),
        (["get", "h"], "the path of what to get is missing"),
        (["h", "x"], "the path of what to get is missing"),
        (["h:a", "b", "c"], "too many"),
        (["-b", "x", "get", "h:a"], "exclude each other"),
    ],
)
def test_wrong_arguments_of_sftp(
    argv: list[str], text: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert sftp.main(argv) == 2
    assert text in capfd.readouterr().err


@pytest.mark.parametrize(("flag", "value"), [("-P", "0"), ("-P", "x"), ("-l", "0"), ("-l", "-1")])
def test_values_that_argparse_refuses(
    flag: str, value: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        scp.main([flag, value, "h:a", "b"])
    assert ended.value.code == 2
    assert flag in capfd.readouterr().err


@pytest.mark.parametrize("program", [scp, sftp])
def test_help_and_version(program: Any, capsys: pytest.CaptureFixture[str]) -> None:
    for flag in ("--help", "--version"):
        with pytest.raises(SystemExit) as ended:
            program.main([flag])
        assert ended.value.code == 0
    assert "exit status:" in capsys.readouterr().out


def test_settings_of_options() -> None:
    settings = Settings()
    for option in (
        "port=22",
        "User ann",
        "StrictHostKeyChecking = no",
        "UserKnownHostsFile=/a ~/b",
        "GlobalKnownHostsFile none",
        "ciphers=aes128-ctr,aes256-ctr",
        "PubkeyAuthentication=no",
        "ConnectTimeout=5",
        "identityfile=~/key",
    ):
        settings.apply(option)
    (stop,) = route_to("host", settings.given(), SSHConfig())
    assert isinstance(stop, HopSettings)
    assert (stop.target.port, stop.target.user, stop.strictness) == (22, "ann", "no")
    assert stop.known_hosts == [Path("/a"), Path("~/b").expanduser()]
    assert stop.algorithms == {"cipher": ("aes128-ctr", "aes256-ctr")}
    assert stop.credentials.methods == ("keyboard-interactive", "password")
    assert stop.connect_timeout == 5.0
    settings.port, settings.ciphers, settings.identities = 23, "aes192-ctr", ["~/key"]
    (stop,) = route_to("host", settings.given(), SSHConfig())
    assert isinstance(stop, HopSettings)
    assert (stop.target.port, stop.algorithms) == (23, {"cipher": "aes192-ctr"})
    assert stop.credentials.keys == ["~/key"]


def test_where_a_password_comes_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def password(*argv: str) -> str | None:
        monkeypatch.setenv("HAWSER_PASSWORD", "of the environment")
        parser = options.Parser("x", "", "", "")
        return options.settings_of(parser.parse_args(argv)).password

    file = tmp_path / "password"
    file.write_text("of the file\r\nnot this\n")
    with file.open("rb") as opened:
        number = str(opened.fileno())
        assert password("--password-fd", number) == "of the file"
        assert opened.read() == b"not this\n"
        assert password("-p", "of the arguments", "--password-fd", number) == "of the arguments"
    assert password() == "of the environment"
    assert "HAWSER_PASSWORD" not in os.environ


# ---- escapes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("plain name.txt", "plain name.txt"),
        ("naïve 日本 🚢", "naïve 日本 🚢"),
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("a\nb\tc\x7f", r"a\x0ab\x09c\x7f"),
        ("\x9b1m", r"\xc2\x9b1m"),
        ("\u202egnp.exe", r"\xe2\x80\xaegnp.exe"),
        ("\u2066x\u200f", r"\xe2\x81\xa6x\xe2\x80\x8f"),
        ("\udcff\udc80", r"\xff\x80"),
        ("back\\slash", r"back\\slash"),
    ],
)
def test_display(name: str, shown: str) -> None:
    assert display(name) == shown


@given(st.text(st.characters(), max_size=20))
def test_nothing_raw_is_displayed(name: str) -> None:
    for text in (display(name), harmless(name)):
        assert not any(ord(letter) < 32 or 0x7F <= ord(letter) < 0xA0 for letter in text)
        text.encode()
    assert harmless(display(name)) == display(name)


@given(st.text(max_size=10), st.text(max_size=10))
def test_display_keeps_names_apart(one: str, other: str) -> None:
    assert (display(one) == display(other)) == (one == other)


def test_describe() -> None:
    assert describe(FileNotFoundError(2, "No such file", "a\x1b")) == r"a\x1b: No such file"
    assert describe(OSError(5, "bad", "a", None, "b")) == "a -> b: Bad"
    assert describe(OSError(5, "bad", b"\xff")) == r"\xff: Bad"
    assert describe(OSError("just \x07 text")) == r"just \x07 text"
    assert describe(OSError()) == "OSError"


def test_names_are_escaped_for_terminals_alone() -> None:
    class Tty(io.StringIO):
        def isatty(self) -> bool:
            return True

    piped, shown, errors = io.StringIO(), Tty(), io.StringIO()
    for stream in (piped, shown):
        out = Output("tool", stream, errors)
        out.line(out.name("a\x1b"))
    assert (piped.getvalue(), shown.getvalue()) == ("a\x1b\n", "a\\x1b\n")
    out.error("what\x1b")
    assert errors.getvalue() == "tool: what\\x1b\n"


# ---- the brake -----------------------------------------------------------------------------------


def test_the_brake_keeps_to_its_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    monkeypatch.setattr("time.sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds))
    brake = Brake(800)  # 100 KiB a second
    for path in ("one", "two"):
        for done in range(0, 1_024_001, 32_000):
            brake.step(path, done, 1_024_000)
        brake.finish()
    assert clock[0] - 1000 == pytest.approx(20, abs=1.1)


# ---- the table of commands -----------------------------------------------------------------------


def test_every_command_that_is_owed_is_there() -> None:
    owed = "ls cd lcd pwd lpwd get put mkdir rmdir rm mv chmod stat realpath help exit"
    aliases = "del delete rename quit bye ?"
    openssh = "lls lmkdir ln symlink df chown chgrp mget mput reget reput version progress lumask"
    for name in f"{owed} {aliases} {openssh}".split():
        assert table.find(name)
    assert len(table.names()) == len(set(table.names()))


def test_import_is_quick() -> None:
    """Neither rich nor prompt_toolkit is needed to start, and `import hawser` needs nothing."""
    code = (
        "import sys, hawser; assert '_ssh' not in sys.modules; import hawser.tools.sftp;"
        "sys.exit(any(name in sys.modules for name in ('rich', 'prompt_toolkit')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
