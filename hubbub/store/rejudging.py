"""Reading stored posts again when another model comes into force: batch by batch, newest first, with progress."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from hubbub.core.text.judgement import Judgement

from . import judgements, sameness
from .counting import Counts
from .models import Judge, Post
from .rereading import stretch

BATCH = 100  # posts of one transaction: others wait while it lasts

Say = Callable[[Sequence[Post], Sequence[int]], Sequence[Judgement]]  # posts, how many by others are alike → judgements


def waiting() -> list[Judge]:
    """The judges that are to read stored posts, of all workspaces, who has read least first."""
    under_way = Judge.everywhere.filter(reading_below__isnull=False)
    return list(under_way.select_related("workspace").order_by("reread", "pk"))


def begin(judge: Judge, newest: int) -> int:
    """Ask for the `newest` stored posts to be judged anew; what another judge had under way ends. Returns how many.

    Call it in the transaction of the act it belongs to. Posts that this judge has judged already are passed over.
    """
    Judge.of(judge.workspace).exclude(pk=judge.pk).update(reading_below=None)
    posts = Post.of(judge.workspace).order_by("-id")
    first = posts.values_list("pk", flat=True).first()
    judge.to_reread = posts[:newest].count()
    judge.reading_below = None if first is None else first + 1
    judge.reread = judge.reread_changed = 0
    judge.save(update_fields=["to_reread", "reading_below", "reread", "reread_changed"])
    return judge.to_reread


def end(judge: Judge) -> None:
    """Go no further. What was judged stays; the other posts keep what they have."""
    judge.reading_below = None
    judge.save(update_fields=["reading_below"])


def step(judge: Judge, say: Say, *, now: datetime) -> bool:
    """Judge the next batch of posts; all of it is saved or nothing. False: it was the last one.

    The roll-ups follow. Any number of workers may call it: each batch is done by one of them.
    """
    with transaction.atomic():
        rows = Judge.everywhere.select_for_update(of=("self",), no_key=True).select_related("workspace")
        locked = rows.filter(pk=judge.pk).first()
        if locked is None or locked.reading_below is None:
            return False
        size = min(BATCH, locked.to_reread - locked.reread)
        posts = stretch(locked.workspace, locked.reading_below, size)
        others = [post for post in posts if post.judge_id != locked.pk]
        changed = _judge(locked, others, say, now=now)
        locked.reread += len(posts)
        locked.reread_changed += changed
        ended = len(posts) < size or locked.reread >= locked.to_reread
        locked.reading_below = None if ended or not posts else posts[-1].pk
        locked.save(update_fields=["reread", "reread_changed", "reading_below"])
        return locked.reading_below is not None


def _judge(judge: Judge, posts: Sequence[Post], say: Say, *, now: datetime) -> int:
    if not posts:
        return 0
    counts = Counts(judge.workspace)
    counts.add_posts(posts, number=-1)
    strangers = [post for post in posts if post.judge_id is None]
    sameness.join_stored(judge.workspace, strangers)
    changed = judgements.settle(posts, say(posts, sameness.seen_of(posts)), judge.pk, now=now)
    counts.add_posts(posts)
    counts.save()
    return changed + len(strangers)
