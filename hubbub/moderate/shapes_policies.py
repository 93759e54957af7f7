"""What the calls about policies answer with."""

from datetime import datetime

from ninja import Schema

from hubbub.core.policies import Guideline
from hubbub.store.models import Policy, PolicyVersion, Severity

from .policies_queries import Version


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


class PolicyIn(Schema):
    """A policy. `severity`: 1 low to 4 critical; without a `slug` one is made of the name."""

    name: str
    text: str
    slug: str = ""
    breaks: list[str] = []
    fine: list[str] = []
    severity: int = 2
    points: int = 1
    points_days: int = 90
    covered: bool = False
    active: bool = True
    why: str = ""

    def guideline(self, slug: str) -> Guideline:
        """What was sent."""
        given = self.dict(exclude={"why", "slug", "breaks", "fine"})
        return Guideline(slug=slug, breaks="\n".join(self.breaks), fine="\n".join(self.fine), **given)


class PolicyChange(Schema):
    """What is to change; the rest stays. `active`: false retires it."""

    name: str | None = None
    text: str | None = None
    breaks: list[str] | None = None
    fine: list[str] | None = None
    severity: int | None = None
    points: int | None = None
    points_days: int | None = None
    covered: bool | None = None
    active: bool | None = None
    version: int | None = None  # refuse if it is not this one any more
    why: str = ""


class PolicyOut(Schema):
    """A policy as it is in force."""

    id: int
    slug: str
    number: int
    version: int
    name: str
    text: str
    breaks: list[str]
    fine: list[str]
    severity: int
    severity_word: str
    points: int
    points_days: int
    covered: bool
    active: bool

    @classmethod
    def of(cls, row: Policy) -> "PolicyOut":
        """From the row."""
        names = ("slug", "number", "version", "name", "text", "severity", "points", "points_days", "covered", "active")
        return cls(
            id=row.pk,
            breaks=_lines(row.breaks),
            fine=_lines(row.fine),
            severity_word=Severity(row.severity).word,
            **{name: getattr(row, name) for name in names},
        )


class PolicyVersionOut(Schema):
    """One version; `changed` names what differs from the one before."""

    version: int
    at: datetime
    by: str
    why: str
    changed: list[str]
    name: str
    text: str
    breaks: list[str]
    fine: list[str]
    severity: int
    points: int
    points_days: int
    covered: bool
    active: bool

    @classmethod
    def of(cls, one: Version) -> "PolicyVersionOut":
        """From what the page shows."""
        row: PolicyVersion = one.row
        names = ("version", "at", "why", "name", "text", "severity", "points", "points_days", "covered", "active")
        return cls(
            by=row.by_name,
            changed=[change.label for change in one.changes],
            breaks=_lines(row.breaks),
            fine=_lines(row.fine),
            **{name: getattr(row, name) for name in names},
        )


class PoliciesTaken(Schema):
    """What became of the policies of a file."""

    made: int
    changed: int
    unchanged: int
