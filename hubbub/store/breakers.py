"""Counting what rules do and stopping those that do too much, in the transaction of the batch that they act on.

Whoever takes posts in holds the workspace's plan (`plans.hold`), so that of two batches the second counts what the
first did: no cap is overshot, however many workers there are.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Min, Q, QuerySet
from msgspec import Struct

from hubbub.core.breaker import DAY_CAP, HOUR_CAP, Limits, stop

from .audit import audit
from .models import Breaker, Deed, Rule, System, Workspace

HOUR, DAY, PAST, YOUNG = timedelta(hours=1), timedelta(days=1), timedelta(days=28), timedelta(days=7)
BREAKER = System("Circuit breaker")


class Gauge(Struct):
    """What one rule did lately, while a batch is settled."""

    rule: Rule
    limits: Limits
    hour: int
    day: int
    stopped: str = ""  # why it is stopped; "": it acts
    trips: bool = False  # it is this batch that stops it

    def act(self) -> str:
        """Count one act. Where it is not to be done: why not, in words."""
        if not self.stopped and (why := stop(self.hour, self.day, self.limits)):
            self.stopped, self.trips = why, True
        if self.stopped:
            return f"The rule “{self.rule.name}” was stopped: {self.stopped}"
        self.hour += 1
        self.day += 1
        return ""


def gauges(workspace: Workspace, rules: Collection[int], now: datetime) -> dict[int, Gauge]:
    """By rule; those that were deleted meanwhile are left out."""
    found = Rule.of(workspace).select_related("breaker").in_bulk(rules)
    return {pk: _gauge(rule, now) for pk, rule in found.items()}


def _gauge(rule: Rule, now: datetime) -> Gauge:
    breaker: Breaker | None = getattr(rule, "breaker", None)
    if breaker and breaker.stopped:
        return Gauge(rule, Limits(), 0, 0, breaker.stopped_why)
    limits = limits_of(rule, breaker, now)
    since = breaker.restarted if breaker else None
    return Gauge(
        rule,
        limits,
        _acts(rule, max(now - HOUR, since or now - HOUR), limits.hour_cap),
        _acts(rule, max(now - DAY, since or now - DAY), limits.day_cap),
    )


def _acts(rule: Rule, since: datetime, most: int) -> int:
    """Not beyond `most`: more makes no difference."""
    return acts(rule).filter(at__gt=since).order_by()[:most].count()


def acts(rule: Rule) -> QuerySet[Deed]:
    """What it did, each act once: a mute or ban belongs to what was done to the post."""
    return Deed.of(rule.workspace).filter(Q(sanction=None) | Q(verb="warn"), rule=rule)


def limits_of(rule: Rule, breaker: Breaker | None, now: datetime) -> Limits:
    """Caps as they are set, and the rate that is usual: of this version's replay, else of its own past weeks."""
    rate, told = past_rate(rule, breaker, now), "its past weeks"
    if breaker and breaker.replayed_rate is not None and breaker.replayed_version == rule.version:
        rate, told = breaker.replayed_rate, "its replay"
    caps = (breaker.hour_cap, breaker.day_cap) if breaker else (None, None)
    return Limits(
        HOUR_CAP if caps[0] is None else caps[0], DAY_CAP if caps[1] is None else caps[1], rate, told if rate else ""
    )


def past_rate(rule: Rule, breaker: Breaker | None, now: datetime) -> float | None:
    """Acts an hour in the last four weeks but the last day, kept for an hour; None in a rule's first week."""
    if breaker and breaker.past_rate_at and breaker.past_rate_at > now - HOUR:
        return breaker.past_rate
    deeds = acts(rule)
    first = deeds.aggregate(first=Min("at"))["first"]
    rate = None
    if first is not None and first <= now - YOUNG:
        begin, end = max(first, now - PAST), now - DAY
        rate = deeds.filter(at__gt=begin, at__lte=end).count() / ((end - begin) / HOUR)
    if first is not None:
        Breaker.everywhere.update_or_create(
            rule=rule, defaults={"workspace_id": rule.workspace_id, "past_rate": rate, "past_rate_at": now}
        )
    return rate


def save(gauges: Collection[Gauge], now: datetime) -> None:
    """Keep those stopped that this batch stopped, and say so in the log."""
    for gauge in gauges:
        if gauge.trips:
            Breaker.everywhere.update_or_create(
                rule=gauge.rule,
                defaults={"workspace_id": gauge.rule.workspace_id, "stopped": now, "stopped_why": gauge.stopped},
            )
            audit(gauge.rule, "stop", by=BREAKER, why=gauge.stopped, after={"stopped": now})
