"""What the pages of the queue read: a page of it in any order and filter, who has what open, how much waits."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from django.db.models import Q, QuerySet
from msgspec import Struct

from hubbub.core import query as language
from hubbub.core.post import Place
from hubbub.core.queue import Score, Weights, score
from hubbub.store import candidates, capped, queue
from hubbub.store.bulk import numbered
from hubbub.store.models import Decision, Member, Policy, Post, Report, RuleState, Waiting, Workspace
from hubbub.store.queue.leases import held_by_others
from hubbub.store.queue.ranking import Parts, parts
from hubbub.store.reports import open_about
from hubbub.store.search import every

from .policies_queries import in_force
from .queries import Card, cards

PAGE = 20
CHUNK = 200
BUDGET = 2_000  # posts that a filter is held against for one page at most
AT_ONCE = 100  # posts ranked while a page waits, where the loop has not come to them yet
EXACT = 500  # so many matches are put into any order at once; where there are more, they are met soon on the way

ORDERS: Mapping[str, tuple[str, str]] = {  # name → field to order by, words
    "score": ("due", "by score"),
    "oldest": ("since", "longest wait"),
    "newest": ("-since", "newest first"),
    "reach": ("-reach", "widest reach"),
}


class Spot(Struct, frozen=True):
    """A place in the queue in one of its orders: the value that is ordered by, and the row's id."""

    value: float | datetime
    id: int


def write_spot(spot: Spot) -> str:
    """As an address carries it."""
    value = spot.value.isoformat() if isinstance(spot.value, datetime) else repr(spot.value)
    return f"{value}~{spot.id}"


def spot_of(text: str, order: str) -> Spot | None:
    """The other way; nonsense counts as the start."""
    value, _, number = text.rpartition("~")
    try:
        if ORDERS[order][0].endswith("since"):
            return Spot(datetime.fromisoformat(value).astimezone(UTC), int(number))
        return Spot(float(value), int(number))
    except (ValueError, OverflowError):
        return None


class Waits(Struct, frozen=True):
    """A post that waits, with its place in the queue and what stands around it."""

    card: Card
    row: Waiting
    score: Score
    parts: Parts
    holder: Member | None  # who else has it open
    covered: Sequence[str]  # the policies because of which its text stands behind a click
    suspected: Sequence[Policy]  # what rules say that it breaks, the gravest first
    reports: Sequence[Report]


class Queue(Struct, frozen=True):
    """One page."""

    waits: Sequence[Waits]
    after: Spot | None  # where the next page starts; None at the end
    looked_at: int = 0
    ran_out: bool = False
    slips: Sequence[language.Slip] = ()

    @property
    def cards(self) -> list[Card]:
        """The posts alone."""
        return [one.card for one in self.waits]


class _Found(Struct):
    rows: list[Waiting]
    spans: dict[int, Sequence[language.Span]]
    after: Spot | None = None
    looked_at: int = 0
    ran_out: bool = False
    slips: Sequence[language.Slip] = ()


def page(
    workspace: Workspace,
    query: language.Query | None,
    *,
    now: datetime,
    order: str = "score",
    after: Spot | None = None,
    size: int = PAGE,
    budget: int = BUDGET,
    viewer: Member | None = None,
) -> Queue:
    """A page of what waits. `viewer`: who looks; leases of others are shown to them."""
    queue.rank(workspace, AT_ONCE)
    found = _find(workspace, query, now=now, order=order, after=after, size=size, budget=budget)
    waits = around(workspace, found.rows, now=now, viewer=viewer, spans=found.spans)
    return Queue(waits, found.after, found.looked_at, found.ran_out, found.slips)


def first_rows(workspace: Workspace, query: language.Query | None, *, now: datetime, order: str) -> list[int]:
    """The ids of the rows that come first in that order and filter, for who takes one after the other."""
    found = _find(workspace, query, now=now, order=order, after=None, size=100, budget=BUDGET)
    return [row.pk for row in found.rows]


def _find(
    workspace: Workspace,
    query: language.Query | None,
    *,
    now: datetime,
    order: str,
    after: Spot | None,
    size: int,
    budget: int,
) -> _Found:
    rows = _ordered(Waiting.of(workspace), order, after)
    if query is None:
        return _cut(list(rows[: size + 1]), order, size, {})
    posts = Post.of(workspace).filter(decision=Decision.QUEUED)
    found = every(posts, query, now=now, most=EXACT, workspace=workspace)
    if found.slips:
        return _Found([], {}, slips=found.slips)
    if found.whole:
        few = list(rows.filter(post__in=numbered([one.id for one in found.hits]))[: size + 1])
        return _cut(few, order, size, _spans(query, found.hits, few, now))
    return _walk(workspace, query, now=now, order=order, after=after, size=size, budget=budget)


def _ordered(rows: QuerySet[Waiting], order: str, after: Spot | None) -> QuerySet[Waiting]:
    field = ORDERS[order][0]
    down, name = field.startswith("-"), field.lstrip("-")
    if after is not None:
        beyond, edge = ("lt", "lte") if down else ("gt", "gte")
        rows = rows.filter(Q(**{f"{name}__{edge}": after.value}))
        rows = rows.filter(Q(**{f"{name}__{beyond}": after.value}) | Q(**{f"id__{beyond}": after.id}))
    return rows.order_by(field, "-id" if down else "id")


def _spot(row: Waiting, order: str) -> Spot:
    return Spot(getattr(row, ORDERS[order][0].lstrip("-")), row.pk)


def _cut(rows: list[Waiting], order: str, size: int, spans: dict[int, Sequence[language.Span]]) -> _Found:
    shown = rows[:size]
    return _Found(shown, spans, _spot(shown[-1], order) if len(rows) > size else None, len(shown))


def _walk(
    workspace: Workspace,
    query: language.Query,
    *,
    now: datetime,
    order: str,
    after: Spot | None,
    size: int,
    budget: int,
) -> _Found:
    """Along the queue, each post held against the query: there are many that match."""
    index: language.Index[None] = language.Index([(None, query)])
    known: dict[int, Place] = {}
    hits: list[Waiting] = []
    caught: dict[int, candidates.Candidate] = {}
    looked_at, step = 0, size + 10
    while len(hits) <= size and looked_at < budget:
        wanted = min(step, CHUNK, budget - looked_at)
        step *= 2  # a page that does not fill soon is looked for faster
        chunk = list(_ordered(Waiting.of(workspace), order, after)[:wanted])
        looked_at += len(chunk)
        read = candidates.read(candidates.rows([row.post_id for row in chunk]), query, known)
        caught |= {one.id: one for one in read if index.match(one.reading, one.facts, now=now)}
        hits += [row for row in chunk if row.post_id in caught]
        if len(chunk) < wanted:
            after = None
            break
        after = _spot(chunk[-1], order)
    spans = _spans(query, caught.values(), hits[:size], now)
    if len(hits) > size:
        return _Found(hits[:size], spans, _spot(hits[size - 1], order), looked_at)
    return _Found(hits, spans, after, looked_at, ran_out=after is not None)


def _spans(
    query: language.Query, caught: Iterable[candidates.Candidate], rows: Sequence[Waiting], now: datetime
) -> dict[int, Sequence[language.Span]]:
    """The places of the words in the posts of these rows."""
    shown = {row.post_id for row in rows}
    return {one.id: language.spans(query, one.reading, one.facts, now=now) for one in caught if one.id in shown}


def around(
    workspace: Workspace,
    rows: Sequence[Waiting],
    *,
    now: datetime,
    viewer: Member | None = None,
    spans: Mapping[int, Sequence[language.Span]] | None = None,
) -> list[Waits]:
    """The rows with their posts and all that a decision needs; a handful of queries for all of them."""
    beside = ("workspace", "source")
    known = Post.of(workspace).prefetch_related(*beside)
    known = known.select_related("author__person", "conversation__assignee__user")
    posts = {post.pk: post for post in known.filter(pk__in=[row.post_id for row in rows])}
    there = [row for row in rows if row.post_id in posts]  # the others were decided in this moment
    shown = [posts[row.post_id] for row in there]
    by_post = {card.post.pk: card for card in cards(shown, spans)}
    factors = parts(workspace, shown)
    told = open_about(workspace, list(posts))
    policies = {policy.slug: policy for policy in in_force(workspace)}
    weights = queue.weights_of(workspace)
    holders = _holders(workspace, there, viewer, now)
    return [
        _waits(
            row, by_post[row.post_id], factors[row.post_id], policies, weights,
            now=now, holder=holders.get(row.pk), reports=told.get(row.post_id, ()),
        )
        for row in there
    ]  # fmt: skip


def _waits(
    row: Waiting,
    card: Card,
    factors: Parts,
    policies: Mapping[str, Policy],
    weights: Weights,
    *,
    now: datetime,
    holder: Member | None,
    reports: Sequence[Report],
) -> Waits:
    # a rule in shadow does nothing: it covers no text and suggests no reason either
    said = [one for one in card.verdicts if one.policy and not one.unchecked and one.state == RuleState.LIVE]
    named = dict.fromkeys(one.policy or "" for one in said)
    suspected = sorted((policies[slug] for slug in named if slug in policies), key=lambda one: -one.severity)
    return Waits(
        card=card,
        row=row,
        score=score(now, row.since, factors[0].number, factors[1].number, weights),
        parts=factors,
        holder=holder,
        covered=[one.name for one in suspected if one.covered],
        suspected=suspected,
        reports=reports,
    )


def _holders(
    workspace: Workspace, rows: Sequence[Waiting], viewer: Member | None, now: datetime
) -> Mapping[int, Member]:
    if viewer is None:
        return {}
    held = held_by_others(workspace, viewer, now).filter(pk__in=[row.pk for row in rows])
    return {row.pk: row.holder for row in held if row.holder is not None}


class Now(Struct, frozen=True):
    """How things stand in the queue at this moment."""

    waiting: str  # capped
    others: Sequence[tuple[Member, int]]  # who has how many open
    mine: Waiting | None


def stands(workspace: Workspace, member: Member, now: datetime) -> Now:
    """Counts and leases, for the line above the queue."""
    found: dict[int, tuple[Member, int]] = {}
    for row in held_by_others(workspace, member, now)[:200]:
        if row.holder is not None:
            found[row.holder.pk] = (row.holder, found.get(row.holder.pk, (row.holder, 0))[1] + 1)
    mine = Waiting.of(workspace).filter(holder=member, lease_until__gte=now).first()
    return Now(capped.shown(capped.count(Waiting.of(workspace))), list(found.values()), mine)
