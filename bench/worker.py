"""One task of one Python library, in a process of its own that the harness measures.

python bench/worker.py LIBRARY TASK HOST PORT USER KEY ARGUMENT...
python bench/worker.py LIBRARY            prints the tasks that it can do

The programs in bench/peers take the same arguments. Imports little: its memory and start count.
"""

import importlib
import sys
from os import path

sys.path[0] = path.dirname(path.dirname(path.abspath(__file__)))  # noqa: PTH100, PTH120


def main() -> None:
    from bench.clients import tasks

    library, *rest = sys.argv[1:]
    client = importlib.import_module(f"bench.clients.{library}").Client
    if not rest:
        print(*tasks.tasks_of(client), sep="\n")
        return
    task, host, port, user, key, *arguments = rest
    tasks.run(client, task, tasks.Place(host, int(port), user, key), arguments)


main()
