"""What the pages about rules read."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import OuterRef
from msgspec import Struct

from hubbub.core import query as language
from hubbub.store import capped
from hubbub.store.models import Post, Rule, Verdict, Workspace
from hubbub.store.search import Before, Found, search

from .queries import CappedCount

WEEK = timedelta(days=7)
TRIED = 2_000  # of the newest posts, when a condition is tried


class Listed(Struct, frozen=True):
    """A rule and how often it held lately."""

    rule: Rule
    hits: str  # of the last seven days, as shown
    unchecked: str  # how often it could not be checked in that time


class Hits(Struct, frozen=True):
    """Where a rule held, newest first."""

    verdicts: Sequence[Verdict]
    older: Before | None


def rules(workspace: Workspace, now: datetime) -> list[Listed]:
    """All rules in the order in which they are tried."""
    found = Rule.of(workspace).select_related("breaker").annotate(
        hits=_lately(workspace, now, unchecked=False), unchecked=_lately(workspace, now, unchecked=True)
    )
    return [Listed(rule, capped.shown(rule.hits), capped.shown(rule.unchecked)) for rule in found]


def _lately(workspace: Workspace, now: datetime, *, unchecked: bool) -> CappedCount:
    # through the rule, so that the index on it serves; one filter, which looks at one verdict at a time
    held = Rule.of(workspace).filter(pk=OuterRef("pk"), verdicts__at__gte=now - WEEK, verdicts__unchecked=unchecked)
    return CappedCount(held.order_by().values("verdicts__pk")[: capped.MANY])


def hits(rule: Rule, before: Before | None = None, size: int = 50) -> Hits:
    """A page of what it said."""
    found = rule.verdicts.select_related("post__source", "post__author").order_by("-pk")
    if before:
        found = found.filter(pk__lt=before.id)
    page = list(found[: size + 1])
    last = page[size - 1] if len(page) > size else None
    return Hits(page[:size], Before(last.at, last.pk) if last else None)


def tried(workspace: Workspace, condition: language.Query, now: datetime) -> Found:
    """The newest ten that a condition holds for, among the newest `TRIED` posts."""
    return search(Post.of(workspace), condition, now=now, size=10, budget=TRIED)
