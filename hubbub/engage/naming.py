"""Whom a note names: members and teams of the workspace, in its words and in what is shown of it."""

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

from hubbub.core.mentions import Directory, directory, mentions
from hubbub.store.models import Member, Team, Workspace


class Piece(Struct, frozen=True):
    """A stretch of a note; `named` where it names somebody."""

    text: str
    named: bool = False


def known(workspace: Workspace) -> Directory:
    """All who can be named there."""
    members = Member.of(workspace).filter(active=True).select_related("user")
    return among(members, Team.of(workspace).values_list("pk", "name"))


def among(members: Iterable[Member], teams: Iterable[tuple[int, str]]) -> Directory:
    """These members, with their users, and these teams."""
    return directory(((one.pk, one.user.name, one.user.email) for one in members), teams)


def told_in(workspace: Workspace, text: str) -> list[Member]:
    """The members that a note names, themselves or by their team."""
    if "@" not in text:
        return []
    who = {one for named in mentions(text, known(workspace)) for one in named.who}
    members = {pk for kind, pk in who if kind == "member"}
    teams = {pk for kind, pk in who if kind == "team"}
    members |= set(Member.of(workspace).filter(teams__in=teams).values_list("pk", flat=True)) if teams else set()
    return list(Member.of(workspace).filter(pk__in=members, active=True).select_related("user").order_by("pk"))


def pieces(text: str, names: Directory) -> Sequence[Piece]:
    """A note in pieces, so that names can be shown as such."""
    found: list[Piece] = []
    at = 0
    for one in mentions(text, names):
        found += [Piece(text[at : one.start]), Piece(text[one.start : one.end], named=True)]
        at = one.end
    return [one for one in (*found, Piece(text[at:])) if one.text]


def suggestions(members: Sequence[Member], teams: Sequence[tuple[int, str]]) -> list[tuple[str, str]]:
    """What can be written after the @, and who that is: for the list that comes up while a note is written. A name as
    it is shown, and the address of who shares it with somebody."""
    shared = Counter(name.casefold() for name in (*map(str, members), *(name for _, name in teams)))
    people = [(_written(str(one)) if shared[str(one).casefold()] == 1 else one.user.email, str(one)) for one in members]
    named = [(_written(name), f"team {name}") for _, name in teams]
    return sorted([*people, *named], key=lambda pair: pair[1].casefold())


def _written(name: str) -> str:
    """So that it is read as one name."""
    return name if name.replace("-", "").replace("_", "").isalnum() or "@" in name else f'"{name}"'
