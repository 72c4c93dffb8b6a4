"""hawser-sftp end to end: copies of files and trees, and what becomes of broken ones."""

import os
import signal
import stat
import subprocess
import time
from pathlib import Path

import pytest

from servers.base import signal_all
from tool_runs import Home, quote, read_tree, server_processes

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
