"""What a query would catch among stored posts: the newest of them, what a change adds and loses, day by day."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from django.db.models import F, Q, QuerySet, Sum
from msgspec import Struct

from hubbub.core import query as language
from hubbub.core.query.advice import Advice, Seen, advise, asked, exclusions, without_exclusions
from hubbub.store import fulltext, words
from hubbub.store.fulltext.key import begin_of, end_of
from hubbub.store.models import Post, Source, Workspace
from hubbub.store.search import Found, matching, search
from hubbub.store.stretches import Span

from .queries import Row, row_of

LOOKED = 2_500  # newest stored posts that a preview looks at
SHOWN = 8  # of those that it found
BEYOND = 5  # of those that a change adds, and of those that it loses
WAITING = 0.05  # share of the posts that may wait to be indexed while the word list is still believed
DAYS = 90
HITS = 2_000  # found posts up to which a chart of days is exact
SAMPLE = 3_000  # posts that a chart is estimated from
NEAREST = 10  # words for which a likely other one is looked up
WEIGHED = 5  # exclusions that are tried alone
RESTS = 1_000  # posts up to which they are


class Side(Struct, frozen=True):
    """Posts that a change of a query adds or loses: how many, and the newest of them."""

    count: int
    rows: Sequence[Row]


class Preview(Struct, frozen=True):
    """What a query would catch of the newest stored posts."""

    rows: Sequence[Row]
    count: int
    looked_at: int
    there_are_more: bool  # stored posts that were not looked at
    since: datetime | None  # when the oldest of those looked at was published; None: there are none
    adds: Side | None = None  # against the query as it is saved; None: there is nothing to compare with
    loses: Side | None = None
    advice: Sequence[Advice] = ()


class Stretch(Struct, frozen=True):
    """The newest stored posts of a workspace, our own left out."""

    workspace: Workspace
    posts: QuerySet[Post]
    number: int
    since: datetime | None
    there_are_more: bool


def newest(workspace: Workspace, number: int) -> Stretch:
    """The newest `number` stored posts that are not ours."""
    posts = Post.of(workspace).filter(ours=False)
    places = list(posts.order_by("-published", "-id").values_list("published", "id")[: number + 1])
    if not places:
        return Stretch(workspace, posts, 0, None, there_are_more=False)
    more = len(places) > number
    when, last = places[number - 1] if more else places[-1]
    bounded = posts.filter(published__gte=when).filter(Q(published__gt=when) | Q(id__gte=last)) if more else posts
    return Stretch(workspace, bounded, min(number, len(places)), when, more)


def preview(
    workspace: Workspace, query: language.Query, *, now: datetime, saved: language.Query | None = None
) -> Preview:
    """Hold a query against the newest stored posts; `saved` is the one that it is to take the place of."""
    stretch = newest(workspace, LOOKED)
    found = _all(stretch, query, now)
    adds = loses = None
    if saved is not None and saved.tree != query.tree:
        stood = _all(stretch, saved, now)
        adds, loses = _beyond(found, stood), _beyond(stood, found)
    return Preview(
        rows=_rows(found.posts[:SHOWN], found.spans),
        count=len(found.posts),
        looked_at=stretch.number,
        there_are_more=stretch.there_are_more,
        since=stretch.since,
        adds=adds,
        loses=loses,
        advice=advise(query, _seen(workspace, query, stretch, found, now)),
    )


def _all(stretch: Stretch, query: language.Query, now: datetime) -> Found:
    return _search(
        stretch.workspace, stretch.posts, query, Span(stretch.since), now=now, size=LOOKED, budget=LOOKED + 1
    )


def _search(
    workspace: Workspace,
    posts: QuerySet[Post],
    query: language.Query,
    span: Span,
    *,
    now: datetime,
    size: int,
    budget: int,
) -> Found:
    found = search(posts, query, now=now, size=size, budget=budget, workspace=workspace, span=span)
    if found.slips:  # a wildcard too wide to be looked up in the index: a topic may have it, so post by post
        found = search(posts, query, now=now, size=size, budget=budget)
    return found


def _beyond(these: Found, those: Found) -> Side:
    known = {post.pk for post in those.posts}
    only = [post for post in these.posts if post.pk not in known]
    return Side(len(only), _rows(only[:BEYOND], these.spans))


def _rows(posts: Sequence[Post], spans: Mapping[int, Sequence[language.Span]]) -> list[Row]:
    return [row_of(post, (), spans.get(post.pk, ())) for post in posts]


def _seen(workspace: Workspace, query: language.Query, stretch: Stretch, found: Found, now: datetime) -> Seen:
    """What advice is made of."""
    posts = _indexed(workspace)
    counts = words.known(workspace, asked(query)) if posts else {}
    unseen = [word for word, number in counts.items() if not number][:NEAREST]
    rest, taken = _weighed(stretch, query, found, now)
    return Seen(
        posts=posts,
        words=counts,
        nearest={word: near for word in unseen if (near := words.nearest(workspace, word))},
        looked_at=stretch.number,
        found=len(found.posts),
        rest=rest,
        taken_away=taken,
    )


def _indexed(workspace: Workspace) -> int:
    """How many posts the word list tells of; 0 while too many still wait for it to be believed."""
    posts = int(Source.of(workspace).aggregate(taken=Sum("posts_taken"))["taken"] or 0)
    waiting = fulltext.queued(begin_of(workspace.pk, 0), end_of(workspace.pk), int(posts * WAITING) + 1)
    return posts if len(waiting) <= posts * WAITING else 0


def _weighed(stretch: Stretch, query: language.Query, found: Found, now: datetime) -> tuple[int, dict[int, int]]:
    """How many posts the query would catch without its exclusions, and how many of them each takes away."""
    rest = without_exclusions(query)
    if rest is None:
        return 0, {}
    whole = _all(stretch, rest, now).posts
    if len(whole) > RESTS or not whole:
        return 0, {}
    if len(whole) == len(found.posts):  # none of them takes anything away
        return len(whole), {one.start: 0 for one in exclusions(query)}
    away = exclusions(query)[:WEIGHED]
    return len(whole), {one.start: len(matching(whole, one.query, now=now)) for one in away}


class Day(Struct, frozen=True):
    """How many posts of one day (UTC) a query would have caught."""

    day: date
    count: int


class Chart(Struct, frozen=True):
    """A query's last `DAYS` days, today included, the oldest first. An estimate where not all posts were looked at."""

    days: Sequence[Day]
    looked_at: int  # posts that were looked at
    posts: int  # that there are
    every: int  # 1: exact; n: every n-th post was looked at, and stands for n

    @property
    def count(self) -> int:
        """All days together."""
        return sum(day.count for day in self.days)


def chart(workspace: Workspace, query: language.Query, *, now: datetime) -> Chart:
    """How many posts a query would have caught on each of the last days: exact where they are few, else estimated from
    every n-th post."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    start, end = midnight - timedelta(days=DAYS - 1), midnight + timedelta(days=1)
    within = Post.of(workspace).filter(published__gte=start, published__lt=end)
    there = within.order_by().count()  # along the index of the newest posts alone
    span = Span(start, end)
    found = _search(workspace, within.filter(ours=False), query, span, now=now, size=HITS, budget=SAMPLE)
    every = 1
    if found.older is not None:
        every = max(2, -(-there // SAMPLE))
        sampled = list(within.alias(part=F("id") % every).filter(part=0).order_by().values_list("pk", flat=True))
        posts = Post.of(workspace).filter(pk__in=sampled, ours=False)
        found = search(posts, query, now=now, size=2 * SAMPLE, budget=2 * SAMPLE + 1)
    counted = Counter(post.published.astimezone(UTC).date() for post in found.posts)
    days = [start.date() + timedelta(days=number) for number in range(DAYS)]
    return Chart(
        days=[Day(day, counted[day] * every) for day in days],
        looked_at=len(sampled) if every > 1 else there,
        posts=there,
        every=every,
    )
