"""What hangs on people: asked for by the people themselves, whose rows the caller reached through their workspace.

Asked with the workspace besides, SQLite would rather walk through all of it than look the person up.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from . import bulk
from .models import Activity, Author, Consent, Person, PersonValue, PersonWord, Post, Workspace

FEW = 2_000  # up to so many are found by what is asked for; of more each is tried, in the order of the list
Row = TypeVar("Row", bound=Model)


def called(found: QuerySet[Person], workspace: Workspace, word: str) -> QuerySet[Person]:
    """Those of these people with a name or handle that has a word which begins so."""
    held = Q(word__gte=word, word__lt=_after(word))
    return _among(found, PersonWord.of(workspace).filter(held), PersonWord.everywhere.filter(held))


def tagged(found: QuerySet[Person], tag: int) -> QuerySet[Person]:
    """Those with this tag (its id)."""
    rows = Person.tags.through._base_manager.filter(tag=tag)
    return _among(found, rows, rows)


def at_network(found: QuerySet[Person], workspace: Workspace, network: str) -> QuerySet[Person]:
    """Those with a name there."""
    there = Author.everywhere.filter(network=network)
    return _among(found, there.filter(workspace=workspace), there)


def consenting(found: QuerySet[Person], workspace: Workspace, kind: int, *, agreed: bool) -> QuerySet[Person]:
    """Those who said so last, of what was not withdrawn."""
    standing = Consent.everywhere.filter(kind=kind, withdrawn=None)
    later = standing.filter(person=OuterRef("person")).filter(
        Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk"))
    )
    newest = standing.filter(~Exists(later), agreed=agreed)
    return _among(found, newest.filter(workspace=workspace), newest)


def at_level(found: QuerySet[Person], workspace: Workspace, level: str) -> QuerySet[Person]:
    """Those who posted in our places in 90 days and had come so far when they were counted last."""
    there = Activity.everywhere.filter(level=level, posts_90__gt=0)
    return _among(found, there.filter(workspace=workspace), there)


def having(found: QuerySet[Person], workspace: Workspace, field: int, value: str) -> QuerySet[Person]:
    """Those of whom this stands in the workspace's own field, in any case of letters."""
    same = PersonValue.everywhere.filter(field=field).annotate(said=Lower("value")).filter(said=value.lower())
    return _among(found, same.filter(workspace=workspace), same)


def _after(word: str) -> str:
    """What comes behind all words that begin with this one."""
    return word[:-1] + chr(min(ord(word[-1]) + 1, 0x10FFFF)) if ord(word[-1]) != 0xD7FF else word[:-1] + "\ue000"


def _among(found: QuerySet[Person], hits: QuerySet[Row], probe: QuerySet[Row]) -> QuerySet[Person]:
    """Those with a hit: by the hits where they are few, else each is asked, so that a page comes at once. `probe` is
    the same without the workspace, of which the people are: the database then looks by the person, as it should."""
    some = list(hits.order_by().values_list("person_id", flat=True)[: FEW + 1])
    if len(some) <= FEW:
        return found.filter(pk__in=bulk.numbered(sorted(set(some))))
    return found.filter(Exists(probe.filter(person=OuterRef("pk"))))


def names(people: Collection[int]) -> QuerySet[Author]:
    """What these people are called on the networks, person by person, those with most posts first."""
    return Author.everywhere.filter(person__in=people).order_by("person", F("post_count").desc(nulls_last=True))


def values(people: Collection[int]) -> QuerySet[PersonValue]:
    """What stands in the workspace's own fields of them."""
    return PersonValue.everywhere.filter(person__in=people)


def consents(people: Collection[int]) -> QuerySet[Consent]:
    """What they said and did not withdraw, newest first."""
    return Consent.everywhere.filter(person__in=people, withdrawn=None)


def posts(authors: Sequence[Author], since: datetime | None = None) -> QuerySet[Post]:
    """What was written under these names, newest first."""
    rows = Post.everywhere.filter(author__in=[one.pk for one in authors]).order_by("-published")
    return rows if since is None else rows.filter(published__gte=since)
