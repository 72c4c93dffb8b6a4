"""Logging in: keys, then passwords, as far as the server lets us and the person can be asked."""

from collections.abc import Callable
from dataclasses import dataclass

import _ssh

from .asking import CannotAsk, ask, ask_secret
from .escape import display, harmless
from .keys import KeyLogin, Keys
from .output import Output
from .settings import Settings
from .target import Target


@dataclass(frozen=True)
class Attempt:
    """One way to log in: `run` returns if it worked or could not be tried at all (False)."""

    method: str
    run: Callable[[], bool]


def log_in(session: _ssh.Session, target: Target, settings: Settings, out: Output) -> None:
    """AuthenticationError if nothing helped. After a step of several (`partial`), what the server
    wants next is looked for from the beginning of what was not tried yet."""
    login = _Login(session, target, settings, out)
    try:
        session.userauth_none(login.user)
        return
    except _ssh.AuthenticationError as error:
        refusal = error
    if session.banner and not out.quiet:
        out.block(session.banner)
    pending = login.attempts()
    while pending:
        chosen = next((one for one in pending if one.method in refusal.allowed), None)
        if chosen is None:
            break
        pending.remove(chosen)
        try:
            if chosen.run():
                return
        except _ssh.AuthenticationError as error:
            refusal = error
    raise refusal


class _Login:
    def __init__(
        self, session: _ssh.Session, target: Target, settings: Settings, out: Output
    ) -> None:
        self._session = session
        self._target = target
        self._settings = settings
        self._out = out
        self._keys = Keys(settings, out)
        self.user = target.user or settings.user or ""

    def attempts(self) -> list[Attempt]:
        """In their order: keys that were named, the password that was given, the agent's keys, the
        default ones, and asking, which a given password makes unnecessary."""
        settings = self._settings
        attempts = list(map(self._key, self._keys.named()))
        if settings.password is not None:
            attempts.append(Attempt("password", self._given_password))
            attempts.append(Attempt("keyboard-interactive", self._given_answer))
        attempts += map(self._key, [*self._keys.of_agent(), *self._keys.default()])
        if settings.password is None and not settings.batch:
            tries = settings.password_prompts
            attempts += [Attempt("keyboard-interactive", self._asked_answers)] * tries
            attempts += [Attempt("password", self._asked_password)] * tries
        return [attempt for attempt in attempts if attempt.method in settings.methods]

    def _key(self, key: KeyLogin) -> Attempt:
        return Attempt("publickey", lambda: key(self._session, self.user))

    # ---- passwords -------------------------------------------------------------------------------

    def _given_password(self) -> bool:
        assert self._settings.password is not None
        self._session.userauth_password(self.user, self._settings.password)
        self._out.detail("logged in by password")
        return True

    def _asked_password(self) -> bool:
        prompt = f"{display(self.user)}@{harmless(self._target.host)}'s password: "
        try:
            password = ask_secret(prompt)
        except (CannotAsk, EOFError):
            return False
        try:
            self._session.userauth_password(self.user, password)
        except _ssh.AuthenticationError as error:
            if not error.partial:
                self._out.error("permission denied, please try again")
            raise
        self._out.detail("logged in by password")
        return True

    # ---- questions of the server's own (RFC 4256) ------------------------------------------------

    def _given_answer(self) -> bool:
        """The password, to a server that asks for one thing and does not show it."""
        password = self._settings.password
        assert password is not None

        def answer(title: str, instruction: str, prompts: list[tuple[str, bool]]) -> list[str]:
            if len(prompts) > 1 or any(is_shown for _, is_shown in prompts):
                raise CannotAsk
            return [password for _ in prompts]

        return self._interactive(answer)

    def _asked_answers(self) -> bool:
        def answer(title: str, instruction: str, prompts: list[tuple[str, bool]]) -> list[str]:
            self._out.block("\n".join(text for text in (title, instruction) if text))
            host = harmless(self._target.host)
            return [
                (ask if is_shown else ask_secret)(f"({display(self.user)}@{host}) {harmless(text)}")
                for text, is_shown in prompts
            ]

        return self._interactive(answer)

    def _interactive(self, answer: Callable[[str, str, list[tuple[str, bool]]], list[str]]) -> bool:
        try:
            self._session.userauth_keyboard_interactive(self.user, answer)
        except (CannotAsk, EOFError):
            return False
        self._out.detail("logged in by keyboard-interactive")
        return True
