"""What users write, with every type spelt out: tools/lint.sh has mypy and pyright look at it in
their strict modes, and test_user_code.py runs it."""

import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import _ssh
import hawser
import hawser.testing
from hawser import host_keys
from hawser.config import HostConfig, SSHConfig


def ask(prompt: str, echo: bool) -> str | None:
    return None if echo else f"no answer to {prompt}"


def is_known(host: str, key: _ssh.HostKey) -> bool:
    return bool(host) and key.fingerprint.startswith("SHA256:")


@contextmanager
def connected(place: str, key: Path, known_hosts: Path) -> Generator[hawser.Client, None, None]:
    with hawser.connect(
        place,
        keys=[key],
        known_hosts=known_hosts,
        config=SSHConfig.from_text("ServerAliveInterval 20"),
        options={"Compression": "no"},
        host_keys=host_keys.Strict(),
        agent=False,
        ask=ask,
        connect_timeout=30.0,
        connection_attempts=2,
        ciphers=["aes256-ctr", "aes128-ctr"],
    ) as client:
        yield client


def names_of_policies() -> list[host_keys.HostKeyPolicy]:
    return [
        host_keys.Strict(),
        host_keys.AcceptNew(hashed=True),
        host_keys.Ask(),
        host_keys.Pinned("SHA256:x"),
        host_keys.Custom(is_known),
    ]


def commands(client: hawser.Client) -> tuple[int, str]:
    done: hawser.CompletedProcess = client.run(
        ["printf", "%s", "it's"], check=True, timeout=60, env={"LANG": "C"}, text=True
    )
    text: str = done.stdout
    try:
        client.run("exit 3", check=True)
    except hawser.CommandFailed as error:
        status: int = error.returncode
    except subprocess.TimeoutExpired:
        status = -1
    else:
        status = 0
    with client.popen("cat", stdout=hawser.PIPE, encoding="utf-8") as process:
        out, _ = process.communicate("in", timeout=60)
        text += out
        code: int | None = process.poll()
    assert code == process.returncode == 0
    return status, text


def progress(name: str, done: int, total: int | None) -> None:
    assert name and done >= 0 and (total is None or total >= 0)


def files(client: hawser.Client, folder: Path) -> list[str]:
    root: hawser.RemotePath = client.path("/tmp") / f"hawser-user-{folder.name}"
    root.mkdir(parents=True, exist_ok=True)
    try:
        note = root / "note.txt"
        size: int = note.write_text("hello\n")
        assert note.stat().st_size == size and note.read_bytes() == b"hello\n"
        with note.open("rb") as file:
            assert file.read(2) == b"he"
        copies: list[str] = client.get(str(note), folder, progress=progress, verify=True)
        client.put(copies, f"{root}/copy.txt")
        report: hawser.SyncReport = client.sync(root, folder / "tree", dry_run=True)
        assert report is not None
        names: list[str] = sorted(path.name for path in root.iterdir())
        found: list[hawser.RemotePath] = list(root.glob("*.txt"))
        assert len(found) == len(names)
        for path in found:
            path.unlink()
        with client.sftp() as sftp:
            attributes: _ssh.SFTPAttributes = sftp.stat(str(root))
            assert attributes.st_mode is not None
        return names
    finally:
        root.rmdir()


def forwards(client: hawser.Client, host: str, port: int) -> int:
    with (
        client.forward_local_port("", 0, host, port) as forward,
        client.forward_socks() as proxy,
    ):
        used: list[hawser.Forward] = [forward, proxy]
        return sum(each.port > 0 for each in used)


def mistakes(place: str, known_hosts: Path) -> tuple[str, str]:
    try:
        hawser.connect(place, keys=[], agent=False, ask=False, known_hosts=known_hosts, config=None)
    except hawser.AuthenticationError as error:
        step: str = getattr(error, "step", "")
        return step, ",".join(error.allowed)
    except hawser.HostKeyError as error:
        return "host key", error.fingerprint or ""
    except hawser.ConnectError as error:
        return error.step, error.advice
    return "", ""


def configuration(text: str, host: str) -> tuple[str, int, list[str]]:
    found: HostConfig = SSHConfig.from_text(text).lookup(host, options={"Port": 2022})
    return found.hostname, found.port, list(found.proxy_jump)


def own_server() -> str:
    with hawser.testing.server() as server, server.connect() as client:
        said: str = client.run("echo own", text=True).stdout
        return said
