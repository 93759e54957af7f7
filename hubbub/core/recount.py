"""What a person's history comes to, told plainly: every earlier post is looked at, one after another.

`windows.py` counts the same from post to post; this is what it is held against, and what a page shows posts by.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from .levels import Doing
from .past import Past, theirs

DAY = timedelta(hours=24)
WINDOW = timedelta(days=90)
MONTH = timedelta(days=30)
LEAST = 4  # posts from which on a share of self-promotion says something


def earliest(window: timedelta, published: datetime) -> datetime | None:
    """When a window begins, itself not in it; None: with the first day that can be written."""
    try:
        return published - window
    except OverflowError:
        return None


def before(posts: Iterable[Past], window: timedelta, post: Past) -> list[Past]:
    """Those of some posts that are of the time before a post, in order of time."""
    since, published = earliest(window, post.published), post.published
    found = [
        past
        for past in posts
        if (since is None or past.published > since)
        and (past.published < published or (past.published == published and past.order < post.order))
    ]
    return sorted(found, key=lambda past: (past.published, past.order))


def posts_24h(posts: Iterable[Past], post: Past) -> int:
    """How many posts there were in the day before."""
    return len(before(posts, DAY, post))


def removed_share(posts: Iterable[Past], post: Past, at: datetime) -> float:
    """The share of the earlier posts that had been taken away by then."""
    earlier = before(posts, WINDOW, post)
    return sum(past.gone(at) for past in earlier) / len(earlier) if earlier else 0.0


def doing(posts: Iterable[Past], post: Past, at: datetime) -> Doing:
    """What the person had done in our places by then: of the posts before this one."""
    given = list(posts)
    earlier = [past for past in before(given, WINDOW, post) if past.own]
    return Doing(
        posts_30=sum(past.own for past in before(given, MONTH, post)),
        posts_90=len(earlier),
        weeks=len({week(past.published) for past in earlier}),
        answers=sum(past.answering for past in earlier),
        replied=sum(past.replied for past in earlier),
        praises=sum(past.praises for past in earlier),
        removed_share=removed_share(given, post, at),
    )


def week(moment: datetime) -> int:
    """The number of the calendar week that it lies in, Monday to Sunday in UTC; consecutive."""
    day = moment if moment.tzinfo is None or moment.tzinfo is UTC else moment.astimezone(UTC)
    return (day.toordinal() - 1) // 7  # the first day that can be written is a Monday


def same_links(posts: Iterable[Past], post: Past) -> int:
    """How many of the earlier posts carry a link of this one."""
    return sum(not post.links.isdisjoint(past.links) for past in before(posts, WINDOW, post))


def self_promotion(posts: Iterable[Past], post: Past) -> float:
    """The share of the earlier posts that link to what is theirs or praise it."""
    earlier = before(posts, WINDOW, post)
    return len(promoting(earlier, post)) / len(earlier) if len(earlier) >= LEAST else 0.0


def promoting(posts: Iterable[Past], post: Past) -> list[Past]:
    """Those of the earlier posts that link to what is theirs or praise it, in order of time."""
    earlier = before(posts, WINDOW, post)
    own = theirs(earlier, post)
    return [past for past in earlier if past.about(own)] if own else []
