"""Trees by SCP, in both directions."""

import errno
import filecmp
import os
from pathlib import Path

import pytest

import _ssh
from clients import echo
from scp_remotes import Remote, every_server, make_tree, mode_of, noise
from servers import is_root


def make_remote_tree(root: Path) -> Path:
    """The same, with permissions for the server's account."""
    make_tree(root)
    for path in [root, *root.rglob("*")]:
        path.chmod(0o777)
    return root


def assert_same(one: Path, other: Path) -> None:
    names = sorted(path.relative_to(one) for path in one.rglob("*"))
    assert names == sorted(path.relative_to(other) for path in other.rglob("*"))
    for name in names:
        if (one / name).is_file():
            assert filecmp.cmp(one / name, other / name, shallow=False), name


def test_progress_of_a_tree(scp_remote: Remote, tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree")
    files: dict[str, tuple[int, int]] = {}
    sums: list[int] = []

    def on_file(path: str, done: int, total: int) -> None:
        files[path] = (done, total)

    scp_remote.session.scp_put(
        tree,
        scp_remote.folder,
        recursive=True,
        on_file=on_file,
        callback=lambda n, _: sums.append(n),
    )
    sizes = {str(p): p.stat().st_size for p in tree.rglob("*") if p.is_file()}
    assert files == {path: (size, size) for path, size in sizes.items()}
    assert sums[-1] == sum(sizes.values())
    files.clear()
    scp_remote.session.scp_get(
        scp_remote.path("tree"), tmp_path / "back", recursive=True, on_file=on_file
    )
    assert sorted(files) == sorted(
        path.replace(str(tree), scp_remote.path("tree")) for path in sizes
    )


# trees --------------------------------------------------------------------------------------------


@every_server
def test_trees_up_and_down(scp_remote: Remote, tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree")
    session, folder = scp_remote.session, scp_remote.folder
    session.scp_put(tree, folder, recursive=True, preserve=True)  # into what is there
    assert_same(tree, folder / "tree")
    big = folder / "tree" / "sub" / "big"
    assert (mode_of(big), big.stat().st_mtime) == (0o640, 1_100_000_000)
    assert (folder / "tree" / "sub" / "deep er").stat().st_mtime == 1_200_000_000

    session.scp_put(tree, folder / "new", recursive=True)  # made
    assert_same(tree, folder / "new")
    session.scp_put(tree, folder / "new", recursive=True)
    assert_same(tree, folder / "new" / "tree")

    session.scp_get(folder / "tree", tmp_path / "back", recursive=True, preserve=True)
    assert_same(tree, tmp_path / "back")
    assert (tmp_path / "back" / "sub" / "big").stat().st_mtime == 1_100_000_000
    assert (tmp_path / "back" / "sub" / "deep er").stat().st_mtime == 1_200_000_000
    assert mode_of(tmp_path / "back" / "it's") == 0o700
    session.scp_get(folder / "tree", tmp_path / "back", recursive=True)
    assert_same(tree, tmp_path / "back" / "tree")


@every_server
@pytest.mark.parametrize("end", ["/.", "/sub/.."])
def test_the_content_of_a_tree(scp_remote: Remote, tmp_path: Path, end: str) -> None:
    tree = make_tree(tmp_path / "tree")
    scp_remote.session.scp_put(f"{tree}{end}", scp_remote.folder, recursive=True)
    assert_same(tree, scp_remote.folder)
    (tmp_path / "back").mkdir()
    scp_remote.session.scp_get(f"{scp_remote.folder}{end}", tmp_path / "back", recursive=True)
    assert_same(tree, tmp_path / "back")


def test_recursive_with_a_file(scp_remote: Remote, tmp_path: Path) -> None:
    path = scp_remote.make("file", b"content")
    scp_remote.session.scp_get(path, tmp_path / "file", recursive=True)
    assert (tmp_path / "file").read_bytes() == b"content"
    scp_remote.session.scp_put(tmp_path / "file", scp_remote.path("up"), recursive=True)
    assert (scp_remote.folder / "up").read_bytes() == b"content"


def test_symlinks_on_this_side_are_followed(scp_remote: Remote, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "sub").mkdir(parents=True)
    (tmp_path / "file").write_bytes(b"elsewhere")
    (tree / "link").symlink_to("../file")
    (tree / "sub" / "loop").symlink_to("..")
    os.mkfifo(tree / "pipe")
    skipped: list[tuple[str, str]] = []
    scp_remote.session.scp_put(
        tree, scp_remote.folder, recursive=True, on_skip=lambda *entry: skipped.append(entry)
    )
    assert (scp_remote.folder / "tree" / "link").read_bytes() == b"elsewhere"
    assert sorted(skipped) == [
        (str(tree / "pipe"), "special"),
        (str(tree / "sub" / "loop"), "loop"),
    ]


def test_a_local_symlink_is_not_followed_out(scp_remote: Remote, tmp_path: Path) -> None:
    make_remote_tree(scp_remote.folder / "tree")
    back, outside = tmp_path / "back", tmp_path / "outside"
    outside.mkdir()
    (back / "tree").mkdir(parents=True)
    (back / "tree" / "sub").symlink_to(outside)
    with pytest.raises(OSError, match="sub"):
        scp_remote.session.scp_get(scp_remote.path("tree"), back, recursive=True)
    assert list(outside.iterdir()) == []
    assert (back / "tree" / "it's").read_bytes() == b"quoted", "the others went on"
    echo(scp_remote.session)


def test_names_with_line_breaks(scp_remote: Remote, tmp_path: Path) -> None:
    """SCP has no way to say them: the others are sent."""
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "line\nbreak").write_bytes(b"x")
    (tree / "plain").write_bytes(b"y")
    with pytest.raises(OSError, match="line") as error:
        scp_remote.session.scp_put(tree, scp_remote.folder, recursive=True)
    assert error.value.errno == errno.EINVAL
    assert (scp_remote.folder / "tree" / "plain").read_bytes() == b"y"
    with pytest.raises(OSError, match="line"):
        scp_remote.session.scp_put(tree / "line\nbreak", scp_remote.folder)
    with pytest.raises(ValueError, match="path"):
        scp_remote.session.scp_put(tree / "plain", "line\nbreak")
    with pytest.raises(ValueError, match="path"):
        scp_remote.session.scp_get("line\nbreak", tmp_path)


def test_some_entries_that_fail(scp_remote: Remote, tmp_path: Path) -> None:
    if not is_root():
        pytest.skip("needs a file of another account")
    make_remote_tree(scp_remote.folder / "tree")
    (scp_remote.folder / "tree" / "secret").write_bytes(b"x")
    (scp_remote.folder / "tree" / "secret").chmod(0o600)
    (scp_remote.folder / "tree" / "hidden").mkdir(mode=0o700)
    told: list[OSError] = []
    scp_remote.session.scp_get(
        scp_remote.path("tree"), tmp_path / "told", recursive=True, on_error=told.append
    )
    assert [type(each) for each in told] == [_ssh.SCPError, _ssh.SCPError]
    assert all(each.errno == errno.EACCES for each in told)
    with pytest.raises(_ssh.SCPError, match=r"Permission denied \(and 1 more\)"):
        scp_remote.session.scp_get(scp_remote.path("tree"), tmp_path / "untold", recursive=True)
    for name in ("told", "untold"):
        assert (tmp_path / name / "sub" / "big").read_bytes() == noise(700_001)


def test_some_entries_that_fail_going_up(scp_remote: Remote, tmp_path: Path) -> None:
    there = scp_remote.folder / "tree"
    there.mkdir()
    (there / "it's").mkdir()  # where a file is to go: it goes into it, as scp has it
    (there / "it's" / "it's").mkdir()
    (there / "sub").write_bytes(b"a file")
    there.chmod(0o777)
    tree = make_tree(tmp_path / "tree")
    told: list[OSError] = []
    scp_remote.session.scp_put(tree, scp_remote.folder, recursive=True, on_error=told.append)
    assert sorted(each.errno or 0 for each in told) == [errno.ENOTDIR, errno.EISDIR]
    with pytest.raises(_ssh.SCPError, match=r"\(and 1 more\)"):
        scp_remote.session.scp_put(tree, scp_remote.folder, recursive=True)
    assert (there / "empty").exists()
