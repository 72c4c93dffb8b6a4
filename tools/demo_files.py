"""The demo's files: every row of SFTP and SCP, in a folder made for it on the server."""

import io
import tempfile
from pathlib import Path

from demo_output import Demo

import _ssh


def show_sftp(demo: Demo, session: _ssh.Session) -> None:
    demo.title("SFTP")
    folder = session.exec("mktemp -d").decode().strip()
    sftp = demo.call("f = s.sftp()", session.sftp)
    if sftp is None or not folder:
        return
    _show_names(demo, sftp, folder)
    _show_a_file(demo, sftp, f"{folder}/note")
    _show_directories(demo, sftp, folder)
    _show_transfers(demo, sftp, folder)
    demo.call("f.close()", sftp.close, None)
    session.exec(f"rm -r {folder}")


def _show_names(demo: Demo, sftp: _ssh.SFTP, folder: str) -> None:
    demo.call(f"f.realpath('{folder}/.')", lambda: sftp.realpath(f"{folder}/."), folder)
    demo.call("f.mkdir(folder + '/new')", lambda: sftp.mkdir(f"{folder}/new"), None)
    demo.refused("f.mkdir(folder + '/new')", lambda: sftp.mkdir(f"{folder}/new"), FileExistsError)
    demo.call(
        "f.rename(folder + '/new', folder + '/old')",
        lambda: sftp.rename(f"{folder}/new", f"{folder}/old"),
        None,
    )
    demo.call("f.rmdir(folder + '/old')", lambda: sftp.rmdir(f"{folder}/old"), None)
    demo.refused("f.stat(folder + '/old')", lambda: sftp.stat(f"{folder}/old"), FileNotFoundError)


def _show_a_file(demo: Demo, sftp: _ssh.SFTP, path: str) -> None:
    file = demo.call("w = f.open(note, 'w')", lambda: sftp.open(path, "w"))
    demo.call("w.write(b'one\\ntwo\\n')", lambda: file.write(b"one\ntwo\n"), 8)
    demo.call("w.close()", file.close, None)
    with sftp.open(path) as reader:
        demo.call("f.open(note).read(3)", lambda: reader.read(3), b"one")
        demo.call("f.open(note).read()", reader.read, b"\ntwo\n")
    demo.call("f.chmod(note, 0o640)", lambda: sftp.chmod(path, 0o640), None)
    demo.call("f.utime(note, (1, 2))", lambda: sftp.utime(path, (1, 2)), None)
    attrs = demo.call("mode, size, atime, mtime, uid, gid = f.stat(note)", lambda: sftp.stat(path))
    if attrs is not None:
        demo.call(
            "oct(mode), size, atime, mtime",
            lambda: (oct(attrs[0]), *attrs[1:4]),
            ("0o100640", 8, 1, 2),
        )


def _show_directories(demo: Demo, sftp: _ssh.SFTP, folder: str) -> None:
    directory = demo.call("d = f.opendir(folder)", lambda: sftp.opendir(folder))
    names = set()
    while entry := directory.read():
        names.add(entry[0])
    demo.call("all names that d.read() gives", lambda: sorted(names), [".", "..", "note"])
    demo.call("d.read()  # at the end, again", directory.read, None)
    demo.call("d.close()", directory.close, None)
    demo.call("f.listdir(folder)", lambda: sftp.listdir(folder), ["note"])
    demo.call("f.unlink(note)", lambda: sftp.unlink(f"{folder}/note"), None)


def _show_transfers(demo: Demo, sftp: _ssh.SFTP, folder: str) -> None:
    content = bytes(range(256)) * 40_000
    with tempfile.TemporaryDirectory(prefix="hawser-demo-") as here:
        local = Path(here) / "local"
        local.write_bytes(content)
        remote = f"{folder}/remote"
        demo.call("f.put(local, remote)  # 10 MB", lambda: sftp.put(local, remote), None)
        back = Path(here) / "back"
        demo.call("f.get(remote, back)", lambda: sftp.get(remote, back), None)
        demo.call("back == local", lambda: back.read_bytes() == content, True)
        held = io.BytesIO()
        demo.call("f.getfo(remote, held)", lambda: sftp.getfo(remote, held), len(content))
        demo.call("held == local", lambda: held.getvalue() == content, True)


def show_scp(demo: Demo, session: _ssh.Session) -> None:
    demo.title("SCP")
    if session.run("command -v scp").exit_status != 0:
        demo.show("there is no scp on the server", None)
        return
    folder = session.exec("mktemp -d").decode().strip()
    path = f"{folder}/it's; $(odd)"
    content = b"data with a NUL at its end\0"
    demo.call(
        "s.scp_send(path, 0o600, data)  # spaces, quotes, $() in it",
        lambda: session.scp_send(path, 0o600, content),
        len(content),
    )
    demo.call("s.scp_recv(path)", lambda: session.scp_recv(path), content)
    demo.call(
        "s.exec('stat -c %a folder/*')", lambda: session.exec(f"stat -c %a {folder}/*"), b"600\n"
    )
    demo.refused(
        "s.scp_recv('/no/such/file')", lambda: session.scp_recv("/no/such/file"), _ssh.SCPError
    )
    session.exec(f"rm -r {folder}")
