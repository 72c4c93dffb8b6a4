"""Combining the names: any two of different lists meet."""

from itertools import combinations, product

import pytest

from combinations import Common, Protection


@pytest.mark.parametrize("sizes", list(product([1, 2, 3, 7], repeat=3)), ids=str)
def test_any_two_meet(sizes: tuple[int, int, int]) -> None:
    kex, host_keys, ciphers = (
        [f"{kind}{i}" for i in range(size)] for kind, size in zip("khc", sizes, strict=True)
    )
    common = Common(kex, host_keys, [Protection(cipher, "") for cipher in ciphers])
    pairs = common.pairs()
    met = {pair for combination in pairs for pair in combinations(combination, 2)}
    wanted = {pair for combination in common.all() for pair in combinations(combination, 2)}
    assert met == wanted
    assert len(pairs) == len(set(pairs)) == sorted(sizes)[1] * sorted(sizes)[2]


def test_nothing_in_common() -> None:
    assert Common(["a"], ["b"], []).pairs() == Common(["a"], ["b"], []).all() == []
