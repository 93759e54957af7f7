"""The engine that runs core's stages here, in this process. Another engine is another file with the same function."""

import time
from collections.abc import Sequence
from datetime import datetime

from hubbub.core import stages
from hubbub.core.post import Place, Post
from hubbub.core.rules import Patience
from hubbub.core.standing import Record

clock = time.monotonic  # by which a rule that takes too long is stopped


def found(
    posts: Sequence[Post], place: Place, ready: stages.Ready, *, now: datetime, seen: Sequence[int] = ()
) -> stages.Work:
    """What the posts of a batch say: the stages that take long. `seen`: how many posts by others say the same as
    each."""
    return stages.found(posts, place, ready, now=now, seen=seen)


def decided(work: stages.Work, history: Sequence[Record] = ()) -> list[stages.Outcome]:
    """What is to be done about them, as what is known of their authors now has it."""
    return stages.decided(work, history, Patience(clock))
