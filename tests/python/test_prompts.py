"""keyboard-interactive logins and expired passwords."""

from collections.abc import Iterator, Sequence

import asyncssh
import pytest

import _ssh
from clients import connect
from servers import PASSWORD, AsyncSSHServer, Keys
from servers.asyncssh_server import AsyncSSHLogin


class _Asking(AsyncSSHLogin):
    """Asks twice, wants a password changed, and takes no plain password but that one."""

    def __init__(self) -> None:
        super().__init__(())
        self._rounds = 0

    def kbdint_auth_supported(self) -> bool:
        return True

    def get_kbdint_challenge(
        self, username: str, lang: str, submethods: str
    ) -> tuple[str, str, str, list[tuple[str, bool]]]:
        self._rounds = 0
        return "Door\x1b[31m", "Two locks\nmind the gap", "", [("Name: ", True), ("Key: ", False)]

    def validate_kbdint_response(
        self, username: str, responses: Sequence[str]
    ) -> bool | tuple[str, str, str, list[tuple[str, bool]]]:
        self._rounds += 1
        if self._rounds == 1:
            right = list(responses) == ["smith", "grün"]
            return ("", "", "", [("Code: ", False)]) if right else False
        return list(responses) == ["42"]

    def validate_password(self, username: str, password: str) -> bool:
        if password == "expired":
            raise asyncssh.PasswordChangeRequired("choose a new one")
        return False

    def change_password(self, username: str, old_password: str, new_password: str) -> bool:
        return (old_password, new_password) == ("expired", "fresh")


@pytest.fixture(scope="module")
def asking(keys: Keys) -> Iterator[AsyncSSHServer]:
    with AsyncSSHServer(keys, server_factory=_Asking) as server:
        yield server


def test_prompts_round_by_round(asking: AsyncSSHServer) -> None:
    asked: list[tuple[str, str, list[tuple[str, bool]]]] = []

    def answer(title: str, instruction: str, prompts: list[tuple[str, bool]]) -> list[str]:
        asked.append((title, instruction, prompts))
        return [{"Name: ": "smith", "Key: ": "grün", "Code: ": "42"}[text] for text, _ in prompts]

    with connect(asking) as session:
        session.userauth_keyboard_interactive(asking.user, answer)
        assert session.authenticated
        assert session.exec("echo in") == b"in\n"
    assert asked[0] == (
        "Door\\x1b[31m",
        "Two locks\nmind the gap",
        [("Name: ", True), ("Key: ", False)],
    )
    assert asked[1] == ("", "", [("Code: ", False)])


def test_a_wrong_answer_is_refused_and_may_be_tried_again(asking: AsyncSSHServer) -> None:
    with connect(asking) as session:
        with pytest.raises(_ssh.AuthenticationError) as refused:
            session.userauth_keyboard_interactive(asking.user, lambda *_: ["smith", b"wrong"])
        assert "keyboard-interactive" in refused.value.allowed
        answers: Iterator[list[str | bytes | bytearray]]
        answers = iter([["smith", "grün"], [bytearray(b"42")]])
        session.userauth_keyboard_interactive(asking.user, lambda *_: next(answers))
        assert session.authenticated


def test_what_the_handler_raises_ends_the_attempt_only(asking: AsyncSSHServer) -> None:
    class Enough(Exception):
        pass

    def give_up(*_: object) -> list[str]:
        raise Enough

    with connect(asking) as session:
        with pytest.raises(Enough):
            session.userauth_keyboard_interactive(asking.user, give_up)
        with pytest.raises(ValueError, match="1 answers to 2 prompts"):
            session.userauth_keyboard_interactive(asking.user, lambda *_: ["one"])
        with pytest.raises(ValueError, match="0 answers to 2 prompts"):
            session.userauth_keyboard_interactive(asking.user, lambda *_: None)
        with pytest.raises(TypeError):
            session.userauth_keyboard_interactive(asking.user, lambda *_: "one")
        with pytest.raises(TypeError):
            session.userauth_keyboard_interactive(asking.user, "pw")  # type: ignore[arg-type]
        answers = iter([["smith", "grün"], ["42"]])
        session.userauth_keyboard_interactive(asking.user, lambda *_: next(answers))
        assert session.authenticated


def test_a_password_by_prompt(asyncssh_server: AsyncSSHServer) -> None:
    with connect(asyncssh_server) as session:
        session.userauth_keyboard_interactive(asyncssh_server.user, lambda *_: [PASSWORD])
        assert session.authenticated


def test_an_expired_password(asking: AsyncSSHServer) -> None:
    with connect(asking) as session:
        with pytest.raises(_ssh.AuthenticationError, match="expired"):
            session.userauth_password(asking.user, "expired")
        with pytest.raises(_ssh.AuthenticationError):
            session.userauth_password(asking.user, "expired", "too old")
        session.userauth_password(asking.user, "expired", b"fresh")
        assert session.authenticated
