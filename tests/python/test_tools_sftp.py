"""hawser-sftp end to end: batch files, pipes, single copies, and a person at a terminal."""

import os
import signal
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import _ssh
from clients import login
from hawser.tools.shell.background import Pulse
from servers import OpenSSHServer
from servers.base import ProcessServer, descendants, signal_all, stopped
from terminal import Terminal
from tool_runs import Home

NAMES = [
    "plain",
    "two words",
    "quo'te",
    'dou"ble',
    "st*r",
    "[x]",
    "back\\slash",
    "-dash",
    "日本",
    "~",
]


def quote(name: str) -> str:
    return "'" + name.replace("'", "'\\''") + "'"


def make_tree(root: Path) -> dict[str, bytes]:
    """Directories and files, one of several packets; what is in them."""
    files = {
        "top": b"1",
        "empty": b"",
        "a/one": os.urandom(300_000),
        "a/b/c/deep": b"deep",
        "a/two words": b"2",
        "z/日本": b"3",
    }
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for folder in (root, *(path for path in root.rglob("*") if path.is_dir())):
        folder.chmod(0o777)  # the server may be another user
    return files


def read_tree(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


# ---- scripts -------------------------------------------------------------------------------------


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


# ---- copies --------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 3_000_000])
def test_one_shot(any_home: Home, size: int) -> None:
    home = any_home
    content = os.urandom(size)
    (home.local / "file").write_bytes(content)
    assert home.run("sftp", "put", "file", home.place).status == 0
    assert (home.remote / "file").read_bytes() == content
    for run in (
        home.run("sftp", "get", f"{home.place}/file", "one"),
        home.run("sftp", f"{home.place}/file", "two"),
    ):
        assert (run.status, run.err) == (0, ""), run
    (home.local / "file").unlink()
    assert home.run("sftp", f"{home.place}/file").status == 0
    for name in ("one", "two", "file"):
        assert (home.local / name).read_bytes() == content


def test_one_shot_of_what_is_not_there(home: Home) -> None:
    for arguments in (["get", f"{home.place}/x"], [f"{home.place}/x", "y"], [f"{home.place}/x"]):
        run = home.run("sftp", *arguments)
        assert run.status == 1, run
        assert run.err == f"hawser-sftp: {home.remote}/x: No such file or directory\n"
    run = home.run("sftp", "put", "x", home.place)
    assert (run.status, run.err) == (1, "hawser-sftp: x: No such file or directory\n")


def test_trees(any_home: Home) -> None:
    home = any_home
    files = make_tree(home.local / "tree")
    assert home.batch("put -r tree").status == 0
    assert read_tree(home.remote / "tree") == files
    assert home.batch("get -r tree back", "mkdir into", "put -r tree into").status == 0
    assert read_tree(home.local / "back") == files
    assert read_tree(home.remote / "into" / "tree") == files
    (home.local / "dots").mkdir()
    assert home.batch("cd tree", "lcd dots", "get -r .").status == 0
    assert read_tree(home.local / "dots") == files
    assert home.batch("mkdir dots", "cd dots", "lcd dots", "put -r .").status == 0
    assert read_tree(home.remote / "dots") == files
    assert home.run("sftp", "-r", "get", f"{home.place}/tree", "once").status == 0
    assert read_tree(home.local / "once") == files


def test_patterns(home: Home) -> None:
    for name in NAMES:
        (home.remote / name).write_text(name)
    (home.remote / "sub").mkdir()
    lines = [f"get {quote(name)}" for name in NAMES if not name.startswith("-")]
    run = home.batch(*lines, "get ./-dash")
    assert (run.status, run.err) == (0, ""), run
    assert read_tree(home.local) == {name: name.encode() for name in NAMES}
    assert home.batch("lmkdir some", "get [pt]* some", "get *\\** some").status == 0
    assert sorted(read_tree(home.local / "some")) == ["plain", "st*r", "two words"]
    assert home.batch("rm *a*", "ls -1").out.splitlines() == sorted(
        [name for name in NAMES if "a" not in name] + ["sub"]
    )
    (home.remote / "some").mkdir()
    (home.remote / "some").chmod(0o777)
    assert home.batch("put some/[pt]* some").status == 0
    assert sorted(read_tree(home.remote / "some")) == ["plain", "two words"]


def test_names_that_are_not_utf8(home: Home) -> None:
    name = b"caf\xe9\n\x1b[31m"
    (home.local / os.fsdecode(name)).write_bytes(b"x")
    run = home.batch("put caf*", "ls -1", "rename caf* x", "rename x 'caf\udce9'", "ls -1")
    assert run.status == 0, run
    assert run.out == os.fsdecode(name) + "\ncaf\udce9\n"
    assert os.listdir(os.fsencode(home.remote)) == [b"caf\xe9"]  # noqa: PTH208


def test_times_and_modes(home: Home) -> None:
    path = home.local / "file"
    path.write_text("x")
    path.chmod(0o751)
    os.utime(path, (1_000_000_000, 1_100_000_000))
    run = home.batch("put -p file", "put file plain", "get -p file back", "get file fresh")
    assert run.status == 0, run
    for copy in (home.remote / "file", home.local / "back"):
        assert stat.S_IMODE(copy.stat().st_mode) == 0o751
        assert copy.stat().st_mtime == 1_100_000_000
    assert (home.local / "fresh").stat().st_mtime > 1_600_000_000
    assert home.run("sftp", "--preserve", "get", f"{home.place}/file", "kept").status == 0
    assert (home.local / "kept").stat().st_mtime == 1_100_000_000


def test_the_limit(home: Home) -> None:
    (home.local / "file").write_bytes(bytes(400_000))
    began = time.monotonic()
    assert home.run("sftp", "-l", "1600", "put", "file", home.place).status == 0
    took = time.monotonic() - began
    assert 1.0 < took < 20


@pytest.mark.parametrize(("again", "there"), [("reget", False), ("reput", True)])
def test_a_copy_that_broke_off_goes_on(home: Home, again: str, there: bool) -> None:
    """An upload sends again what was in flight, up to 17 MB, a download nothing."""
    size = 64_000_000
    source, target = (home.local, home.remote) if there else (home.remote, home.local)
    (source / "big").write_bytes(bytes(size))
    with home.terminal("sftp", "-l", "200000", home.place) as terminal:
        terminal.wait_for("sftp> ")
        terminal.enter(f"{again} big")
        terminal.wait_for(r"[3-5]\d(\.\d)?MB ")
        terminal.kill(signal.SIGTERM)
        assert terminal.wait() == 143
    (part,) = target.iterdir()
    assert part.name.startswith(".big.")
    assert 20_000_000 < part.stat().st_size < size
    with part.open("r+b") as file:
        file.write(b"kept")  # so that it shows whether the beginning came once more
    run = home.batch(f"{again} big")
    assert (run.status, run.err) == (0, ""), run
    assert (target / "big").read_bytes() == b"kept" + bytes(size - 4)
    assert [path.name for path in target.iterdir()] == ["big"]


def test_a_lost_connection(home: Home) -> None:
    """255, and nothing more is tried."""
    script = "pwd\n!touch ready; while [ -e ready ]; do sleep 0.05; done\npwd\nls\npwd\n"
    with subprocess.Popen(
        home.command("sftp", "-q", "-b", "-", home.place),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=home.local,
        env=home.environment(),
    ) as process:
        try:
            assert process.stdin is not None
            process.stdin.write(script)
            process.stdin.flush()
            end = time.monotonic() + 20
            while not (home.local / "ready").exists() and time.monotonic() < end:
                time.sleep(0.02)
            kill_sessions(home)
            (home.local / "ready").unlink()
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 255, err
    assert out.count("Remote working") == 2
    assert err.count("hawser-sftp: ") == 1


def kill_sessions(home: Home) -> None:
    signal_all(server_processes(home), signal.SIGKILL)  # one may go with the one before it


def server_processes(home: Home) -> list[int]:
    """Those that serve a connection, not the one that listens."""
    assert isinstance(home.server, ProcessServer)
    assert home.server._process is not None
    commands = {pid: command_line(pid) for pid in descendants(home.server._process.pid)}
    return [
        pid
        for pid, command in commands.items()
        if b"sftp-server" in command
        or (command.startswith(b"sshd: ") and b"[listener" not in command)
    ]


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""  # it has just ended


# ---- a person ------------------------------------------------------------------------------------


def test_a_terminal(home: Home) -> None:
    (home.remote / "file").write_text("content")
    (home.remote / "esc\x1b[31m\u202e").touch()
    with home.terminal("sftp", home.place) as terminal:
        terminal.wait_for("sftp> ")
        terminal.enter("ls")
        terminal.wait_for(r"esc\\x1b\[31m\\xe2\\x80\\xae  file")
        terminal.enter("get file")
        terminal.wait_for("Fetching ")
        terminal.wait_for(r"100%\s+7B")
        terminal.enter("rm nothing")
        terminal.wait_for("hawser-sftp: .*nothing: No such file")
        terminal.enter("!echo $((6 * 7))")
        terminal.wait_for("42")
        terminal.enter("quit")
        assert terminal.wait() == 0
    assert b"\x1b[31m\xe2" not in terminal.raw
    assert (home.local / "file").read_text() == "content"


def test_ctrl_d_leaves(home: Home) -> None:
    with home.terminal("sftp", home.host) as terminal:
        terminal.wait_for("sftp> ")
        terminal.press("\x04")
        assert terminal.wait() == 0


def test_completion_at_a_terminal(home: Home) -> None:
    (home.remote / "a folder").mkdir()
    (home.remote / "a folder" / "first").touch()
    (home.remote / "a folder" / "second").touch()
    (home.local / "upload me").touch()
    with home.terminal("sftp", home.place) as terminal:
        terminal.wait_for("sftp> ")
        terminal.press("lpw\t")
        terminal.wait_for(r"d\s")
        terminal.enter("")
        terminal.wait_for("Local working directory")
        terminal.press("ls a\t")
        terminal.wait_for(r"\\ folder/")
        terminal.press("f\t")
        terminal.wait_for(r"irst\s")
        terminal.enter("")
        terminal.wait_for(r"\na folder/first\r")
        terminal.press("put u\t")
        terminal.wait_for(r"\\ me\s")
        terminal.enter("")
        terminal.wait_for("sftp> ")
        terminal.press("ls 'a folder/\t")  # two of them: a menu
        terminal.wait_for(r"first\s+second")
        terminal.interrupt()
        terminal.enter("exit")
        assert terminal.wait() == 0
    assert (home.remote / "upload me").exists()


def test_history(home: Home) -> None:
    up = "\x1b[A"
    for line in ("lpwd", up + up):
        with home.terminal("sftp", home.place) as terminal:
            terminal.wait_for("sftp> ")
            terminal.enter(line)
            terminal.wait_for("Local working directory")
            terminal.enter("exit")
            assert terminal.wait() == 0
    history = home.folder / "state" / "hawser" / "sftp_history"
    assert stat.S_IMODE(history.stat().st_mode) == 0o600


def test_a_line_that_is_no_text(home: Home) -> None:
    (home.remote / "caf\udce9").write_text("x")
    with home.terminal("sftp", home.place) as terminal:
        terminal.wait_for("sftp> ")
        terminal.enter("get 'caf\udce9' got")
        terminal.wait_for("100%")
        terminal.enter("exit")
        assert terminal.wait() == 0
    assert (home.local / "got").read_text() == "x"


def test_a_terminal_that_has_not_the_letters(home: Home) -> None:
    (home.remote / "日本").touch()
    command = ["env", "PYTHONIOENCODING=ascii", *home.command("sftp", home.place)]
    with Terminal(command, env=home.environment(), cwd=home.local) as terminal:
        terminal.wait_for("sftp> ")
        terminal.enter("ls")
        terminal.wait_for(r"\\u65e5\\u672c")
        terminal.enter("exit")
        assert terminal.wait() == 0


def test_ctrl_c_stops_the_command_alone(home: Home) -> None:
    with (home.remote / "big").open("wb") as big:
        big.truncate(4 << 30)
    (home.local / "big").write_text("what was there before")
    with home.terminal("sftp", "-l", "80000", home.place) as terminal:
        terminal.wait_for("sftp> ")
        terminal.press("some words")
        terminal.interrupt()
        terminal.wait_for("sftp> ")
        terminal.enter("get big")
        terminal.wait_for(r" [1-9]\d*MB ")
        terminal.interrupt()
        terminal.wait_for("interrupted")
        terminal.wait_for("sftp> ")
        terminal.enter("pwd")
        terminal.wait_for("Remote working directory")
        terminal.enter("exit")
        assert terminal.wait() == 0
    assert (home.local / "big").read_text() == "what was there before"


def test_ctrl_c_stops_a_single_copy(home: Home) -> None:
    with (home.remote / "big").open("wb") as big:
        big.truncate(4 << 30)
    with home.terminal("sftp", "-l", "80000", "get", f"{home.place}/big") as terminal:
        terminal.wait_for("MB ")
        terminal.interrupt()
        assert terminal.wait() == 130
    assert not (home.local / "big").exists()


def test_progress_is_switched(home: Home) -> None:
    (home.remote / "file").write_bytes(bytes(100_000))
    with home.terminal("sftp", home.place) as terminal:
        terminal.enter("progress")
        terminal.wait_for("not shown")
        terminal.enter("get file")
        terminal.wait_for("Fetching .*\n")
        terminal.wait_for("sftp> ")
        assert "%" not in terminal.text
        terminal.enter("exit")
        assert terminal.wait() == 0


def test_a_slow_server_does_not_hold_up_who_types(home: Home) -> None:
    """While the server's listing does not come, keys are echoed."""
    (home.remote / "file").touch()
    with home.terminal("sftp", home.place) as terminal:
        terminal.wait_for("sftp> ")
        with stopped(server_processes(home)):
            terminal.press("ls fi\t")
            terminal.press("xyz")
            terminal.wait_for("xyz", timeout=5)
        terminal.interrupt()
        terminal.enter("exit")
        assert terminal.wait() == 0


def test_who_leaves_does_not_wait_for_the_server(home: Home) -> None:
    with home.terminal("sftp", home.place) as terminal:
        terminal.wait_for("sftp> ")
        with stopped(server_processes(home)):
            terminal.press("ls fi\t")
            terminal.wait_for("fi")
            terminal.interrupt()
            terminal.enter("exit")
            assert terminal.wait(timeout=10) == 0
    assert "Traceback" not in terminal.text


def test_a_server_that_asks_is_answered_while_nobody_types(
    sshd_with: Callable[..., OpenSSHServer],
) -> None:
    server = sshd_with("ClientAliveInterval 1", "ClientAliveCountMax 1")
    with login(server) as served, login(server) as alone:
        with Pulse(served, 0.3):
            time.sleep(5)
        assert served.exec("echo alive") == b"alive\n"
        with pytest.raises(_ssh.ConnectionLost):
            alone.exec("echo alive")
