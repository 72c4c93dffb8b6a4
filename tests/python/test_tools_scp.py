"""hawser-scp end to end: both directions, both protocols, many sources, what cannot be copied."""

import os
import signal
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from servers import OpenSSHServer
from test_tools_sftp_copies import make_tree
from tool_runs import Home, read_tree

PROTOCOLS = [(), ("-O",)]
HOSTILE = [
    "two words",
    "quo'te",
    'dou"ble',
    "$(touch evil)",
    "a;b",
    "`id`",
    "-dash",
    "日本",
    "a\tb",
]


@pytest.fixture(params=PROTOCOLS, ids=["sftp", "scp"])
def protocol(request: pytest.FixtureRequest) -> tuple[str, ...]:
    found: tuple[str, ...] = request.param
    return found


@pytest.mark.parametrize("size", [0, 3_000_000])
def test_one_file(any_home: Home, protocol: tuple[str, ...], size: int) -> None:
    home = any_home
    if protocol and home.server.name == "asyncssh":
        pytest.skip("the test server runs no scp")
    content = os.urandom(size)
    (home.local / "file").write_bytes(content)
    up = home.run("scp", *protocol, "file", f"{home.place}/there")
    assert (up.status, up.err, up.out) == (0, "", ""), up
    assert (home.remote / "there").read_bytes() == content
    down = home.run("scp", *protocol, f"{home.place}/there", "back")
    assert (down.status, down.err, down.out) == (0, "", ""), down
    assert (home.local / "back").read_bytes() == content


def test_into_directories(home: Home, protocol: tuple[str, ...]) -> None:
    for name in ("one", "two"):
        (home.local / name).write_text(name)
    (home.local / "down").mkdir()
    assert home.run("scp", *protocol, "one", home.place).status == 0
    assert home.run("scp", *protocol, "one", "two", f"{home.place}/").status == 0
    assert read_tree(home.remote) == {"one": b"one", "two": b"two"}
    run = home.run("scp", *protocol, f"{home.place}/one", f"{home.place}/two", "down")
    assert run.status == 0, run
    assert read_tree(home.local / "down") == {"one": b"one", "two": b"two"}
    assert home.run("scp", *protocol, f"{home.place}/two", ".").status == 0


def test_trees(home: Home, protocol: tuple[str, ...]) -> None:
    files = make_tree(home.local / "tree")
    assert home.run("scp", *protocol, "-r", "tree", home.place).status == 0
    assert read_tree(home.remote / "tree") == files
    assert home.run("scp", *protocol, "-r", f"{home.place}/tree", "back").status == 0
    assert read_tree(home.local / "back") == files
    (home.local / "into").mkdir()
    assert home.run("scp", *protocol, "-r", f"{home.place}/tree/", "into").status == 0
    assert read_tree(home.local / "into" / "tree") == files


def test_what_is_in_a_directory(home: Home) -> None:
    files = make_tree(home.remote / "tree")
    assert home.run("scp", "-r", f"{home.place}/tree/.", "all").status == 0
    assert read_tree(home.local / "all") == files
    assert home.run("scp", "-r", "all/.", f"{home.place}/copy").status == 0
    assert read_tree(home.remote / "copy") == files


def test_times_and_modes(home: Home, protocol: tuple[str, ...]) -> None:
    path = home.local / "file"
    path.write_text("x")
    path.chmod(0o751)
    os.utime(path, (1_000_000_000, 1_100_000_000))
    assert home.run("scp", *protocol, "--preserve", "file", home.place).status == 0
    assert home.run("scp", *protocol, "--preserve", f"{home.place}/file", "back").status == 0
    for copy in (home.remote / "file", home.local / "back"):
        assert stat.S_IMODE(copy.stat().st_mode) == 0o751
        assert copy.stat().st_mtime == 1_100_000_000


@pytest.mark.parametrize("name", HOSTILE)
def test_names(home: Home, protocol: tuple[str, ...], name: str) -> None:
    (home.local / name).write_text(name)
    assert home.run("scp", *protocol, f"./{name}", home.place).status == 0
    assert read_tree(home.remote) == {name: name.encode()}
    assert home.run("scp", *protocol, f"{home.place}/{name}", "back").status == 0
    assert (home.local / "back").read_text() == name
    assert not list(home.folder.parent.rglob("evil"))


def test_what_follows_two_dashes_is_a_name(home: Home) -> None:
    (home.local / "-r").write_text("content")
    run = home.run("scp", "-q", "--", "-r", f"{home.place}/copy")
    assert (run.status, run.err) == (0, ""), run
    assert (home.remote / "copy").read_text() == "content"
    run = home.run("sftp", "-q", "--", "put", "-r", f"{home.host}:{home.remote}")
    assert (run.status, run.err) == (0, ""), run
    assert (home.remote / "-r").read_text() == "content"
    assert home.run("scp", "--").status == 2


def test_patterns(home: Home) -> None:
    for name in ("a.c", "b.c", "c.h", "x[1].c"):
        (home.remote / name).write_text(name)
    (home.local / "down").mkdir()
    assert home.run("scp", f"{home.place}/[ab].*", "down").status == 0
    assert sorted(read_tree(home.local / "down")) == ["a.c", "b.c"]
    assert home.run("scp", f"{home.place}/x[1].c", "one").status == 0
    assert home.run("scp", f"{home.place}/x\\[1\\].c", "two").status == 0
    run = home.run("scp", f"{home.place}/*.none", "down")
    assert (run.status, run.err) == (1, f"hawser-scp: {home.remote}/*.none: nothing matches\n")
    run = home.run("scp", f"{home.place}/*.c", "file")
    assert (run.status, run.err) == (1, "hawser-scp: file: not a directory, for several files\n")


def test_urls_and_homes(home: Home) -> None:
    server = home.server
    (home.local / "file").write_text("x")
    url = f"scp://{server.user}@{server.host}:{server.port}/{home.remote}/a%20b"
    assert home.run("scp", "file", url).status == 0
    assert (home.remote / "a b").read_text() == "x"
    if not isinstance(server, OpenSSHServer) or os.geteuid() != 0:
        return  # the server's home is somebody's
    own = server.folder / "home"
    for place in ("", "~", ".", "~/"):
        assert home.run("scp", "file", f"{home.host}:{place}").status == 0
        (own / "file").unlink()
    assert home.run("scp", "file", f"{home.host}:~/named").status == 0
    (own / "named").rename(own / "renamed")
    assert home.run("scp", f"{home.host}:~/ren*", "here").status == 0
    (own / "renamed").unlink()


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("{place}/missing", "{remote}/missing: No such file or directory"),
        ("{place}/folder", "{remote}/folder: Is a directory"),
        ("{place}/secret", "{remote}/secret: Permission denied"),
    ],
)
def test_what_cannot_be_downloaded(home: Home, source: str, error: str) -> None:
    (home.remote / "folder").mkdir()
    (home.remote / "good").write_text("good")
    (home.remote / "secret").touch(mode=0)
    if "secret" in source and os.geteuid() != 0:
        pytest.skip("the server runs as the owner of the file")
    run = home.run("scp", source.format(place=home.place), f"{home.place}/good", ".")
    assert run.status == 1, run
    assert run.err == f"hawser-scp: {error.format(remote=home.remote)}\n"
    assert read_tree(home.local) == {"good": b"good"}


def test_what_cannot_be_uploaded(home: Home) -> None:
    (home.local / "good").write_text("good")
    (home.local / "folder").mkdir()
    run = home.run("scp", "missing", "folder", "good", home.place)
    assert run.status == 1, run
    assert run.err.splitlines() == [
        "hawser-scp: missing: No such file or directory",
        "hawser-scp: folder: Is a directory",
    ]
    assert read_tree(home.remote) == {"good": b"good"}
    run = home.run("scp", "good", "missing", f"{home.place}/none")
    assert run.status == 1
    assert run.err.endswith("/none: not a directory, for several files\n")
    assert home.run("scp", "good", f"{home.place}/none/x").status == 1


def test_what_scp_refuses(home: Home) -> None:
    (home.local / "good").write_text("good")
    for arguments in (
        [f"{home.place}/missing", "x"],
        ["missing", home.place],
        ["good", f"{home.place}/none/x"],
        ["good", "good", f"{home.place}/none"],
    ):
        run = home.run("scp", "-O", *arguments)
        assert run.status == 1, run
        assert run.err.startswith("hawser-scp: ")
    assert read_tree(home.local) == {"good": b"good"}
    assert read_tree(home.remote) == {}


@pytest.mark.parametrize("line", ["sftp /nonexistent/sftp-server", "other /bin/true"])
def test_a_server_without_sftp(
    sshd_with: Callable[..., OpenSSHServer], tmp_path: Path, line: str
) -> None:
    """The copy is made by SCP, unless SFTP was insisted on."""
    home = Home(sshd_with(f"Subsystem {line}"), tmp_path / "home")
    (home.local / "file").write_text("x")
    run = home.run("scp", "-v", "file", home.place)
    assert run.status == 0, run
    assert "going on with SCP" in run.err
    assert (home.remote / "file").read_text() == "x"
    assert home.run("scp", f"{home.place}/file", "back").status == 0
    assert home.run("scp", "-s", "file", home.place).status == 255
    assert home.run("sftp", home.host, stdin="pwd\n").status == 255


def test_the_last_channel_that_there_is(
    sshd_with: Callable[..., OpenSSHServer], tmp_path: Path
) -> None:
    """sshd still counts the one that was just closed: that of SFTP, those of the files before."""
    home = Home(sshd_with("Subsystem sftp /bin/false", "MaxSessions 1"), tmp_path / "home")
    names = [f"file{n}" for n in range(12)]
    for name in names:
        (home.local / name).write_text(name)
    up = home.run("scp", *names, f"{home.place}/")
    assert (up.status, up.err) == (0, ""), up
    assert [(home.remote / name).read_text() for name in names] == names


def test_several_servers(home: Home, sshd_with: Callable[..., OpenSSHServer]) -> None:
    other = sshd_with("LogLevel DEBUG")
    with home.known_hosts.open("a") as file:
        file.write(other.known_hosts_line())
    (home.remote / "one").write_text("1")
    far = other.folder / "far"
    far.write_text("2")
    url = f"scp://{other.user}@{other.host}:{other.port}/{far}"
    run = home.run("scp", "-o", "HostKeyAlgorithms=ssh-ed25519", f"{home.place}/one", url, ".")
    assert run.status == 0, run
    assert read_tree(home.local) == {"one": b"1", "far": b"2"}
    run = home.run("scp", "-o", "HostKeyAlgorithms=ssh-ed25519", f"{home.place}/one", url, "one")
    assert run.status == 1, run
    assert read_tree(home.local) == {"one": b"1", "far": b"2"}


def test_the_limit(home: Home, protocol: tuple[str, ...]) -> None:
    (home.remote / "file").write_bytes(bytes(400_000))
    began = time.monotonic()
    assert home.run("scp", *protocol, "-l", "1600", f"{home.place}/file", ".").status == 0
    assert 1.0 < time.monotonic() - began < 20


def test_progress(home: Home, protocol: tuple[str, ...]) -> None:
    (home.remote / "file [red]").write_bytes(bytes(3_000_000))
    arguments = [*protocol, f"{home.place}/file [red]", "."]
    with home.terminal("scp", *arguments) as terminal:
        terminal.wait_for(r"file \[red\] +\[=+\] +100% +2\.9MB +\S+/s +\d\d:\d\d")
        assert terminal.wait() == 0
    with home.terminal("scp", "-q", *arguments) as terminal:
        assert terminal.wait() == 0
    assert terminal.text == ""


def test_ctrl_c_leaves_the_old_file(home: Home, protocol: tuple[str, ...]) -> None:
    with (home.remote / "big").open("wb") as big:
        big.truncate(4 << 30)
    (home.local / "big").write_text("what was there before")
    with home.terminal("scp", *protocol, "-l", "80000", f"{home.place}/big", ".") as terminal:
        terminal.wait_for(r"[1-9]\d*MB ")
        terminal.interrupt()
        assert terminal.wait() == 130
    assert (home.local / "big").read_text() == "what was there before"


def test_sigterm_leaves_in_order(home: Home) -> None:
    with (home.remote / "big").open("wb") as big:
        big.truncate(4 << 30)
    with home.terminal("scp", "-l", "80000", f"{home.place}/big", ".") as terminal:
        terminal.wait_for(r"[1-9]\d*MB ")
        terminal.kill(signal.SIGTERM)
        assert terminal.wait() == 143
    assert list(home.local.iterdir()) == []


def test_a_broken_upload_leaves_nothing(home: Home) -> None:
    """At full speed, when much is under way that the server has not seen yet."""
    with (home.local / "big").open("wb") as big:
        big.truncate(64 << 30)
    with home.terminal("scp", "big", home.place) as terminal:
        terminal.wait_for(r"[1-9]\d\d(\.\d)?MB ")
        terminal.interrupt()
        assert terminal.wait() == 130
    assert_soon_empty(home.remote)


def assert_soon_empty(folder: Path) -> None:
    """Servers delete a file of that size not at once."""
    end = time.monotonic() + 2
    while (left := list(folder.iterdir())) and time.monotonic() < end:
        time.sleep(0.02)
    assert left == []


def test_memory_is_bounded(home: Home) -> None:
    """512 MiB (sparse) passes through less than 100 MiB."""
    with (home.remote / "big").open("wb") as big:
        big.truncate(1 << 29)
    script = (
        # Not ru_maxrss: that begins with what the test's own process had when it forked.
        "import re, sys; from hawser.tools.scp import main; status = main(sys.argv[1:]);"
        "print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]);"
        "sys.exit(status)"
    )
    command = home.command("scp", "-q", f"{home.place}/big", "back")
    done = subprocess.run(
        [command[0], "-c", script, *command[3:]],
        capture_output=True,
        text=True,
        timeout=100,
        cwd=home.local,
        env=home.environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 100_000
    assert (home.local / "back").stat().st_size == 1 << 29
    (home.local / "back").unlink()
    (home.remote / "big").unlink()
