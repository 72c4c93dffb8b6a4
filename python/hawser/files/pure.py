"""The part of a remote path that needs no server: `PurePosixPath`, by composition.

Not by inheritance, which pathlib has changed twice from Python 3.11 to 3.13.
"""

import os
from collections.abc import Sequence
from functools import total_ordering
from pathlib import PurePosixPath
from typing import Any, Self

StrPath = str | os.PathLike[str]


@total_ordering
class PureRemotePath:
    """Joins, compares and takes apart as `PurePosixPath` does."""

    __slots__ = ("_pure",)

    def __init__(self, pure: PurePosixPath) -> None:
        self._pure = pure

    def _like(self, pure: PurePosixPath) -> Self:
        """Another path of the same server."""
        return type(self)(pure)

    def _is_like(self, other: object) -> bool:
        return isinstance(other, PureRemotePath)

    # ---- text ------------------------------------------------------------------------------------

    def __str__(self) -> str:
        return str(self._pure)

    def __fspath__(self) -> str:
        return str(self._pure)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __bytes__(self) -> bytes:
        return str(self).encode("utf-8", "surrogateescape")

    def as_posix(self) -> str:
        return str(self._pure)

    def __hash__(self) -> int:
        return hash(self._pure)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PureRemotePath) or not self._is_like(other):
            return NotImplemented
        return self._pure == other._pure

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, PureRemotePath) or not self._is_like(other):
            return NotImplemented
        return self._pure < other._pure

    # ---- parts -----------------------------------------------------------------------------------

    @property
    def parts(self) -> tuple[str, ...]:
        return self._pure.parts

    @property
    def name(self) -> str:
        return self._pure.name

    @property
    def stem(self) -> str:
        return self._pure.stem

    @property
    def suffix(self) -> str:
        return self._pure.suffix

    @property
    def suffixes(self) -> list[str]:
        return self._pure.suffixes

    @property
    def root(self) -> str:
        return self._pure.root

    @property
    def anchor(self) -> str:
        return self._pure.anchor

    @property
    def parent(self) -> Self:
        return self._like(self._pure.parent)

    @property
    def parents(self) -> Sequence[Self]:
        return [self._like(pure) for pure in self._pure.parents]

    def is_absolute(self) -> bool:
        return self._pure.is_absolute()

    # ---- others ----------------------------------------------------------------------------------

    def joinpath(self, *others: StrPath) -> Self:
        return self._like(self._pure.joinpath(*others))

    def __truediv__(self, other: StrPath) -> Self:
        try:
            return self._like(self._pure / os.fspath(other))
        except TypeError:
            return NotImplemented

    def __rtruediv__(self, other: StrPath) -> Self:
        try:
            return self._like(os.fspath(other) / self._pure)
        except TypeError:
            return NotImplemented

    def with_name(self, name: str) -> Self:
        return self._like(self._pure.with_name(name))

    def with_stem(self, stem: str) -> Self:
        return self._like(self._pure.with_stem(stem))

    def with_suffix(self, suffix: str) -> Self:
        return self._like(self._pure.with_suffix(suffix))

    def relative_to(self, other: StrPath) -> Self:
        return self._like(self._pure.relative_to(os.fspath(other)))

    def is_relative_to(self, other: StrPath) -> bool:
        return self._pure.is_relative_to(os.fspath(other))

    def match(self, pattern: str) -> bool:
        return self._pure.match(pattern)

    def __reduce__(self) -> Any:
        raise TypeError("a path on a server cannot be pickled: its connection is this process's")
