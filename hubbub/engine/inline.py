"""The engine that runs core's stages here, in this process. Another engine is another file with the same function."""

from collections.abc import Sequence
from datetime import datetime

from hubbub.core import stages
from hubbub.core.post import Place, Post


def run(
    posts: Sequence[Post], place: Place, ready: stages.Ready, *, now: datetime, seen: Sequence[int] = ()
) -> list[stages.Outcome]:
    """All stages over one batch, at once. `seen`: how many posts by others say the same as each."""
    return stages.run(posts, place, ready, now=now, seen=seen)
