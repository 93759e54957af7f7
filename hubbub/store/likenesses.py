"""Suggestions that two identities are one person: found by shared keys, never by comparing all with all."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from msgspec import to_builtins

from hubbub.core import identities as core

from .audit import audit
from .models import Actor, Author, IdentityKey, Likeness, LikenessState, Post, Workspace

SHARED = 20  # a key that more identities share says nothing: a company's address, a name that many have
POSTS, HELD = 10, 400  # newest posts of an identity that are read for what it says of itself; characters of each
SAID = "said "


def look(rows: Sequence[Author], now: datetime, called: Callable[[str], str] = str) -> None:
    """Keep the keys of these identities of one workspace, and write down whom they are like. `called`: a network's own
    name, for the reasons."""
    if not rows:
        return
    workspace = rows[0].workspace_id
    said = _said(rows)
    shapes = {row.pk: shape(row, said[row.pk]) for row in rows}
    _keep_keys(workspace, shapes, said)
    sought = {pk: core.sought(one) for pk, one in shapes.items()}
    others = _holders(workspace, {key for keys in sought.values() for key in keys})
    pairs = {
        (min(pk, other), max(pk, other))
        for pk, keys in sought.items()
        for key in keys
        for other in others.get(key, ())
        if other != pk
    }
    _compare(workspace, pairs, set(shapes), now, called)


def shape(row: Author, said: Collection[str] = (), called: Callable[[str], str] = str) -> core.Identity:
    """The identity as core sees it."""
    return core.Identity(
        network=row.network,
        native_id=row.native_id,
        handle=row.handle,
        name=row.name,
        url=row.url,
        about=row.about,
        links=tuple(row.links),
        verified=tuple(row.verified),
        picture=row.picture,
        said=tuple(said),
        called=called(row.network),
    )


def _said(rows: Sequence[Author]) -> dict[int, set[str]]:
    """What they called their own in their newest posts, and in posts that were read before."""
    said: dict[int, set[str]] = {row.pk: set() for row in rows}
    known = IdentityKey.everywhere.filter(author__in=said, key__startswith=SAID)
    for author, key in known.values_list("author_id", "key"):
        said[author].add(key.removeprefix(SAID))
    for row in rows:
        if row.post_count:
            newest = Post.everywhere.filter(author=row.pk, ours=False).order_by("-published", "-id")
            for text in newest.values_list("text", flat=True)[:POSTS]:
                if "@" in text or "." in text:
                    said[row.pk].update(ref for ref in core.claims(text[: HELD * 5]) if len(SAID + ref) <= core.LONGEST)
    return said


def _keep_keys(workspace: int, shapes: dict[int, core.Identity], said: dict[int, set[str]]) -> None:
    there: dict[int, set[str]] = defaultdict(set)
    for author, key in IdentityKey.everywhere.filter(author__in=shapes).values_list("author_id", "key"):
        there[author].add(key)
    added = []
    for pk, one in shapes.items():
        wanted = core.keys(one) | {SAID + ref for ref in said[pk]}
        if gone := there[pk] - wanted:
            IdentityKey.everywhere.filter(author=pk, key__in=gone).delete()
        added += [IdentityKey(workspace_id=workspace, author_id=pk, key=key) for key in sorted(wanted - there[pk])]
    IdentityKey.everywhere.bulk_create(added, batch_size=1000)


def _holders(workspace: int, keys: Collection[str]) -> dict[str, list[int]]:
    """Who has each of these keys; those that too many have are left out."""
    found: dict[str, list[int]] = defaultdict(list)
    sought = sorted(keys)
    for at in range(0, len(sought), 500):
        rows = IdentityKey.everywhere.filter(workspace=workspace, key__in=sought[at : at + 500])
        few = [key for key, many in rows.order_by().values_list("key").annotate(Count("pk")) if many <= SHARED]
        for key, author in rows.filter(key__in=few).values_list("key", "author_id"):
            found[key].append(author)
    return found


def _compare(
    workspace: int, pairs: set[tuple[int, int]], fresh: set[int], now: datetime, called: Callable[[str], str]
) -> None:
    """Write down what speaks for these pairs; what spoke for others of the `fresh` ones no longer does."""
    ids = {pk for pair in pairs for pk in pair}
    known = {row.pk: row for row in Author.everywhere.filter(pk__in=ids).select_related("person")}
    said: dict[int, set[str]] = defaultdict(set)
    for author, key in IdentityKey.everywhere.filter(author__in=ids, key__startswith=SAID).values_list(
        "author_id", "key"
    ):
        said[author].add(key.removeprefix(SAID))
    refused = _refused(known.values())
    standing = {
        (row.first_id, row.second_id): row
        for row in Likeness.everywhere.filter(workspace=workspace).filter(
            Q(first__in=sorted(fresh)) | Q(second__in=sorted(fresh))
        )
    }
    for first, second in sorted(pairs):
        one, other = known[first], known[second]
        row = standing.pop((first, second), None)
        if one.person_id == other.person_id or _two(one.person_id, other.person_id) in refused:
            continue
        if (row and row.state != LikenessState.OPEN) or one.person.erased or other.person.erased:
            continue
        reasons = core.compare(shape(one, said[first], called), shape(other, said[second], called))
        strong = core.strength(reasons)
        if strong < core.SUGGESTED:
            if row:
                row.delete()
            continue
        row = row or Likeness(workspace_id=workspace, first=one, second=other, found=now)
        row.strength, row.proven, row.reasons = strong, core.proven(reasons), to_builtins(reasons)
        row.save()
    for row in standing.values():
        if row.state == LikenessState.OPEN:
            row.delete()  # what made them alike was changed


def _refused(rows: Collection[Author]) -> set[tuple[int, int]]:
    """Pairs of people, as they are now, of whom somebody said that they are two: through whichever names."""
    people = {row.person_id for row in rows}
    found = Likeness.everywhere.filter(state=LikenessState.REFUSED, first__person__in=people)
    return {_two(*pair) for pair in found.values_list("first__person_id", "second__person_id")} | {
        _two(*pair)
        for pair in Likeness.everywhere.filter(
            state=LikenessState.REFUSED, second__person__in=people
        ).values_list("first__person_id", "second__person_id")
    }  # fmt: skip


def _two(one: int, other: int) -> tuple[int, int]:
    return (min(one, other), max(one, other))


def between(workspace: Workspace, one: int, other: int) -> "list[Likeness]":
    """All suggestions about two people."""
    rows = Likeness.of(workspace).filter(
        Q(first__person=one, second__person=other) | Q(first__person=other, second__person=one)
    )
    return list(rows.order_by("pk"))


@transaction.atomic
def refuse(row: Likeness, *, by: Actor, why: str = "") -> bool:
    """They are two people. Neither this pair of names nor another one of theirs is suggested again."""
    held = Likeness.of(row.workspace).select_for_update().select_related("first", "second").get(pk=row.pk)
    if held.state != LikenessState.OPEN:
        return False
    close(row.workspace, held.first.person_id, held.second.person_id, LikenessState.REFUSED, by=by)
    audit(held, "refuse", by=by, why=why, after={"first": held.first.person_id, "second": held.second.person_id})
    return True


def close(workspace: Workspace, one: int, other: int, state: LikenessState, *, by: Actor) -> None:
    """What is decided about two people is decided about every pair of their names."""
    ids = [row.pk for row in between(workspace, one, other)]
    Likeness.of(workspace).filter(pk__in=ids).exclude(state=state).update(
        state=state, decided=timezone.now(), decided_by_name=str(by)[:200]
    )  # fmt: skip
