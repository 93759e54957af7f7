"""When our posts did best, and when our community writes: read from what is stored."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from django.db.models import Q, Sum
from msgspec import Struct

from hubbub.core.besttimes import FEWEST, Busy, Cell, Sent, Suggestion, busiest, heat, suggestions
from hubbub.core.recurring import NAMES
from hubbub.store.models import Author, Post, Rollup, Source, Workspace

WITHIN = timedelta(days=365)
MOST = 2_000  # posts of one source
COMMUNITY = timedelta(days=60)


class Times(Struct, frozen=True):
    """What our past says."""

    cells: Sequence[Cell]
    suggestions: Sequence[Suggestion]
    busy: Sequence[Busy]  # when the community writes: said where our own posts are too few
    posts: int

    @property
    def enough(self) -> bool:
        """Whether our own posts say anything."""
        return self.posts >= FEWEST

    @property
    def grid(self) -> list[tuple[str, list[Cell | None]]]:
        """A row for each weekday, a cell for each hour; None: never posted then."""
        found = {(cell.weekday, cell.hour): cell for cell in self.cells}
        return [(name, [found.get((day, hour)) for hour in range(24)]) for day, name in enumerate(NAMES)]


def times(workspace: Workspace, sources: Sequence[Source], zone: tzinfo, now: datetime) -> Times:
    """Of these sources together, each post held against what is usual at its own."""
    sent = [one for source in sources for one in sent_at(source, zone, now)]
    return Times(heat(sent), suggestions(sent), busiest(community(workspace, zone, now)), len(sent))


def ours(source: Source) -> Q:
    """What finds our own posts of a source by an index."""
    names = Author.of(source.workspace).filter(network=source.network, native_id=source.account)
    return Q(author__in=names.values("pk")) if source.account else Q(pk__in=[])


def sent_at(source: Source, zone: tzinfo, now: datetime) -> list[Sent]:
    """Our own posts there, answers left out, the newest first."""
    rows = Post.of(source.workspace).filter(
        ours(source), source=source, ours=True, parent="", repost=False, published__gt=now - WITHIN, state="visible"
    )
    read = rows.order_by("-published").values_list("pk", "published", "likes", "replies", "shares")[:MOST]
    found = []
    for pk, published, likes, replies, shares in read:
        here = published.astimezone(zone)
        found.append(Sent(pk, source.pk, here.weekday(), here.hour, likes or 0, replies or 0, shares or 0))
    return found


def community(workspace: Workspace, zone: tzinfo, now: datetime) -> list[tuple[int, int, int]]:
    """(weekday, hour, posts) of what was written in our own places in the last weeks."""
    counted = Rollup.of(workspace).filter(topic=None, hour__gt=now - COMMUNITY, hour__lte=now, source__owned=True)
    found: dict[tuple[int, int], int] = {}
    for hour, posts in counted.values_list("hour").annotate(n=Sum("posts")).order_by():
        here = hour.astimezone(zone)
        key = (here.weekday(), here.hour)
        found[key] = found.get(key, 0) + posts
    return [(weekday, hour, posts) for (weekday, hour), posts in found.items()]


def cell_posts(
    workspace: Workspace, sources: Sequence[Source], zone: tzinfo, now: datetime, at: tuple[int, int]
) -> list[Post]:
    """The posts behind one hour of the week, the newest first."""
    ids = [one.id for source in sources for one in sent_at(source, zone, now) if (one.weekday, one.hour) == at]
    return list(Post.of(workspace).filter(pk__in=ids).select_related("source").order_by("-published")[:200])


def in_words(one: Suggestion) -> str:
    """As in “Tuesdays, 17 to 19 h: 12 posts got 1.8 times the usual; fairly sure, because there are 12 posts”."""
    return (
        f"{NAMES[one.weekday]}s, {one.start} to {one.end} h: {one.posts} posts got {one.ratio:.1f} times the usual; "
        f"{one.sureness}, because there are {one.posts} posts"
    )
