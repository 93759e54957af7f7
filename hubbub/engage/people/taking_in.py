"""Lines of a file taken in, some at once: read together, decided one behind the other, written together. What becomes
of each is the same as if it came alone."""

import re
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from msgspec import Struct

from hubbub.engage.tagging import cleaned, folded, named
from hubbub.store import bulk, erasing, merging, peopling
from hubbub.store.audit import audit_all, entry
from hubbub.store.models import Audit, Author, Member, Person, PersonNote, PersonValue, PersonWord, Tag, Workspace
from hubbub.ui.api import Refusal

from . import actions, listing, queries
from .importing import LONGEST, TARGETS

Cells = Mapping[str, str]  # what a column is taken for → what stands there
_MAIL = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]+")
BROUGHT = "Their network brought them at this moment: take it in again"


class Done(Struct, frozen=True):
    """What one line did. `did`: what taking it back needs."""

    person: Person
    new: bool
    did: Mapping[str, Any]

    @property
    def changed(self) -> bool:
        """Somebody who was there already is another one now."""
        return bool(self.did) and not self.new


class Left(Struct, frozen=True):
    """Why a line was left out; of whom it spoke, where that is known: the words may quote what stood there."""

    says: str
    person: Person | None = None


def take_in(lines: Sequence[tuple[int, Cells]], workspace: Workspace, by: Member, of: str) -> list[Done | Left]:
    """Lines by their numbers, in the transaction of the caller. `of`: the import, for the log. A line that is refused
    leaves nothing behind."""
    try:
        with transaction.atomic():
            return _Group([cells for _, cells in lines if not _too_long(cells)], workspace, by).take_in(lines, of)
    except IntegrityError:  # what one of them brings came from elsewhere at this moment
        if len(lines) == 1:
            return [Left(BROUGHT)]
    return [done for line in lines for done in take_in([line], workspace, by, of)]


class _Known:
    """Somebody of whom lines speak, as they stand behind the lines before."""

    def __init__(self, row: Person, *, new: bool = False) -> None:
        self.row, self.new = row, new
        self.identified = False  # has a name on a network
        self.tags: set[str] = set()
        self.values: dict[int, str] = {}
        self.notes: set[str] = set()


class _Deed(Struct):
    """What a line does, once it is written."""

    number: int
    whom: _Known
    new: bool
    words: Mapping[str, Sequence[str]]  # of name and about: what stood there, what stands there
    names: Sequence[Author]
    tags: Sequence[str]
    values: Mapping[int, Sequence[str]]
    note: PersonNote | None


class _Group:
    """What is known when a group of lines is taken in; everybody of whom they speak is theirs alone until the
    transaction ends: first all their names, then they, as whoever counts and merges people locks them."""

    def __init__(self, lines: Sequence[Cells], workspace: Workspace, by: Member) -> None:
        self.lines, self.workspace, self.by = lines, workspace, by
        self.fields = {f"field {field.pk}": field for field in queries.fields(workspace)}
        self.places = listing.networks(workspace)
        names = self._names_there()
        numbers = [int(cells["id"]) for cells in lines if _is_number(cells.get("id", ""))]
        self.standing = {
            row.pk: merging.standing(row).pk for row in Person.of(workspace).filter(pk__in=bulk.numbered(numbers))
        }
        called = {_name(cells) for cells in lines if not cells.get("id") and not _reached(cells)} - {""}
        alone = Person.of(workspace).filter(name__in=called, merged_into=None, erased=None, identities=None)
        pks = {one.person_id for one in names} | set(self.standing.values())
        pks |= set(alone.values_list("pk", flat=True)) if called else set()
        theirs = bulk.numbered(sorted(pks))
        whose = set(bulk.held(Author.of(workspace).filter(person__in=theirs)).values_list("person_id", flat=True))
        rows = bulk.held(Person.of(workspace).filter(pk__in=theirs))
        self.people: dict[int, _Known] = {}  # those who are there already
        for row in sorted(rows, key=lambda row: row.pk):
            self.people[row.pk] = _Known(row)
            self.people[row.pk].identified = row.pk in whose
        self.names = [(one, self.people[one.person_id]) for one in names if one.person_id in self.people]
        self.made: list[_Known] = []
        self._read_more()

    def _names_there(self) -> Sequence[Author]:
        """Names on networks that the lines may mean, in the order of their ids."""
        wanted = [one for cells in self.lines for one in _wanted(cells)]
        natives = {ident for _, ident, _ in wanted}
        if not natives:
            return ()
        places = [place for meant in {where for where, _, _ in wanted} for place in _within(self.places, meant)]
        rows = Author.of(self.workspace).filter(network__in=places)
        found = {row.pk: row for row in rows.filter(native_id__in=bulk.among(sorted(natives)))}
        # handles have no index of their own: they are found by the words of people's names
        handles = {called: first[0] for _, _, called in wanted if (first := peopling.words(called)[:1])}
        words = PersonWord.of(self.workspace).filter(word__in=set(handles.values()))
        known = set(words.order_by().values_list("word", flat=True).distinct()) if handles else set()
        if some := [Q(handle__iexact=handle) for handle, first in sorted(handles.items()) if first in known]:
            found |= {row.pk: row for row in rows.filter(reduce(or_, some), person__in=words.values("person"))}
        return [found[pk] for pk in sorted(found)]

    def _read_more(self) -> None:
        """Tags, values and notes of those who are there already, where lines have such."""
        pks = list(self.people)
        if any("tags" in cells for cells in self.lines):
            rows = Person.tags.through._base_manager.filter(person__in=pks).values_list("person", "tag__name")
            for pk, name in rows:
                self.people[pk].tags.add(folded(name))
        self.rows: dict[tuple[int, int], PersonValue] = {}
        if fields := [field.pk for target, field in self.fields.items() if any(target in one for one in self.lines)]:
            values = PersonValue.of(self.workspace).filter(person__in=pks, field__in=fields)
            self.rows = {(row.person_id, row.field_id): row for row in values}
            for (pk, field), row in self.rows.items():
                self.people[pk].values[field] = row.value
        if texts := {cells["note"] for cells in self.lines if "note" in cells}:
            notes = PersonNote.of(self.workspace).filter(person__in=pks, text__in=texts)
            for pk, text in notes.values_list("person", "text"):
                self.people[pk].notes.add(text)

    # ---- deciding: nothing is written, and a line that is refused is as if it was not there

    def take_in(self, lines: Sequence[tuple[int, Cells]], of: str) -> list[Done | Left]:
        """What became of each: those that this is a group of, and those that are too long to be looked at."""
        found: list[_Deed | Left] = []
        for number, cells in lines:
            try:
                found.append(self._decided(number, cells))
            except Refusal as slip:
                found.append(Left(str(slip), self._spoken_of(cells)))
        deeds = [one for one in found if isinstance(one, _Deed)]
        tags = self._write(deeds)
        self._log(deeds, tags, of)
        return [one if isinstance(one, Left) else _done(one, tags) for one in found]

    def _decided(self, number: int, cells: Cells) -> _Deed:
        if no := _too_long(cells):
            raise Refusal(no)
        mail = cells.get("email", "").strip()
        if mail and "@" not in mail:
            raise Refusal(f"“{mail[:60]}” is no e-mail address: write it like name@example.org, or leave it empty")
        whom = self._found(cells) or self._alone_or_new(cells)
        if whom.row.erased:
            raise Refusal(erasing.NOT_AGAIN)
        actions.stands(whom.row)
        new = whom.new and whom not in self.made
        before = {"name": "", "about": ""} if new else {"name": whom.row.name, "about": whom.row.about}
        said = {name: cells.get(name) or text for name, text in before.items()}
        now = dict(zip(said, actions.worded(**said), strict=True))
        tags = [name for name in cleaned(self._tags_of(cells)) if folded(name) not in whom.tags]
        values = {field.pk: [whom.values.get(field.pk, ""), actions.fit(field, text)]
                  for target, text in cells.items() if (field := self.fields.get(target))}  # fmt: skip
        note = actions.noted(cells["note"]) if "note" in cells else ""
        deed = _Deed(
            number, whom, new, {name: [text, now[name]] for name, text in before.items() if text != now[name]},
            self._names_of(whom, cells), tags, {pk: two for pk, two in values.items() if two[0] != two[1]},
            self._note(whom, note) if note and note not in whom.notes else None,
        )  # fmt: skip
        self._mark(deed)
        return deed

    def _mark(self, deed: _Deed) -> None:
        """From here on the lines behind it see it."""
        whom = deed.whom
        if deed.new:
            self.made.append(whom)
        for name, (_, now) in deed.words.items():
            setattr(whom.row, name, now)
        whom.identified = whom.identified or bool(deed.names)
        whom.tags |= {folded(name) for name in deed.tags}
        whom.values |= {pk: now for pk, (_, now) in deed.values.items()}
        whom.notes |= {deed.note.text} if deed.note else set()
        for one in deed.names:
            self.names.append((one, whom))
            if one.network not in self.places:
                self.places.append(one.network)

    def _found(self, cells: Cells) -> _Known | None:
        if number := cells.get("id"):
            pk = self.standing.get(int(number)) if _is_number(number) else None
            if pk is None or pk not in self.people:
                raise Refusal(f"There is no person with the number {number[:20]} here")
            return self.people[pk]
        found = None
        if network := cells.get("network", ""):
            found = self._named(network, cells.get("native_id", ""), cells.get("handle", "").removeprefix("@"))
        for address in _addresses(cells):
            found = found or self._named("mail", address.lower(), "")
        return found

    def _spoken_of(self, cells: Cells) -> Person | None:
        """Whoever stays of those whom a refused line means."""
        try:
            whom = None if _too_long(cells) else self._found(cells)
        except Refusal:
            return None
        return whom.row if whom and not whom.row.erased else None

    def _named(self, network: str, native: str, handle: str) -> _Known | None:
        """Whose name that is."""
        there = set(_within(self.places, network))
        mine = [(one, whom) for one, whom in self.names if one.network in there] if there else []
        found = next((whom for one, whom in mine if one.native_id == native), None) if native else None
        if found is None and handle:
            found = next((whom for one, whom in mine if one.handle.lower() == handle.lower()), None)
        return found

    def _alone_or_new(self, cells: Cells) -> _Known:
        name, reached = _name(cells), _reached(cells)
        if not name and not reached:
            raise Refusal("Neither a name nor an e-mail address nor a handle stands here")
        if not reached:  # a name alone finds those whom an earlier turn of the same file made
            for known in (*self.people.values(), *self.made):
                gone = known.row.merged_into_id or known.row.erased
                if known.row.name == name and not known.identified and not gone:
                    return known
        return _Known(Person(workspace=self.workspace, name=name), new=True)

    def _names_of(self, whom: _Known, cells: Cells) -> list[Author]:
        """Their names on networks that are not known yet."""
        url = cells.get("url", "")
        made: dict[tuple[str, str], Author] = {}
        for where, ident, called in _wanted(cells):
            if self._named(where, ident, called) is not None:
                continue  # the same one, or one of somebody else: only a merge makes two people one
            made[where, ident] = Author(
                workspace=self.workspace, person=whom.row, network=where[:300], native_id=ident[:300],
                handle=called[:200], name=cells.get("name", "")[:200], first_seen=timezone.now(), post_count=0,
                url=url if url.startswith(("https://", "http://")) else "",
            )  # fmt: skip
        return list(made.values())

    def _tags_of(self, cells: Cells) -> list[str]:
        """Parted by commas, and by other marks where no tag has them in its name."""
        parts = cells.get("tags", "").split(",")
        marked = [part for part in parts if re.search(r"[;|]", part)]
        known = {folded(name) for name in Tag.of(self.workspace).values_list("name", flat=True)} if marked else set()
        return [name for part in parts for name in ([part] if folded(part) in known else re.split(r"[;|]", part))]

    def _note(self, whom: _Known, text: str) -> PersonNote:
        return PersonNote(
            workspace=self.workspace, person=whom.row, by=self.by, by_name=str(self.by)[:200], text=text,
            at=timezone.now(),
        )  # fmt: skip

    # ---- writing

    def _write(self, deeds: Sequence[_Deed]) -> dict[str, Tag]:
        """All that the lines do. Gives their tags by folded name."""
        Person.everywhere.bulk_create([one.row for one in self.made])
        Author.everywhere.bulk_create([name for one in deeds for name in one.names])
        reworded = {one.whom.row.pk: one.whom.row for one in deeds if one.words and not one.new}
        Person.everywhere.bulk_update(reworded.values(), ["name", "about"])
        wanted = [name for one in deeds for name in one.tags]
        tags = {folded(one.name): one for one in named(self.workspace, wanted, by=self.by)}
        through = Person.tags.through
        through._base_manager.bulk_create(
            [through(person_id=one.whom.row.pk, tag_id=tags[folded(name)].pk) for one in deeds for name in one.tags],
            ignore_conflicts=True,
        )
        self._write_values()
        PersonNote.everywhere.bulk_create([one.note for one in deeds if one.note])
        settled = {one.whom.row.pk for one in deeds if one.new or one.words or one.names}
        peopling.settle(settled) if settled else None
        return tags

    def _write_values(self) -> None:
        fresh, changed, gone = [], [], []
        for one in (*self.people.values(), *self.made):
            for field, value in one.values.items():
                row = self.rows.get((one.row.pk, field))
                if row is None and value:
                    fresh.append(
                        PersonValue(workspace=self.workspace, person=one.row, field_id=field, value=value)
                    )  # fmt: skip
                elif row is not None and not value:
                    gone.append(row.pk)
                elif row is not None and row.value != value:
                    row.value = value
                    changed.append(row)
        PersonValue.everywhere.bulk_create(fresh)
        PersonValue.everywhere.bulk_update(changed, ["value"])
        if gone:
            PersonValue.of(self.workspace).filter(pk__in=gone).delete()

    def _log(self, deeds: Sequence[_Deed], tags: Mapping[str, Tag], of: str) -> None:
        rows: list[Audit] = []
        for one in deeds:
            row, why = one.whom.row, f"line {one.number} of {of}"
            if one.new:
                rows.append(entry(row, "add", by=self.by, why=why))
            changed = [name for name in one.words if not (one.new and name == "name")]
            if changed:
                rows.append(entry(row, "edit", by=self.by, why=why, after={"changed": ", ".join(changed)}))
            for name in one.tags:
                tag = tags[folded(name)]
                rows.append(entry(row, "tag", by=self.by, why=why, after={"tag": tag.pk, "name": tag.name}))
            if one.values:
                fields = ", ".join(self.fields[f"field {pk}"].name for pk in one.values)
                rows.append(entry(row, "note fields", by=self.by, why=why, after={"changed": fields}))
            if one.note:
                rows.append(entry(row, "note", by=self.by, after={"note": one.note.pk}))
        audit_all(rows)


def _done(one: _Deed, tags: Mapping[str, Tag]) -> Done:
    did: dict[str, Any] = {name: list(two) for name, two in one.words.items()}
    did["authors"] = [name.pk for name in one.names]
    did["tags"] = [tags[folded(name)].pk for name in one.tags]
    did["values"] = {str(pk): list(two) for pk, two in one.values.items()}
    did["note"] = one.note.pk if one.note else 0
    return Done(one.whom.row, one.new, {name: what for name, what in did.items() if what})


def _too_long(cells: Cells) -> str:
    """Which cell, in words; "": none."""
    for name, most in LONGEST.items():
        if len(cells.get(name, "")) > most:
            return f"{TARGETS[name]}: {len(cells[name]):,} characters; {most:,} is the most"
    return ""


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,18}", text) is not None


def _name(cells: Cells) -> str:
    return " ".join(cells.get("name", "").split())


def _addresses(cells: Cells) -> list[str]:
    return _MAIL.findall(cells.get("email", ""))


def _reached(cells: Cells) -> bool:
    """Whether it says where they are found."""
    there = cells.get("network") and (cells.get("handle") or cells.get("native_id"))
    return bool(_addresses(cells) or there)


def _wanted(cells: Cells) -> list[tuple[str, str, str]]:
    """The names on networks that a line gives: network, id, handle."""
    network, handle = cells.get("network", ""), cells.get("handle", "").removeprefix("@")
    native = cells.get("native_id") or handle
    found = [("mail", address.lower(), address) for address in _addresses(cells)]
    return found + ([(network, native, handle)] if network and native else [])


def _within(places: Sequence[str], network: str) -> list[str]:
    """The networks that a column means: “mastodon” means those of all its servers."""
    meant = network.casefold()
    return [place for place in places if place.casefold() == meant or place.casefold().startswith(f"{meant} ")]
