"""The options of hawser-sftp and hawser-scp are those of sftp(1) and scp(1), as far as they are
there; and what these programs leave alone of ssh_config, ours leave alone, too."""

import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from clients import names_in
from servers.base import free_port
from tool_runs import Home

OURS_DIFFER = {"-p"}
"""The password in both tools, by contract; docs/tools.md says so."""


def letters_of(program: str) -> set[str]:
    """What the program's own usage says."""
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program}")
    usage = subprocess.run([program], capture_output=True, text=True, check=False).stderr
    plain, *valued = re.findall(r"\[-([\w]+)\]|\[-(\w) ", usage)
    assert plain[0]
    return {f"-{letter}" for letter in plain[0]} | {f"-{each[1]}" for each in valued if each[1]}


@pytest.mark.parametrize("program", ["scp", "sftp"])
def test_each_letter_of_openssh_is_known_or_refused_with_a_reason(home: Home, program: str) -> None:
    for letter in sorted(letters_of(program) - OURS_DIFFER):
        run = home.run(program, letter)
        assert run.status == 2, run
        assert "unrecognized arguments" not in run.err, letter
        assert "invalid choice" not in run.err, letter


@pytest.mark.parametrize(
    ("program", "letter"),
    [("scp", "-R"), ("scp", "-D"), ("sftp", "-D"), ("sftp", "-S")],
)
def test_what_is_not_there_says_why(home: Home, program: str, letter: str) -> None:
    run = home.run(program, letter, "x", "y")
    assert run.status == 2
    assert f"there is no {letter} here: " in run.err


def test_letters_that_change_nothing(home: Home) -> None:
    ignored = {"sftp": ("-A", "-B", "4096", "-R", "16", "-X", "nrequests=8"), "scp": ("-A", "-T")}
    for program, flags in ignored.items():
        run = home.run(program, *flags, f"{home.host}:/etc/passwd", program)
        assert run.status == 0, run
    assert names_in(home.local) == ["scp", "sftp"]


@pytest.mark.parametrize(
    "server", ["/usr/lib/openssh/sftp-server", "sftp", "nothing", "/bin/nothing"]
)
def test_another_server(home: Home, server: str) -> None:
    run = home.run("sftp", "-s", server, "get", f"{home.host}:/etc/hosts", "copy")
    if "nothing" in server:
        assert run.status == 255, run
        assert "nothing" in run.err
        return
    assert run.status == 0, run
    assert (home.local / "copy").read_bytes() == Path("/etc/hosts").read_bytes()


def test_copies_are_on_the_disk(home: Home) -> None:
    tree = home.local / "tree"
    (tree / "deep").mkdir(parents=True)
    (tree / "deep" / "file").write_text("content")
    for options, commands in (
        (("-q", "-f"), ("put -r tree", "get -r tree back")),
        (("-q",), ("put -rf tree again", "get -rf again more", "put -f tree/deep/file .")),
    ):
        run = home.batch(*commands, options=options)
        assert run.status == 0, run
    assert (home.local / "back" / "deep" / "file").read_text() == "content"
    assert (home.remote / "file").read_text() == "content"


def test_quiet_is_taken_back(home: Home) -> None:
    assert home.batch("pwd", options=("-q",)).out.count("pwd") == 0
    assert home.batch("pwd", options=("-q", "-N")).out.count("pwd") == 1


@pytest.mark.parametrize("keyword", ["LocalForward", "DynamicForward", "RemoteForward"])
@pytest.mark.parametrize("more", [(), ("-o", "ClearAllForwardings=no")])
def test_forwardings_and_local_commands_are_left_alone(
    home: Home, keyword: str, more: tuple[str, ...]
) -> None:
    """sftp(1) and scp(1) put ClearAllForwardings and PermitLocalCommand=no before all else."""
    port = free_port()
    place = "" if keyword == "DynamicForward" else f" localhost:{home.server.port}"
    config = home.local / "config"
    config.write_text(
        f"{keyword} {port}{place}\nPermitLocalCommand yes\nLocalCommand touch {home.local}/ran\n"
        "ExitOnForwardFailure yes\n"
    )
    config.chmod(0o600)
    with socket.create_server(("127.0.0.1", port)):  # a forwarding would fail
        run = home.run("sftp", "-F", str(config), *more, "-b", "-", home.place, stdin="pwd\n")
    assert run.status == 0, run
    assert "ran" not in names_in(home.local)
