"""Taking people in from a file: each line finds its person or makes one, and what it says is kept. A second time the
same file changes nothing."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from msgspec import Struct

from hubbub.store import erasing, merging, peopling
from hubbub.store.audit import audit
from hubbub.store.models import Author, Member, Person, PersonNote, PersonValue, PersonWord, Workspace
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


# characters; of what is not named here the acts say it
LONGEST = {"network": 300, "handle": 200, "native_id": 300, "url": 2_000, "email": 2_000, "tags": 2_000}
TRIED, AT_ONCE = 100, 10  # lines that are tried before a file is taken in; in one transaction


class Outcome(Struct, frozen=True):
    """What would become of the first lines of a file."""

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
    names = {column.casefold().strip() for column in columns}
    known: dict[str, str] = {}
    for field in queries.fields(workspace):
        name = field.name.casefold()
        known[f"field: {name}" if f"field: {name}" in names else name] = f"field {field.pk}"
    found: dict[str, str] = {}
    for column in columns:
        name = column.casefold().strip()
        target = name if name in TARGETS else known.get(name) or _WORDS.get(name, "")
        found[column] = "" if target in found.values() else target
    return found


def tried(table: Table, mapping: Mapping[str, str], *, workspace: Workspace, by: Member) -> Outcome:
    """What would become of the first lines; nothing is changed. A few at a time, so that others can write meanwhile:
    what two lines far from each other say of one person is seen only once they are taken in. Raises Refusal."""
    whole(mapping)
    first = table.lines[:TRIED]
    outcome = Outcome(0, 0, 0, [])
    for at in range(0, len(first), AT_ONCE):
        with transaction.atomic():
            outcome = _tried(first[at : at + AT_ONCE], mapping, workspace, by, outcome)
            transaction.set_rollback(True)
    return outcome


def _tried(
    lines: Sequence[Line], mapping: Mapping[str, str], workspace: Workspace, by: Member, before: Outcome
) -> Outcome:
    made, changed, same, slips = before.made, before.changed, before.same, list(before.slips)
    for line in lines:
        try:
            with transaction.atomic():
                done = take_in(line.number, meant(line, mapping), workspace, by, "tried")
        except Refusal as slip:
            slips.append((line.number, str(slip)))
            continue
        made, changed, same = made + done.new, changed + done.changed, same + (not done.new and not done.changed)
    return Outcome(made, changed, same, slips)


def meant(line: Line, mapping: Mapping[str, str]) -> dict[str, str]:
    """What a column is taken for → what stands there; without what is left out or empty."""
    cells = {target: line.cells.get(column, "").strip() for column, target in mapping.items() if target}
    return {target: text for target, text in cells.items() if text}


def whole(mapping: Mapping[str, str]) -> None:
    """Raises Refusal where the columns do not say who anybody is."""
    taken = [target for target in mapping.values() if target]
    if doubled := {target for target in taken if taken.count(target) > 1}:
        raise Refusal(f"Two columns are taken for “{TARGETS.get(min(doubled), 'the same field')}”: choose one")
    if not set(taken) & {"id", "name", "email", "handle", "native_id"}:
        raise Refusal("Choose a column that says who it is: a name, an e-mail address, a handle")
    if {"handle", "native_id"} & set(taken) and "network" not in taken:
        raise Refusal("A handle is found on a network: choose the column that names it, such as “mastodon”")


class Done(Struct, frozen=True):
    """What one line did. `did`: what taking it back needs."""

    person: Person
    new: bool
    did: Mapping[str, Any]

    @property
    def changed(self) -> bool:
        """Somebody who was there already is another one now."""
        return bool(self.did) and not self.new


def take_in(number: int, cells: Mapping[str, str], workspace: Workspace, by: Member, of: str) -> Done:
    """One line, in the transaction of the caller. `of`: the import, for the log. Raises Refusal."""
    fields = {f"field {field.pk}": field for field in queries.fields(workspace)}
    places = listing.networks(workspace)
    for name, most in LONGEST.items():
        if len(cells.get(name, "")) > most:
            raise Refusal(f"{TARGETS[name]}: {len(cells[name]):,} characters; {most:,} is the most")
    person, new, why = _found(cells, places, workspace), False, f"line {number} of {of}"
    if person is None:
        person, new = _made(cells, workspace, by, why)
    elif person.erased:
        raise Refusal(erasing.NOT_AGAIN)
    else:
        actions.names_held(person)
    did: dict[str, Any] = {"authors": [one.pk for one in _names(person, cells, places)]}
    before = {"name": "", "about": ""} if new else {"name": person.name, "about": person.about}
    after = {name: cells.get(name) or text for name, text in before.items()}
    if actions.edit(person, name=after["name"], about=after["about"], by=by, why=why) or new:
        person.refresh_from_db(fields=["name", "about"])
        did |= {name: [text, getattr(person, name)] for name, text in before.items() if text != getattr(person, name)}
    tags = re.split(r"[,;|]", cells.get("tags", ""))
    did["tags"] = [act.after["tag"] for act in actions.tag(person, tags, by=by, why=why)] if "tags" in cells else []
    given = {fields[target].pk: value for target, value in cells.items() if target in fields}
    did["values"] = _values(person, given, by, why) if given else {}
    note = cells.get("note")
    if note and not PersonNote.of(workspace).filter(person=person, text=note).exists():
        did["note"] = actions.note(person, note, by=by).pk
    return Done(person, new, {name: what for name, what in did.items() if what})


def _values(person: Person, given: Mapping[int, str], by: Member, why: str) -> dict[str, list[str]]:
    """Field (its id, as JSON has keys) → what stood there and what stands there, where that changed."""
    rows = PersonValue.of(person.workspace).filter(person=person, field__in=list(given)).values_list("field", "value")
    before = dict(rows)
    actions.keep_values(person, given, by=by, why=why)
    now = dict(rows.all())
    return {str(pk): [before.get(pk, ""), now.get(pk, "")] for pk in given if before.get(pk, "") != now.get(pk, "")}


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
