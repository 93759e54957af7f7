"""What the calls about saved views and the inbox's order take and answer with."""

from ninja import Schema

from hubbub.core.priority import Weights
from hubbub.store.models import SavedView

from .queries import Counted


class ViewIn(Schema):
    """A view. What is left out stays as it is, or begins as a new view does."""

    name: str | None = None
    query: str | None = None
    status: str | None = None  # open, unfinished, waiting, snoozed, done, all
    whose: str | None = None  # "", me, teams, nobody
    kind: str | None = None
    promised: str | None = None  # "", soon, broken, none
    sort: str | None = None  # priority, newest, oldest, promise
    pinned: bool | None = None
    shared: bool | None = None  # for everybody: needs the role manager
    why: str = ""

    def wishes(self) -> dict[str, str | bool]:
        """What the action takes."""
        given = self.model_dump(exclude={"shared", "why"}, exclude_none=True)
        return {str(name): value for name, value in given.items()}


class ViewOut(Schema):
    """A view, with how many stand in it as far as that was counted: "12", "999+", "" where it is not known."""

    id: int
    name: str
    query: str
    status: str
    whose: str
    kind: str
    promised: str
    sort: str
    pinned: bool
    shared: bool
    count: str

    @classmethod
    def of(cls, row: SavedView, count: str = "") -> "ViewOut":
        """From the row."""
        return cls(
            id=row.pk,
            name=row.name,
            query=row.query,
            status=row.status,
            whose=row.whose,
            kind=row.kind,
            promised=row.promised,
            sort=row.sort,
            pinned=row.pinned,
            shared=row.member_id is None,
            count=count,
        )

    @classmethod
    def counted(cls, one: Counted) -> "ViewOut":
        """With its number."""
        return cls.of(one.view, one.number)


class DeletedOut(Schema):
    """`entry` brings it back: POST /views/restore."""

    entry: int


class ViewEntryIn(Schema):
    """An entry of the log."""

    entry: int


class OrderOut(Schema):
    """What counts how much in the order by priority."""

    kind: float
    sentiment: float
    reach: float
    relationship: float
    promise: float
    priority: float
    doubling_hours: float
    stale_days: float

    def weights(self) -> Weights:
        """As core has them."""
        return Weights(**self.model_dump())


class ScorePartOut(Schema):
    """One reason for a place, in doublings."""

    name: str
    points: float
    words: str


class ScoreOut(Schema):
    """Why a conversation stands where it does."""

    points: float
    parts: list[ScorePartOut]
