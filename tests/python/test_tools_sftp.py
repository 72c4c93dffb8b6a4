"""hawser-sftp end to end: batch files and pipes."""

import os
import subprocess

import pytest

from tool_runs import Home, quote, read_tree


def test_batch_in_full(any_home: Home) -> None:
    home = any_home
    (home.local / "file").write_text("content")
    run = home.batch(
        "mkdir sub",
        "put file",
        "put file sub/copy",
        "rename file renamed",
        "chmod 640 renamed",
        "put file link",
        "ls -1",
        "ls -l renamed",
        "realpath sub/..",
        "cd sub",
        "pwd",
        "cd -",
        "copy renamed copied",
        "mv copied sub",
        "ls -1 sub",
        "mkdir -p x/y/z",
        "rmdir x/y/z",
        "lmkdir here",
        "lcd here",
        "lpwd",
        "get renamed",
        "get renamed again",
        "lls -1",
        "lumask 022",
        "lcd ..",
        "del link",
        "rm -r x sub",
        "rm -f nothing",
        "!echo local shell",
        "bye",
        "rm renamed",
    )
    assert (run.status, run.err) == (0, ""), run
    lines = run.out.splitlines()
    assert lines[:3] == ["link", "renamed", "sub"]
    assert lines[3].startswith("-rw-r----- ")
    assert lines[3].endswith(" renamed")
    assert lines[4:] == [
        str(home.remote),
        f"Remote working directory: {home.remote}/sub",
        "copied",
        "copy",
        f"Local working directory: {home.local / 'here'}",
        "again",
        "renamed",
        "local shell",
    ]
    assert read_tree(home.remote) == {"renamed": b"content"}
    assert (home.local / "here" / "again").read_text() == "content"


def test_what_stat_tells(home: Home) -> None:
    path = home.remote / "file"
    path.write_bytes(b"12345")
    path.chmod(0o4751)
    os.utime(path, (1_000_000_000, 1_100_000_000))
    run = home.batch("stat file", "df", "df -h .", "df -i", "version", "help", "? get", "help help")
    assert (run.status, run.err) == (0, ""), run
    for text in (
        "Type:     regular file",
        "Size:     5",
        "Mode:     4751 (-rwsr-x--x)",
        "2004-11-",
    ):
        assert text in run.out
    assert "SFTP protocol version 3" in run.out
    assert run.out.count("get [-apr] PATH... [LOCAL]") == 2


def test_changing_owners(home: Home) -> None:
    path = home.remote / "file"
    path.touch()
    found = path.stat()
    run = home.batch("ls -n file", f"chown {found.st_uid + 1} file")
    if os.geteuid() == 0:  # the server's user is not root
        assert run.status == 1, run
        assert f"{path}: " in run.err
    assert f" {found.st_uid} " in run.out


def test_links(home: Home) -> None:
    (home.local / "file").write_text("x")  # a hard link is made by a file's owner only
    lines = ["put file", "ln -s file soft", "ln file hard", "symlink nowhere/at/all lost"]
    run = home.batch(*lines, "ls -l lost")
    assert (run.status, run.err) == (0, ""), run
    assert run.out.startswith("lrwxrwxrwx ")
    assert os.readlink(home.remote / "soft") == "file"  # noqa: PTH115
    assert os.readlink(home.remote / "lost") == "nowhere/at/all"  # noqa: PTH115
    assert (home.remote / "hard").samefile(home.remote / "file")
    run = home.batch("chmod 600 soft", "stat soft", "lstat soft", "rm -r soft", "ls -1")
    assert run.status == 0, run
    assert "regular file" in run.out
    assert "symbolic link" in run.out
    assert run.out.endswith("file\nhard\nlost\n")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("nonsense", "nonsense: no such command; 'help' lists them"),
        ("cd", None),
        ("cd a b", "cd: too many arguments; usage: cd [PATH]"),
        ("get", "get: too few arguments; usage: get [-apr] PATH... [LOCAL]"),
        ("get -x a", "get: there is no option -x"),
        ("get missing", "{remote}/missing: No such file or directory"),
        ("get folder", "{remote}/folder: Is a directory"),
        ("put missing", "missing: No such file or directory"),
        ("put .", ".: Is a directory"),
        ("get *.none", "*.none: nothing matches"),
        ("put *.none", "*.none: nothing matches"),
        ("ls missing", "{remote}/missing: No such file or directory"),
        ("cd missing", "{remote}/missing: No such file or directory"),
        ("cd file", "{remote}/file: Not a directory"),
        ("rm missing", "{remote}/missing: No such file or directory"),
        ("mkdir folder", "{remote}/folder: File exists"),
        ("mkdir missing/x", "{remote}/missing/x: No such file or directory"),
        ("chmod 9 file", "chmod: 9: a mode is an octal number"),
        ("chown ann file", "chown: ann: that is no id"),
        ("mv file missing/x", "{remote}/file -> {remote}/missing/x: No such file or directory"),
        ("mv file folder other", "other: not a directory, for several files"),
        ("get file folder other", "other: not a directory, for several files"),
        ("lcd missing", "missing: No such file or directory"),
        ("stat 'open", "the ' that was opened has no end"),
        ("!exit 3", "!exit 3: exit status 3"),
    ],
)
def test_errors(home: Home, line: str, error: str | None) -> None:
    (home.remote / "folder").mkdir()
    (home.remote / "file").touch()
    run = home.batch(line, "pwd")
    if error is None:
        assert (run.status, run.err) == (0, "")
        return
    assert run.status == 1, run
    assert run.err.startswith(f"hawser-sftp: {error.format(remote=home.remote)}"), run
    assert run.err.count("\n") == 1
    assert run.out == ""


def test_directories_that_cannot_be_listed(home: Home) -> None:
    """One can go into them if they can be entered."""
    (home.remote / "drop").mkdir()
    (home.remote / "drop").chmod(0o333)
    (home.remote / "shut").mkdir()
    (home.remote / "shut").chmod(0)
    (home.local / "file").touch()
    run = home.batch("cd drop", "put file", "cd ../shut")
    assert (run.status, run.out) == (1, ""), run
    assert run.err == f"hawser-sftp: {home.remote}/shut: Permission denied\n"
    (home.remote / "drop").chmod(0o777)
    assert (home.remote / "drop" / "file").exists()


def test_a_batch_stops_at_the_first_failure(home: Home) -> None:
    lines = "@ls\npwd\n-rm missing\n@-rm missing\n -  rm missing\npwd\nrm missing\npwd\n"
    script = home.local / "script"
    script.write_text(lines)
    run = home.run("sftp", "-b", "script", home.place)
    assert run.status == 1, run
    assert [line for line in run.out.splitlines() if not line.startswith("Remov")] == [
        "sftp> pwd",
        f"Remote working directory: {home.remote}",
        "sftp> rm missing",
        "sftp> rm missing",
        "sftp> pwd",
        f"Remote working directory: {home.remote}",
        "sftp> rm missing",
    ]
    assert run.err.count("No such file") == 4
    missing = home.run("sftp", "-b", "none", home.place)
    assert (missing.status, missing.err) == (1, "hawser-sftp: none: No such file or directory\n")


def test_a_pipe_goes_on(home: Home) -> None:
    run = home.run("sftp", "-q", home.place, stdin="rm missing\n@pwd\n\n# nothing\nexit\npwd\n")
    assert run.status == 1, run
    assert run.out == f"Remote working directory: {home.remote}\n"
    assert home.run("sftp", home.place, stdin="pwd\n").status == 0
    assert home.run("sftp", home.place, stdin="").status == 0


def test_output_that_nobody_reads(home: Home) -> None:
    for number in range(500):
        (home.remote / f"a rather long name of a file {number}").touch()
    (home.local / "script").write_text("ls -l\n" * 50)
    command = " ".join(map(quote, home.command("sftp", "-q", "-b", "script", home.place)))
    done = subprocess.run(
        ["sh", "-c", f"({command}; echo $? >status) | head -1"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=home.local,
        env=home.environment(),
        check=True,
    )
    assert (home.local / "status").read_text() == "1\n"
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
