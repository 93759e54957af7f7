"""The networks that Hubbub can reach: what is built in, and what installed packages add."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType

from hubbub.core.failures import Broken

from ._answer import Answer
from ._connector import (
    TAKEN_BACK,
    Act,
    Arrived,
    Batch,
    Brand,
    Connector,
    Declared,
    Done,
    Family,
    Field,
    Found,
    Limits,
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
from ._http import Http

__all__ = [
    "TAKEN_BACK",
    "Act",
    "Answer",
    "Arrived",
    "Batch",
    "Brand",
    "Connector",
    "Declared",
    "Done",
    "Family",
    "Field",
    "Found",
    "Http",
    "Limits",
    "Pushed",
    "ReadOnly",
    "Reads",
    "Refused",
    "Report",
    "Settings",
    "Streaming",
    "Tested",
    "Verb",
    "connector",
    "connectors",
]

GROUP = "hubbub.connectors"  # entry points of this group name an object that is a Connector
BUILT_IN = (  # in the order in which a form offers them
    "feed",
    "files",
    "wordpress",
    "hacker_news",
)


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
