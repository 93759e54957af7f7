"""The networks that Hubbub can reach: what is built in, and what installed packages add."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType

from msgspec import Struct

from hubbub.core.failures import Broken

from . import _apprise as apprise
from . import _oauth as oauth
from ._answer import Answer
from ._connector import (
    BEAT,
    TAKEN_BACK,
    Act,
    Arrived,
    Batch,
    Brand,
    Connector,
    Declared,
    Destination,
    Done,
    Family,
    Field,
    Found,
    Limits,
    Naming,
    Placing,
    Pushed,
    ReadOnly,
    Reads,
    Refused,
    Report,
    Settings,
    Streaming,
    Tested,
    Verb,
)
from ._http import Http, Parts
from ._lengths import ADDRESS, MENTION, length_of, too_many
from ._media import Attached, MediaLimits, fits, unfit
from ._oauth import OAuth, SigningIn, Who
from ._words import DOING, FAMILIES, READING, limits_in_words

__all__ = [
    "ADDRESS",
    "BEAT",
    "DOING",
    "FAMILIES",
    "MENTION",
    "READING",
    "TAKEN_BACK",
    "Act",
    "Answer",
    "Arrived",
    "Attached",
    "Batch",
    "Brand",
    "Connector",
    "Declared",
    "Destination",
    "Done",
    "Family",
    "Field",
    "Found",
    "Http",
    "Installed",
    "Limits",
    "MediaLimits",
    "Naming",
    "OAuth",
    "Parts",
    "Placing",
    "Pushed",
    "ReadOnly",
    "Reads",
    "Refused",
    "Report",
    "Settings",
    "SigningIn",
    "Streaming",
    "Tested",
    "Verb",
    "Who",
    "apprise",
    "connector",
    "connectors",
    "fits",
    "installed",
    "length_of",
    "limits_in_words",
    "oauth",
    "too_many",
    "unfit",
]

GROUP = "hubbub.connectors"  # entry points of this group name an object that is a Connector
DECLARED = (
    *("kind", "label", "about", "fields", "can", "every", "reads", "names", "limits", "keys", "keyless", "tested"),
    *("called", "final", "ends", "place", "family", "notes", "suggest", "check", "fetch", "act", "find"),
)
BUILT_IN = (  # in the order in which a form offers them
    "feed",
    "files",
    "wordpress",
    "mastodon",
    "bluesky",
    "ozone",
    "site",
    "bluesky_stream",
    "hacker_news",
    "lemmy",
    "stack_exchange",
    "github",
    "discourse",
    "disqus",
    "misago",
    "isso",
    "matrix",
    "mail",
)


class Installed(Struct, frozen=True):
    """A connector and who brings it, or why a package's cannot be used."""

    package: str  # "hubbub" for the built-in ones
    name: str  # of the module or the entry point
    connector: Connector | None
    trouble: str = ""  # in words; "" where it can be used


def installed() -> Sequence[Installed]:
    """All that there is, the built-in ones first; what cannot be used says why."""
    found = [Installed("hubbub", name, import_module(f"{__name__}.{name}").CONNECTOR) for name in BUILT_IN]
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        one = _loaded(point)
        if one.connector and any(one.connector.kind == other.connector.kind for other in found if other.connector):
            one = Installed(one.package, one.name, None, f"its kind “{one.connector.kind}” is taken by another")
        found.append(one)
    return found


def _loaded(point: EntryPoint) -> Installed:
    package = point.dist.name if point.dist else "unknown"
    try:
        one = point.load()
    except (ImportError, AttributeError, SyntaxError) as error:
        return Installed(package, point.name, None, f"{point.value} cannot be imported: {error}")
    missing = [name for name in DECLARED if not hasattr(one, name)]
    if missing:
        says = f"{point.value} is no connector: it lacks {', '.join(missing)}. Inherit from hubbub.connectors.Declared"
        return Installed(package, point.name, None, says)
    return Installed(package, point.name, one)


@cache
def connectors() -> Mapping[str, Connector]:
    """Every connector by its kind: the built-in ones first, then those of installed packages by name.

    A package that cannot be imported, or that takes a kind that is taken, is a fault of the installation and raises.
    """
    found: dict[str, Connector] = {}
    built_in = [import_module(f"{__name__}.{name}").CONNECTOR for name in BUILT_IN]
    added = [point.load() for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)]
    for one in (*built_in, *added):
        if one.kind in found:
            raise ValueError(f"Two connectors call themselves {one.kind!r}: {found[one.kind]!r} and {one!r}")
        found[one.kind] = one
    return MappingProxyType(found)


def connector(kind: str) -> Connector:
    """The connector of a source. Raises Broken where its package is no longer installed."""
    try:
        return connectors()[kind]
    except KeyError:
        raise Broken(f"Nothing here can read sources of the kind {kind!r}. Install the package that could.") from None
