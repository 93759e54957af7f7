"""What the pages of relationships read: the board, the list, one relationship with its history, suggestions."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from msgspec import Struct

from hubbub.core import influence, levels, standing
from hubbub.core.relations import RELATIONS
from hubbub.store import activities, capped, merging, relations, suggestions
from hubbub.store.models import (
    Activity,
    Audit,
    Author,
    Member,
    Person,
    Relating,
    Relationship,
    Stage,
    Suggestion,
    SuggestionKind,
    SuggestionState,
    Tag,
    Workspace,
)

COLUMN, PAGE, HISTORY = 25, 50, 60
SORTS: Mapping[str, str] = {"next": "Next step first", "touch": "Longest without touch", "reach": "Widest reach"}
WINDOW = f"age:<{standing.WINDOW.days}d"
WITH = ("person", "stage", "owner__user", "workspace")


class Line(Struct, frozen=True):
    """A relationship as lists show it."""

    row: Relationship
    level: str
    overdue: bool
    today: bool


class Column(Struct, frozen=True):
    """A stage of a board with the first of those who stand there, and how many do."""

    stage: Stage
    lines: Sequence[Line]
    number: str
    more: bool
    before: Stage | None  # the stages beside it
    after: Stage | None


class Wanted(Struct, frozen=True):
    """Which relationships a list shows. Empty: all."""

    kind: str = ""
    stage: int = 0
    owner: str = ""  # "me", "nobody" or a member's id
    tag: str = ""
    overdue: bool = False
    person: int = 0
    ended: bool = False
    active: bool = False  # in a stage that counts as won
    sort: str = "next"
    after: str = ""  # the place in the list, as `Page.next` says


class Page(Struct, frozen=True):
    """A part of a list."""

    lines: Sequence[Line]
    next: str  # what `after` is for the next part; "": this is the last


def is_id(text: str) -> bool:
    """Whether a parameter can be the id of a row."""
    return text.isdecimal() and len(text) < 19


def chosen(workspace: Workspace, wanted: Wanted, by: Member | None, today: date) -> QuerySet[Relationship]:
    """The relationships that are meant, in no order."""
    # what somebody was before they were merged into another who stands in the same pipeline is kept, not shown twice
    rows = Relationship.of(workspace).filter(ended__isnull=not wanted.ended, person__merged_into=None)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.stage:
        rows = rows.filter(stage=wanted.stage)
    if wanted.active:
        rows = rows.filter(stage__in=list(Stage.of(workspace).filter(active=True).values_list("pk", flat=True)))
    if wanted.owner == "me":
        rows = rows.filter(owner=by)
    elif wanted.owner == "nobody":
        rows = rows.filter(owner=None)
    elif wanted.owner:
        rows = rows.filter(owner=int(wanted.owner)) if is_id(wanted.owner) else rows.none()
    if wanted.tag:
        tags = Tag.of(workspace).filter(name__iexact=wanted.tag)
        rows = rows.filter(person__in=Person.of(workspace).filter(tags__in=tags))
    if wanted.overdue:
        rows = rows.filter(listed_on__lt=today)
    if wanted.person:
        rows = rows.filter(person=wanted.person)
    return rows


def listed(workspace: Workspace, wanted: Wanted, by: Member | None, now: datetime, size: int = PAGE) -> Page:
    """A part of the list, in the order that is wanted."""
    today = relations.today(workspace, now)
    rows = chosen(workspace, wanted, by, today).select_related(*WITH)
    column, descending = {"touch": ("quiet_since", False), "reach": ("reach", True)}.get(
        wanted.sort, ("listed_on", False)
    )
    place = _place(wanted.after, column)
    if place is not None:
        value, pk = place
        way = "lt" if descending else "gt"
        rows = rows.filter(Q(**{f"{column}__{way}": value}) | Q(**{column: value, f"pk__{way}": pk}))
    order = (f"-{column}", "-pk") if descending else (column, "pk")
    found = list(rows.order_by(*order)[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(lines(workspace, found[:size], today), _written(last, column) if last else "")


def _written(row: Relationship, column: str) -> str:
    value = getattr(row, column)
    return f"{value if isinstance(value, float) else value.isoformat()}~{row.pk}"


def _place(text: str, column: str) -> tuple[date | datetime | float, int] | None:
    value, _, pk = text.rpartition("~")
    if not value or not is_id(pk):
        return None
    try:
        if column == "reach":
            return float(value), int(pk)
        moment = datetime.fromisoformat(value)
        return (moment.date() if column == "listed_on" else moment), int(pk)
    except ValueError:
        return None


def lines(workspace: Workspace, rows: Sequence[Relationship], today: date) -> list[Line]:
    """Each with its person's level and whether its next step is overdue. One query more."""
    known = Activity.of(workspace).filter(person__in=[row.person_id for row in rows])
    found = dict(known.values_list("person", "level"))
    return [
        Line(
            row,
            found.get(row.person_id, levels.LEVELS[0]),
            row.ended is None and row.listed_on < today,
            row.ended is None and row.listed_on == today,
        )
        for row in rows
    ]


def board(workspace: Workspace, kind: str, wanted: Wanted, by: Member, now: datetime) -> list[Column]:
    """The stages of a kind with the first of those who stand there: overdue ones, then by date, then the others."""
    stages = relations.stages_of(workspace, kind)
    today = relations.today(workspace, now)
    columns = []
    for at, stage in enumerate(stages):
        only = Wanted(stage=stage.pk, owner=wanted.owner, tag=wanted.tag, overdue=wanted.overdue)
        rows = chosen(workspace, only, by, today)
        first = list(rows.select_related(*WITH).order_by("listed_on", "pk")[: COLUMN + 1])
        more = len(first) > COLUMN
        columns.append(
            Column(
                stage,
                lines(workspace, first[:COLUMN], today),
                capped.shown(capped.count(rows)) if more else str(len(first)),
                more,
                stages[at - 1] if at else None,
                stages[at + 1] if at + 1 < len(stages) else None,
            )
        )
    return columns


def numbers(workspace: Workspace) -> Mapping[str, str]:
    """How many stand in each kind now, as shown."""
    rows = Relationship.of(workspace).filter(ended=None, person__merged_into=None)
    return {kind: capped.shown(capped.count(rows.filter(kind=kind))) for kind in RELATIONS}


def owners(workspace: Workspace) -> list[tuple[str, str]]:
    """Who may look after a relationship: value and name."""
    rows = Member.of(workspace).filter(active=True).exclude(role="viewer").select_related("user")
    return [(str(row.pk), str(row)) for row in sorted(rows, key=lambda row: str(row).casefold())]


class Happened(Struct, frozen=True):
    """An act, and the next step that it planned, which the log itself does not hold."""

    act: Audit
    step: str


def history(row: Relationship) -> Sequence[Happened]:
    """What was done about it, newest first."""
    acts = Audit.of(row.workspace).filter(noun="relationship", noun_id=row.pk).order_by("-pk")
    return [Happened(act, (row.steps.get(str(act.pk)) or ["", ""])[1]) for act in acts[:HISTORY]]


class Regard(Struct, frozen=True):
    """A person as the card shows them: what they are to us, how far they came, how far their word reaches."""

    person: Person
    lines: Sequence[Line]
    past: Sequence[Relationship]  # that ended
    kept: Sequence[Line]  # of those who were merged into them, where they stand in the same pipeline themselves
    level: str
    because: str
    influence: int
    formula: Sequence[str]
    counted: datetime | None
    window: str  # the query for the posts from which level and influence are counted
    suggestions: Sequence[Suggestion]
    free: Sequence[str]  # kinds in which they do not stand


def regard(
    person: Person,
    now: datetime,
    zone: ZoneInfo | None = None,
    relating: Relating | None = None,
    around: Mapping[str, int] | None = None,
) -> Regard:
    """Read in eight queries at most. `zone`: the workspace's, `relating`: how it relates, where they were read;
    `around`: what `store.around` counted, so that nobody asks for what is not there."""
    workspace = person.workspace
    there = {"relationships": 1, "suggestions": 1, "merged": 1, **(around or {})}
    theirs = Relationship.of(workspace).filter(person=person).select_related(*WITH).order_by("since", "pk")
    rows = list(theirs) if there["relationships"] else []
    standing = [row for row in rows if row.ended is None]
    today = now.astimezone(zone).date() if zone else relations.today(workspace, now)
    known = activities.of_person(workspace, person.pk)
    doing = relations.doing_of(known)
    thresholds = relations.thresholds(relating) if relating else relations.levels_of(workspace.pk)
    found = relations.influence_of(known)
    return Regard(
        person,
        lines(workspace, standing, today),
        [row for row in rows if row.ended is not None],
        lines(workspace, _kept(person), today) if there["merged"] else [],
        levels.level_of(doing, thresholds),
        levels.because(doing, thresholds),
        round(found.score),
        influence.formula(found),
        known.counted,
        WINDOW,
        _open(person, now) if there["suggestions"] else [],
        [kind for kind in RELATIONS if kind not in {row.kind for row in standing}],
    )


def _kept(person: Person) -> list[Relationship]:
    rows = Relationship.of(person.workspace).filter(person__in=merging.merged_into(person), ended=None)
    return list(rows.select_related(*WITH).order_by("since", "pk"))


def _open(person: Person, now: datetime) -> list[Suggestion]:
    rows = suggestions.visible(person.workspace, now).filter(person=person, state=SuggestionState.OPEN)
    return list(rows.order_by("-strength")[:5])


# Suggestions


class Outcome(Struct, frozen=True):
    """What came of the suggestions of a kind."""

    kind: str
    name: str
    open: int
    taken: int
    passed: int
    won: int  # taken, and the relationship reached an active stage


def suggested(
    workspace: Workspace, state: str, kind: str, after: str, now: datetime, size: int = 25, *, won: bool = False
) -> tuple[list[Suggestion], str]:
    """A page of suggestions, the strongest first, and what `after` is for the next one. `won`: only those whose
    relationship turned active."""
    waits: Mapping[int, datetime] = {}
    if state == SuggestionState.LATER:
        waits = suggestions.waiting(workspace, now)
        rows = Suggestion.of(workspace).filter(Q(state=state, person__merged_into=None) | Q(pk__in=list(waits)))
    else:
        rows = suggestions.visible(workspace, now).filter(state=state)
    rows = rows.select_related("person", "relationship__stage", "workspace")
    if won:
        rows = rows.filter(won__isnull=False)
    if kind:
        rows = rows.filter(kind=kind)
    value, _, pk = after.rpartition("~")
    try:
        at = float(value) if value and is_id(pk) else None
    except ValueError:
        at = None
    if at is not None:
        rows = rows.filter(Q(strength__lt=at) | Q(strength=at, pk__lt=int(pk)))
    found = list(rows.order_by("-strength", "-pk")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    for row in found:
        if row.pk in waits:  # as it stands for who looks, of whichever of those whom they were it was put off
            row.state, row.until = state, waits[row.pk]
    return found[:size], f"{last.strength}~{last.pk}" if last else ""


def accounts(workspace: Workspace, people: Sequence[int]) -> Mapping[int, Sequence[Author]]:
    """Person id → their names on the networks, three at most."""
    found: dict[int, list[Author]] = {}
    for row in Author.of(workspace).filter(person__in=people).order_by("person", "pk")[:500]:
        mine = found.setdefault(row.person_id, [])
        if len(mine) < 3:
            mine.append(row)
    return found


def outcomes(workspace: Workspace, now: datetime) -> list[Outcome]:
    """What came of all suggestions, by kind."""
    rows = (
        suggestions.visible(workspace, now).order_by().values_list("kind", "state").annotate(Count("pk"), Count("won"))
    )
    counts: dict[str, dict[str, int]] = {}
    won: dict[str, int] = {}
    for kind, state, number, reached in rows:
        counts.setdefault(kind, {})[state] = number
        won[kind] = won.get(kind, 0) + (reached if state == SuggestionState.TAKEN else 0)
    return [
        Outcome(
            kind,
            str(SuggestionKind(kind).label),
            counts.get(kind, {}).get(SuggestionState.OPEN, 0),
            counts.get(kind, {}).get(SuggestionState.TAKEN, 0),
            counts.get(kind, {}).get(SuggestionState.PASSED, 0),
            won.get(kind, 0),
        )
        for kind in SuggestionKind.values
    ]
