"""The names of the server's users and groups, asked for once each."""

from collections.abc import Iterable

import _ssh

_EXTENSION = "users-groups-by-id@openssh.com"


class OwnerNames:
    """Numbers stand for the names that the server does not tell."""

    def __init__(self, sftp: _ssh.SFTP) -> None:
        self._sftp = sftp
        self._users: dict[int, str] = {}
        self._groups: dict[int, str] = {}

    def learn(self, uids: Iterable[int | None], gids: Iterable[int | None]) -> None:
        """Asks for those that are not known yet."""
        users = sorted({uid for uid in uids if uid is not None} - self._users.keys())
        groups = sorted({gid for gid in gids if gid is not None} - self._groups.keys())
        if not (users or groups) or _EXTENSION not in self._sftp.extensions:
            return
        try:
            user_names, group_names = self._sftp.names_by_id(users, groups)
        except _ssh.SFTPError:
            return
        self._users.update(zip(users, user_names, strict=False))
        self._groups.update(zip(groups, group_names, strict=False))

    def user(self, uid: int | None) -> str:
        return _shown(uid, self._users)

    def group(self, gid: int | None) -> str:
        return _shown(gid, self._groups)


def _shown(number: int | None, names: dict[int, str]) -> str:
    """A name that might upset the columns, or the terminal, is left out."""
    name = "" if number is None else names.get(number, "")
    return name if name.isprintable() and name and " " not in name else shown_id(number)


def shown_id(number: int | None) -> str:
    return "?" if number is None else str(number)
