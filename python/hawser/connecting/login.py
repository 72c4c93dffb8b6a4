"""Logging in: keys, then passwords, as far as the server lets us and the person can be asked."""

from collections.abc import Callable
from typing import NamedTuple

import _ssh

from ..asking import CannotAsk
from ..escape import display, harmless
from .keys import KeyLogin, Keys
from .person import Person
from .settings import METHODS, Secret, Settings


class Attempt(NamedTuple):
    """One way to log in: `run` returns if it worked or could not be tried at all (False)."""

    method: str
    run: Callable[[], bool]


def log_in(session: _ssh.Session, settings: Settings) -> None:
    """AuthenticationError if nothing helped, with what was `tried`. After a step of several
    (`partial`), what the server wants next is looked for from the beginning of what was not tried
    yet."""
    banners = _Banners(session, settings.person)
    try:
        _log_in(session, settings, banners)
    finally:
        banners.show()


def _log_in(session: _ssh.Session, settings: Settings, banners: "_Banners") -> None:
    login = _Login(session, settings)
    try:
        session.userauth_none(login.user)
        return
    except _ssh.AuthenticationError as error:
        refusal = error
    banners.show()
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
        banners.show()
    refusal.tried = tuple(login.tried)  # type: ignore[attr-defined]
    refusal.unusable = tuple(login.unusable)  # type: ignore[attr-defined]
    raise refusal


class _Banners:
    """What the server says to the person, at any time before the login is done (RFC 4252 5.4)."""

    def __init__(self, session: _ssh.Session, person: Person) -> None:
        self._session = session
        self._person = person
        self._shown = 0

    def show(self) -> None:
        """Shows what was not shown yet."""
        banner = self._session.banner
        if len(banner) > self._shown:
            self._person.banner(banner[self._shown :])
            self._shown = len(banner)


class _Login:
    def __init__(self, session: _ssh.Session, settings: Settings) -> None:
        self._session = session
        self._host = settings.target.host
        self._credentials = settings.credentials
        self._person = settings.person
        self._keys = Keys(settings.credentials, settings.person)
        self.tried = self._keys.shown
        """What was shown to the server, in words."""
        self.unusable = self._keys.unusable
        self.user = settings.target.user or ""
        self._has_declined = False
        """The person gave no answer, and is not asked again."""

    def attempts(self) -> list[Attempt]:
        """In their order: keys that were named, the password that was given, the agent's keys, the
        default ones, and asking, which a given password makes unnecessary."""
        credentials = self._credentials
        attempts = list(map(self._key, self._keys.named()))
        if credentials.password is not None:
            attempts.append(Attempt("password", self._given_password))
            attempts.append(Attempt("keyboard-interactive", self._given_answer))
        attempts += map(self._key, [*self._keys.of_agent(), *self._keys.default()])
        if credentials.password is None and self._person.can_be_asked():
            tries = credentials.password_prompts
            attempts += [Attempt("keyboard-interactive", self._asked_answers)] * tries
            attempts += [Attempt("password", self._asked_password)] * tries
        attempts = [attempt for attempt in attempts if attempt.method in credentials.methods]
        if credentials.methods != METHODS:
            attempts.sort(key=lambda attempt: credentials.methods.index(attempt.method))
        return attempts

    def _key(self, key: KeyLogin) -> Attempt:
        return Attempt("publickey", lambda: key(self._session, self.user))

    # ---- passwords -------------------------------------------------------------------------------

    def _given_password(self) -> bool:
        assert self._credentials.password is not None
        self._password(self._credentials.password)
        return True

    def _asked_password(self) -> bool:
        if self._has_declined:
            return False
        prompt = f"{display(self.user)}@{harmless(self._host)}'s password: "
        try:
            password = self._person.answer(prompt)
        except (CannotAsk, EOFError):
            self._has_declined = True
            return False
        try:
            self._password(password)
        except _ssh.AuthenticationError as error:
            if not error.partial:
                self._person.show("permission denied, please try again")
            raise
        return True

    def _password(self, password: Secret) -> None:
        self.tried.append("a password")
        self._session.userauth_password(self.user, password, self._credentials.new_password)
        self._person.detail("logged in by password")

    # ---- questions of the server's own (RFC 4256) ------------------------------------------------

    def _given_answer(self) -> bool:
        """The password, to a server that asks for one thing and does not show it."""
        password = self._credentials.password
        assert password is not None

        def answer(title: str, instruction: str, prompts: list[tuple[str, bool]]) -> list[Secret]:
            if len(prompts) > 1 or any(is_shown for _, is_shown in prompts):
                raise CannotAsk
            return [password for _ in prompts]

        return self._interactive(answer)

    def _asked_answers(self) -> bool:
        if self._has_declined:
            return False

        def answer(title: str, instruction: str, prompts: list[tuple[str, bool]]) -> list[Secret]:
            told = "\n".join(text for text in (title, instruction) if text)
            if told:
                self._person.show(told)
            who = f"({display(self.user)}@{harmless(self._host)}) "
            try:
                return [self._person.answer(who + text, echo=shown) for text, shown in prompts]
            except (CannotAsk, EOFError):
                self._has_declined = True
                raise

        return self._interactive(answer)

    def _interactive(
        self, answer: Callable[[str, str, list[tuple[str, bool]]], list[Secret]]
    ) -> bool:
        self.tried.append("keyboard-interactive")
        try:
            self._session.userauth_keyboard_interactive(
                self.user, answer, self._credentials.devices
            )
        except (CannotAsk, EOFError):
            return False
        self._person.detail("logged in by keyboard-interactive")
        return True
