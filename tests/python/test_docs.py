"""The examples in README.md and the pages of docs/ run as they stand and print what stands below.

All ```python blocks of a file run in order in one namespace, which begins with the names in
`names_for`. A ```text block right behind one is what it prints; "..." in it stands for anything.
Blocks that speak of `password` or `pty` are left out where no server here takes or gives one (it
takes root).
"""

import ast
import io
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from servers import PASSWORD, OpenSSHServer, is_root

ROOT = Path(__file__).parents[2]
_PAGES = ("ssh", "config", "connect", "run", "files", "forward", "manners", "testing")
REFERENCE = ROOT / "docs" / "ssh.md"
PAGES = [ROOT / "README.md", *(ROOT / "docs" / f"{name}.md" for name in _PAGES)]
STUB = ROOT / "python" / "_ssh.pyi"

BLOCK = re.compile(r"^```(?P<kind>\w+)\n(?P<body>.*?)^```$(?P<gap>\s*)", re.DOTALL | re.MULTILINE)


@dataclass
class Example:
    """One block of code and the text that it is to print."""

    line: int
    code: str
    output: str


def examples_in(text: str) -> Iterator[Example]:
    blocks = list(BLOCK.finditer(text))
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        if block["kind"] != "python":
            continue
        is_shown = following and following["kind"] == "text" and following.start() == block.end()
        output = following["body"] if following and is_shown else ""
        yield Example(text.count("\n", 0, block.start()) + 1, block["body"], output)


def names_for(server: OpenSSHServer, folder: Path) -> dict[str, object]:
    known_hosts = folder / "known_hosts"
    known_hosts.write_text(server.known_hosts_line())
    encrypted = server.keys["ed25519-encrypted"]
    return {
        "host": server.host,
        "port": server.port,
        "user": server.user,
        "password": PASSWORD,
        "key_file": str(server.keys["ed25519"].path),
        "encrypted_key_file": str(encrypted.path),
        "passphrase": encrypted.passphrase,
        "known_hosts": str(known_hosts),
        "folder": folder,
    }


def as_expected(printed: str, output: str) -> bool:
    pattern = ".*".join(map(re.escape, output.rstrip().split("...")))
    return re.fullmatch(pattern, printed.rstrip(), re.DOTALL) is not None


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_examples(openssh: OpenSSHServer, path: Path, tmp_path: Path) -> None:
    if path.name == "testing.md" and is_root() and not Path("/run/sshd").is_dir():
        pytest.skip("sshd does not run as root without /run/sshd")
    examples = list(examples_in(path.read_text()))
    assert examples, f"{path.name} has no examples"
    names = names_for(openssh, tmp_path)
    for example in examples:
        if re.search(r"\bpassword\b", example.code) and not is_root():
            continue
        if re.search(r"\bpty\b", example.code) and not openssh.gives_terminals:
            continue
        where = f"{path.name}:{example.line}"
        # So that a traceback names the line of the document.
        source = "\n" * example.line + example.code
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(compile(source, where, "exec"), names)
        assert as_expected(printed.getvalue(), example.output), (
            f"{where} printed:\n{printed.getvalue()}\nand not:\n{example.output}"
        )


def public_names(stub: str) -> Iterator[str]:
    """Every name that a user can write: functions, classes, members, and their arguments."""
    skipped = {"self", "args", "exc"}
    for node in ast.walk(ast.parse(stub)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        if isinstance(node, ast.FunctionDef):
            arguments = [*node.args.args, *node.args.kwonlyargs]
            yield from (each.arg for each in arguments if each.arg not in skipped)


def test_the_reference_mentions_every_name() -> None:
    words = set(re.findall(r"\w+", REFERENCE.read_text()))
    missing = sorted({name for name in public_names(STUB.read_text()) if name not in words})
    assert not missing, f"docs/ssh.md says nothing about: {', '.join(missing)}"


def test_links_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    broken = []
    for page in pages:
        for target in re.findall(r"\]\((?!https?://|#)([^)#\s]+)", page.read_text()):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert not broken
