"""What the pages about batches read: what was done together, what became of it there, what its undoing made of it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import Count, OuterRef
from msgspec import Struct

from hubbub.core.breaker import DAY_CAP, FLOOR_DAY, FLOOR_HOUR, HOUR_CAP, Limits, most
from hubbub.store import breakers, capped
from hubbub.store.models import Batch, Breaker, Deed, Fate, OutboxState, Rule, Undoing, Workspace
from hubbub.store.search import Before

from .queries import CappedCount

PAGE = 50
NOBODY = "only here in Hubbub"


class Listed(Struct, frozen=True):
    """A batch and how much it did."""

    batch: Batch
    deeds: str


class Batches(Struct, frozen=True):
    """One page, newest first."""

    rows: Sequence[Listed]
    older: Before | None


class Tally(Struct, frozen=True):
    """How many deeds of one kind."""

    says: str
    number: int


def batches(workspace: Workspace, before: Before | None = None, rule: Rule | None = None) -> Batches:
    """What people decided together and what rules did, a day at a time."""
    mine = Deed.of(workspace).filter(batch=OuterRef("pk")).order_by().values("pk")[: capped.MANY]
    found = Batch.of(workspace).annotate(did=CappedCount(mine)).select_related("rule").order_by("-pk")
    if rule is not None:
        found = found.filter(rule=rule)
    page = list((found.filter(pk__lt=before.id) if before else found)[: PAGE + 1])
    last = page[PAGE - 1] if len(page) > PAGE else None
    rows = [Listed(batch, capped.shown(batch.did)) for batch in page[:PAGE]]
    return Batches(rows, Before(last.at, last.pk) if last else None)


def deeds(batch: Batch, before: Before | None = None) -> tuple[Sequence[Deed], Before | None]:
    """A page of what it did, newest first."""
    found = batch.deeds.select_related("post__source", "post__author", "sanction__author", "sent", "undo_sent")
    found = found.order_by("-pk")
    page = list((found.filter(pk__lt=before.id) if before else found)[: PAGE + 1])
    last = page[PAGE - 1] if len(page) > PAGE else None
    return page[:PAGE], Before(last.at, last.pk) if last else None


def tallies(batch: Batch) -> Sequence[Tally]:
    """What it asked for and how that stands on the networks: "remove, sent: 12"."""
    counted = batch.deeds.order_by().values_list("verb", "sent__state").annotate(n=Count("pk"))
    return [Tally(f"{verb}: {_state(state)}", n) for verb, state, n in sorted(counted, key=lambda row: -row[2])]


def _state(state: str | None) -> str:
    return OutboxState(state).label.lower() if state else NOBODY


class Report(Struct, frozen=True):
    """How an undoing stands."""

    undoing: Undoing
    asked: Sequence[Tally]  # what the networks make of it
    left: Sequence[Deed]  # what was not taken back, or not everywhere, with why; the newest hundred

    @property
    def seen(self) -> int:
        """How many deeds it has looked at."""
        return self.undoing.undone + self.undoing.left


def report(undoing: Undoing) -> Report:
    """Progress while it is under way, and what could not be."""
    mine = Deed.of(undoing.workspace).filter(undoing=undoing)
    counted = mine.filter(fate=Fate.UNDONE).order_by().values_list("undo_sent__state").annotate(n=Count("pk"))
    asked = [Tally(OutboxState(state).label if state else "Nobody had to be asked", n) for state, n in counted]
    told = mine.exclude(told="").select_related("post", "sanction__author").order_by("-pk")
    return Report(undoing, asked, list(told[:100]))


def undoings(workspace: Workspace) -> Sequence[Undoing]:
    """The newest ones."""
    return list(Undoing.of(workspace).order_by("-pk")[:10])


class Meter(Struct, frozen=True):
    """How a rule's breaker stands."""

    rule: Rule
    breaker: Breaker | None
    limits: Limits
    hour: int  # acts in the last 60 minutes
    day: int
    unusual_hour: int | None  # from so many on it is stopped; None: its usual rate is not known yet
    unusual_day: int | None
    usual_caps: tuple[int, int] = (HOUR_CAP, DAY_CAP)


def meter(rule: Rule, now: datetime) -> Meter:
    """What it did lately and from where on it would be stopped."""
    breaker = Breaker.of(rule.workspace).filter(rule=rule).first()
    limits = breakers.limits_of(rule, breaker, now)
    hour, day = (breakers.acts(rule).filter(at__gt=now - timedelta(hours=hours)).count() for hours in (1, 24))
    rate = limits.rate
    return Meter(
        rule=rule,
        breaker=breaker,
        limits=limits,
        hour=hour,
        day=day,
        unusual_hour=None if rate is None else most(rate, FLOOR_HOUR),
        unusual_day=None if rate is None else most(rate * 24, FLOOR_DAY),
    )


def stopped(workspace: Workspace) -> Sequence[Breaker]:
    """Rules that a breaker stopped, for the notice on every page."""
    return list(Breaker.of(workspace).filter(stopped__isnull=False).select_related("rule").order_by("-stopped")[:5])


def acted(rule: Rule) -> tuple[Sequence[int], Sequence[date]]:
    """The versions in which the rule did something, and the days, newest first: what an undoing may begin with."""
    mine = Batch.of(rule.workspace).filter(rule=rule).order_by("-pk").values_list("rule_version", "day")[:200]
    versions = {version for version, _ in mine if version}
    return sorted(versions, reverse=True), sorted({day for _, day in mine if day}, reverse=True)
