"""Kept: what took long to count, for some minutes, so that a page is counted once and not for every reader."""

from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from django.core.cache.backends.locmem import LocMemCache

from .models import Post, Workspace

MINUTES = 5  # that a count may be old; it says itself when it was made
FEW = 20_000  # posts: a workspace with no more of them is counted anew for every page, which takes no time

T = TypeVar("T")

# apart from the cache of the whole site, so that counts push nothing else out; each process has its own
_counts = LocMemCache("counts", {"OPTIONS": {"MAX_ENTRIES": 2_000}})


def keep(workspace: Workspace, what: tuple[object, ...], count: Callable[[], T], *, fresh: bool = False) -> T:
    """What `count` gives, or gave within the last minutes. `what` names it, with all that it depends on besides the
    workspace and its topics and rules; `fresh`: count now. The count must carry the moment at which it was made."""
    if not _is_large(workspace):
        return count()
    key = _key(workspace, what)
    found: T | None = None if fresh else _counts.get(key)
    if found is None:
        found = count()
        _counts.set(key, found, MINUTES * 60)
    return found


def _key(workspace: Workspace, what: tuple[object, ...]) -> str:
    # the moment of its making tells a workspace from an earlier one of the same number, as after a restore
    whole = (workspace.pk, workspace.created.isoformat(), workspace.plan_version, *what)
    return sha256(repr(whole).encode()).hexdigest()


def _is_large(workspace: Workspace) -> bool:
    return Post.of(workspace).order_by()[FEW : FEW + 1].exists()
