"""Taking people in from a file: each line finds its person or makes one, and what it says is kept. A second time the
same file changes nothing."""

import re
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone
from msgspec import Struct

from hubbub.store import merging, peopling
from hubbub.store.audit import audit
from hubbub.store.models import Author, Member, Person, PersonField, PersonNote, PersonWord, Workspace
from hubbub.ui.api import Refusal

from . import actions, listing, queries
from .table import Line, Table

# what a column may hold; a field of the workspace's own is "field 7"
TARGETS = {
    "": "Leave out",
    "id": "Number of the person here",
    "name": "Name",
    "about": "About them",
    "email": "E-mail addresses",
    "network": "Network",
    "handle": "Handle on the network",
    "native_id": "Id on the network",
    "url": "Address of the profile",
    "tags": "Tags",
    "note": "Note",
}
_WORDS = {
    "e-mail": "email", "mail": "email", "email address": "email", "e-mail-adresse": "email", "full name": "name",
    "display name": "name", "tag": "tags", "labels": "tags", "username": "handle", "user name": "handle",
    "notes": "note", "profile": "url", "link": "url", "description": "about", "bio": "about", "source": "network",
}  # fmt: skip
_MAIL = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]+")


class Outcome(Struct, frozen=True):
    """What became of the file, or what would."""

    made: int
    changed: int
    same: int
    slips: Sequence[tuple[int, str]]  # line, what is wrong with it: it was left out


def targets(workspace: Workspace) -> dict[str, str]:
    """What columns can be taken for, in words."""
    return TARGETS | {f"field {field.pk}": f"Field: {field.name}" for field in queries.fields(workspace)}


def check(mapping: Mapping[str, str], workspace: Workspace) -> None:
    """Raises Refusal where a column is taken for what is not there."""
    if set(mapping.values()) - set(targets(workspace)):
        raise Refusal("One of the fields is no longer there: choose the file again")


def guess(columns: Sequence[str], workspace: Workspace) -> dict[str, str]:
    """What each column seems to hold, by its name."""
    known = {field.name.casefold(): f"field {field.pk}" for field in queries.fields(workspace)}
    found: dict[str, str] = {}
    for column in columns:
        name = column.casefold().strip()
        target = name if name in TARGETS else _WORDS.get(name) or known.get(name, "")
        found[column] = "" if target in found.values() else target
    return found


def take(table: Table, mapping: Mapping[str, str], *, workspace: Workspace, by: Member, only_try: bool) -> Outcome:
    """Take all lines in that can be taken; `only_try`: say what would become of them, and change nothing."""
    _check(mapping)
    with transaction.atomic():
        outcome = _take(table, mapping, workspace, by)
        transaction.set_rollback(only_try)
    return outcome


def _check(mapping: Mapping[str, str]) -> None:
    taken = [target for target in mapping.values() if target]
    if doubled := {target for target in taken if taken.count(target) > 1}:
        raise Refusal(f"Two columns are taken for “{TARGETS.get(min(doubled), 'the same field')}”: choose one")
    if not set(taken) & {"id", "name", "email", "handle", "native_id"}:
        raise Refusal("Choose a column that says who it is: a name, an e-mail address, a handle")
    if {"handle", "native_id"} & set(taken) and "network" not in taken:
        raise Refusal("A handle is found on a network: choose the column that names it, such as “mastodon”")


def _take(table: Table, mapping: Mapping[str, str], workspace: Workspace, by: Member) -> Outcome:
    fields = {f"field {field.pk}": field for field in queries.fields(workspace)}
    places = listing.networks(workspace)
    made = changed = same = 0
    slips: list[tuple[int, str]] = []
    for line in table.lines:
        cells = {target: line.cells.get(column, "").strip() for column, target in mapping.items() if target}
        try:
            with transaction.atomic():
                new, different = _line(line, cells, fields, places, workspace, by)
        except Refusal as slip:
            slips.append((line.number, str(slip)))
            continue
        made, changed, same = made + new, changed + (different and not new), same + (not different and not new)
    return Outcome(made, changed, same, slips)


def _line(
    line: Line,
    cells: Mapping[str, str],
    fields: Mapping[str, PersonField],
    places: list[str],
    workspace: Workspace,
    by: Member,
) -> tuple[bool, bool]:
    """Whether the person is new, and whether anything changed."""
    person = _found(cells, places, workspace)
    new, why = person is None, f"line {line.number} of a file"
    if person is None:
        person, new = _made(cells, workspace, by, why)
    elif person.erased:
        raise Refusal("This person was erased on their wish, and is not taken in again")
    acts: list[object] = [*_names(person, cells, places)]
    name, about = cells.get("name") or person.name, cells.get("about") or person.about
    acts.append(actions.edit(person, name=name, about=about, by=by, why=why))
    if tags := cells.get("tags"):
        acts += actions.tag(person, re.split(r"[,;|]", tags), by=by, why=why)
    given = {fields[target].pk: value for target, value in cells.items() if target in fields and value}
    if given:
        acts.append(actions.keep_values(person, given, by=by, why=why))
    note = cells.get("note")
    if note and not PersonNote.of(workspace).filter(person=person, text=note).exists():
        acts.append(actions.note(person, note, by=by))
    return new, any(acts)


def _found(cells: Mapping[str, str], places: Sequence[str], workspace: Workspace) -> Person | None:
    if number := cells.get("id"):
        row = Person.of(workspace).filter(pk=int(number)).first() if re.fullmatch(r"\d{1,18}", number) else None
        if row is None:
            raise Refusal(f"There is no person with the number {number[:20]} here")
        return merging.standing(row)
    network, handle, native = (cells.get(name, "") for name in ("network", "handle", "native_id"))
    found = _named(workspace, _within(places, network), native, handle.removeprefix("@")) if network else None
    for address in _MAIL.findall(cells.get("email", "")):
        found = found or _named(workspace, _within(places, "mail"), address.lower(), "")
    return found.person if found else None


def _within(places: Sequence[str], network: str) -> list[str]:
    """The networks that a column means: “mastodon” means those of all its servers."""
    meant = network.casefold()
    return [place for place in places if place.casefold() == meant or place.casefold().startswith(f"{meant} ")]


def _named(workspace: Workspace, networks: Sequence[str], native: str, handle: str) -> Author | None:
    rows = Author.of(workspace).filter(network__in=networks).select_related("person__workspace").order_by("pk")
    found = rows.filter(native_id=native).first() if native else None
    if found is None and handle and (first := peopling.words(handle)[:1]):
        called = PersonWord.of(workspace).filter(word=first[0]).values("person")  # handles have no index of their own
        found = rows.filter(person__in=called, handle__iexact=handle).first()
    return found


def _made(cells: Mapping[str, str], workspace: Workspace, by: Member, why: str) -> tuple[Person, bool]:
    """The person, and whether they are new."""
    name = cells.get("name", "")
    reached = _MAIL.findall(cells.get("email", "")) or (
        cells.get("network") and (cells.get("handle") or cells.get("native_id"))
    )
    if not name and not reached:
        raise Refusal("Neither a name nor an e-mail address nor a handle stands here")
    if not reached:  # a name alone finds those whom an earlier turn of the same file made
        known = Person.of(workspace).filter(name=" ".join(name.split()), merged_into=None, erased=None, identities=None)
        if (same := known.select_related("workspace").first()) is not None:
            return same, False
    person = Person.everywhere.create(workspace=workspace, name=" ".join(name.split())[: actions.LONGEST])
    audit(person, "add", by=by, why=why)
    return person, True


def _names(person: Person, cells: Mapping[str, str], places: list[str]) -> list[Author]:
    """Their names on networks that are not known yet."""
    made = []
    network = cells.get("network", "")
    handle = cells.get("handle", "").removeprefix("@")
    native = cells.get("native_id") or handle
    wanted = [("mail", address.lower(), address) for address in _MAIL.findall(cells.get("email", ""))]
    wanted += [(network, native, handle)] if network and native else []
    for where, ident, called in wanted:
        if _named(person.workspace, _within(places, where), ident, called) is not None:
            continue  # the same one, or one of somebody else: only a merge makes two people one
        made.append(
            Author.everywhere.create(
                workspace=person.workspace, person=person, network=where[:300], native_id=ident[:300],
                handle=called[:200], name=cells.get("name", "")[:200], first_seen=timezone.now(), post_count=0,
                url=cells.get("url", "") if cells.get("url", "").startswith(("https://", "http://")) else "",
            )
        )  # fmt: skip
    places += [one.network for one in made if one.network not in places]
    if made:
        peopling.settle([person.pk])
    return made
