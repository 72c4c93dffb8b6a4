"""What the tools themselves find wrong; `_ssh` and the system say the rest by OSError."""


class CommandError(Exception):
    """Something cannot be done; the text says what, with the path in front, and may be shown."""


class Lost(Exception):
    """The connection is gone, or what runs on it: nothing more can be done. The text says why."""
