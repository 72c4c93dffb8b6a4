"""Where configurations come from: Include, who may have written a file, what counts as a file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hawser.config import ConfigError, SSHConfig, files, ssh_config
from hawser.config.local import LocalUser
from real_ssh_config import agree_on, needs_ssh
from servers import is_root


@needs_ssh
def test_includes_in_order_and_in_place(tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    parts.mkdir()
    (parts / "20").write_text("Port 20\nUser two\n")
    (parts / "10").write_text("Host web*\n  Port 10\nHost other\n  User one\n")
    (parts / ".hidden").write_text("Port 99\n")
    (parts / "b c").write_text("Compression yes\n")
    text = f'Include {parts}/* "{parts}/no such" {parts}/missing*\nPort 30\nUser three\n'
    for host, port, user in (("web1", "10", "two"), ("other", "20", "one"), ("x", "20", "two")):
        found = agree_on(tmp_path / "config", text, host)
        assert found is not None
        assert (found["port"], found["user"]) == ((port,), (user,))
        assert found["compression"] == ("yes",)


@needs_ssh
def test_a_block_ends_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "part").write_text("Host elsewhere\nPort 10\n")
    include = f"Include {tmp_path}/part\nPort 20\n"
    path = tmp_path / "config"
    assert (agree_on(path, f"Host web1\n{include}", "web1") or {})["port"] == ("20",)
    assert (agree_on(path, f"Host web1\n{include}", "elsewhere") or {})["port"] == ("22",)
    assert (agree_on(path, f"Match user x\n{include}", "elsewhere") or {})["port"] == ("22",)


@needs_ssh
def test_loops(tmp_path: Path) -> None:
    config, part = tmp_path / "config", tmp_path / "part"
    part.write_text(f"Port 3\nInclude {config}\n")
    assert agree_on(config, f"Host nobody\n  Include {part}\n", "web1") is None
    with pytest.raises(ConfigError) as caught:
        SSHConfig.from_path(config)
    assert str(caught.value) == f"{part}:2: Include: {config} includes itself, by way of {part}"
    assert agree_on(config, f"Include {config}\n", "web1") is None


@needs_ssh
def test_depth(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / str(number)).write_text(f"Include {tmp_path}/{number + 1}\n")
    (tmp_path / "20").write_text("Port 20\n")
    path = tmp_path / "config"
    assert agree_on(path, f"Include {tmp_path}/5\n", "a"), "16 within one another"
    assert agree_on(path, f"Include {tmp_path}/4\n", "a") is None
    with pytest.raises(ConfigError, match="more than 16 files within one another"):
        SSHConfig.from_path(path)


def test_a_file_may_be_included_twice(tmp_path: Path) -> None:
    (tmp_path / "part").write_text("IdentityFile a\n")
    config = SSHConfig.from_text(f"Include {tmp_path}/part\nHost x\nInclude {tmp_path}/part\n")
    assert config.lookup("x").getall("identityfile") == ("a",)


def test_includes_that_multiply(tmp_path: Path) -> None:
    for number in range(12):
        line = f"Include {tmp_path}/{number + 1} {tmp_path}/{number + 1}\n"
        (tmp_path / str(number)).write_text(line)
    (tmp_path / "12").write_text("")
    with pytest.raises(ConfigError, match="more than 1024 files"):
        SSHConfig.from_path(tmp_path / "0")


@needs_ssh
@pytest.mark.parametrize("mode", [0o666, 0o602, 0o622])
def test_an_included_file_that_others_may_write(tmp_path: Path, mode: int) -> None:
    part = tmp_path / "part"
    part.write_text("Port 3\n")
    part.chmod(mode)
    assert agree_on(tmp_path / "config", f"Include {part}\n", "a") is None
    with pytest.raises(ConfigError, match=r"part: others may write the file: chmod go-w it"):
        SSHConfig.from_path(tmp_path / "config")


@needs_ssh
@pytest.mark.skipif(not is_root(), reason="only root may give files away")
def test_an_included_file_of_somebody_else(tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_text("Port 3\n")
    os.chown(part, 65534, 65534)
    assert agree_on(tmp_path / "config", f"Include {part}\n", "a") is None
    with pytest.raises(ConfigError, match="belongs to somebody else"):
        SSHConfig.from_path(tmp_path / "config")
    assert SSHConfig.from_path(part).lookup("a").port == 3, "what is named is trusted"


@pytest.mark.skipif(not is_root(), reason="only root may give files away")
def test_a_group_that_may_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = tmp_path / "part"
    part.write_text("Port 3\n")
    part.chmod(0o664)
    config = f"Include {part}\n"
    os.chown(part, 0, 1)  # daemon's
    with pytest.raises(ConfigError, match="its group may write the file: chmod g-w it"):
        SSHConfig.from_text(config)
    os.chown(part, 0, 0)
    monkeypatch.setattr("hawser.config.files._is_private", lambda group, owner: True)
    assert SSHConfig.from_text(config).lookup("a").port == 3


def test_files_that_are_none(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for path in (fifo, Path("/dev/zero")):
        with pytest.raises(ConfigError, match="not a regular file"):
            SSHConfig.from_path(path)
    for path, why in ((tmp_path, "Is a directory"), (tmp_path / "x", "No such file")):
        with pytest.raises(ConfigError, match=f"cannot be read: {why}"):
            SSHConfig.from_path(path)
    with pytest.raises(ConfigError, match=r"^<string>:1: Include: .*: Is a directory"):
        SSHConfig.from_text(f"Include {tmp_path}")
    assert SSHConfig.from_path("/dev/null").lookup("a").port == 22


def test_a_file_that_is_gone_when_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "part").symlink_to(tmp_path / "nowhere")
    assert SSHConfig.from_text(f"Include {tmp_path}/*\nPort 3\n").lookup("x").port == 3


def test_a_huge_file(tmp_path: Path) -> None:
    huge = tmp_path / "huge"
    with huge.open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(ConfigError, match="larger than"):
        SSHConfig.from_path(huge)


def test_several_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("Host x\nPort 1\nIdentityFile a\n")
    (tmp_path / "b").write_text("Port 2\nIdentityFile b\n")
    found = SSHConfig.from_path(tmp_path / "a", str(tmp_path / "b")).lookup("x")
    assert found.port == 1
    assert found.getall("identityfile") == ("a", "b")
    assert found.where("identityfile") == (f"{tmp_path}/a:3", f"{tmp_path}/b:2")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with ~/.ssh, and a system without a configuration."""
    (tmp_path / ".ssh").mkdir()
    user = LocalUser("ann", str(tmp_path), os.getuid())
    monkeypatch.setattr(LocalUser, "current", classmethod(lambda cls: user))
    monkeypatch.setattr(ssh_config, "SYSTEM_FILE", str(tmp_path / "etc" / "ssh_config"))
    monkeypatch.setattr(files, "SYSTEM_FILE", str(tmp_path / "etc" / "ssh_config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_the_default_files(home: Path) -> None:
    assert SSHConfig.default().lookup("x").user == "ann"
    (home / ".ssh" / "config").write_text("Host x\nPort 1\nInclude more ~/.ssh/most\n")
    (home / ".ssh" / "more").write_text("User bob\n")
    (home / ".ssh" / "most").write_text("Compression yes\n")
    (home / "etc").mkdir()
    (home / "etc" / "ssh_config").write_text("Port 2\nInclude *.conf\nUser carol\n")
    (home / "etc" / "a.conf").write_text("ConnectTimeout 5\n")
    found = SSHConfig.default().lookup("x")
    assert (found.port, found.user, found.compression) == (1, "bob", True)
    assert found.connect_timeout == 5
    assert found.identity_files[0] == f"{home}/.ssh/id_rsa"
    assert SSHConfig.default().lookup("y").user == "carol"


def test_a_user_whom_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that runs as any number."""
    monkeypatch.setattr(os, "getuid", lambda: 4_000_123)
    monkeypatch.setenv("HOME", "/h")
    monkeypatch.delenv("USER", raising=False)
    assert LocalUser.current() == LocalUser("4000123", "/h", 4_000_123)
    assert SSHConfig().lookup("x").identity_files[0] == "/h/.ssh/id_rsa"


def test_the_users_own_file_is_checked(home: Path) -> None:
    config = home / ".ssh" / "config"
    config.write_text("Port 1\n")
    config.chmod(0o666)
    with pytest.raises(ConfigError, match="others may write"):
        SSHConfig.default()
    assert SSHConfig.from_path(config).lookup("x").port == 1, "as with ssh -F"


def test_the_system_does_not_include_from_homes(home: Path) -> None:
    (home / "etc").mkdir()
    (home / "etc" / "ssh_config").write_text("Include ~/.ssh/config\n")
    with pytest.raises(ConfigError, match="is for users' own files"):
        SSHConfig.default()


@pytest.mark.skipif(not is_root(), reason="only root can become somebody else")
def test_a_file_that_we_may_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("Port 1\n")
    secret.chmod(0o600)
    code = (
        "import os, sys, hawser.config\n"
        "hawser.config.SSHConfig()\n"
        "os.setuid(65534)\n"
        f"hawser.config.SSHConfig.from_path({str(secret)!r})\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert "secret: cannot be read: Permission denied" in run.stderr
