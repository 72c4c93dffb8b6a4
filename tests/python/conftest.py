"""The servers as fixtures, each started once a run, and their logs beside a failure."""

import os
import signal
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

import pytest

import hawser
import scp_remotes
from client_homes import connect_to
from remotes import Remote, remote_on
from servers import (
    AsyncSSHServer,
    DropbearServer,
    Keys,
    OpenSSHServer,
    ParamikoServer,
    Server,
    TinySSHServer,
    Unavailable,
    is_root,
)
from tool_runs import Home

S = TypeVar("S", bound=Server)

# A script's shell starts what runs in its background with Ctrl-C ignored, and nohup with hangups:
# tests of them would wait in vain.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def openssh(keys: Keys) -> Iterator[OpenSSHServer]:
    """OpenSSH; takes keys."""
    with _or_skip(lambda: OpenSSHServer(keys)) as server:
        yield server


@pytest.fixture
def terminals(openssh: OpenSSHServer) -> None:
    """For tests that ask OpenSSH for a terminal."""
    if not openssh.gives_terminals:
        pytest.skip("sshd without root cannot give terminals here (devpts without gid=)")


@pytest.fixture(scope="session")
def openssh_password(request: pytest.FixtureRequest) -> Server:
    """OpenSSH that takes keys and passwords; asyncssh's server where there is no root."""
    name = "openssh" if is_root() else "asyncssh_server"
    server: Server = request.getfixturevalue(name)
    return server


@pytest.fixture(scope="session")
def sshd_with(keys: Keys) -> Iterator[Callable[..., OpenSSHServer]]:
    """sshd_with('RekeyLimit 1M'): OpenSSH with these lines, shared by those who want the same."""
    running: dict[tuple[str, ...], OpenSSHServer] = {}
    with ExitStack() as stack:

        def serve(*config: str) -> OpenSSHServer:
            if config not in running:
                running[config] = stack.enter_context(_or_skip(lambda: OpenSSHServer(keys, config)))
            return running[config]

        yield serve


@pytest.fixture(scope="session")
def dropbear(keys: Keys) -> Iterator[DropbearServer]:
    with _or_skip(lambda: DropbearServer(keys)) as server:
        yield server


@pytest.fixture(scope="session")
def tinyssh(keys: Keys) -> Iterator[TinySSHServer]:
    with _or_skip(lambda: TinySSHServer(keys)) as server:
        yield server


@pytest.fixture(scope="session")
def asyncssh_server(keys: Keys) -> Iterator[AsyncSSHServer]:
    with AsyncSSHServer(keys) as server:
        yield server


@pytest.fixture(scope="session")
def paramiko_server(keys: Keys) -> Iterator[ParamikoServer]:
    with ParamikoServer(keys) as server:
        yield server


@pytest.fixture
def sftp_server(request: pytest.FixtureRequest) -> Server:
    """The server that the test's parameter names, by default OpenSSH with sftp-server."""
    name = getattr(request, "param", "sftp-server")
    if name == "internal-sftp":
        internal: Server = request.getfixturevalue("sshd_with")("Subsystem sftp internal-sftp")
        return internal
    fixture = {"sftp-server": "openssh", "dropbear": "dropbear", "asyncssh": "asyncssh_server"}
    server: Server = request.getfixturevalue(fixture[name])
    return server


@pytest.fixture
def remote(sftp_server: Server) -> Iterator[Remote]:
    """An SFTP client there; see `every_sftp_server` in remotes.py."""
    with remote_on(sftp_server) as remote:
        yield remote


@pytest.fixture
def home(openssh: OpenSSHServer, tmp_path: Path) -> Home:
    """A home directory from which the tools reach OpenSSH."""
    return Home(openssh, tmp_path / "home")


@pytest.fixture(scope="module")
def client(
    openssh: OpenSSHServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[hawser.Client]:
    """One of `hawser.connect`, logged in at OpenSSH."""
    with connect_to(openssh, tmp_path_factory.mktemp("client")) as client:
        yield client


@pytest.fixture
def there(openssh: OpenSSHServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder on the server, which its account may change."""
    folder = openssh.folder / tmp_path_factory.mktemp("there").name
    folder.mkdir()
    folder.chmod(0o777)
    return folder


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


@pytest.fixture(params=["openssh", "dropbear", "asyncssh_server"])
def any_home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """The same for each server that has SFTP."""
    return Home(request.getfixturevalue(request.param), tmp_path / "home")


@pytest.fixture
def password_home(openssh_password: Server, tmp_path: Path) -> Home:
    """One without a key, for a server that takes passwords."""
    home = Home(openssh_password, tmp_path / "home")
    home.take_key()
    return home


@pytest.fixture(scope="session")
def asyncssh_scp(keys: Keys) -> Iterator[AsyncSSHServer]:
    """asyncssh's own SCP: no program of that name, no shell."""
    with AsyncSSHServer(keys, allow_scp=True) as server:
        yield server


@pytest.fixture
def scp_remote(request: pytest.FixtureRequest) -> Iterator[scp_remotes.Remote]:
    """OpenSSH, unless `every_scp_server` of scp_remotes.py says otherwise."""
    with scp_remotes.remote_on(request.getfixturevalue(getattr(request, "param", "openssh"))) as it:
        yield it


@pytest.fixture
def umask() -> Iterator[None]:
    """The usual one, whatever the machine has."""
    before = os.umask(0o022)
    yield
    os.umask(before)


T = TypeVar("T")


def _or_skip(make: Callable[[], T]) -> T:
    try:
        return make()
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    assert isinstance(report, pytest.TestReport)
    if report.failed and isinstance(item, pytest.Function):
        for server in item.funcargs.values():
            if isinstance(server, Server):
                report.sections.append((f"log of {server.name}", server.log[-4000:]))
    return report
