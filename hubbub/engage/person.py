"""A person as the room shows them: their names on the networks, what they wrote, how much of it had to go."""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Prefetch, QuerySet
from msgspec import Struct

from hubbub.store import capped
from hubbub.store.models import Author, Person, Post, Sanction

MOST_IDENTITIES = 50
LOOKED_AT = 200  # posts of a person from which their hours are told


class Card(Struct, frozen=True):
    """One person."""

    person: Person
    identities: Sequence[Author]
    posts: str  # how many, as shown: "12", "999+"
    removed: str  # how many of the newest thousand of them are hidden or removed
    last: Sequence[Post]  # newest first, from all sources
    first_seen: datetime | None
    wrote: Sequence[datetime] | None  # when, newest first, as far as their hours are told from it; None: ask again


def card(person: Person, last: int = 5, *, sanctions: bool = True) -> Card:
    """Read in a handful of queries, whatever the number of posts. `sanctions`: whether there may be any."""
    names = person.identities.order_by("first_seen", "id")
    # a card with posts shows what was done to them, too: read for all names at once
    placed = "sanctions__source" if sanctions else Prefetch("sanctions", Sanction.everywhere.none())
    identities = list((names.prefetch_related(placed) if last else names)[:MOST_IDENTITIES])
    posts = posts_of(person, identities)
    newest = posts.order_by("-published", "-id")
    rows = list(newest.values_list("decision", "published", "ours")[: capped.MANY])
    wrote = [published for _, published, ours in rows if not ours][:LOOKED_AT]
    decisions = [decision for decision, _, _ in rows]
    return Card(
        person=person,
        identities=identities,
        posts=capped.shown(len(decisions)),
        removed=str(sum(decision in ("hidden", "removed") for decision in decisions)),
        last=list(newest.select_related("source")[:last]),
        first_seen=min((one.first_seen for one in identities), default=None),
        wrote=wrote if len(rows) < capped.MANY or len(wrote) == LOOKED_AT else None,
    )


def posts_of(person: Person, identities: Sequence[Author]) -> QuerySet[Post]:
    """Everything that they wrote under these names."""
    if not identities:
        return Post.of(person.workspace).none()
    # by author alone: the index on it then serves, whatever the planner thinks of the workspace's
    return reduce(or_, (one.posts.all() for one in identities))
