"""A person as the room shows them: their names on the networks, what they wrote, how much of it had to go."""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import QuerySet
from msgspec import Struct

from hubbub.store import capped
from hubbub.store.models import Author, Person, Post

MOST_IDENTITIES = 50


class Card(Struct, frozen=True):
    """One person."""

    person: Person
    identities: Sequence[Author]
    posts: str  # how many, as shown: "12", "999+"
    removed: str  # how many of the newest thousand of them are hidden or removed
    last: Sequence[Post]  # newest first, from all sources
    first_seen: datetime | None


def card(person: Person, last: int = 5) -> Card:
    """Read in a handful of queries, whatever the number of posts."""
    names = person.identities.order_by("first_seen", "id")
    # a card with posts shows what was done to them, too: read for all names at once
    identities = list((names.prefetch_related("sanctions__source") if last else names)[:MOST_IDENTITIES])
    posts = posts_of(person, identities)
    newest = posts.order_by("-published", "-id")
    decisions = list(newest.values_list("decision", flat=True)[: capped.MANY])
    return Card(
        person=person,
        identities=identities,
        posts=capped.shown(len(decisions)),
        removed=str(sum(decision in ("hidden", "removed") for decision in decisions)),
        last=list(newest.select_related("source")[:last]),
        first_seen=min((one.first_seen for one in identities), default=None),
    )


def posts_of(person: Person, identities: Sequence[Author]) -> QuerySet[Post]:
    """Everything that they wrote under these names."""
    if not identities:
        return Post.of(person.workspace).none()
    # by author alone: the index on it then serves, whatever the planner thinks of the workspace's
    return reduce(or_, (one.posts.all() for one in identities))
