"""What the pages of opportunities read: a page of them with the words that made them, and what came of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from msgspec import Struct, convert

from hubbub.core import query as language
from hubbub.core.fit import Part, Weights, freshness, score
from hubbub.store import capped, opportunities
from hubbub.store.models import (
    HouseRules,
    Mention,
    Opportunity,
    OpportunityState,
    Relationship,
    Source,
    Workspace,
)
from hubbub.store.search import matching

A_PAGE = 30
CHUNK, BUDGET = 100, 1_000  # held against a filter
CAME: Mapping[str, str] = {
    "answered": "we replied",
    "answer_back": "they replied back",
    "relation": "a relationship since",
    "done": "done",
}


class Listed(Struct, frozen=True):
    """One row."""

    row: Opportunity
    fit: int  # 0 … 100, now
    parts: Sequence[Part]
    spans: Sequence[Sequence[object]]
    rules: HouseRules | None


class Listing(Struct, frozen=True):
    """One page."""

    rows: Sequence[Listed]
    after: str  # where the next page begins; "" at the end
    says: str = ""


def opportunities_in(workspace: Workspace, state: str, came: str = "") -> QuerySet[Opportunity]:
    """Those in a state, and of the taken ones those of which this came."""
    rows = Opportunity.of(workspace).filter(state=state)
    if came and state == OpportunityState.TAKEN:
        rows = rows.filter(_came(workspace, came))
    return rows


def _came(workspace: Workspace, what: str) -> Q:
    match what:
        case "answered":
            return Q(conversation__answered__gte=F("at"))
        case "answer_back":
            return Q(conversation__answered__gte=F("at"), conversation__last_post__gt=F("conversation__answered"))
        case "relation":
            since = Relationship.of(workspace).filter(
                person__identities=OuterRef("post__author"), since__gte=OuterRef("at")
            )
            return Q(Exists(since))
        case _:
            return Q(conversation__status="done")


def listed(
    workspace: Workspace,
    state: str,
    query: language.Query | None,
    *,
    now: datetime,
    came: str = "",
    place: Source | None = None,
    after: str = "",
    size: int = A_PAGE,
) -> Listing:
    """Open ones by their fit, the others by when that happened, newest first; `place`: only what stands there."""
    order = "order" if state == OpportunityState.OPEN else "at"
    rows = opportunities_in(workspace, state, came).order_by(f"-{order}", "-id")
    rows = rows.select_related("post__author", "post__source", "by__user", "conversation", "source")
    rows = rows.filter(source=place) if place else rows
    at = _place(after, order)
    hits: list[Opportunity] = []
    looked = 0
    while len(hits) <= size:
        wanted = min(CHUNK, BUDGET - looked) if query else size + 1
        chunk = list((rows.filter(_behind(order, *at)) if at else rows)[:wanted])
        looked += len(chunk)
        hits += _matching(chunk, query, now) if query else chunk
        if len(chunk) < wanted or len(hits) > size:
            break
        at = _at(chunk[-1], order)
        if looked >= BUDGET:
            says = f"Looked through {looked:,}, found {len(hits):,} so far: go on with Older"
            return Listing(_rows(workspace, hits[:size], now), _written(*at), says)
    shown = hits[:size]
    following = _written(*_at(shown[-1], order)) if len(hits) > size else ""
    return Listing(_rows(workspace, shown, now), following)


def _matching(chunk: Sequence[Opportunity], query: language.Query, now: datetime) -> list[Opportunity]:
    caught = matching([row.post for row in chunk], query, now=now)
    return [row for row in chunk if row.post_id in caught]


def _rows(workspace: Workspace, rows: Sequence[Opportunity], now: datetime) -> list[Listed]:
    own = opportunities.weights(opportunities.scouting_of(workspace))
    rules = {one.source_id: one for one in HouseRules.of(workspace).filter(source__in={row.source_id for row in rows})}
    spans: dict[int, list[Sequence[object]]] = {}
    for post, places in (
        Mention.of(workspace).filter(post__in=[row.post_id for row in rows]).values_list("post", "spans")
    ):
        spans.setdefault(post, []).extend(places)
    return [
        Listed(
            row,
            round(score(row.static, row.published, now, own)),
            (*convert(row.parts, tuple[Part, ...]), _fresh(row, now, own)),
            spans.get(row.post_id, ()),
            rules.get(row.source_id),
        )
        for row in rows
    ]


def _fresh(row: Opportunity, now: datetime, own: Weights) -> Part:
    factor = round(freshness(row.published, now, own), 3)
    since = " since it was brought back" if row.published > row.post.published else ""
    return Part("fresh", factor, f"half as much after every {own.half_life:g} hours{since}")


def _at(row: Opportunity, order: str) -> tuple[float | datetime, int]:
    return (row.order if order == "order" else row.at or row.found), row.pk


def _behind(order: str, value: float | datetime, pk: int) -> Q:
    return Q(**{f"{order}__lt": value}) | Q(**{order: value}, pk__lt=pk)


def _written(value: float | datetime, pk: int) -> str:
    return f"{value.isoformat() if isinstance(value, datetime) else repr(value)}~{pk}"


def _place(text: str, order: str) -> tuple[float | datetime, int] | None:
    value, _, pk = text.partition("~")
    try:
        return (float(value) if order == "order" else datetime.fromisoformat(value)), int(pk)
    except (ValueError, OverflowError):
        return None


class Count(Struct, frozen=True):
    """A number that leads to what is behind it."""

    name: str
    shown: str
    state: str
    came: str = ""


def counts(workspace: Workspace) -> list[Count]:
    """How many stand where, capped."""
    return [
        Count(str(state.label), _capped(opportunities_in(workspace, state)), str(state.value))
        for state in OpportunityState
    ]


def outcomes(workspace: Workspace) -> list[Count]:
    """Of those that were taken: how many led to what."""
    return [
        Count(words, _capped(opportunities_in(workspace, OpportunityState.TAKEN, came)), "taken", came)
        for came, words in CAME.items()
    ]


def _capped(rows: QuerySet[Opportunity]) -> str:
    return capped.shown(capped.count(rows))


class Place(Struct, frozen=True):
    """A place that is not ours, with what is known of its house rules."""

    source: Source
    rules: HouseRules | None
    open: int


def places(workspace: Workspace) -> list[Place]:
    """All of them; those with the most open opportunities first."""
    sources = list(Source.of(workspace).filter(owned=False).order_by("name"))
    rules = {one.source_id: one for one in HouseRules.of(workspace).select_related("by__user")}
    numbers: dict[int, int] = {}
    for source in Opportunity.of(workspace).filter(state="open").values_list("source", flat=True):
        numbers[source] = numbers.get(source, 0) + 1
    found = [Place(one, rules.get(one.pk), numbers.get(one.pk, 0)) for one in sources]
    return sorted(found, key=lambda one: -one.open)
