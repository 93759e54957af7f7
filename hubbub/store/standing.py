"""What people posted before, read from the tables as core counts it: a few queries for all the people of a batch.

Nothing is kept beside the posts themselves, so that what is counted is right after every edit, deletion, decision,
undo and merging of people. What it costs is told in docs/performance.md.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet
from msgspec import Struct

from hubbub.core import post as shapes
from hubbub.core.levels import STARTING
from hubbub.core.standing import DAY, SHORT, WINDOW, Past, Record, Strike, praises

from . import relations
from .bulk import numbered
from .models import Author, Decision, Post, Source
from .models import Strike as Given

TAKEN_AWAY = frozenset({Decision.HIDDEN, Decision.REMOVED})
MANY = 20_000  # people whose posts are asked for at once

_SHELL = shapes.Post("", "")  # of a post of which the time alone counts


class Moment(Struct, frozen=True, gc=False):
    """A post for which history is wanted: whose, and of when. `person` None: nobody known, or ourselves."""

    person: int | None
    published: datetime


def strikes(people: Collection[int]) -> Mapping[int, Sequence[Strike]]:
    """The strikes of each of these people, expired ones among them; who has none is left out. Those that were withdrawn
    never were."""
    found: dict[int, list[Strike]] = defaultdict(list)
    rows = Given.everywhere.filter(author__person__in=numbered(sorted(people)), withdrawn=None).order_by("given", "pk")
    for person, points, given, until in rows.values_list("author__person", "points", "given", "until"):
        found[person].append(Strike(points, given, until))
    return found


def people_of(workspace: int, authors: Iterable[int]) -> dict[int, int]:
    """Author id → the id of the person behind it."""
    rows = Author.everywhere.filter(workspace=workspace, pk__in=numbered(sorted(set(authors))))
    return dict(rows.values_list("pk", "person"))


def before(workspace: int, moments: Sequence[Moment], asked: Collection[str], *, now: bool = False) -> list[Record]:
    """For each post of a workspace (its id) the record of its person; posts of one person share it. A post by nobody
    known has one of its own.

    `asked`: the fields that somebody asks for; what none of them needs is not read. The records hold all posts of those
    people from the time that counts for any of these posts until the last of them, these among them if they are
    stored. `now`: in what relationships they stand is what they are now, as a list shows it, not what they were. Eight
    queries at most.
    """
    people = {one.person for one in moments if one.person is not None}
    if not people:
        return [Record() for _ in moments]
    window = WINDOW if set(asked) - SHORT else DAY
    since = _earlier(min(one.published for one in moments), window)
    until = max(one.published for one in moments)
    records = of_people(workspace, people, since, until, asked, now=now)
    return [Record() if one.person is None else records[one.person] for one in moments]


def of_batch(
    source: Source, posts: Sequence[shapes.Post], authors: Mapping[str, int], asked: Collection[str], *, now: datetime
) -> list[Record]:
    """For new posts of a source, in their order, what is known of the people behind them. `authors`: native id → id.

    Nothing is read, and nothing known, where nobody asks for a history.
    """
    if not asked:
        return []
    people = people_of(source.workspace_id, authors.values())
    ours = source.account
    moments = [
        Moment(
            people.get(authors.get(post.author.id, 0)) if post.author and post.author.id != (ours or None) else None,
            post.published or now,
        )
        for post in posts
    ]
    return before(source.workspace_id, moments, asked)


def of_stored(source: Source, posts: Sequence[Post], asked: Collection[str]) -> list[Record]:
    """The same for stored posts of a source; they come with `author`."""
    if not asked:
        return []
    moments = [
        Moment(post.author.person_id if post.author and not post.ours else None, post.published) for post in posts
    ]
    return before(source.workspace_id, moments, asked)


def of_people(
    workspace: int,
    people: Collection[int],
    since: datetime,
    until: datetime,
    asked: Collection[str],
    *,
    now: bool = False,
) -> dict[int, Record]:
    """The record of each of these people over a time, both ends included. `now`: see `before`."""
    posts: dict[int, list[Past]] = defaultdict(list)
    given = sorted(people)
    for at in range(0, len(given), MANY):
        identities = {
            pk: (person, url)
            for pk, person, url in Author.everywhere.filter(workspace=workspace)
            .filter(person__in=numbered(given[at : at + MANY]))
            .values_list("pk", "person", "url")
        }
        rows = Post.everywhere.filter(
            author__in=numbered(sorted(identities)), published__gte=since, published__lte=until, ours=False
        ).order_by()
        urls = {pk: url for pk, (_, url) in identities.items()}
        for author, past in _read(rows, urls, _owned(workspace), set(asked)):
            posts[identities[author][0]].append(past)
    given_strikes = strikes(given) if "strikes" in asked else {}
    stands = relations.stands_of(given, now=now) if "relationship" in asked else {}
    levels = relations.levels_of(workspace) if "level" in asked else STARTING
    return {
        person: Record(posts[person], given_strikes.get(person, ()), stands.get(person, ()), levels) for person in given
    }


def _owned(workspace: int) -> frozenset[int]:
    return frozenset(Source.everywhere.filter(workspace=workspace, owned=True).values_list("pk", flat=True))


def _read(
    rows: QuerySet[Post], urls: Mapping[int, str], owned: Collection[int], asked: set[str]
) -> Iterable[tuple[int, Past]]:
    """The posts of authors, each with as much as is asked for. `owned`: the sources that are our own places."""
    if not asked - SHORT:
        for pk, author, published in rows.values_list("pk", "author", "published"):
            yield author, Past(_SHELL, published, pk)
        return
    columns = ("pk", "author", "published", "decision", "decided")
    if not asked & {"same_links", "self_promotion", "level"}:
        for pk, author, published, decision, decided in rows.values_list(*columns):
            yield author, _past(_SHELL, published, pk, decision, decided)
        return
    judged = ("sentiment", "intent", "source", "parent", "replies")
    if asked & {"same_links", "self_promotion"}:
        said = ("title", "text", "url", "links")
        for *begins, mood, intent, source, parent, replies, title, text, url, links in rows.values_list(
            *columns, *judged, *said
        ):
            pk, author, published, decision, decided = begins
            writer = shapes.Author("", url=urls[author])
            post = shapes.Post("", text, title, url, author=writer, links=tuple(links))
            past = _past(post, published, pk, decision, decided)
            yield author, _telling(past, praises(mood, intent), source in owned, parent, replies)
        return
    for pk, author, published, decision, decided, mood, intent, source, parent, replies in rows.values_list(
        *columns, *judged
    ):
        past = _past(_SHELL, published, pk, decision, decided)
        yield author, _telling(past, praises(mood, intent), source in owned, parent, replies)


def _past(post: shapes.Post, published: datetime, pk: int, decision: str, decided: datetime | None) -> Past:
    taken_away = decision in TAKEN_AWAY if decision else None
    return Past(post, published, pk, taken_away=taken_away, decided=decided)


def _telling(past: Past, praising: bool, own: bool, parent: str, replies: int | None) -> Past:
    past.praises, past.own, past.answering, past.replied = praising, own, bool(parent), replies or 0
    return past


def _earlier(moment: datetime, window: timedelta) -> datetime:
    try:
        return moment - window
    except OverflowError:  # the first days that can be written
        return moment
