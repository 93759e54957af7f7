"""What the calls about statements, notices, appeals and the transparency report take and answer with."""

from datetime import date, datetime

from ninja import Schema

from hubbub.store.models import Appeal, Notice, NoticeTemplate, Statement

from .notices import Draft
from .transparency import Made, Number


class StatementOut(Schema):
    """A statement of reasons."""

    id: int
    outcome: str
    post: int | None
    sanction: int | None
    source: str
    at: datetime
    until: datetime | None
    why: str
    facts: str
    fired: list[str]
    reported: bool
    detected: bool
    automated: bool
    illegal: bool
    law: str
    category: str
    policy: str
    policy_version: int | None
    by: str
    rule: int | None
    notice: str  # waits, sent, kept, skipped or empty: none is wanted
    ended: datetime | None
    end: str  # undone, approved, replaced, refused, appeal or empty: it stands

    @classmethod
    def of(cls, row: Statement) -> "StatementOut":
        """From its row, with its source."""
        same = (
            "outcome", "at", "until", "why", "facts", "fired", "reported", "detected", "automated", "illegal", "law",
            "category", "policy", "policy_version", "notice", "ended", "end",
        )  # fmt: skip
        return cls(
            id=row.pk, post=row.post_id, sanction=row.sanction_id, source=row.source.name, by=row.by_name,
            rule=row.rule_id, **{name: getattr(row, name) for name in same},
        )  # fmt: skip


class StatementsOut(Schema):
    """A page; `before` asks for the next one."""

    items: list[StatementOut]
    before: str | None


class DraftOut(Schema):
    """A notice as it would go out now."""

    text: str
    verb: str  # message, reply, warn; empty: it is kept to be handed over
    why: str
    missing: str  # what is not filled in: then there is no text
    most: int | None

    @classmethod
    def of(cls, draft: Draft) -> "DraftOut":
        """From the draft."""
        return cls(text=draft.text, verb=draft.verb, why=draft.why, missing=draft.missing, most=draft.most)


class NoticeIn(Schema):
    """The text as it is to go out; empty: as the template says."""

    text: str = ""


class NoticeOut(Schema):
    """A notice that went out, or is kept."""

    id: int
    kind: str
    text: str
    verb: str
    outbox: int | None

    @classmethod
    def of(cls, row: Notice) -> "NoticeOut":
        """From its row."""
        return cls(id=row.pk, kind=row.kind, text=row.text, verb=row.verb, outbox=row.sent_id)


class TemplateOut(Schema):
    """A text of a notice."""

    kind: str
    language: str
    text: str

    @classmethod
    def of(cls, row: NoticeTemplate) -> "TemplateOut":
        """From its row."""
        return cls(kind=row.kind, language=row.language, text=row.text)


class TemplateIn(Schema):
    """A text for a kind of notice and a language; an empty language: for all others."""

    kind: str
    language: str = ""
    text: str
    why: str = ""


class AppealOut(Schema):
    """An appeal."""

    id: int
    statement: int
    text: str
    at: datetime
    state: str
    decided: datetime | None
    by: str
    reason: str
    same_person: bool
    not_taken_back: list[str]

    @classmethod
    def of(cls, row: Appeal) -> "AppealOut":
        """From its row."""
        return cls(
            id=row.pk, statement=row.statement_id, text=row.text, at=row.at, state=row.state, decided=row.decided,
            by=row.by_name, reason=row.reason, same_person=row.same, not_taken_back=row.left.splitlines(),
        )  # fmt: skip


class AppealsOut(Schema):
    """A page; `before` asks for the next one."""

    items: list[AppealOut]
    before: str | None


class AppealAnswerIn(Schema):
    """overturn: take the decision back; else it stands. The author reads `why`."""

    overturn: bool
    why: str


class NumberOut(Schema):
    """One number of the report."""

    key: str
    label: str
    number: int

    @classmethod
    def of(cls, one: Number) -> "NumberOut":
        """From the report."""
        return cls(key=one.key, label=one.label, number=one.number)


class RightOut(Schema):
    """How often decisions were right: a share from 0 to 1 with the interval that holds the true one 95 times in 100."""

    key: str
    decided: int
    wrong: int
    precision: float | None
    low: float | None
    high: float | None


class TransparencyOut(Schema):
    """The transparency report; `definitions` says what each number is."""

    since: date
    until: date
    seen: int
    acted: int
    outcomes: list[NumberOut]
    policies: list[NumberOut]
    sources: list[NumberOut]
    by: list[NumberOut]
    reports: list[NumberOut]
    restored: list[NumberOut]
    right: list[RightOut]
    appeals_received: int
    appeals_open: int
    appeals_upheld: int
    appeals_overturned: int
    appeals_median_hours: float | None
    definitions: dict[str, str]

    @classmethod
    def of(cls, made: Made, definitions: dict[str, str]) -> "TransparencyOut":
        """From the report."""
        parts = {name: [NumberOut.of(one) for one in getattr(made, name)] for name in PARTS}
        right = [
            RightOut(
                key=one.key, decided=one.decided, wrong=one.wrong, precision=one.precision.share,
                low=one.precision.low, high=one.precision.high,
            )
            for one in made.right
        ]  # fmt: skip
        told = made.appeals
        return cls(
            since=made.since, until=made.until, seen=made.seen, acted=made.total, **parts, right=right,
            appeals_received=told.received, appeals_open=told.open, appeals_upheld=told.upheld,
            appeals_overturned=told.overturned, appeals_median_hours=told.median_hours, definitions=definitions,
        )  # fmt: skip


PARTS = ("outcomes", "policies", "sources", "by", "reports", "restored")
