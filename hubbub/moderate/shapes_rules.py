"""What the calls about rules' versions and weeks, word lists and replays take and answer with."""

from datetime import date, datetime

from ninja import Schema

from hubbub.core.text.trust import Share
from hubbub.store.models import Replay, ReplayHit, Rule, RuleVersion
from hubbub.ui.api import RowId

from .lists_actions import ListDraft
from .lists_queries import Listed
from .replays_queries import SamplePost, Told
from .rules_weeks import Record


class RuleWhyIn(Schema):
    """The reason, for the log."""

    why: str = ""


class StateIn(RuleWhyIn):
    """draft, shadow or live."""

    state: str
    version: int | None = None  # refuse if it is not this one any more


class LineIn(RuleWhyIn):
    """A precision from 0 to 1; null: no line."""

    least: float | None = None


class RuleVersionOut(Schema):
    """One wording of a rule."""

    number: int
    name: str
    when: str
    then: str
    label: str
    lasts: int | None
    because: str
    policy: str
    sources: list[str]
    languages: list[str]
    expires: date | None
    shadowed: datetime | None
    went_live: datetime | None
    by: str
    why: str
    at: datetime

    @classmethod
    def of(cls, row: RuleVersion) -> "RuleVersionOut":
        """From the row."""
        names = [name for name in cls.model_fields if name != "by"]
        return cls(by=row.by_name, **{name: getattr(row, name) for name in names})


class RulePrecisionOut(Schema):
    """`hits` of `of`, with the interval that holds the true share 95 times in 100; null where nothing was counted."""

    hits: int
    of: int
    share: float | None
    low: float | None
    high: float | None

    @classmethod
    def made(cls, found: Share) -> "RulePrecisionOut":
        """From the arithmetic."""
        return cls(hits=found.hits, of=found.of, share=found.share, low=found.low, high=found.high)


class WeekOut(Schema):
    """Seven days from `first`, a Monday (UTC)."""

    first: date
    acts: int
    shadow: int
    right: int
    wrong: int
    precision: RulePrecisionOut


class WeeksOut(Schema):
    """A rule's last weeks, newest first."""

    least: float | None
    below: bool  # the last four weeks are below that line
    lately: RulePrecisionOut
    weeks: list[WeekOut]

    @classmethod
    def of(cls, rule: Rule, record: Record) -> "WeeksOut":
        """From what the page shows."""
        weeks = [
            WeekOut(
                first=week.first, acts=week.acts, shadow=week.shadow, right=week.right, wrong=week.wrong,
                precision=RulePrecisionOut.made(week.precision),
            )
            for week in record.weeks
        ]  # fmt: skip
        return cls(least=rule.least, below=record.below, lately=RulePrecisionOut.made(record.lately), weeks=weeks)


class ListIn(RuleWhyIn):
    """A word list."""

    name: str
    entries: list[str] = []
    seen_through: bool = False
    about: str = ""
    version: int | None = None  # refuse if it is not this one any more

    def draft(self) -> ListDraft:
        """As the actions take it."""
        return ListDraft(self.name, "\n".join(self.entries), self.seen_through, self.about)


class ListEntriesIn(RuleWhyIn):
    """Entries to add."""

    entries: list[str]
    replace: bool = False


class ListTextIn(Schema):
    """A text to try."""

    text: str


class ListOut(Schema):
    """A word list, how a query asks for it, and the rules that do."""

    id: int
    name: str
    about: str
    entries: list[str]
    seen_through: bool
    version: int
    written: str
    rules: list[str]

    @classmethod
    def of(cls, one: Listed) -> "ListOut":
        """From what the page shows."""
        row = one.row
        return cls(
            id=row.pk, name=row.name, about=row.about, entries=row.entries.splitlines(),
            seen_through=row.seen_through, version=row.version, written=one.written,
            rules=[rule.name for rule in one.rules],
        )  # fmt: skip


class ListTriedOut(Schema):
    """Where the words stand in the text, and the pieces."""

    spans: list[tuple[int, int]]
    found: list[str]


class ReplayIn(RuleWhyIn):
    """What to try; what is left out of the change stays as the rule has it."""

    days: int = 30
    most: int = 100_000
    when: str | None = None
    then: str | None = None
    label: str | None = None
    sources: list[str] | None = None
    languages: list[str] | None = None


class ReplayOut(Schema):
    """A replay, how far it is."""

    id: int
    rule: int | None
    name: str
    version: int
    changed: bool  # it is of a wording that is not the version's
    state: str  # running, stopped, done, broken
    error: str
    days: int
    looked_at: int
    wanted: int
    touched: int
    adds: int | None  # newly touched, against a live wording
    loses: int | None
    by: str
    at: datetime
    ended: datetime | None

    @classmethod
    def of(cls, row: Replay) -> "ReplayOut":
        """From the row."""
        return cls(
            id=row.pk, rule=row.rule_id, name=row.rule_name, version=row.version, changed=row.changed,
            state=row.state, error=row.error, days=row.days, looked_at=row.looked_at, wanted=row.wanted,
            touched=row.touched, adds=row.adds if row.compared else None, loses=row.loses if row.compared else None,
            by=row.by_name, at=row.at, ended=row.ended,
        )  # fmt: skip


class HitCountOut(Schema):
    """A source or person, and how many of its posts."""

    id: int
    posts: int


class ReplayFoundOut(ReplayOut):
    """What it found so far."""

    stale: bool  # the rule says something else by now
    by_day: dict[str, int]
    by_source: list[HitCountOut]
    hardest: list[HitCountOut]  # people
    people: int
    unchecked: int
    agrees: int
    contradicts: int
    missed: int
    precision: RulePrecisionOut | None  # with what was judged by hand
    recall: RulePrecisionOut | None
    says: list[str]

    @classmethod
    def found(cls, told: Told) -> "ReplayFoundOut":
        """From what the page shows."""
        one, trust = told.result, told.trust
        return cls(
            **ReplayOut.of(told.replay).dict(),
            stale=told.stale,
            by_day={day.isoformat(): number for day, number in one.by_day.items()} if one else {},
            by_source=[HitCountOut(id=pk, posts=posts) for pk, posts in one.by_source.items()] if one else [],
            hardest=[HitCountOut(id=pk, posts=posts) for pk, posts in one.hardest] if one else [],
            people=one.people if one else 0,
            unchecked=one.unchecked if one else 0,
            agrees=one.agrees if one else 0,
            contradicts=one.contradicts if one else 0,
            missed=one.missed if one else 0,
            precision=RulePrecisionOut.made(trust.precision) if trust else None,
            recall=RulePrecisionOut.made(trust.recall) if trust else None,
            says=list(trust.says) if trust else [],
        )


class ReplaysOut(Schema):
    """A page, newest first; `before` asks for the next one, null at the end."""

    items: list[ReplayOut]
    before: str | None


class ReplayPostOut(Schema):
    """A post behind a replay's numbers."""

    post: int
    text: str
    touched: bool
    before: bool  # touched by the wording in force
    unchecked: bool
    said: bool | None  # whether people decided so, too; null: nobody decided
    spans: list[tuple[str, int, int]]

    @classmethod
    def of(cls, row: ReplayHit) -> "ReplayPostOut":
        """Needs the post loaded."""
        return cls(
            post=row.post_id, text=row.post.text, touched=row.touched, before=row.before, unchecked=row.unchecked,
            said=row.said, spans=row.spans,
        )  # fmt: skip


class ReplayPostsOut(Schema):
    """A page of them."""

    items: list[ReplayPostOut]
    before: str | None


class SampleOut(Schema):
    """A post to judge by hand; `agrees` is null until somebody did."""

    post: int
    text: str
    agrees: bool | None
    by: str | None

    @classmethod
    def of(cls, one: SamplePost) -> "SampleOut":
        """From what the page shows."""
        said = one.judgement
        return cls(
            post=one.post.pk,
            text=one.post.text,
            agrees=said.agrees if said else None,
            by=said.by_name if said else None,
        )


class SampleIn(Schema):
    """Whether the rule is right about a post; null takes that back."""

    post: RowId
    agrees: bool | None = None
