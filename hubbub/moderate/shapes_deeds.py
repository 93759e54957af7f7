"""What the calls about batches, people and words take and answer with."""

from datetime import date, datetime

from ninja import Schema
from pydantic import Field

from hubbub.store.models import Sanction, Undoing

from .batches_queries import Listed, Meter, Report
from .undoing import Preview


class ReasonIn(Schema):
    """A reason; it stands in the log."""

    why: str


class TreatIn(ReasonIn):
    """warn, mute, ban or block whoever wrote the post; with their posts of the last days, if wished."""

    verb: str
    until: datetime | None = None  # with its zone; null: until somebody lifts it
    days: int = Field(0, ge=0, le=365)


class HandleIn(ReasonIn):
    """lock, unlock, label, unlabel, report or resolve."""

    verb: str
    label: str = ""


class RedactIn(ReasonIn):
    """Every place of these words, whatever their case, is covered."""

    words: list[str]


class RuleUndoIn(ReasonIn):
    """Since a version or a day (UTC); neither: all that the rule did."""

    version: int | None = None
    day: date | None = None


class SanctionOut(Schema):
    """What was done to somebody in one place."""

    id: int
    author: str
    person: int
    source: str
    post: int | None
    verb: str
    state: str
    until: datetime | None
    why: str
    policy: str
    by: str
    at: datetime
    error: str

    @classmethod
    def of(cls, row: Sanction) -> "SanctionOut":
        """From the row, with its author and source."""
        return cls(
            id=row.pk,
            author=str(row.author),
            person=row.author.person_id,
            source=str(row.source),
            post=row.post_id,
            verb=row.verb,
            state=row.state,
            until=row.until,
            why=row.why,
            policy=row.policy,
            by=row.by_name,
            at=row.at,
            error=row.error,
        )


class TreatedOut(Schema):
    """What became of it; `batch` takes all of it back, where posts went with it."""

    sanction: SanctionOut
    batch: int | None
    refused: list[str]


class AskedOut(Schema):
    """What the network is asked for; null: it need not be asked."""

    outbox: int | None


class RedactedOut(Schema):
    """The redaction, to be put back by its id."""

    redaction: int
    text: str


class BatchOut(Schema):
    """What was done together."""

    id: int
    kind: str
    name: str
    by: str
    why: str
    at: datetime
    rule: int | None
    deeds: str  # counted up to "999+"

    @classmethod
    def of(cls, listed: Listed) -> "BatchOut":
        """From the list."""
        row = listed.batch
        return cls(
            id=row.pk, kind=row.kind, name=row.name, by=row.by_name, why=row.why, at=row.at, rule=row.rule_id,
            deeds=listed.deeds,
        )  # fmt: skip


class BatchesOut(Schema):
    """Newest first; `before` asks for the next page."""

    items: list[BatchOut]
    before: str | None


class UndoPreviewOut(Schema):
    """What taking it back would mean, of its newest thousand deeds."""

    total: str
    looked_at: int
    networks: list[tuple[str, int]]
    dropped: int
    here: int
    kept: list[tuple[str, int]]  # why not, how many

    @classmethod
    def of(cls, seen: Preview) -> "UndoPreviewOut":
        """From the query."""
        return cls(
            total=seen.total, looked_at=seen.looked_at, networks=list(seen.networks), dropped=seen.dropped,
            here=seen.here, kept=list(seen.kept),
        )  # fmt: skip


class UndoingOut(Schema):
    """How a taking back goes."""

    id: int
    name: str
    state: str
    total: int
    undone: int
    left: int
    told: list[str]  # of what could not be taken back, or not everywhere; the newest hundred

    @classmethod
    def of(cls, row: Undoing, report: Report | None = None) -> "UndoingOut":
        """From the row and its report."""
        told = [deed.told for deed in report.left] if report else []
        return cls(
            id=row.pk, name=row.name, state=row.state, total=row.total, undone=row.undone, left=row.left, told=told
        )


class MeterOut(Schema):
    """What a rule did lately and from where on it is stopped."""

    hour: int
    day: int
    hour_cap: int
    day_cap: int
    rate: float | None  # acts an hour that are usual
    unusual_hour: int | None
    unusual_day: int | None
    stopped: datetime | None
    stopped_why: str

    @classmethod
    def of(cls, seen: Meter) -> "MeterOut":
        """From the query."""
        return cls(
            hour=seen.hour,
            day=seen.day,
            hour_cap=seen.limits.hour_cap,
            day_cap=seen.limits.day_cap,
            rate=seen.limits.rate,
            unusual_hour=seen.unusual_hour,
            unusual_day=seen.unusual_day,
            stopped=seen.breaker.stopped if seen.breaker else None,
            stopped_why=seen.breaker.stopped_why if seen.breaker else "",
        )
