"""What the calls about the queue answer with."""

from datetime import datetime

from ninja import Schema

from .queue_queries import Waits
from .shapes import CardOut


class WaitingOut(CardOut):
    """A post that waits, with its place in the queue: `score` is severity times reach times waited, as weighed."""

    since: datetime
    score: float
    severity: float
    severity_because: str
    reach: float
    reach_because: str
    waited: float
    open_by: str | None  # who else has it open
    suspected: list[str]  # slugs of the policies that rules find broken, the gravest first
    reports: int
    waits_because: str  # where the rules do not say it: "The rule … was stopped", what the network refused; else ""

    @classmethod
    def of_waits(cls, one: Waits) -> "WaitingOut":
        """From what the page shows."""
        return cls(
            **CardOut.of(one.card).dict(),
            since=one.row.since,
            score=one.score.total,
            severity=one.score.severity,
            severity_because=one.parts[0].words,
            reach=one.score.reach,
            reach_because=one.parts[1].words,
            waited=one.score.waiting,
            open_by=str(one.holder) if one.holder else None,
            suspected=[policy.slug for policy in one.suspected],
            reports=len(one.reports),
            waits_because=one.card.waits,
        )


class QueueOut(Schema):
    """A page in the order that was asked for; `after` asks for the next one, null at the end."""

    items: list[WaitingOut]
    after: str | None
    looked_at: int


class QueueTakenOut(Schema):
    """The next free post, yours until `until`; null: nothing that is free waits."""

    post: WaitingOut | None
    until: datetime | None


class OpinionIn(Schema):
    """A question to another person. `decision` and `policy` (its slug): what you would do, shown only afterwards."""

    note: str = ""
    decision: str = ""
    policy: str = ""


class OpinionOut(Schema):
    """The question; `opinion` takes it back."""

    opinion: int
    asked: datetime
