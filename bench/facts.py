"""What is one number for each contestant: system calls, round trips, sizes, memory, import."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from . import measure
from .contestants import OURS, Command, Contestant
from .results import Results
from .rows import FAR
from .runner import arguments_of
from .yard import Yard

_LOGINS = 5
_FARTHER = 3 * FAR
_MORE_SESSIONS = 10
_FLOORS = ("base", "wire", "crypto", "keys", "transport", "auth", "connection", "session")


def system_calls(
    yard: Yard, contestants: Sequence[Contestant], results: Results, bytes_moved: int
) -> None:
    """Per GiB, in get and put; those of starting and connecting subtracted."""
    if shutil.which("strace") is None:
        results.note_failure("system calls", "all", "strace is not installed")
        return
    place = yard.place("gcm")
    for contestant in contestants:
        for task in ("get", "put"):
            if task not in contestant.tasks():
                continue

            def calls(amount: int, task: str = task, who: Contestant = contestant) -> int:
                arguments = arguments_of(task, amount, yard)
                return measure.system_calls(who.command(task, place, arguments))

            with _noting(results, "system calls", contestant):
                each = (calls(bytes_moved) - calls(0)) * 2**30 / bytes_moved
                results.note_fact(f"system calls, {task}", contestant.name, each)


def round_trips(yard: Yard, contestants: Sequence[Contestant], results: Results) -> None:
    """Of connect, login, `exec true` and close: what a longer line adds, in lengths of it. Both are
    long: waiting for a delayed acknowledgement (40 ms) is part of a short one only, and subtracting
    that would make a gift of it."""
    places = [yard.place("any", distance) for distance in (FAR, _FARTHER)]
    for contestant in contestants:
        if "login" not in contestant.tasks():
            continue
        with _noting(results, "round trips", contestant):
            times = [
                measure.run(contestant.command("login", place, [str(_LOGINS)])).seconds
                for place in places
            ]
            trips = (times[1] - times[0]) / _LOGINS / ((_FARTHER - FAR) / 1000)
            results.note_fact("round trips", contestant.name, trips)


def memory(yard: Yard, contestants: Sequence[Contestant], results: Results) -> None:
    """Private memory of a process with one idle session, and of each further one."""
    place = yard.place("any")
    for contestant in contestants:
        if "idle" not in contestant.tasks():
            continue
        with _noting(results, "memory", contestant):
            one = measure.private_kib(contestant.command("idle", place, ["1"]))
            results.note_fact("idle MiB", contestant.name, one / 1024)
            if contestant.name != "OpenSSH":
                count = str(1 + _MORE_SESSIONS)
                more = measure.private_kib(contestant.command("idle", place, [count])) - one
                each = more / _MORE_SESSIONS / 1024
                results.note_fact("further session MiB", contestant.name, each)


def imports(rounds: int, results: Results) -> None:
    """Of the whole interpreter, from start to exit."""
    modules = {
        "bare python": "pass",
        OURS: "import _ssh",
        "paramiko": "import paramiko",
        "asyncssh": "import asyncssh",
        "ssh2-python": "import ssh2.session",
        "ssh-python": "import ssh.session",
    }
    times: dict[str, list[float]] = {name: [] for name in modules}
    for _ in range(4 * rounds):
        for name, code in modules.items():
            times[name].append(measure.run(Command([sys.executable, "-c", code])).seconds * 1000)
    for name, taken in times.items():
        results.note_fact("import ms", name, median(taken))
    package = Command([sys.executable, "-c", "import hawser"])
    taken = [measure.run(package).seconds * 1000 for _ in range(4 * rounds)]
    results.note_fact("import of the package ms", OURS, median(taken))


def sizes(build: Path, results: Results) -> None:
    """KiB of stripped libraries, the cryptographic library apart."""
    import _ssh

    def note(name: str, size: Callable[[], int]) -> None:
        try:
            results.note_fact("library KiB", name, size() / 1024)
        except (OSError, StopIteration, subprocess.CalledProcessError) as why:
            results.note_failure("library KiB", name, str(why))

    note(OURS, lambda: _stripped(Path(str(_ssh.__file__))))
    results.note_fact("engine KiB", OURS, _archives(build) / 1024)
    note("libssh", lambda: _shared("libssh.so.4"))
    note("libssh2", lambda: _shared("libssh2.so.1"))
    note("OpenSSH", lambda: Path("/usr/bin/ssh").stat().st_size)


def micro(program: Path, seconds: float, results: Results) -> None:
    """The hot parts alone, GiB a second (bench/micro)."""
    if not program.exists():
        results.note_failure("micro benchmarks", "all", "libbenchmark-dev is not installed")
        return
    options = ["--benchmark_format=json", f"--benchmark_min_time={seconds}"]
    done = subprocess.run([program, *options], capture_output=True, text=True, check=True)
    for each in json.loads(done.stdout)["benchmarks"]:
        results.micro[each["name"]] = each["bytes_per_second"] / 2**30


def _stripped(path: Path) -> int:
    with tempfile.NamedTemporaryFile() as copy:
        subprocess.run(["strip", "-o", copy.name, str(path)], check=True)
        return Path(copy.name).stat().st_size


def _archives(build: Path) -> int:
    """Code and data of the floors up to the session, all of it."""
    archives = [str(build / "src" / "hawser" / f"libhawser_{floor}.a") for floor in _FLOORS]
    listed = subprocess.run(["size", *archives], capture_output=True, text=True, check=True)
    lines = [line.split() for line in listed.stdout.splitlines()]
    return sum(int(line[0]) + int(line[1]) for line in lines if line and line[0].isdigit())


def _shared(name: str) -> int:
    return next(Path("/usr/lib").glob(f"*/{name}")).stat().st_size


class _noting:
    """A contestant that fails is noted, and the others go on."""

    def __init__(self, results: Results, fact: str, contestant: Contestant) -> None:
        self._results = results
        self._fact = fact
        self._contestant = contestant

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, measure.Failed):
            return False
        self._results.note_failure(self._fact, self._contestant.name, str(error))
        return True
