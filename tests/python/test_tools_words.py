"""The lines of hawser-sftp: words, patterns, completion, listings, as units."""

import contextlib
import itertools
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawser.escape import display
from hawser.globbing import expand, has_magic, literal, quoted
from hawser.tools.output import Output
from hawser.tools.progress import human_size
from hawser.tools.shell.background import Listings
from hawser.tools.shell.completion import candidates
from hawser.tools.shell.listing import Entry, Style, in_columns, lines_of, ordered, time_text
from hawser.tools.shell.loop import strip_prefixes
from hawser.tools.shell.state import Shell
from hawser.tools.shell.words import BadLine, split, split_unfinished

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
