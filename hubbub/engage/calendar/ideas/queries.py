"""What people ask most, as the page shows it."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from hubbub.store.asked import examples
from hubbub.store.models import Asked, AskedCount, Post, Workspace

MOST = 30


class Idea(Struct, frozen=True):
    """A group of questions, with the newest of them."""

    asked: Asked
    examples: Sequence[Post]


class Ideas(Struct, frozen=True):
    """The page: the ideas, when they were counted, from how much."""

    ideas: Sequence[Idea]
    counted: datetime | None
    looked_at: int
    more: bool  # there were more questions than are read
    put_away: int


def ideas(workspace: Workspace, *, away: bool = False) -> Ideas:
    """Those that most people asked first; `away`: those that were put away."""
    rows = Asked.of(workspace).filter(put_away__isnull=not away, questions__gt=0 if not away else -1)
    rows = rows.select_related("planned", "put_away_by__user").order_by("-people", "-pk")
    shown = list(rows[:MOST])
    posts = examples(shown)
    count = AskedCount.of(workspace).first()
    return Ideas(
        ideas=[Idea(row, posts[row.pk]) for row in shown],
        counted=count.at if count else None,
        looked_at=count.looked_at if count else 0,
        more=count.more if count else False,
        put_away=Asked.of(workspace).filter(put_away__isnull=False).count(),
    )
