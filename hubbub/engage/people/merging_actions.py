"""Deciding about who is one person, for pages and calls: the store's merging with its "no" in the room's form."""

from hubbub.store import likenesses, merging
from hubbub.store.models import Likeness, LikenessState, Member, Merging, Person
from hubbub.ui.api import Refusal


def merge(target: Person, source: Person, *, by: Member, why: str = "") -> Merging:
    """`source` becomes part of `target`. Raises Refusal."""
    try:
        return merging.merge(target, source, by=by, why=why.strip())
    except merging.Refused as no:
        raise Refusal(str(no)) from no


def merge_alike(row: Likeness, *, keep: int, by: Member, why: str = "") -> Merging:
    """The two of a suggestion, with its reasons. `keep`: the id of the one who stays; 0: who posted most."""
    if row.state != LikenessState.OPEN:
        raise Refusal("Somebody decided about these two already")
    two = sorted((row.first.person, row.second.person), key=lambda one: (one.pk != keep, -one.post_count, one.pk))
    try:
        return merging.merge(two[0], two[1], by=by, why=why.strip(), reasons=row.reasons)
    except merging.Refused as no:
        raise Refusal(str(no)) from no


def refuse(row: Likeness, *, by: Member, why: str = "") -> bool:
    """They are two. False: it was decided already."""
    return likenesses.refuse(row, by=by, why=why.strip())


def unmerge(row: Merging, *, by: Member, why: str = "") -> Person:
    """Take a merge back. Raises Refusal."""
    try:
        return merging.unmerge(row, by=by, why=why.strip())
    except merging.Refused as no:
        raise Refusal(str(no)) from no
