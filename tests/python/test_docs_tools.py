"""The command lines of docs/tools.md run as they stand, in a home directory whose ssh_config says
where the hosts are that they name."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from servers import PASSWORD, OpenSSHServer
from tool_runs import Home

PAGE = Path(__file__).parents[2] / "docs" / "tools.md"
BLOCK = re.compile(r"^```(?P<kind>\w+)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
HOSTS = "example.org gate gate.example.org inner box"
ACCOUNTS = re.compile(r"\b(ann|backup)@")


def blocks(kind: str) -> list[str]:
    found = [block["body"] for block in BLOCK.finditer(PAGE.read_text()) if block["kind"] == kind]
    assert found
    return found


def commands() -> list[str]:
    lines = "".join(blocks("sh")).splitlines()
    assert all(line.startswith("hawser-") for line in lines)
    return lines


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """Where SFTP begins."""
    folder = tmp_path / "there"
    for path in (folder, folder / "logs", folder / "backups"):
        path.mkdir()
        path.chmod(0o777)
    for name in ("one.gz", "two.gz", "three.txt"):
        (folder / "logs" / name).write_text(name)
    for parent in [folder, *folder.parents][:4]:  # the server's account comes by here
        parent.chmod(parent.stat().st_mode | 0o055)
    return folder


@pytest.fixture
def sea(sshd_with: Callable[..., OpenSSHServer], there: Path, tmp_path: Path) -> Home:
    """The home of somebody who knows all these hosts, and has all these files."""
    server = sshd_with(f"Subsystem sftp internal-sftp -d {there}")
    home = Home(server, tmp_path / "home")
    config = f"Host {HOSTS}\n  HostName {server.host}\n  Port {server.port}\n  User {server.user}\n"
    for path in (home.ssh / "config", home.local / "work.config"):
        path.write_text(config)
        path.chmod(0o600)
    secrets = home.folder / ".secrets"
    secrets.mkdir()
    (secrets / "example.org").write_text(f"{PASSWORD}\n")
    for name in ("notes.txt", "file", "today.tar.zst"):
        (home.local / name).write_text(name)
    (home.local / "nightly.batch").write_text(blocks("text")[0])
    (home.local / "old").mkdir()
    return home


def run(home: Home, command: str) -> subprocess.CompletedProcess[str]:
    command = ACCOUNTS.sub(f"{home.server.user}@", command)
    if " -F " not in command:  # for `ssh`, and us, HOME is what /etc/passwd says
        command = command.replace(" ", " -F ~/.ssh/config ", 1)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", command],
        cwd=home.local,
        env=home.environment(PATH=path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_each_command_line_works(sea: Home, there: Path) -> None:
    for command in commands():
        done = run(sea, command)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    assert (there / "notes.txt").read_text() == "notes.txt"
    assert (there / "file").read_text() == "file"
    assert sorted(path.name for path in (sea.local / "old").iterdir()) == ["one.gz", "two.gz"]
    assert (there / "backups" / "2026" / "today.tar.zst").read_text() == "today.tar.zst"


def test_the_batch_says_what_the_page_says(sea: Home) -> None:
    done = run(sea, "hawser-sftp -b nightly.batch box")
    assert "put -p today.tar.zst 2026/" in done.stdout  # echoed
    assert "ls -l" not in done.stdout  # not echoed
    assert "today.tar.zst" in done.stdout.splitlines()[-1]
    again = run(sea, "hawser-sftp -b nightly.batch box")
    assert again.returncode == 0, "a line with - in front may fail"


def test_every_option_of_the_page_is_one(sea: Home) -> None:
    """Those in the tables; and those that the page says are taken or refused."""
    helps = {name: run(sea, f"hawser-{name} --help").stdout for name in ("scp", "sftp", "ssh")}
    page = PAGE.read_text()
    shared = page.partition("## Options")[2].partition("## Login")[0]
    ssh = page.partition("## hawser-ssh")[2].partition("## Exit status")[0]
    for name, text in (("scp", shared), ("sftp", shared), ("ssh", ssh)):
        rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `-")]
        for option in re.findall(r"`(--?[\w-]+)", "".join(rows)):
            known = option in helps[name] or option in ("-k", "-x", "-a", "-c", "-C")
            assert known, f"hawser-{name} {option}"
