"""For each built-in connector, a server (or a file) that works: what the contract test reads."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from hubbub.connectors import Act, Verb

from ..conftest import Server

Said = TypeVar("Said")

MANY = 734  # posts of a source that works: more than one batch, not a round number


class Works(Struct, frozen=True):
    """What a working source is asked with, and what it holds."""

    settings: dict[str, str]
    many: int = MANY  # posts to be had
    says: str = str(MANY)  # stands in what a check found
    can: frozenset[Verb] = frozenset()  # nobody signed in


class Speaks(Struct, frozen=True):
    """What is said through settings that may speak."""

    settings: dict[str, str]
    acts: tuple[Act, ...]


def speaking_one(kind: str, server: Server) -> Speaks | None:
    """The function `speaking(server)` of the module named after the connector: a server that keeps what is said."""
    speaks: Callable[[Server], Speaks] | None = getattr(import_module(f"{__name__}.{kind}"), "speaking", None)
    return speaks(server) if speaks else None


def working_one(kind: str) -> Callable[[Path, Server], Works]:
    """The function `working(tmp_path, server)` of the module named after the connector."""

    def working(tmp_path: Path, server: Server) -> Works:
        made: Works = import_module(f"{__name__}.{kind}").working(tmp_path, server)
        return made

    return working


def sample_act(kind: str, verb: Verb) -> Act:
    """Something to ask of that network; its module says POST, THREAD and AUTHOR where numbers are no ids there."""
    post, thread, author = (
        _said(kind, name, default) for name, default in (("POST", "7"), ("THREAD", "3"), ("AUTHOR", "5"))
    )
    return Act(verb, post, "key", "text", thread, author=author, title="A title", label="spam")


def fixed(kind: str) -> dict[str, str]:
    """Settings that cannot be just any text; the network's module says them in FIXED."""
    return _said(kind, "FIXED", {})


def _said(kind: str, name: str, default: Said) -> Said:
    try:
        said: Said = getattr(import_module(f"{__name__}.{kind}"), name, default)
    except ModuleNotFoundError:  # an installed package's
        return default
    return said
