"""Patterns of hosts and users: "*" is any text, "?" any character, "!" in a list excludes."""


def matches(text: str, pattern: str) -> bool:
    """The whole text fits the pattern. Takes no more steps than their lengths' product."""
    at = mark = 0
    star = -1
    where = 0
    while at < len(text):
        if where < len(pattern) and pattern[where] == "*":
            star, mark = where, at
            where += 1
        elif where < len(pattern) and pattern[where] in ("?", text[at]):
            where += 1
            at += 1
        elif star >= 0:
            mark += 1
            at, where = mark, star + 1
        else:
            return False
    return all(char == "*" for char in pattern[where:])


def matches_list(text: str, patterns: str) -> bool:
    """One of the comma-separated patterns fits, and none that begins with "!"."""
    found = False
    for pattern in patterns.split(","):
        if pattern.startswith("!"):
            if matches(text, pattern[1:]):
                return False
        elif matches(text, pattern):
            found = True
    return found


def matches_host(host: str, patterns: str) -> bool:
    """As `matches_list`, whatever the case."""
    return matches_list(host.lower(), patterns.lower())


def matches_words(host: str, patterns: tuple[str, ...]) -> bool:
    """The patterns of a Host line: one fits, and none that begins with "!"."""
    if any(each.startswith("!") and matches(host, each[1:]) for each in patterns):
        return False
    return any(matches(host, each) for each in patterns if not each.startswith("!"))
