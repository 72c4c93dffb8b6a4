"""curl, which stands on libssh2 in Debian. It cannot be told ciphers: it uses those of the server
that it knows."""

from collections.abc import Sequence

from bench.clients.tasks import Place

from .base import Command, Contestant, found, said, version_in


class Curl(Contestant):
    name = "curl"
    settings = "`curl --insecure sftp://`, which has no knobs for this"

    def version(self) -> str:
        return version_in(said(found("curl"), "--version"))

    def tasks(self) -> frozenset[str]:
        return frozenset({"get", "put"})

    def command(self, task: str, place: Place, arguments: Sequence[str]) -> Command:
        curl = ["curl", "--silent", "--show-error", "--fail", "--insecure", "--user"]
        curl += [f"{place.user}:", "--key", place.key]
        there = f"sftp://{place.host}:{place.port}"
        if task == "get":
            return Command([*curl, f"{there}{arguments[0]}", "--output", "/dev/null"])
        return Command([*curl, "--upload-file", arguments[0], f"{there}{arguments[1]}"])
