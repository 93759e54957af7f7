"""What the calls about relationships take and answer with."""

from collections.abc import Sequence
from datetime import date, datetime

from ninja import Schema
from pydantic import Field

from hubbub.core.levels import LEAST, LEVELS, Asks, Thresholds, asked_by
from hubbub.store.models import Relationship, Stage, Suggestion
from hubbub.ui.api import RowId

from .queries import Line, Outcome, Regard

_LONG = 300


class StageOut(Schema):
    """A stage of a pipeline."""

    id: int
    kind: str
    name: str
    place: int
    active: bool = Field(description="who stands there counts as won")

    @classmethod
    def of(cls, row: Stage) -> "StageOut":
        """Of a row."""
        return cls(id=row.pk, kind=row.kind, name=row.name, place=row.place, active=row.active)


class RelationOut(Schema):
    """One person in one pipeline."""

    id: int
    person: int
    person_name: str
    kind: str
    stage: StageOut
    owner: str | None = Field(description="who looks after it, by e-mail address")
    since: datetime
    moved: datetime = Field(description="when it came into its stage")
    next_step: str
    next_on: date | None
    overdue: bool
    last_touch: datetime | None
    touched_by: str = Field(description="reply, message, note, hand or nothing")
    level: str
    influence: float
    worth: str
    notes: str
    ended: datetime | None
    ended_why: str

    @classmethod
    def of(cls, line: Line) -> "RelationOut":
        """Of a line of a list."""
        row: Relationship = line.row
        return cls(
            id=row.pk,
            person=row.person_id,
            person_name=str(row.person),
            kind=row.kind,
            stage=StageOut.of(row.stage),
            owner=row.owner.user.email if row.owner else None,
            since=row.since,
            moved=row.moved,
            next_step=row.next_step,
            next_on=row.next_on,
            overdue=line.overdue,
            last_touch=row.last_touch,
            touched_by=row.touched_by,
            level=line.level,
            influence=round(row.reach, 1),
            worth=row.worth,
            notes=row.notes,
            ended=row.ended,
            ended_why=row.ended_why,
        )


class RelationsOut(Schema):
    """A part of the list."""

    items: list[RelationOut]
    after: str | None = Field(description="the next part begins there; null: this is the last")


class BeginIn(Schema):
    """A person enters a pipeline."""

    person: RowId
    kind: str
    stage: RowId | None = None
    owner: str | None = Field(default=None, description="an e-mail address, or “me”")
    since: datetime | None = None
    why: str = Field(default="", max_length=_LONG)


class MoveIn(Schema):
    """Into another stage."""

    stage: RowId
    why: str = Field(default="", max_length=_LONG)


class MovesIn(MoveIn):
    """Many at once."""

    relationships: list[RowId] = Field(max_length=200)


class OwnerIn(Schema):
    """To a member, or (null) to nobody."""

    owner: str | None
    why: str = Field(default="", max_length=_LONG)


class OwnersIn(OwnerIn):
    """Many at once."""

    relationships: list[RowId] = Field(max_length=200)


class PlanIn(Schema):
    """What is next; "" and null: nothing is."""

    next_step: str = Field(max_length=_LONG)
    next_on: date | None = None
    why: str = Field(default="", max_length=_LONG)


class TouchIn(Schema):
    """We were in touch where Hubbub could not see it."""

    at: datetime | None = Field(default=None, description="null: now")
    why: str = Field(default="", max_length=_LONG)


class DescribeIn(Schema):
    """What is null stays."""

    worth: str | None = Field(default=None, max_length=100)
    notes: str | None = Field(default=None, max_length=10_000)
    since: date | None = None


class RelationWhyIn(Schema):
    """A reason."""

    why: str = Field(default="", max_length=_LONG)


class ActsOut(Schema):
    """What was done, by the entries in the log."""

    changed: int
    entries: list[int]


class TakeBackIn(Schema):
    """Entries of the log, of relationships."""

    entries: list[RowId] = Field(max_length=200)


class TakenBackOut(Schema):
    """How many acts were taken back."""

    undone: int


class StageIn(Schema):
    """A stage."""

    name: str = Field(max_length=40)
    active: bool = False


class StageAddIn(StageIn):
    """A new one, behind the others of its kind."""

    kind: str


class ShiftIn(Schema):
    """So many places towards the end; negative: towards the start."""

    places: int = Field(ge=-12, le=12)


class RemoveIn(Schema):
    """Where to put what stands there."""

    target: RowId


class RemovedOut(Schema):
    """How many went over."""

    moved: int


class RegardOut(Schema):
    """What a person is to us."""

    person: int
    relationships: list[RelationOut]
    kept: list[RelationOut] = Field(description="as they stood of those who were merged into this person")
    level: str
    because: str
    influence: int
    formula: list[str]
    counted: datetime | None

    @classmethod
    def of(cls, found: Regard) -> "RegardOut":
        """Of what the card shows."""
        return cls(
            person=found.person.pk,
            relationships=[RelationOut.of(line) for line in found.lines],
            kept=[RelationOut.of(line) for line in found.kept],
            level=found.level,
            because=found.because,
            influence=found.influence,
            formula=list(found.formula),
            counted=found.counted,
        )


class SuggestionOut(Schema):
    """What is suggested about a person, and why."""

    id: int
    person: int
    person_name: str
    kind: str
    state: str
    reason: str
    guessed: str = Field(description="how sure that is, where it is a guess")
    posts: list[int] = Field(description="the posts behind it, newest first")
    strength: float
    found: datetime
    until: datetime | None
    relationship: int | None = Field(description="what came of it")
    won: datetime | None

    @classmethod
    def of(cls, row: Suggestion) -> "SuggestionOut":
        """Of a row; it comes with `person`."""
        return cls(
            id=row.pk,
            person=row.person_id,
            person_name=str(row.person),
            kind=row.kind,
            state=row.state,
            reason=row.reason,
            guessed=row.guessed,
            posts=list(row.posts),
            strength=round(row.strength, 2),
            found=row.found,
            until=row.until,
            relationship=row.relationship_id,
            won=row.won,
        )


class OutcomeOut(Schema):
    """What came of the suggestions of a kind."""

    kind: str
    open: int
    taken: int
    passed: int
    won: int

    @classmethod
    def of(cls, found: Outcome) -> "OutcomeOut":
        """Of the counts."""
        return cls(kind=found.kind, open=found.open, taken=found.taken, passed=found.passed, won=found.won)


class SuggestionsOut(Schema):
    """A page of suggestions, the strongest first."""

    items: list[SuggestionOut]
    after: str | None
    outcomes: list[OutcomeOut]


class AnswerSuggestionIn(Schema):
    """take, pass, later or reopen."""

    answer: str
    days: int | None = Field(default=None, ge=1, le=365, description="of “later”")
    why: str = Field(default="", max_length=_LONG)


class AsksOut(Schema):
    """What a level asks for: the least of each, and the most that was taken away (0 to 1)."""

    posts_30: int = Field(default=0, ge=0, le=10_000)
    posts_90: int = Field(default=0, ge=0, le=10_000)
    weeks: int = Field(default=0, ge=0, le=14)
    answers: int = Field(default=0, ge=0, le=10_000)
    replied: int = Field(default=0, ge=0, le=10_000)
    praises: int = Field(default=0, ge=0, le=10_000)
    removed_share: float = Field(default=1.0, ge=0, le=1)

    @classmethod
    def of(cls, asks: Asks) -> "AsksOut":
        """Of what core has."""
        return cls(**{name: getattr(asks, name) for name in LEAST}, removed_share=asks.removed_share)


class LevelsIn(Schema):
    """What each level asks for."""

    regular: AsksOut
    contributor: AsksOut
    core: AsksOut


class LevelsOut(LevelsIn):
    """And how many people are at each."""

    people: dict[str, int]

    @classmethod
    def of(cls, own: Thresholds, people: dict[str, int]) -> "LevelsOut":
        """Of thresholds."""
        regular, contributor, core = (AsksOut.of(asked_by(level, own)) for level in LEVELS[1:])
        return cls(regular=regular, contributor=contributor, core=core, people=people)


class RelationWeightsOut(Schema):
    """How many times each kind counts in the inbox; and from when on what is suggested."""

    weights: dict[str, float]
    limits: dict[str, int]


class WeightsIn(Schema):
    """What is left out stays."""

    weights: dict[str, float] = Field(default_factory=dict, max_length=20)
    limits: dict[str, int] = Field(default_factory=dict, max_length=20)


def lines_out(lines: Sequence[Line]) -> list[RelationOut]:
    """Of a part of a list."""
    return [RelationOut.of(line) for line in lines]
