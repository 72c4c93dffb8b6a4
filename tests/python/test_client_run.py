"""`Client.run` and `Client.popen`, beside what subprocess does with the same command."""

import io
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import hawser
from client_homes import address_of, connect_to, options_for
from clients import within
from servers import OpenSSHServer, Server


@pytest.fixture(params=["openssh", "dropbear", "asyncssh_server", "paramiko_server"])
def any_client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[hawser.Client]:
    server: Server = request.getfixturevalue(request.param)
    with connect_to(server, tmp_path) as client:
        yield client


def is_gone(client: hawser.Client, mark: str) -> bool:
    """No process with that mark in its words is there any more, within a moment."""
    for _ in range(50):
        if client.run(f"pgrep -f '[{mark[0]}]{mark[1:]}'").returncode == 1:
            return True
        time.sleep(0.05)
    return False


# ---- run -----------------------------------------------------------------------------------------


def test_a_result(any_client: hawser.Client) -> None:
    done = any_client.run("tr a-z A-Z; echo oops >&2; exit 3", input=b"hawser")
    assert (done.stdout, done.stderr, done.returncode) == (b"HAWSER", b"oops\n", 3)
    assert not done.ok
    assert isinstance(done, subprocess.CompletedProcess)


WORDS = [
    "it's",
    "a b",
    "$HOME",
    "`id`",
    "*",
    "",
    "-n",
    "new\nline",
    'say "hi"',
    "\\",
    "ü",
    "~",
    "!x",
]


def test_lists_are_quoted(any_client: hawser.Client) -> None:
    done = any_client.run(["printf", "%s|", *WORDS], text=True)
    assert done.stdout == "".join(f"{word}|" for word in WORDS)
    assert any_client.run(["printf", "%s", Path("/a b")]).stdout == b"/a b"


def test_check(client: hawser.Client) -> None:
    client.run("true", check=True)
    with pytest.raises(hawser.CommandFailed, match="status 4: no luck") as caught:
        client.run("echo out; echo no luck >&2; exit 4", check=True)
    error = caught.value
    assert isinstance(error, subprocess.CalledProcessError)
    assert isinstance(error, hawser.Error)
    assert (error.returncode, error.stdout, error.stderr) == (4, b"out\n", b"no luck\n")
    with pytest.raises(subprocess.CalledProcessError, match="signal 9"):
        client.run("kill -9 $$").check_returncode()


def test_signals(client: hawser.Client) -> None:
    done = client.run("kill -TERM $$")
    assert (done.returncode, done.exit_signal) == (-15, "TERM")


@pytest.mark.parametrize("kind", [{"text": True}, {"encoding": "latin-1"}, {"encoding": "utf-16"}])
def test_text(client: hawser.Client, kind: dict[str, Any]) -> None:
    encoding = kind.get("encoding", "utf-8")
    text = "grün\nblau\n"
    done = client.run("cat", input=text, **kind)
    assert done.stdout == text
    assert client.run("cat", input=text.encode(encoding), **kind).stdout == text
    assert client.run("printf 'a\\r\\nb'", text=True).stdout == "a\nb"
    assert client.run(r"printf '\377'", text=True, errors="replace").stdout == "\ufffd"
    with pytest.raises(UnicodeDecodeError):
        client.run(r"printf '\377'", text=True)


def test_much_of_everything(any_client: hawser.Client) -> None:
    """Both outputs and the input at once, each more than a window holds."""
    size = 3 << 20
    command = f"head -c {size} /dev/zero >&2 & cat; wait"
    with within(60):
        done = any_client.run(command, input=bytes(size))
    assert (len(done.stdout), len(done.stderr), done.returncode) == (size, size, 0)


def test_input_that_nobody_reads(client: hawser.Client) -> None:
    with within(30):
        assert client.run("true", input=bytes(8 << 20)).ok


def test_sources_and_sinks(client: hawser.Client, tmp_path: Path) -> None:
    source, sink = tmp_path / "source", tmp_path / "sink"
    source.write_bytes(b"from a file")
    with source.open("rb") as here, sink.open("wb") as there:
        done = client.run("cat; echo err >&2", stdin=here, stdout=there)
    assert sink.read_bytes() == b"from a file"
    assert (done.stdout, done.stderr) == (None, b"err\n")
    memory = io.BytesIO()
    done = client.run("echo one; echo two >&2", stdout=memory, stderr=hawser.DEVNULL)
    assert (memory.getvalue(), done.stderr) == (b"one\n", None)
    done = client.run("echo one; echo two >&2; echo three", stderr=hawser.STDOUT)
    assert (done.stdout, done.stderr) == (b"one\ntwo\nthree\n", None)
    assert (
        client.run(["ls", "/nonexistent"], stderr=hawser.STDOUT).stdout.count(b"nonexistent") == 1
    )
    assert client.run("cat", input="text").stdout == b"text"
    with pytest.raises(ValueError, match="the same thing"):
        client.run("cat", input=b"", stdin=b"")


def test_stdout_stands_for_stderr_alone(client: hawser.Client) -> None:
    for name in ("stdin", "stdout"):
        options: dict[str, Any] = {name: hawser.STDOUT}
        with pytest.raises(ValueError, match="for stderr"):
            client.run("true", **options)


def test_a_sink_that_fails(client: hawser.Client) -> None:
    class Full(io.BytesIO):
        def write(self, data: Any, /) -> int:
            raise OSError(28, "full")

    for command in ("head -c 9000000 /dev/zero", "yes"):
        with pytest.raises(OSError, match="full"), within(20):
            client.run(command, stdout=Full())
        with within(20), client.popen(command, stdout=Full()) as process:
            with pytest.raises(OSError, match="full"):
                process.wait()
            assert process.stdout is None
    assert client.run("echo and on").ok


def test_variables(any_client: hawser.Client) -> None:
    """Also those that the server does not take as such."""
    env = {"LANG": "C.UTF-8", "ONE": "it's $HOME", "TWO": "a\nb"}
    for _ in range(2):
        done = any_client.run('printf "%s|%s|%s" "$LANG" "$ONE" "$TWO"', env=env, text=True)
        assert done.stdout == "C.UTF-8|it's $HOME|a\nb"
    done = any_client.run(["sh", "-c", 'printf %s "$ONE"'], env=env)
    assert done.stdout == b"it's $HOME"


def test_variables_are_names(client: hawser.Client) -> None:
    for name in ("A=B", "A;id", "", "1A", "-i"):
        with pytest.raises(ValueError, match="no name of a variable"):
            client.run("true", env={name: "x"})


def test_a_directory(any_client: hawser.Client) -> None:
    assert any_client.run("pwd", cwd="/usr/bin").stdout == b"/usr/bin\n"
    assert any_client.run("pwd; pwd", cwd=Path("/usr")).stdout == b"/usr\n/usr\n"
    assert any_client.run(["pwd"], cwd="/usr", env={"ONE": "1"}).stdout == b"/usr\n"
    wrong = any_client.run("echo first; echo second", cwd="/nonexistent; id")
    assert (wrong.ok, wrong.stdout) == (False, b"")


def test_a_timeout_ends_the_command(client: hawser.Client) -> None:
    with (
        within(10),
        pytest.raises(subprocess.TimeoutExpired, match=r"not done after 0\.5") as caught,
    ):
        client.run("echo begun; exec sleep 4711.1", timeout=0.5)
    error = caught.value
    assert isinstance(error, hawser.Timeout)
    assert isinstance(error, TimeoutError)
    assert (error.stdout, error.stderr) == (b"begun\n", None)
    assert is_gone(client, "sleep 4711.1")


def test_a_timeout_ends_one_that_ignores_it(client: hawser.Client) -> None:
    with within(10), pytest.raises(hawser.CommandTimeout):
        client.run("trap '' TERM; while :; do sleep 4712.2; done", timeout=0.3)
    assert is_gone(client, "sleep 4712.2")


def test_a_timeout_that_does_not_pass(any_client: hawser.Client) -> None:
    assert any_client.run("echo in time", timeout=30).stdout == b"in time\n"


@pytest.mark.parametrize("server", ["paramiko_server", "asyncssh_server", "dropbear"])
def test_timeouts_elsewhere(request: pytest.FixtureRequest, server: str, tmp_path: Path) -> None:
    """Servers that do nothing by a signal, too."""
    with connect_to(request.getfixturevalue(server), tmp_path) as client, within(15):
        with pytest.raises(hawser.CommandTimeout):
            client.run("sleep 5", timeout=0.2)
        assert client.run("echo and on").ok


@pytest.mark.usefixtures("terminals")
def test_a_terminal(client: hawser.Client) -> None:
    done = client.run("tty; echo err >&2; stty size", pty=True, text=True)
    assert done.stdout.startswith("/dev/pts/")
    assert "err" in done.stdout
    assert done.stdout.endswith("24 80\n")


@pytest.mark.parametrize("command", [[], "nul\0"])
def test_commands_that_there_are_not(client: hawser.Client, command: Any) -> None:
    with pytest.raises(ValueError):
        client.run(command)
    assert client.run("echo and on").ok


# ---- popen ---------------------------------------------------------------------------------------


def test_live_streams(client: hawser.Client) -> None:
    with client.popen('while read line; do echo "<$line>"; done', text=True) as process:
        for word in ("one", "two"):
            process.stdin.write(f"{word}\n")
            assert process.stdout.readline() == f"<{word}>\n"
        assert process.poll() is None
        process.stdin.close()
        assert process.wait(10) == 0
        assert process.poll() == 0
        assert process.stdout.read() == ""


def test_signals_to_a_process(any_client: hawser.Client) -> None:
    if "paramiko" in any_client.server_version or "AsyncSSH" in any_client.server_version:
        pytest.skip("these servers do nothing by a signal")
    for send in ("terminate", "kill"):
        with any_client.popen("echo ready; exec sleep 60") as process:
            assert process.stdout.readline() == b"ready\n"
            getattr(process, send)()
            assert process.wait(10) == {"terminate": -15, "kill": -9}[send]
        process.send_signal("INT")  # it has ended: nothing happens


def test_wait_has_a_timeout(client: hawser.Client) -> None:
    with client.popen("sleep 0.5") as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.05)
        assert process.wait(10) == 0


def test_communicate_goes_on_after_a_timeout(client: hawser.Client) -> None:
    with client.popen("cat; sleep 0.5; echo end") as process:
        with pytest.raises(hawser.CommandTimeout):
            process.communicate(b"begin\n", timeout=0.1)
        assert process.communicate(timeout=10) == (b"begin\nend\n", b"")
    assert process.returncode == 0


def test_leaving_waits(client: hawser.Client) -> None:
    with client.popen("cat > /dev/null; sleep 0.2; exit 7") as process:
        process.stdin.write(b"data")
    assert process.returncode == 7


@pytest.mark.parametrize("text", [False, True])
def test_leaving_waits_for_one_whose_output_was_closed(client: hawser.Client, text: bool) -> None:
    with client.popen("seq 300000; echo err >&2; exit 3", text=text) as process:
        assert process.stdout.readline().strip() in ("1", b"1")
        process.stdout.close()
        process.stderr.close()
    assert process.returncode == 3


def test_leaving_by_an_exception_ends_it(client: hawser.Client) -> None:
    with within(10), pytest.raises(KeyError), client.popen("exec sleep 4713.3"):
        raise KeyError
    assert is_gone(client, "sleep 4713.3")


def test_many_at_once(client: hawser.Client) -> None:
    with within(30):
        processes = [client.popen(["sh", "-c", f"sleep 0.3; echo {n}"]) for n in range(8)]
        outputs = [process.communicate(timeout=20)[0] for process in processes]
    assert outputs == [f"{n}\n".encode() for n in range(8)]


def test_the_last_channel_that_there_is(
    sshd_with: Callable[..., OpenSSHServer], tmp_path: Path
) -> None:
    """sshd still counts a session for a moment when its channel has been closed."""
    with connect_to(sshd_with("MaxSessions 1"), tmp_path) as client, within(30):
        for _ in range(30):
            assert client.run("echo hello").stdout == b"hello\n"
            with client.sftp() as sftp:
                assert sftp.listdir("/")
        with client.popen("cat"), pytest.raises(hawser.ChannelError), within(5):
            client.run("true")


def test_a_connection_that_is_lost(sshd_with: Callable[..., OpenSSHServer], tmp_path: Path) -> None:
    with connect_to(sshd_with("Banner none"), tmp_path) as client:
        process = client.popen("sleep 60")
        client.session.abort()
        with pytest.raises(hawser.Error), within(5):
            process.communicate()
    assert re.match(r"<hawser Process 'sleep 60'", repr(process))


ENDINGS = """
import sys, hawser
address, known_hosts, key = sys.argv[1:]
client = hawser.connect(
    address, known_hosts=known_hosts, keys=key, agent=False, config=None, keepalive_interval=0.05
)
sink = client.popen("while :; do echo line; done", stdout=open("/dev/null", "wb"))
idle = client.popen("sleep 60", stdout=sys.stdout.buffer, stderr=sys.stderr.buffer)
forward = client.forward_local_port("", 0, "127.0.0.1", 1)
"""


def test_a_program_that_leaves_all_open(openssh: OpenSSHServer, tmp_path: Path) -> None:
    """No thread is torn out of the engine: that would be an abort."""
    options = options_for(openssh, tmp_path)
    places = [address_of(openssh), str(options["known_hosts"]), str(options["keys"])]
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", ENDINGS, *places], capture_output=True, timeout=30, check=False
        )
        assert (done.returncode, done.stderr) == (0, b"")
