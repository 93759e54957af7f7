"""What the pages about rules read."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db.models import OuterRef
from msgspec import Struct

from hubbub.core import query as language
from hubbub.store import capped
from hubbub.store.models import Post, Rule, Source, Verdict, Workspace
from hubbub.store.search import Before, Found, search

from . import rules_weeks
from .effects import TREATING, is_final, word
from .queries import CappedCount

WEEK = timedelta(days=7)
MOST_SOURCES = 50
TRIED = 2_000  # of the newest posts, when a condition is tried


class Listed(Struct, frozen=True):
    """A rule and how often it held lately."""

    rule: Rule
    hits: str  # of the last seven days, as shown
    unchecked: str  # how often it could not be checked in that time
    state: str = ""  # as shown: an expired one says so
    below: rules_weeks.Record | None = None  # its last weeks, where they fall below its line


class Hits(Struct, frozen=True):
    """Where a rule held, newest first."""

    verdicts: Sequence[Verdict]
    older: Before | None


def rules(workspace: Workspace, now: datetime) -> list[Listed]:
    """All rules in the order in which they are tried."""
    found = (
        Rule.of(workspace)
        .select_related("breaker")
        .annotate(hits=_lately(workspace, now, unchecked=False), unchecked=_lately(workspace, now, unchecked=True))
    )
    below, today = rules_weeks.below_their_line(list(found), now), now.astimezone(UTC).date()
    return [
        Listed(rule, capped.shown(rule.hits), capped.shown(rule.unchecked), rule.shown_state(today), below.get(rule.pk))
        for rule in found
    ]


def _lately(workspace: Workspace, now: datetime, *, unchecked: bool) -> CappedCount:
    # through the rule, so that the index on it serves; one filter, which looks at one verdict at a time
    held = Rule.of(workspace).filter(pk=OuterRef("pk"), verdicts__at__gte=now - WEEK, verdicts__unchecked=unchecked)
    return CappedCount(held.order_by().values("verdicts__pk")[: capped.MANY])


def hits(rule: Rule, before: Before | None = None, size: int = 50, asked: rules_weeks.Asked = rules_weeks.ALL) -> Hits:
    """A page of what it said."""
    found = rules_weeks.verdicts(rule, asked).select_related("post__source", "post__author")
    if before:
        found = found.filter(pk__lt=before.id)
    page = list(found[: size + 1])
    last = page[size - 1] if len(page) > size else None
    return Hits(page[:size], Before(last.at, last.pk) if last else None)


def tried(workspace: Workspace, condition: language.Query, now: datetime) -> Found:
    """The newest ten that a condition holds for, among the newest `TRIED` posts."""
    return search(Post.of(workspace), condition, now=now, size=10, budget=TRIED)


class Ability(Struct, frozen=True):
    """What an outcome means at one source, in its network's words."""

    source: str
    says: str
    able: bool


VERBS = {"approve": "approve", "hide": "hide", "remove": "remove", "warn": "warn", "mute": "mute", "ban": "ban",
         "label": "label"}  # fmt: skip


def abilities(workspace: Workspace, then: str, places: Sequence[str]) -> list[Ability]:
    """What the outcome does at each of our own sources where the rule holds; nothing for one that asks a person."""
    verb = VERBS.get(then)
    if verb is None:
        return []
    chosen = {name.casefold() for name in places}
    found = []
    for source in Source.of(workspace).order_by("name")[:MOST_SOURCES]:
        if chosen and not chosen & {source.name.casefold(), source.kind.casefold()}:
            continue
        if verb in source.can:
            final = ", and cannot take that back" if is_final(source, verb) else ""
            found.append(Ability(source.name, f"its network does it: {word(source, verb)}{final}", able=True))
        elif verb in TREATING:
            found.append(Ability(source.name, "cannot be done there: the post waits for a person instead", able=False))
        else:
            found.append(Ability(source.name, "decided here only: its network cannot be told", able=False))
    return found
