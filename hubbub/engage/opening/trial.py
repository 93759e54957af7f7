"""What a query would have opened among stored posts, and what it adds and loses against the one in force."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from hubbub.core import query as language
from hubbub.core.opening import Opener
from hubbub.core.plan import OpeningPlan
from hubbub.store import opening, word_lists
from hubbub.store.models import Post, Workspace
from hubbub.store.search import WITH

LOOKED = 2_000  # of the newest posts
SHOWN = 20
DAYS = (7, 30)


class Trial(Struct, frozen=True):
    """What came of it. Posts are the newest first, `SHOWN` at most."""

    days: int
    looked: int
    more: bool  # there are older posts in these days, which nobody looked at
    opens: int
    posts: Sequence[Post]
    added: int
    adds: Sequence[Post]
    lost: int
    loses: Sequence[Post]


def trial(workspace: Workspace, query: str, days: int, *, now: datetime) -> Trial:
    """Raises QueryError where the query cannot be read."""
    tried = Opener(OpeningPlan(query), word_lists.of(workspace))
    newest = Post.of(workspace).filter(published__gte=now - timedelta(days=days), ours=False)
    posts = list(newest.select_related(*WITH).order_by("-published", "-id")[: LOOKED + 1])
    looked = posts[:LOOKED]
    fit = opening.deserving(looked, tried, now)
    stood = opening.deserving(looked, opening.asks(workspace), now)
    found = [post for post in looked if post.pk in fit]
    adds = [post for post in looked if post.pk in fit - stood]
    loses = [post for post in looked if post.pk in stood - fit]
    return Trial(
        days=days,
        looked=len(looked),
        more=len(posts) > LOOKED,
        opens=len(found),
        posts=found[:SHOWN],
        added=len(adds),
        adds=adds[:SHOWN],
        lost=len(loses),
        loses=loses[:SHOWN],
    )


def slips_of(query: str, workspace: Workspace) -> Sequence[language.Slip]:
    """What is wrong with it; nothing where it can be read."""
    try:
        language.parse(query, language.Use.OPENING, word_lists.of(workspace))
    except language.QueryError as error:
        return error.slips
    return ()
