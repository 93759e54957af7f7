"""The two ways in which a network can fail us. Everything else is a bug, and loud."""

from datetime import timedelta


class Failure(Exception):
    """A failure that has a name. Its text is shown to people: it says what happened and what to do."""


class Retry(Failure):
    """It may work later: busy, unreachable, over its limit."""

    def __init__(self, message: str, *, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after  # as the network asked; None: it did not say


class Broken(Failure):
    """It will not work until a person mends it: refused, gone, malformed."""

    def __init__(self, message: str, *, sign_in: bool = False) -> None:
        super().__init__(message)
        self.sign_in = sign_in  # a token or password is no longer taken: signing in anew mends it
