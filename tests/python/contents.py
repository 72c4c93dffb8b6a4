"""Contents for the tests of files."""

PATTERN = bytes(range(251))  # a prime, so that no block begins like another


def pattern(size: int) -> bytes:
    return (PATTERN * (size // len(PATTERN) + 1))[:size]
