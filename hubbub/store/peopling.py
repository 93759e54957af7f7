"""What stands on a person's row because of their identities: how much they posted, when last, whom they reach, the
words by which they are found. Worked out a moment after an identity changed, so that taking posts in stays cheap."""

import re
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max, QuerySet, Sum

from . import bulk, likenesses
from .models import NEVER, Author, Person, PersonWord, Post, Workspace

AT_ONCE = 40  # identities of one transaction: others wait while it lasts
LONGEST, MOST_WORDS = 60, 40  # characters of a word, words of a person
_WORD = re.compile(r"\w+")


def step(now: datetime, called: Callable[[str], str] = str) -> bool:
    """Some identities that changed, of one workspace. False: none did. `called`: a network's own name."""
    with transaction.atomic():
        stirred = Author.everywhere.filter(stirred=True)
        first = stirred.order_by("pk").values_list("workspace_id", flat=True).first()
        if first is None:
            return False
        mine = stirred.filter(workspace_id=first).order_by("pk")
        if connection.features.has_select_for_update_skip_locked:
            mine = mine.select_for_update(of=("self",), skip_locked=True, no_key=True)
        rows = list(mine[:AT_ONCE])
        _count(rows)
        settle({row.person_id for row in rows})
        likenesses.look(rows, now, called)
        Author.everywhere.filter(pk__in=[row.pk for row in rows]).update(stirred=False)
    return bool(rows)


def recount(posts: QuerySet[Post], workspace: Workspace) -> None:
    """Have the authors of these posts counted anew; call it before the posts go."""
    found = list(posts.filter(author__isnull=False).order_by().values_list("author_id", flat=True).distinct())
    for at in range(0, len(found), 5_000):
        rows = Author.of(workspace).filter(pk__in=bulk.numbered(found[at : at + 5_000]))
        rows.update(post_count=None, stirred=True)


def _count(rows: Sequence[Author]) -> None:
    """Count those that were never counted; from then on taking in adds to it."""
    for row in rows:
        if row.post_count is None:
            theirs = Post.everywhere.filter(author=row.pk, ours=False)
            row.post_count = theirs.order_by().count()
            row.last_seen = theirs.order_by("-published").values_list("published", flat=True).first() or NEVER
            row.save(update_fields=["post_count", "last_seen"])


def settle(people: Collection[int]) -> None:
    """Work out anew what stands on these people's rows. Call it in the transaction that changed their identities or
    their names; lock identities before, and never after."""
    rows = list(bulk.held(Person.everywhere.filter(pk__in=sorted(people))))
    identities: dict[int, list[tuple[str, str]]] = {row.pk: [] for row in rows}
    theirs = Author.everywhere.filter(person__in=identities)
    for person, name, handle in theirs.values_list("person_id", "name", "handle"):
        identities[person].append((name, handle))
    summed = theirs.order_by().values_list("person_id").annotate(Sum("post_count"), Max("last_seen"), Max("followers"))
    sums = {person: found for person, *found in summed}
    changed = []
    for row in rows:
        count, last, followers = sums.get(row.pk, (0, NEVER, 0))
        fresh = (count or 0, last or NEVER, followers or 0)
        if (row.post_count, row.last_seen, row.followers) != fresh:
            row.post_count, row.last_seen, row.followers = fresh
            changed.append(row)
    Person.everywhere.bulk_update(changed, ["post_count", "last_seen", "followers"])
    _keep_words(rows, identities)


def _keep_words(rows: Sequence[Person], identities: dict[int, list[tuple[str, str]]]) -> None:
    there: dict[int, set[str]] = {row.pk: set() for row in rows}
    for person, word in PersonWord.everywhere.filter(person__in=there).values_list("person_id", "word"):
        there[person].add(word)
    added = []
    for row in rows:
        named = [row.name, *(text for pair in identities[row.pk] for text in pair)]
        wanted = set() if row.merged_into_id else set(words(" ".join(named))[:MOST_WORDS])
        if gone := there[row.pk] - wanted:
            PersonWord.everywhere.filter(person=row.pk, word__in=gone).delete()
        added += [
            PersonWord(workspace_id=row.workspace_id, person_id=row.pk, word=word)
            for word in sorted(wanted - there[row.pk])
        ]
    PersonWord.everywhere.bulk_create(added, ignore_conflicts=True)


def words(text: str) -> list[str]:
    """The words of names, in small letters, each once."""
    return list(dict.fromkeys(word[:LONGEST] for word in _WORD.findall(text.casefold().replace("_", " "))))
