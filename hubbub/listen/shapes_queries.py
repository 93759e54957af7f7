"""What the calls about queries and versions take and answer with."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from hubbub.core.query.builder import Nearness, Parts
from hubbub.core.query.foreign import Translation
from hubbub.core.query.lexer import FARTHEST
from hubbub.ui.api import RowId

from . import topics_file, trial, versions
from .shapes import PostOut
from .topic_actions import MOST_REREAD


class QueryIn(Schema):
    """A topic's query, not saved yet."""

    query: str


class PreviewIn(QueryIn):
    """The same, and the saved topic that it is compared with."""

    topic: RowId | None = None


class SideOut(Schema):
    """Posts that a change adds or loses: how many of those looked at, and the newest of them."""

    count: int
    posts: list[PostOut]

    @classmethod
    def of(cls, side: trial.Side | None) -> "SideOut | None":
        """From what the page shows."""
        return cls(count=side.count, posts=[PostOut.of(row) for row in side.rows]) if side is not None else None


class AdviceOut(Schema):
    """A remark about a query. `start` and `end` are code points; `mended` is the whole query with the mend taken, null
    where only the author can know it. About the whole query where `line` is 0."""

    line: int
    column: int
    start: int
    end: int
    says: str
    mend: str
    mended: str | None


class PreviewOut(Schema):
    """What a query would find among the newest stored posts: how many of those looked at, and the newest of them.
    `adds` and `loses` are against the saved query, null where there is nothing to compare with."""

    found: int
    looked_at: int
    there_are_more: bool
    since: datetime | None
    posts: list[PostOut]
    adds: SideOut | None
    loses: SideOut | None
    advice: list[AdviceOut]

    @classmethod
    def of(cls, preview: trial.Preview, text: str) -> "PreviewOut":
        """From what the page shows."""
        advice = [
            AdviceOut(
                line=one.line,
                column=one.column,
                start=one.start,
                end=one.end,
                says=one.says,
                mend=one.mend,
                mended=None if one.instead is None else text[: one.start] + one.instead + text[one.end :],
            )
            for one in preview.advice
        ]
        return cls(
            found=preview.count,
            looked_at=preview.looked_at,
            there_are_more=preview.there_are_more,
            since=preview.since,
            posts=[PostOut.of(row) for row in preview.rows],
            adds=SideOut.of(preview.adds),
            loses=SideOut.of(preview.loses),
            advice=advice,
        )


class CaughtDayOut(Schema):
    """Posts of one day (UTC)."""

    day: date
    posts: int


class ChartOut(Schema):
    """The last 90 days, the oldest first. Where `every` is n > 1, every n-th of `posts` was looked at, and counts n."""

    days: list[CaughtDayOut]
    looked_at: int
    posts: int
    every: int

    @classmethod
    def of(cls, chart: trial.Chart) -> "ChartOut":
        """From what the page shows."""
        days = [CaughtDayOut(day=day.day, posts=day.count) for day in chart.days]
        return cls(days=days, looked_at=chart.looked_at, posts=chart.posts, every=chart.every)


Entries = list[Annotated[str, Field(max_length=20_000)]]


class Near(Schema):
    """One of the left within so many steps of one of the right; `forward`: the left one first."""

    left: Entries
    right: Entries
    within: Annotated[int, Field(ge=1, le=FARTHEST)] = 5
    forward: bool = False


class Lists(Schema):
    """Words, words in a row, or single terms of the query language."""

    any_of: Entries = []
    all_of: Entries = []
    none_of: Entries = []
    near: Near | None = None

    def parts(self) -> Parts:
        """As the builder takes them."""
        near = self.near
        return Parts(
            tuple(self.any_of),
            tuple(self.all_of),
            tuple(self.none_of),
            Nearness(tuple(near.left), tuple(near.right), near.within, near.forward) if near else None,
        )

    @classmethod
    def of(cls, parts: Parts) -> "Lists":
        """The other way."""
        near = parts.near
        return cls(
            any_of=list(parts.any_of),
            all_of=list(parts.all_of),
            none_of=list(parts.none_of),
            near=Near(left=list(near.left), right=list(near.right), within=near.within, forward=near.forward)
            if near
            else None,
        )


class BuiltOut(Schema):
    """The query that lists write."""

    query: str


class ListsOut(Schema):
    """A query as lists; null where it is richer."""

    lists: Lists | None

    @classmethod
    def of(cls, parts: Parts | None) -> "ListsOut":
        """From the builder's answer."""
        return cls(lists=Lists.of(parts) if parts is not None else None)


class ForeignIn(Schema):
    """A query of another tool; an empty `tool` is guessed."""

    query: Annotated[str, Field(max_length=100_000)]
    tool: Literal["", "brandwatch", "talkwalker"] = ""


class DifferenceOut(Schema):
    """One difference. `lost`: the query finds something else than there."""

    start: int
    end: int
    found: str
    written: str
    why: str
    lost: bool


class TranslatedOut(Schema):
    """A query in Hubbub's language, empty where nothing can be made of it, and what differs."""

    tool: str
    query: str
    notes: list[DifferenceOut]

    @classmethod
    def of(cls, tool: str, told: Translation) -> "TranslatedOut":
        """From the translator's answer."""
        notes = [
            DifferenceOut(
                start=note.start, end=note.end, found=note.found, written=note.written, why=note.why, lost=note.lost
            )
            for note in told.notes
        ]
        return cls(tool=tool, query=told.query, notes=notes)


class RefusedTopicOut(Schema):
    """A topic of the file that was not taken; `line` is where it begins, 0 where that is not known."""

    line: int
    name: str
    why: str


class TakenOut(Schema):
    """What became of a file, by the topics' names."""

    made: list[str]
    changed: list[str]
    unchanged: list[str]
    refused: list[RefusedTopicOut]

    @classmethod
    def of(cls, taken: topics_file.Taken) -> "TakenOut":
        """From the action's answer."""
        refused = [RefusedTopicOut(line=one.line, name=one.name, why=one.why) for one in taken.refused]
        return cls(made=list(taken.made), changed=list(taken.changed), unchanged=list(taken.unchanged), refused=refused)


class VersionOut(Schema):
    """A state of a topic. `id` is null for the only one of a topic that was never changed since versions are kept."""

    id: int | None
    number: int
    name: str
    kind: str
    query: str
    by: str
    why: str
    at: datetime
    newest: bool
    changed: list[str]

    @classmethod
    def of(cls, row: versions.Version) -> "VersionOut":
        """From what the page shows."""
        return cls(
            id=row.id,
            number=row.number,
            name=row.name,
            kind=row.kind,
            query=row.query,
            by=row.by,
            why=row.why,
            at=row.at,
            newest=row.newest,
            changed=list(row.changed),
        )


class BringBackIn(Schema):
    """Why, and how many of the newest stored posts it is to be held against (0: none)."""

    why: str = ""
    newest: Annotated[int, Field(ge=0, le=MOST_REREAD)] = 0
