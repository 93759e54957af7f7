"""Which views a member has, and how many conversations stand in each."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.db import transaction
from django.db.models import Q, QuerySet
from msgspec import Struct

from hubbub.core import query as language
from hubbub.engage import queries
from hubbub.store import capped, saved_views, word_lists
from hubbub.store.models import Kind, Member, Promised, Ranking, SavedView, Whose, Workspace

COUNT_BUDGET = 2_000  # conversations held against a view's query for its number
FRESH = timedelta(minutes=1)  # so long a number that the loop counted is shown before it counts again
LOOKED = timedelta(minutes=10)  # views whose number nobody saw for so long are not counted
STEP = timedelta(seconds=20)  # a busy inbox says this often that its numbers are looked at
MOST = 60  # views of one member

# what a workspace begins with; Mine and Unassigned are tabs
STARTING: Sequence[tuple[str, dict[str, str]]] = (
    ("Promise about to break", {"promised": Promised.SOON}),
    ("Complaints", {"kind": Kind.COMPLAINT}),
    ("Questions", {"kind": Kind.QUESTION}),
    ("Reviews", {"kind": Kind.REVIEW}),
    ("Leads", {"kind": Kind.LEAD}),
)


class Counted(Struct, frozen=True):
    """A view and how many stand in it, as shown: "12", "999+", "at least 40", "" where it is not known yet."""

    view: SavedView
    number: str
    tells: str = ""  # for who hovers


def ranking(workspace: Workspace) -> Ranking:
    """How its inbox is put in order. Made, with the views that a workspace begins with, when first asked for."""
    found = Ranking.of(workspace).first()
    if found is None:
        with transaction.atomic():
            found, new = Ranking.everywhere.get_or_create(workspace=workspace)
            if new:
                rows = [
                    SavedView(workspace=workspace, name=name, place=at, **fields)
                    for at, (name, fields) in enumerate(STARTING, start=1)
                ]
                SavedView.everywhere.bulk_create(rows)
    return found


def visible(member: Member) -> QuerySet[SavedView]:
    """What this member may look at: shared views and their own, in their order."""
    found = SavedView.of(member.workspace).filter(Q(member=None) | Q(member=member))
    return found.order_by("place", "pk")


def pinned(member: Member, now: datetime) -> list[Counted]:
    """The views above the list, with their numbers; those that a workspace begins with are made with its `ranking`."""
    shown = pinned_rows(member, now)
    return numbered(shown, capped.counts(at_once(shown, member, now)), now)


def pinned_rows(member: Member, now: datetime) -> list[SavedView]:
    """The same before they are counted; it is noted that somebody looks at their numbers."""
    shown = list(visible(member).filter(pinned=True)[:MOST])
    stale = [one.pk for one in shown if one.query and (one.looked_at is None or one.looked_at < now - STEP)]
    if stale:
        SavedView.of(member.workspace).filter(pk__in=stale).update(looked_at=now)
    return shown


def at_once(views: Sequence[SavedView], member: Member, now: datetime) -> list[capped.Written]:
    """The counts of those that have no query, in their order."""
    bare = [one for one in views if not one.query]
    return [
        capped.written(queries.rows_of(member, one, now))
        if one.promised in (Promised.SOON, Promised.BROKEN)  # as of this moment
        else _written(member.workspace_id, member.pk, one.status, one.whose, one.kind, one.promised)
        for one in bare
    ]


@lru_cache(1_024)
def _written(workspace: int, member: int, status: str, whose: str, kind: str, promised: str) -> capped.Written:
    who = Member(pk=member, workspace=Workspace(pk=workspace))
    view = SavedView(status=status, whose=whose, kind=kind, promised=promised)
    return capped.written(queries.rows_of(who, view, datetime.min.replace(tzinfo=UTC)))  # no moment is asked for


def numbered(views: Sequence[SavedView], found: Sequence[int], now: datetime) -> list[Counted]:
    """All of them with their numbers; `found`: what `at_once` counted."""
    bare = [one for one in views if not one.query]
    numbers = {one.pk: number for one, number in zip(bare, found, strict=True)}
    return [_counted(one, numbers, now) for one in views]


def counted(view: SavedView, member: Member, now: datetime) -> Counted:
    """By its columns at once; where it has a query, what the loop counted last."""
    numbers = {} if view.query else {view.pk: capped.count(queries.rows_of(member, view, now))}
    return _counted(view, numbers, now)


def _counted(view: SavedView, numbers: Mapping[int, int], now: datetime) -> Counted:
    """`numbers`: those that were counted at once, by the view's id."""
    if not view.query:
        return Counted(view, capped.shown(numbers[view.pk]))
    if view.whose in (Whose.ME, Whose.MY_TEAMS) or view.counted is None or view.counted_at is None:
        return Counted(view, "", "Counted when it is opened" if view.whose else "Being counted")
    number = capped.shown(view.counted)
    tells = f"Counted {int((now - view.counted_at).total_seconds() // 60)} min ago"
    if view.at_least and view.counted < capped.MANY:
        return Counted(view, f"{number}+", f"At least {number}: so many were found among the first. {tells}")
    return Counted(view, number, tells)


def count_one(now: datetime) -> bool:
    """For the loop: count the view whose number is the oldest of those that somebody looks at. False: all are fresh."""
    view = saved_views.claim(now, fresh=FRESH, looked=LOOKED)
    if view is None:
        return False
    found = _found(view, now)
    saved_views.counted(view, len(found.conversations), at_least=found.ran_out or found.older is not None)
    return True


def _found(view: SavedView, now: datetime) -> queries.Inbox:
    nobody = Member(workspace=view.workspace)
    try:
        query = word_lists.read(view.query, language.Use.VIEW, view.workspace)
    except language.QueryError:  # a word list is gone: whoever opens the view is told
        return queries.Inbox((), None)
    return queries.inbox(
        queries.rows_of(nobody, view, now),
        query,
        now=now,
        size=capped.MANY,
        budget=COUNT_BUDGET,
        workspace=view.workspace,
    )


def place_for_new(member: Member) -> int:
    """Behind all others."""
    last = visible(member).order_by("-place").values_list("place", flat=True).first()
    return (last or 0) + 1
