"""The one door to the network, as this installation's settings want it; for rooms and the engine."""

from functools import cache

from django.conf import settings

from hubbub.connectors import Http


def door(*, hurry: bool = False) -> Http:
    """The Http that connectors are given. `hurry`: a person waits for the answer, so that it gives up sooner."""
    return _door(tuple(settings.PRIVATE_HOSTS_ALLOWED), hurry)


def allowed() -> bool | tuple[str, ...]:
    """The private hosts that may be reached, as this installation's settings name them; True: all."""
    names = tuple(settings.PRIVATE_HOSTS_ALLOWED)
    return True if "*" in names else names


@cache
def _door(allowed: tuple[str, ...], hurry: bool) -> Http:
    allow: bool | tuple[str, ...] = True if "*" in allowed else allowed
    if hurry:
        return Http(allow_private=allow, connect=5.0, read=8.0, total=15.0)
    return Http(allow_private=allow)
