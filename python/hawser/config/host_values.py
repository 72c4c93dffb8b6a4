"""The values of one host's keywords, as `ssh -G` prints them."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from .errors import ConfigError, Origin
from .expansion import expand
from .forwards import Forward
from .kinds import Shape
from .unclaimed import find

_WORDS = {"true": "yes", "false": "no"}


class Values(Mapping[str, str]):
    """Read-only, by keyword in lower case.

    A keyword that `ssh -G` prints several times has its first value here, and all by `getall`.
    """

    __slots__ = ("_forwards", "_origins", "_tokens", "_values", "host")

    def __init__(
        self,
        host: str,
        values: Mapping[str, tuple[str, ...]],
        forwards: Mapping[str, tuple[Forward, ...]],
        tokens: Mapping[str, str],
        origins: Mapping[str, tuple[Origin, ...]],
    ) -> None:
        self.host = host
        self._values = MappingProxyType(dict(values))
        self._forwards = MappingProxyType(dict(forwards))
        self._tokens = MappingProxyType(dict(tokens))
        self._origins = MappingProxyType(dict(origins))

    def __getitem__(self, keyword: str) -> str:
        found = self.getall(keyword)
        if not found:
            raise KeyError(keyword)
        return found[0]

    def __iter__(self) -> Iterator[str]:
        yield from (key for key in self._values if self.getall(key))
        yield from self._forwards

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def getall(self, keyword: str) -> tuple[str, ...]:
        """All values of a keyword, each as in a line of its own; () if it has none."""
        key = keyword.lower()
        if key in self._forwards:
            return tuple(
                each.listener if key == "dynamicforward" else f"{each.listener} {each.destination}"
                for each in self._forwards[key]
            )
        values = self._values.get(key, ())
        row = find(key)
        if row and values and row.kind.shape is Shape.ONE:
            return (" ".join(values),)
        return values

    def lines(self) -> Iterator[str]:
        """As `ssh -G` prints them, in no certain order but for values of one keyword."""
        yield f"host {self.host}"
        for key in self:
            yield from (f"{key} {value}" for value in self.getall(key))

    def is_set(self, keyword: str) -> bool:
        """A file or an option set it: it is no default."""
        return bool(self._origins.get(keyword.lower()))

    def where(self, keyword: str) -> tuple[str, ...]:
        """Where it was set, as `file:line`."""
        return tuple(map(str, self._origins.get(keyword.lower(), ())))

    def _flag(self, key: str) -> bool:
        return self[key] == "yes"

    def _number(self, key: str) -> int:
        return int(self[key])

    def _word(self, key: str) -> str:
        return _WORDS.get(self[key], self[key])

    def _list(self, key: str) -> tuple[str, ...]:
        return tuple(self[key].split(","))

    def _expanded(self, key: str) -> str | None:
        found = self._expanded_all(key)
        return found[0] if found else None

    def _expanded_all(self, key: str) -> tuple[str, ...]:
        row = find(key)
        assert row
        origins = self._origins.get(key) or (Origin("default"),)
        expanded = []
        for index, value in enumerate(self._values.get(key, ())):
            try:
                expanded.append(expand(value, row.expands, self._tokens))
            except ValueError as error:
                where = origins[min(index, len(origins) - 1)]
                raise ConfigError(where, f"{row.name}: {error}") from None
        return tuple(expanded)
