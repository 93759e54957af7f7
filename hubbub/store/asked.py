"""What people ask most: the questions of the last weeks, put together by the loop, counted once an hour."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from hubbub.core.asking import Group, Question, groups
from hubbub.core.query.reading import tokens
from hubbub.core.text.whole import whole

from . import words
from .models import Asked, AskedCount, Post, Source, Workspace

WITHIN = timedelta(days=30)
AGAIN = timedelta(hours=1)
MOST = 3_000  # questions that are read
LOOKED_AT = 60_000  # of the newest posts


def step(now: datetime) -> bool:
    """Count one workspace's questions anew. False: none is due."""
    counted = AskedCount.everywhere.filter(at__gt=now - AGAIN).values("workspace")
    workspace = Workspace.objects.exclude(pk__in=counted).order_by("pk").first()
    if workspace is None:
        return False
    count(workspace, now)
    return True


def count(workspace: Workspace, now: datetime) -> AskedCount:
    """Put the questions together and keep the groups; what was put away stays away, what is planned stays linked."""
    found, more = _questions(workspace, now)
    # one of those that say the same stands for all: an advertisement that asks is asked once
    read = [Question(post.pk, _who(post), whole(post.title, post.text)) for post in found]
    known = words.known(workspace, {word for one in read for word in tokens(one.text)[:60]})
    made = groups(read, known)
    published = {post.pk: post.published for post in found}
    with transaction.atomic():
        _lock(workspace)
        kept = {row.phrase: row for row in Asked.of(workspace)}
        for group in made:
            _keep(workspace, group, kept.pop(group.phrase[:200], None), published, now)
        for row in kept.values():
            if row.put_away is None and row.planned_id is None:
                row.delete()
            else:  # it says who did what with it, and counts again when it is asked again
                Asked.of(workspace).filter(pk=row.pk).update(people=0, questions=0, counted=now)
        done, _ = AskedCount.everywhere.update_or_create(
            workspace=workspace, defaults={"at": now, "looked_at": len(read), "more": more}
        )
    return done


def _lock(workspace: Workspace) -> None:
    Workspace.objects.select_for_update(no_key=True).filter(pk=workspace.pk).first()


def _questions(workspace: Workspace, now: datetime) -> tuple[list[Post], bool]:
    """Those that were asked in our places or of our topics, newest first, and whether there are more."""
    owned = list(Source.of(workspace).filter(owned=True).values_list("pk", flat=True))
    recent = Post.of(workspace).filter(published__gt=now - WITHIN).order_by("-published", "-id")
    edge = list(recent.values_list("published", flat=True)[LOOKED_AT : LOOKED_AT + 1])
    since = edge[0] if edge else now - WITHIN
    asked = recent.filter(
        Q(mentioned=True) | Q(source__in=owned), published__gt=since, intent="question", ours=False, alike=None,
        repost=False, state="visible",
    )  # fmt: skip
    asked = asked.exclude(decision__in=["hidden", "removed"])
    rows = list(asked.select_related("author").only("title", "text", "published", "author__person")[: MOST + 1])
    return rows[:MOST], len(rows) > MOST or bool(edge)


def _who(post: Post) -> str:
    return str(post.author.person_id) if post.author else ""


def _keep(workspace: Workspace, group: Group, row: Asked | None, published: dict[int, datetime], now: datetime) -> None:
    values = {
        "says": group.says[:200],
        "people": group.people,
        "questions": len(group.ids),
        "newest": max(published[pk] for pk in group.ids),
        "counted": now,
    }
    if row is None:
        row = Asked.everywhere.create(workspace=workspace, phrase=group.phrase[:200], **values)
    else:
        Asked.of(workspace).filter(pk=row.pk).update(**values)
    row.posts.set(Post.of(workspace).filter(pk__in=group.ids))


def examples(rows: Sequence[Asked], each: int = 3) -> dict[int, list[Post]]:
    """The newest questions of each group."""
    return {
        row.pk: list(row.posts.select_related("author", "source", "conversation").order_by("-published")[:each])
        for row in rows
    }
