"""The parts of the tools that need no server: arguments, words, patterns, escapes, listings."""

import contextlib
import io
import itertools
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawser.config import SSHConfig
from hawser.connecting.resolve import route_to
from hawser.connecting.settings import Settings as HopSettings
from hawser.escape import describe, display, harmless
from hawser.globbing import expand, has_magic, literal, quoted
from hawser.target import BadTarget, Target, parse_copy_argument, parse_destination
from hawser.tools import options, scp, sftp
from hawser.tools.output import Output
from hawser.tools.progress import Brake, human_size
from hawser.tools.settings import Settings
from hawser.tools.shell import table
from hawser.tools.shell.background import Listings
from hawser.tools.shell.completion import candidates
from hawser.tools.shell.listing import Entry, Style, in_columns, lines_of, ordered, time_text
from hawser.tools.shell.loop import strip_prefixes
from hawser.tools.shell.state import Shell
from hawser.tools.shell.words import BadLine, split, split_unfinished

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
        (["h:a", "h:b"], 2, "server to server"),
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


# ---- the words of a line -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "texts"),
    [
        ("", []),
        ("  ls   -l  ", ["ls", "-l"]),
        ("get 'a b' \"c d\" e\\ f", ["get", "a b", "c d", "e f"]),
        ("get a'b c'd", ["get", "ab cd"]),
        ("get ''", ["get", ""]),
        (r"""get "a\"b" 'a\b' "a\\b" """, ["get", 'a"b', r"a\b", r"a\b"]),
        ("ls # all of it", ["ls"]),
        ("get a#b", ["get", "a#b"]),
        (r"get \#x", ["get", "#x"]),
        ("# nothing", []),
    ],
)
def test_split(line: str, texts: list[str]) -> None:
    assert [word.text for word in split(line)] == texts


@pytest.mark.parametrize("line", ["get 'a", 'get "a', "get a\\", 'get "a\\'])
def test_split_of_a_line_without_an_end(line: str) -> None:
    with pytest.raises(BadLine):
        split(line)


def test_quoted_letters_are_no_magic() -> None:
    words = split(r"""*.c '*.c' \*.c "[a]"b* """)
    assert [word.has_magic for word in words] == [True, False, False, True]
    assert [word.text for word in words] == ["*.c", "*.c", "*.c", "[a]b*"]
    assert words[3].pattern == r"\[a\]b*"


@given(st.lists(st.text(max_size=8), max_size=4))
def test_any_word_can_be_quoted(texts: list[str]) -> None:
    single = " ".join("'" + text.replace("'", "'\\''") + "'" for text in texts)
    double = " ".join('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts)
    for line in (single, double):
        words = split(line)
        assert [word.text for word in words] == texts
        assert not any(word.has_magic for word in words)


@pytest.mark.parametrize(
    ("line", "words", "folder", "component", "start", "quote"),
    [
        ("", [], "", "", 0, ""),
        ("l", [], "", "l", 0, ""),
        ("ls ", ["ls"], "", "", 3, ""),
        ("ls a/b", ["ls"], "a/", "b", 5, ""),
        ("ls 'a b/c", ["ls"], "a b/", "c", 8, "'"),
        ("ls 'a b", ["ls"], "", "a b", 3, ""),
        (r"ls a\ b/c", ["ls"], "a b/", "c", 8, ""),
        ("ls x\\", ["ls"], "", "x", 3, ""),
    ],
)
def test_split_unfinished(
    line: str, words: list[str], folder: str, component: str, start: int, quote: str
) -> None:
    found = split_unfinished(line)
    assert [word.text for word in found.words] == words
    assert (found.folder.text, found.component.text) == (folder, component)
    assert (found.start, found.quote) == (start, quote)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ls", (False, True, "ls")),
        ("-rm x", (True, True, "rm x")),
        ("@ls", (False, False, "ls")),
        (" @ - ls -l", (True, False, "ls -l")),
        ("", (False, True, "")),
    ],
)
def test_prefixes(line: str, expected: tuple[bool, bool, str]) -> None:
    assert strip_prefixes(line) == expected


# ---- patterns ------------------------------------------------------------------------------------

TREE = {
    "": ["a.c", "b.c", ".hidden", "dir", "dir2", "x*y", "a[1]", "we ird", "../evil", "..", "."],
    "dir/": ["one", "two", ".dot"],
    "dir2/": ["one"],
    "/": ["etc"],
}
PATHS = {folder + name for folder, names in TREE.items() for name in names} | {"dir/", "dir2/"}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("plain", ["plain"]),
        (r"x\*y", ["x*y"]),
        ("*.c", ["a.c", "b.c"]),
        ("?.c", ["a.c", "b.c"]),
        ("[ab].c", ["a.c", "b.c"]),
        ("[!a].c", ["b.c"]),
        ("[^a].c", ["b.c"]),
        ("*", ["a.c", "a[1]", "b.c", "dir", "dir2", "we ird", "x*y"]),
        (".*", [".hidden"]),
        (r"x\**", ["x*y"]),
        (r"*\[1\]", ["a[1]"]),
        ("dir*/o*", ["dir/one", "dir2/one"]),
        ("dir*/two", ["dir/two"]),
        ("dir/*", ["dir/one", "dir/two"]),
        ("d*/", ["dir/", "dir2/"]),
        ("/e*", ["/etc"]),
        ("z*", []),
        ("a.c/*", []),
    ],
)
def test_expand(pattern: str, expected: list[str]) -> None:
    def names_in(folder: str) -> Sequence[str]:
        if folder not in TREE:
            raise NotADirectoryError(20, "no directory", folder)
        return TREE[folder]

    assert expand(pattern, names_in, PATHS.__contains__) == expected


@given(st.text(max_size=10))
def test_a_quoted_name_stands_for_itself(name: str) -> None:
    assert not has_magic(quoted(name))
    assert literal(quoted(name)) == name


@given(st.text(st.sampled_from("ab*?[]!^\\-./"), max_size=12))
def test_any_pattern_is_taken(pattern: str) -> None:
    expand(pattern, lambda folder: ["a", "b", "]", "\\"], lambda path: True)


# ---- listings ------------------------------------------------------------------------------------

NOW = 1_700_000_000.0


def style(letters: str = "", columns: int | None = None) -> Style:
    return Style(frozenset(letters), columns, display)


def test_columns_are_as_wide_as_names_look() -> None:
    from rich.cells import cell_len

    lines = in_columns(["日本語", "abc", "éé", "x"], 16)
    assert lines == ["日本語  éé", "abc     x"]
    assert in_columns([], 80) == []
    assert in_columns(["x" * 100, "y"], 80) == ["x" * 100, "y"]
    for width in range(1, 60):
        names = [letter * size for letter, size in zip("abcdefghij", range(10), strict=True)]
        lines = in_columns(names, width)
        assert sorted(" ".join(lines).split()) == names[1:]
        assert all(cell_len(line) <= max(width, 11) for line in lines)


@pytest.mark.parametrize(
    ("letters", "expected"),
    [("", "abc"), ("r", "cba"), ("S", "bca"), ("t", "cab"), ("tr", "bac"), ("f", "bca")],
)
def test_order(letters: str, expected: str) -> None:
    entries = [
        Entry("b", size=9, mtime=1),
        Entry("c", size=5, mtime=3),
        Entry("a", size=1, mtime=2),
    ]
    assert "".join(entry.name for entry in ordered(entries, style(letters))) == expected


def test_long_lines() -> None:
    entries = [
        Entry("file\x1b", stat.S_IFREG | 0o644, 1234567, 0, 0, 1),
        Entry("dir", stat.S_IFDIR | 0o1777, 1, 0, 1000, 1, 2),
        Entry("unknown"),
    ]
    year = time_text(0, NOW)
    shown = lines_of(entries, style("l"), lambda entry: (str(entry.uid), "group"))
    assert [" ".join(line.split()) for line in shown] == [
        f"-rw-r--r-- ? 0 group 1234567 {' '.join(year.split())} file\\x1b",
        f"drwxrwxrwt 2 1000 group 1 {' '.join(year.split())} dir",
        "?--------- ? None group ? ? unknown",
    ]
    assert (
        len({line.index(entry.name[:3]) for line, entry in zip(shown, entries, strict=True)}) == 1
    )
    assert "1.2MB" in lines_of(entries[:1], style("lh"), lambda entry: ("", ""))[0]


def test_times() -> None:
    assert ":" in time_text(NOW - 1000, NOW)
    assert ":" not in time_text(NOW - 300 * 86400, NOW)
    assert ":" not in time_text(NOW + 86400, NOW)
    assert time_text(float(2**62), NOW) == "?"


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0B"),
        (999, "999B"),
        (1023, "1.0KB"),
        (1536, "1.5KB"),
        (10240, "10KB"),
        (1 << 62, "4.0EB"),
    ],
)
def test_human_size(size: int, text: str) -> None:
    assert human_size(size) == text


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


# ---- completion ----------------------------------------------------------------------------------


class FakeEntry:
    def __init__(self, name: str) -> None:
        self.name = name.rstrip("/@")
        kind = stat.S_IFDIR if name.endswith("/") else stat.S_IFLNK if "@" in name else stat.S_IFREG
        self.st_mode = kind | 0o644

    def stat(self, *, follow_symlinks: bool) -> "FakeEntry":
        return self


class FakeSFTP:
    """Just what completion asks for. A name ends in '/' if it is a directory, in '@' if a link."""

    FOLDERS = {  # noqa: RUF012
        "/home": ["apple", "apricot", "my files/", "bin@", "quo'te", "-dash", "~x", "tab\there"],
        "/home/my files/": ["a b", 'c"d'],
    }

    def __init__(self) -> None:
        self.listed: list[str] = []

    def scandir(self, path: str) -> Any:
        self.listed.append(path)
        if path not in self.FOLDERS:
            raise FileNotFoundError(2, "no such folder", path)
        return contextlib.nullcontext([FakeEntry(name) for name in self.FOLDERS[path]])

    def stat(self, path: str) -> FakeEntry:
        return FakeEntry("bin/")

    def realpath(self, path: str) -> str:
        return "/home"


@pytest.fixture
def complete() -> Callable[[str], list[str]]:
    """The lines that a line can become."""
    fake = cast(Any, FakeSFTP())
    shell = Shell(cast(Any, None), fake, Output("x"), cast(Any, None), cast(Any, None))
    listings = Listings(fake)

    def lines(line: str) -> list[str]:
        return [line[: found.start] + found.text for found in candidates(line, shell, listings)]

    return lines


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("rea", ["realpath "]),
        ("-@rea", ["-@realpath "]),
        ("help pro", ["help progress "]),
        ("get ap", ["get apple ", "get apricot "]),
        ("get -r ap", ["get -r apple ", "get -r apricot "]),
        ("cd ", ["cd bin/", "cd my\\ files/"]),
        ("rm m", ["rm my\\ files/"]),
        ("rm 'm", ["rm my\\ files/"]),
        ("rm my\\ files/", ["rm my\\ files/a\\ b ", 'rm my\\ files/c\\"d ']),
        ("rm 'my files/a", ["rm 'my files/a b' "]),
        ('rm "my files/c', ['rm "my files/c\\"d" ']),
        ("rm q", ["rm quo\\'te "]),
        ("rm t", ["rm tab?here "]),
        ("rm -- \\-", ["rm -- \\-dash "]),
        ("rm \\~", ["rm \\~x "]),
        ("rm zzz", []),
        ("rm none/x", []),
        ("nonsense x", []),
        ("!ls a", []),
        ("# a", []),
        ("pwd a", []),
    ],
)
def test_completion(complete: Callable[[str], list[str]], line: str, expected: list[str]) -> None:
    assert complete(line) == expected


def test_completion_of_local_names(
    complete: Callable[[str], list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "local dir").mkdir()
    (tmp_path / "local file").touch()
    monkeypatch.chdir(tmp_path)
    assert complete("put l") == ["put local\\ dir/", "put local\\ file "]
    assert complete("put x a") == ["put x apple ", "put x apricot "]
    assert complete("get x l") == ["get x local\\ dir/", "get x local\\ file "]
    assert complete("lcd ") == ["lcd local\\ dir/"]


def test_what_is_completed_is_read_back() -> None:
    """Whatever a name is, the completed line names it."""
    names = ["".join(letters) for letters in itertools.product("a' \"\\*[#~-", repeat=3)]
    fake = cast(Any, FakeSFTP())
    fake.FOLDERS = {"/home": names, "/home/./": names}
    shell = Shell(cast(Any, None), fake, Output("x"), cast(Any, None), cast(Any, None))
    for opening in ("rm ", "rm ./", "rm './", 'rm "./'):
        found = list(candidates(opening, shell, Listings(fake)))
        for name, candidate in zip(sorted(names), found, strict=True):
            line = opening[: candidate.start] + candidate.text
            word = split(line)[1]
            assert not word.has_magic
            assert word.text.removeprefix("./") == name
            assert word.is_quoted or not word.text.startswith(("-", "~"))


def test_listings_are_kept_until_they_are_forgotten() -> None:
    fake = FakeSFTP()
    listings = Listings(cast(Any, fake))
    for _ in range(3):
        assert len(listings.names_in("/home")) == 8
    assert fake.listed == ["/home"]
    listings.forget()
    listings.names_in("/home")
    assert fake.listed == ["/home"] * 2


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
