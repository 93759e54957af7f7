"""What the calls about strikes, proposals and reports take and answer with."""

from datetime import datetime

from ninja import Schema
from pydantic import Field

from .shapes_deeds import ReasonIn
from .strikes_queries import Given, Proposed, Told


class StrikeIn(ReasonIn):
    """Points by hand; `days` null: for good."""

    points: int = Field(1, ge=1, le=100)
    policy: str = ""
    days: int | None = Field(90, ge=1, le=3650)


class StrikeOut(Schema):
    """Points, for which breach, until when."""

    id: int
    points: int
    policy: str
    policy_version: int | None
    post: int | None
    sanction: int | None
    given: datetime
    until: datetime | None
    by: str
    why: str
    counts: bool
    withdrawn: datetime | None
    withdrawn_by: str
    withdrawn_why: str

    @classmethod
    def of(cls, row: Given) -> "StrikeOut":
        """From the row."""
        one = row.strike
        return cls(
            id=one.pk, points=one.points, policy=one.policy, policy_version=one.policy_version, post=one.post_id,
            sanction=one.sanction_id, given=one.given, until=one.until, by=one.by_name, why=one.why,
            counts=row.counts, withdrawn=one.withdrawn, withdrawn_by=one.withdrawn_by,
            withdrawn_why=one.withdrawn_why,
        )  # fmt: skip


class StrikesOut(Schema):
    """A person's record; `points` count now."""

    person: int
    points: int
    strikes: list[StrikeOut]


class ProposalOut(Schema):
    """What strikes propose; `obstacle` says why it cannot be done there."""

    id: int
    verb: str
    hours: int | None
    author: str
    person: int
    post: int | None
    threshold: int
    points: int
    state: str
    at: datetime
    answered: datetime | None
    by: str
    why: str
    sanction: int | None
    obstacle: str

    @classmethod
    def of(cls, row: Proposed) -> "ProposalOut":
        """From the row, with its author."""
        one = row.proposal
        return cls(
            id=one.pk, verb=one.verb, hours=one.hours, author=str(one.author), person=one.author.person_id,
            post=one.post_id, threshold=one.threshold, points=row.points, state=one.state, at=one.at,
            answered=one.answered, by=one.by_name, why=one.why, sanction=one.sanction_id, obstacle=row.obstacle,
        )  # fmt: skip


class ProposalsOut(Schema):
    """A page; `before` of the next one."""

    proposals: list[ProposalOut]
    before: str | None


class AcceptIn(Schema):
    """Why, if more is to be said than the points do."""

    why: str = ""


class Thresholds(Schema):
    """How many points propose what; null: it is not proposed (of `mute_hours`: until somebody lifts it)."""

    warn_at: int | None
    mute_at: int | None
    mute_hours: int | None
    ban_at: int | None


class ReportedOut(Schema):
    """A member's report, and what it weighs."""

    id: int
    source: str
    post: int | None
    about: str
    reporter: str
    person: int | None
    why: str
    at: datetime
    state: str
    outcome: str
    accuracy: float
    weight: float
    arranged: str

    @classmethod
    def of(cls, row: Told) -> "ReportedOut":
        """From the row, with its reporter and source."""
        one = row.report
        return cls(
            id=one.pk, source=str(one.source), post=one.post_id, about=one.about, reporter=one.who,
            person=one.reporter.person_id if one.reporter else None, why=one.why, at=one.at, state=one.state,
            outcome=one.outcome, accuracy=row.reporter.accuracy, weight=row.reporter.weight, arranged=row.arranged,
        )  # fmt: skip


class ReportsOut(Schema):
    """A page; `before` of the next one."""

    reports: list[ReportedOut]
    before: str | None


class AnswerIn(ReasonIn):
    """upheld or dismissed."""

    outcome: str
