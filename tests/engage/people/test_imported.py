"""Files of people come in line by line: stopped, killed, gone on with and taken back, nothing comes twice."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hubbub.engage.people import actions, imported, importing, table, taking_in, trying
from hubbub.engage.people import views_files as views
from hubbub.engine import people_files
from hubbub.store import erasing, merging, peopling
from hubbub.store.models import (
    Audit,
    Author,
    ImportedLine,
    Member,
    PeopleImport,
    Person,
    PersonField,
    PersonNote,
    Role,
    Workspace,
)
from hubbub.ui.api import Refusal
from tests.world import World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]
HOME = "/w/acme/engage/people/file/"
KEY = "0" * 32


def file_of(number: int) -> bytes:
    lines = [f"Person {at},p{at}@example.org,vip" for at in range(number)]
    return "\n".join(["name,email,tags", *lines]).encode()


def begin(world: World, content: bytes, key: str = KEY) -> PeopleImport:
    found = table.read(content)
    mapping = importing.guess(found.columns, world.acme)
    return imported.start(found, mapping, workspace=world.acme, key=key, by=world.alice)


def tend() -> None:
    while people_files.step(timezone.now()):
        pass


def state(row: PeopleImport) -> tuple[str, dict[str, int]]:
    row.refresh_from_db()
    return row.state, {name: many for name, many in imported.counts(row).items() if many}


def test_a_long_file_goes_on_after_the_page_has_answered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "AT_ONCE", 3)
    monkeypatch.setattr(trying, "TRIED", 4)
    client = world.client(world.roles[Role.MANAGER])
    page = client.post(HOME, {"file": SimpleUploadedFile("p.csv", file_of(30))})
    assert "What would become of its first 4 lines" in page.content.decode()
    assert Person.of(world.acme).count() == 0
    answers = [client.post(HOME, {"key": page.context["key"], "do": "take"}) for _ in range(2)]
    row = PeopleImport.of(world.acme).get()
    # a double click is one import, and leads to it
    assert [(one.status_code, one.headers["Location"]) for one in answers] == [(303, f"{HOME}{row.pk}/")] * 2
    assert state(row) == ("running", {"made": 3, "": 27})
    here = client.get(f"{HOME}{row.pk}/").content.decode()
    assert "3 of 30 lines were looked at" in here
    client.post(f"{HOME}{row.pk}/act/", {"do": "stop"})
    tend()
    assert state(row) == ("stopped", {"made": 3, "": 27})
    client.post(f"{HOME}{row.pk}/act/", {"do": "go on"})
    tend()
    assert state(row) == ("done", {"made": 30})
    assert Person.of(world.acme).count() == 30
    asked = client.get(f"{HOME}{row.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "30 of 30 lines were looked at" in asked
    assert "Show what became of them" in asked
    assert [entry.verb for entry in Audit.of(world.acme).filter(noun="peopleimport").order_by("pk")] == [
        "import people", "stop", "go on", "end",
    ]  # fmt: skip
    assert "Line 31" in client.get(f"{HOME}{row.pk}/?fate=made&after=30").content.decode()
    assert ImportedLine.of(world.acme).exclude(cells={}).count() == 0  # what stood there is not kept


def test_a_worker_that_dies_in_a_line_leaves_it_to_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row = begin(world, file_of(5))
    imported.work(row, 2)
    whole = taking_in.take_in

    def dies(lines: Sequence[tuple[int, taking_in.Cells]], workspace: Workspace, by: Member, of: str) -> None:
        whole(lines, workspace, by, of)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(taking_in, "take_in", dies)
        with pytest.raises(KeyboardInterrupt):
            imported.work(row, 2)
    assert Person.of(world.acme).count() == 2
    tend()
    assert state(row) == ("done", {"made": 5})
    assert Author.of(world.acme).count() == Person.of(world.acme).count() == 5


def test_each_line_says_what_became_of_it(world: World) -> None:
    known = make_author(world.acme, "erin")
    peopling.step(timezone.now())
    content = b"id,name,network,handle\n,New,,\n,,wordpress,erin\n777777,x,,\n,,,\n,Erin X,wordpress,erin\n,New,,\n"
    row = begin(world, content)
    tend()
    lines = {line.number: (line.fate, line.person_id) for line in row.lines.all()}
    made = Person.of(world.acme).get(name="New").pk
    assert lines == {
        2: ("made", made), 3: ("same", known.person_id), 4: ("left", None), 6: ("changed", known.person_id),
        7: ("same", made),
    }  # fmt: skip
    assert row.lines.get(number=4).says == "There is no person with the number 777777 here"


def test_who_left_imports_no_more(world: World) -> None:
    row = begin(world, file_of(3))
    imported.work(row, 1)
    type(world.alice).everywhere.filter(pk=world.alice.pk).update(active=False)
    tend()
    assert state(row) == ("stopped", {"made": 1, "": 2})
    assert "may no longer" in row.stopped_why
    with pytest.raises(Refusal, match="cannot be done"):
        imported.stop(row, by=world.alice)
    imported.go_on(row, by=world.roles[Role.MANAGER])
    tend()
    assert state(row) == ("done", {"made": 3})


def test_taken_back_as_a_whole(world: World) -> None:
    """All is as it was, but for what somebody touched since: that stays, and the line says why."""
    city = PersonField.everywhere.create(workspace=world.acme, name="City")
    old = make_author(world.acme, "erin").person
    peopling.step(timezone.now())
    actions.edit(old, name="Erin", about="First", by=world.alice)
    actions.keep_values(old, {city.pk: "Bonn"}, by=world.alice)
    actions.tag(old, ["vip"], by=world.alice)
    people, authors = set(Person.of(world.acme)), set(Author.of(world.acme))
    content = (
        "name,email,network,handle,tags,note,about,City\n"
        "Erin X,erin@example.org,wordpress,erin,\"vip, press\",Hello,Second,Köln\n"
        "Erin Y,,wordpress,erin,,,Third,\n"
        "New,new@example.org,,,vip,Note,,Ulm\n"
        "Noted,noted@example.org,,,,,,\n"
        "Writes,writes@example.org,,,,,,\n"
        "Merged,merged@example.org,,,,,,\n"
    )  # fmt: skip
    row = begin(world, content.encode())
    tend()
    assert state(row) == ("done", {"made": 4, "changed": 2})
    noted, writes, merged = (Person.of(world.acme).get(name=name) for name in ("Noted", "Writes", "Merged"))
    actions.note(noted, "Called", by=world.alice)
    make_post(make_source(world.acme), author=writes.identities.get())
    merging.merge(old, merged, by=world.alice)
    imported.take_back(row, by=world.alice)
    tend()
    assert state(row) == ("undone", {"back": 3, "kept": 3})
    old.refresh_from_db()
    assert (old.name, old.about, old.values.get().value) == ("Erin", "First", "Bonn")
    assert [tag.name for tag in old.tags.all()] == ["vip"]
    assert not PersonNote.of(world.acme).filter(person=old).exists()
    assert set(Person.of(world.acme)) == people | {noted, writes, merged}
    assert set(Author.of(world.acme)) - authors == {
        *writes.identities.all(),
        *Author.of(world.acme).filter(name="Merged"),
    }
    assert {line.says[:20] for line in row.lines.filter(fate="kept")} == {
        "They were given more", "One of their names h", "This person was merg",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "stays"),
    [({}, False), ({"about": "Our first customer"}, True), ({"name": "Erin Xu"}, True), ({"about": ""}, True)],
)
def test_whom_somebody_described_since_is_not_taken_back(world: World, words: dict[str, str], stays: bool) -> None:
    row = begin(world, b"name,email,about\nErin X,erin@example.org,From the fair\n")
    tend()
    person = Person.of(world.acme).get()
    actions.edit(person, **{"name": person.name, "about": person.about, **words}, by=world.alice)
    person.refresh_from_db()
    imported.take_back(row, by=world.alice)
    tend()
    left = [(one.name, one.about) for one in Person.of(world.acme)]
    assert left == ([(person.name, person.about)] if stays else [])
    assert state(row) == ("undone", {"kept" if stays else "back": 1})


def test_no_line_is_lost_with_its_person(world: World) -> None:
    """The lines that said more of somebody still say what became of them once that one is gone."""
    line = "Erin,erin@example.org,{}\n"
    content = "name,email,tags\n" + "".join(line.format(tags) for tags in ("vip", "vip", "press"))
    row = begin(world, content.encode())
    tend()
    assert state(row) == ("done", {"made": 1, "same": 1, "changed": 1})
    imported.take_back(row, by=world.alice)
    tend()
    assert state(row) == ("undone", {"same": 1, "back": 2})
    assert not Person.of(world.acme).exists()


def test_a_name_stays_that_a_conversation_shows(world: World) -> None:
    """Also where the posts are gone: one name that cannot go must not hold up all that the loop does."""
    row = begin(world, b"name,email\nErin,erin@example.org\n")
    tend()
    make_conversation(make_post(make_source(world.acme)), author=Author.of(world.acme).get(handle="erin@example.org"))
    imported.take_back(row, by=world.alice)
    tend()
    assert state(row) == ("undone", {"kept": 1})
    assert Author.of(world.acme).filter(handle="erin@example.org").exists()


def test_a_value_that_fits_no_more_holds_up_nothing_else(world: World) -> None:
    field = PersonField.everywhere.create(workspace=world.acme, name="Size", kind="choice", choices=["small", "big"])
    person = make_author(world.acme, "erin").person
    peopling.step(timezone.now())
    actions.edit(person, name="Erin", about="First", by=world.alice)
    actions.keep_values(person, {field.pk: "small"}, by=world.alice)
    row = begin(world, b"network,handle,about,email,Size\nwordpress,erin,Second,erin@example.org,big\n")
    tend()
    PersonField.of(world.acme).update(choices=["big"])
    imported.take_back(row, by=world.alice)
    tend()
    assert state(row) == ("undone", {"kept": 1})
    assert "Size" in row.lines.get().says
    person.refresh_from_db()
    assert (person.about, person.identities.count(), person.values.get().value) == ("First", 1, "big")


def test_names_are_locked_before_their_person(world: World) -> None:
    """As whoever counts and merges people locks them: else each may wait for the other, on PostgreSQL."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    make_author(world.acme, "erin")
    peopling.step(timezone.now())

    def locks() -> list[str]:
        held = [query["sql"] for query in asked if "FOR " in query["sql"] and "UPDATE" in query["sql"]]
        return [name for sql in held for name in ("store_author", "store_person") if f'FROM "{name}"' in sql]

    with CaptureQueriesContext(connection) as asked:
        row = begin(world, b"network,handle,email,about\nwordpress,erin,erin@example.org,Known\n")
        imported.work(row, 1)
    assert locks()[0] == "store_author"
    tend()
    imported.take_back(row, by=world.alice)
    with CaptureQueriesContext(connection) as asked:
        imported.work(row, 1)
    assert locks()[0] == "store_author"


def test_whoever_is_erased_is_not_in_a_file_that_waits(world: World) -> None:
    person = make_author(world.acme, "Erin", "mastodon example.social").person
    peopling.step(timezone.now())
    imported.work(begin(world, f"id,email\n{person.pk},Erin@example.org\n".encode()), 5)
    content = (
        "id,name,email,network,handle\n"
        ",Other,other@example.org,,\n"
        f"{person.pk},By number,,,\n"
        ",By mail,x@example.org <erin@example.org>,,\n"
        ",By handle,,mastodon,@erin\n"
        ",On another network,,github,erin\n"
    )  # fmt: skip
    row = begin(world, content.encode(), "1" * 32)
    erasing.erase(person, by=world.alice, why="asked for it")
    lines = {line.number: (line.fate, line.says, bool(line.cells)) for line in row.lines.all()}
    gone = ("left", erasing.NOT_AGAIN, False)
    assert lines == {2: ("", "", True), 3: gone, 4: gone, 5: gone, 6: ("", "", True)}
    tend()
    assert state(row) == ("done", {"left": 3, "made": 2})


def test_a_refused_line_goes_with_whom_it_spoke_of(world: World) -> None:
    """It quotes what stood there, for as long as the import can be looked at."""
    PersonField.everywhere.create(workspace=world.acme, name="Born", kind="date")
    person = make_author(world.acme, "erin").person
    row = begin(
        world,
        b"network,handle,email,Born\nwordpress,erin,,around 1980\n,,new@example.org,long ago\n,,no address,x\n",
    )
    tend()
    said = dict(row.lines.values_list("number", "person"))
    assert said == {2: person.pk, 3: None, 4: None}
    assert "around 1980" in row.lines.get(number=2).says
    erasing.erase(person, by=world.alice, why="asked for it")
    assert list(row.lines.order_by("number").values_list("number", flat=True)) == [3, 4]
    assert world.client().get(f"{HOME}{row.pk}/").status_code == 200


def test_another_workspaces_import_is_not_there(world: World) -> None:
    row = begin(world, file_of(1))
    client = world.client(world.bob)
    assert client.get(f"/w/bravo/engage/people/file/{row.pk}/").status_code == 404
    assert client.post(f"/w/bravo/engage/people/file/{row.pk}/act/", {"do": "stop"}).status_code == 404


def test_an_old_report_goes(world: World) -> None:
    row = begin(world, file_of(1))
    tend()
    PeopleImport.everywhere.filter(pk=row.pk).update(ended=timezone.now() - timedelta(days=31))
    tend()
    assert not ImportedLine.of(world.acme).exists()
    assert Person.of(world.acme).count() == 1
