"""What a configuration says about one host: files walked once or twice, the first value wins.

As OpenSSH does, the files are walked a second time where a `Match final` or CanonicalizeHostname
asks for it; what the first pass has set stays.
"""

from collections.abc import Sequence

from . import canonical, names, patterns
from .errors import ConfigError, Origin
from .expansion import BASIC, Expansion, expand
from .kinds import Shape
from .local import LocalUser, Remote, token_values
from .statements import (
    ConfigFile,
    Criterion,
    HostBlock,
    Include,
    MatchBlock,
    Setting,
    Unknown,
)
from .unclaimed import find, nearest

_COMMAND_LINE = Origin("argument")
DEFAULT = Origin("default")
_DONE_AFTER_THE_FIRST_PASS = (
    "canonicalizehostname",
    "canonicalizefallbacklocal",
    "canonicalizemaxdots",
)


class Lookup:
    """The state of one lookup: what is set so far, and what the host is called by now."""

    def __init__(self, host: str, local: LocalUser, command: str | None = None) -> None:
        self.original_host = host
        self.host = host
        self.local = local
        self.command = command
        self.is_final = False
        self.wants_final = False
        self.settings: dict[str, list[Setting]] = {}

    def value(self, key: str, default: str = "") -> str:
        found = self.settings.get(key)
        return found[0].values[0] if found else default

    def where(self, key: str) -> Origin:
        found = self.settings.get(key)
        return found[0].where if found else _COMMAND_LINE

    def values(self, key: str) -> tuple[str, ...]:
        return tuple(each for setting in self.settings.get(key, ()) for each in setting.values)

    @property
    def is_proxied(self) -> bool:
        return any(
            self.value(key, "none").lower() != "none" for key in ("proxycommand", "proxyjump")
        )

    def tokens(self) -> dict[str, str]:
        """What tokens stand for by what is known now."""
        jump = self.value("proxyjump", "none")
        hops = names.jumps(jump)
        remote = Remote(
            original_host=self.original_host,
            host=self.host if self.is_final else self.renamed(),
            port=self.value("port", "22"),
            user=self.value("user", self.local.name),
            key_alias=self.value("hostkeyalias", self.original_host),
            jump=hops[-1].host if hops else "",
        )
        return token_values(self.local, remote)

    def renamed(self) -> str:
        """The host's name with Hostname put into use. ConfigError for a token it cannot have."""
        if self.is_final or "hostname" not in self.settings:
            return self.host
        try:
            return expand(self.value("hostname"), Expansion("h"), {"h": self.host})
        except ValueError as error:
            raise ConfigError(self.where("hostname"), f"Hostname: {error}") from None

    def walk(self, file: ConfigFile, is_active: bool = True, is_dead: bool = False) -> None:
        """Take what the file says. In a dead file no block can match."""
        for statement in file.statements:
            match statement:
                case Setting() if is_active:
                    self.apply(statement)
                case HostBlock(patterns=each):
                    is_active = not is_dead and patterns.matches_words(self.host, each)
                case MatchBlock():
                    is_active = self._is_met(statement, is_dead)
                case Include():
                    for included in statement.files:
                        self.walk(included, is_active, is_dead or not is_active)
                case Unknown():
                    self._check_ignored(statement)

    def apply(self, setting: Setting) -> None:
        """The value counts, unless an earlier one does."""
        key = setting.keyword.key
        before = self.settings.get(key, [])
        if setting.keyword.kind.shape is Shape.FORWARD:
            if all(each.forward != setting.forward for each in before):
                self.settings[key] = [*before, setting]
        elif setting.keyword.kind.shape is Shape.EACH:
            self._add(setting)
        elif setting.values and not before and not self._is_superseded(key):
            self.settings[key] = [setting]
        elif before:
            self._complete(setting)

    def _complete(self, setting: Setting) -> None:
        """Two keywords have two parts, and the first of each counts: RekeyLimit a size and a time,
        ForwardAgent whether and which."""
        key = setting.keyword.key
        if key == "rekeylimit" and len(self.values(key)) == 1:
            time = Setting(setting.where, setting.keyword, setting.values[1:])
            self.settings[key].append(time)
        elif key == "forwardagent" and self.value(key) == "yes" and setting.values[0] != "no":
            self.settings[key] = [setting]

    def _is_superseded(self, key: str) -> bool:
        """Of ProxyJump and ProxyCommand, the first takes the other's place."""
        if key == "proxyjump":
            return "proxycommand" in self.settings
        return key == "proxycommand" and self.value("proxyjump", "none").lower() != "none"

    def _add(self, setting: Setting) -> None:
        key = setting.keyword.key
        kept = self.settings.setdefault(key, [])
        for value in setting.values:
            if key == "sendenv" and value.startswith("-"):
                kept[:] = [each for each in kept if not patterns.matches(each.values[0], value[1:])]
            elif all(each.values[0] != value for each in kept):
                kept.append(Setting(setting.where, setting.keyword, (value,)))

    def _check_ignored(self, statement: Unknown) -> None:
        if patterns.matches_list(statement.name, self.value("ignoreunknown").lower()):
            return
        near = nearest(statement.name)
        hint = f"; did you mean {near}?" if near else ""
        raise ConfigError(statement.where, f"{statement.name!r} is not a keyword{hint}")

    def _is_met(self, block: MatchBlock, is_dead: bool) -> bool:
        if any(each.name == "final" for each in block.criteria):
            self.wants_final = True
        try:
            return not is_dead and all(self._fits(each) for each in block.criteria)
        except ConfigError:
            raise
        except ValueError as error:
            raise ConfigError(block.where, f"Match: {error}") from None

    def _fits(self, criterion: Criterion) -> bool:
        return self._holds(criterion.name, criterion.argument) != criterion.is_negated

    def _holds(self, name: str, argument: str) -> bool:
        match name:
            case "all":
                return True
            case "final" | "canonical":
                return self.is_final
            case "host":
                return patterns.matches_host(self.renamed(), argument)
            case "originalhost":
                return patterns.matches_host(self.original_host, argument)
            case "user":
                return patterns.matches_list(self.value("user", self.local.name), argument)
            case "localuser":
                return patterns.matches_list(self.local.name, argument)
            case "tagged":
                return patterns.matches_list(self.value("tag"), argument)
            case "sessiontype":
                return patterns.matches_list(self._session_type(), argument)
            case "command":
                return patterns.matches_list(self._command(), argument)
            case "exec":
                return self._exec(argument)
            case "localnetwork":
                from . import local_networks

                return local_networks.is_in(argument)
            case "version":
                return patterns.matches_list(_our_version(), argument)
        raise AssertionError(name)

    def _session_type(self) -> str:
        kind = self.value("sessiontype", "default")
        return kind if kind != "default" else "exec" if self._command() else "shell"

    def _command(self) -> str:
        return self.command or self.value("remotecommand")

    def _exec(self, argument: str) -> bool:
        from . import execution  # which takes a while to load

        tokens = self.tokens()
        names.check_host(tokens["h"])
        names.check_host(tokens["n"])
        names.check_user(tokens["r"])
        return execution.succeeds(expand(argument, Expansion(BASIC), tokens))


def passes(lookup: Lookup, files: Sequence[ConfigFile]) -> None:
    """Walk the files, give the host its name, and walk them again if that is asked for."""
    for file in files:
        lookup.walk(file)
    lookup.host = _named(lookup)
    canonicalizes = lookup.value("canonicalizehostname", "false") != "false"
    lookup.is_final = True
    for key in _DONE_AFTER_THE_FIRST_PASS:
        row = find(key)
        assert row
        lookup.settings.setdefault(key, [Setting(DEFAULT, row, row.default)])
    if lookup.wants_final or canonicalizes:
        for file in files:
            lookup.walk(file)


def _named(lookup: Lookup) -> str:
    host = lookup.renamed()
    address = canonical.numeric(host)
    if address is not None:
        return address
    mode = lookup.value("canonicalizehostname", "false")
    rules = canonical.Rules(
        is_enabled=mode != "false",
        is_direct=mode == "always" or not lookup.is_proxied,
        domains=_unless_none(lookup.values("canonicaldomains")),
        max_dots=int(lookup.value("canonicalizemaxdots", "1")),
        falls_back=lookup.value("canonicalizefallbacklocal", "yes") == "yes",
        cnames=_unless_none(lookup.values("canonicalizepermittedcnames")),
    )
    try:
        return canonical.canonical(host.lower(), rules)
    except ValueError as error:
        raise ConfigError(lookup.where("canonicalizehostname"), str(error)) from None


def _our_version() -> str:
    import _ssh

    return f"Hawser_{_ssh.__version__}"


def _unless_none(values: tuple[str, ...]) -> tuple[str, ...]:
    return () if values and values[0].lower() == "none" else values
