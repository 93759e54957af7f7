"""A group of lines does what the same lines do one by one; and a hundred of them ask few questions."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from hubbub.engage.people import actions, imported, importing, table, taking_in
from hubbub.store import merging, peopling
from hubbub.store.models import Audit, Author, ImportedLine, PeopleImport, Person, PersonField, PersonWord, Tag
from hubbub.ui import sheets
from tests.world import World, make_author, make_world

pytestmark = [pytest.mark.database]
COLUMNS = ("id", "name", "email", "network", "handle", "native_id", "tags", "note", "about", "City", "Size")
CELLS = {
    "id": ("", "", "", "{erin}", "{gone}", "{alone}", "777777", "x"),
    "name": ("", "Erin", "Alone", "Frank", "Frank  Xu", "y" * 201),
    "email": ("", "a@x.example", "A@x.example b@x.example", "erin@x.example", "no address"),
    "network": ("", "mastodon", "mastodon m.example", "wordpress", "new place"),
    "handle": ("", "@erin", "ERIN", "frank", "frank_xu"),
    "native_id": ("", "", "erin", "17"),
    "tags": ("", "vip", "VIP, press", "press; new", "t" * 51),
    "note": ("", "Kind", "Likes tea"),
    "about": ("", "From the fair", "Writes"),
    "City": ("", "Bonn", "Ulm"),
    "Size": ("", "12", "13,5", "many"),
}


def begin(world: World, rows: list[tuple[str, ...]]) -> PeopleImport:
    content = "".join(sheets.line(row) for row in [COLUMNS, *rows]).encode()
    found = table.read(content)
    mapping = importing.guess(found.columns, world.acme)
    return imported.start(found, mapping, workspace=world.acme, key="0" * 32, by=world.alice)


def picture(world: World, row: PeopleImport) -> object:
    """All that an import leaves behind, without ids: people in the order in which they came."""
    at = {one.pk: place for place, one in enumerate(Person.of(world.acme).order_by("pk"))}
    names = {one.pk: (one.network, one.native_id, one.handle) for one in Author.of(world.acme)}
    tags = dict(Tag.of(world.acme).values_list("pk", "name"))

    def told(did: dict[str, Any]) -> object:
        rows = {"authors": names, "tags": tags}
        return {
            name: sorted(map(rows[name].get, what)) if name in rows else bool(what) if name == "note" else what
            for name, what in did.items()
        }

    people = [
        (one.name, one.about, one.post_count, sorted(one.words.values_list("word", flat=True)),
         sorted(one.identities.values_list("network", "native_id", "handle", "name", "url")),
         sorted(one.tags.values_list("name", flat=True)), sorted(one.values.values_list("field", "value")),
         sorted(one.notes.values_list("text", "by_name")))
        for one in Person.of(world.acme).order_by("pk")
    ]  # fmt: skip
    lines = [
        (line.number, line.fate, line.says, line.cells, at.get(line.person_id or 0), told(line.did))
        for line in row.lines.order_by("number")
    ]
    entries = [
        (at[entry.noun_id], entry.verb, entry.why.partition(" of ")[0], entry.by_name, str(entry.before),
         str({**entry.after, "tag": "", "note": ""}))
        for entry in Audit.of(world.acme).filter(noun="person").order_by("pk")
    ]  # fmt: skip
    return people, lines, sorted(entries), sorted(tags.values())


class Alike(TestCase):
    """Random lines about people who are there, who come with them, and nobody."""

    @given(rows=st.lists(st.tuples(*(st.sampled_from(CELLS[name]) for name in COLUMNS)), min_size=1, max_size=12))
    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    def test_a_group_is_its_lines(self, rows: list[tuple[str, ...]]) -> None:
        world = make_world()
        for name, kind in (("City", "text"), ("Size", "number")):
            PersonField.everywhere.create(workspace=world.acme, name=name, kind=kind)
        erin = make_author(world.acme, "erin").person
        second = make_author(world.acme, "erin", "mastodon m.example").person
        gone = make_author(world.acme, "erin2", "mastodon n.example").person
        merging.merge(erin, gone, by=world.alice)
        alone = actions.add(world.acme, "Alone", by=world.alice)
        actions.tag(second, ["vip"], by=world.alice)
        peopling.settle([erin.pk, second.pk, gone.pk])
        ids = {"erin": erin.pk, "gone": gone.pk, "alone": alone.pk}
        filled = [tuple(cell.format(**ids) for cell in row) for row in rows]
        if not any("".join(row).strip() for row in filled):
            return
        found = []
        for size in (1, 3, 50):
            with transaction.atomic():
                row = begin(world, filled)
                while imported.work(row, size):
                    pass
                found.append(picture(world, row))
                transaction.set_rollback(True)
        assert found[0] == found[1] == found[2]


def lines(number: int) -> list[tuple[str, ...]]:
    return [
        (
            "",
            f"Person {at}",
            f"p{at}@x.example",
            "mastodon m.example",
            f"p{at}",
            "",
            "vip",
            "Kind",
            "About",
            "Bonn",
            "7",
        )
        for at in range(number)
    ]


@pytest.mark.django_db
def test_a_line_asks_few_questions(world: World) -> None:
    """As new, and again with a new note."""
    for name in ("City", "Size"):
        PersonField.everywhere.create(workspace=world.acme, name=name)
    row = begin(world, lines(100))
    with CaptureQueriesContext(connection) as asked:
        assert imported.work(row, 50)
    assert len(asked) < 50
    while imported.work(row, 50):
        pass
    PeopleImport.of(world.acme).delete()
    row = begin(world, [(*one[:7], "Likes tea", *one[8:]) for one in lines(100)])
    with CaptureQueriesContext(connection) as asked:
        assert imported.work(row, 50)
    assert len(asked) < 50
    assert set(row.lines.exclude(fate="").values_list("fate", flat=True)) == {"changed"}
    assert Person.of(world.acme).count() == 100


@pytest.mark.django_db
def test_what_comes_from_a_network_at_this_moment_holds_up_its_line_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that was not there when the group was read is there when it is written."""
    row = begin(world, lines(3))
    make_author(world.acme, "p1", "mastodon m.example")
    read = taking_in._Group._names_there
    monkeypatch.setattr(
        taking_in._Group, "_names_there", lambda self: [one for one in read(self) if one.native_id != "p1"]
    )
    while imported.work(row, 50):
        pass
    assert list(row.lines.order_by("number").values_list("fate", "says")) == [
        ("made", ""), ("left", taking_in.BROUGHT), ("made", ""),
    ]  # fmt: skip
    assert Audit.of(world.acme).filter(noun="person", verb="add").count() == 2


@pytest.mark.django_db
def test_whoever_came_with_a_name_alone_is_found_by_it(world: World) -> None:
    row = begin(world, [("", "Greta Garbo", *[""] * 9)])
    while imported.work(row, 50):
        pass
    assert set(PersonWord.of(world.acme).values_list("word", flat=True)) == {"greta", "garbo"}
    assert ImportedLine.of(world.acme).get().fate == "made"


@pytest.mark.parametrize(
    ("written", "kept"),
    [("# #tea", ["tea"]), ("# # #", []), ("#tea, # TEA, ##Tea", ["tea"]), ("# new   house", ["new house"])],
)
@pytest.mark.django_db
def test_marks_before_a_tag_are_no_part_of_it(world: World, written: str, kept: list[str]) -> None:
    row = begin(world, [("", "Greta", *[""] * 4, written, *[""] * 4)])
    while imported.work(row, 50):
        pass
    assert list(row.lines.values_list("fate", flat=True)) == ["made"]
    assert list(Tag.of(world.acme).values_list("name", flat=True)) == kept
