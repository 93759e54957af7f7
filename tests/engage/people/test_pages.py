"""The pages of people: found, looked at, acted upon, by each way that a page offers."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from msgspec import json

from hubbub.engine.tending import tend
from hubbub.store import merging
from hubbub.store.models import (
    Audit,
    Author,
    Consent,
    ConsentKind,
    Likeness,
    LikenessState,
    Merging,
    PeopleSettings,
    Person,
    PersonField,
    PersonNote,
    PersonValue,
    Post,
    Role,
    Tag,
)
from tests.engage.people.conftest import settle
from tests.relating import make_relationship
from tests.world import NOON, World, make_author

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HOME = "/w/acme/engage/people/"


def url(person: Person, act: str = "") -> str:
    """The person's page, or where a form of it goes."""
    return f"/w/acme/engage/person/{person.pk}/{act}"


def test_a_person_with_everything(world: World, erin: Person) -> None:
    shown = world.client().get(url(erin)).content.decode()
    assert "Erin" in shown
    assert "I like acme 2" in shown
    assert "Thank you, Erin" in shown  # what we answered
    assert "positive: 3" in shown
    assert "sentiment%3Apositive+published%3A%5B" in shown.replace("&amp;", "&")
    assert "not asked" in shown  # the consents that every workspace starts with


def test_bulk_tags_and_undo(world: World, erin: Person) -> None:
    client, other = world.client(), make_author(world.acme, "frank").person
    client.post(HOME + "bulk/", {"pk": [erin.pk, other.pk], "tag": "VIP", "act": "tag"})
    assert [list(one.tags.values_list("name", flat=True)) for one in (erin, other)] == [["VIP"], ["VIP"]]
    undo = client.session["undo"]
    assert "2 people now have" in undo["says"]
    client.post(undo["url"], {"acts": [value for _, value in undo["fields"]]})
    assert not erin.tags.exists()
    assert not other.tags.exists()
    client.post(HOME + "bulk/", {"pk": [erin.pk], "tag": "vip", "act": "tag"})
    client.post(HOME + "bulk/", {"pk": [erin.pk], "tag": "vip", "act": "untag"})
    assert not erin.tags.exists()


@pytest.mark.parametrize(
    ("act", "form", "says"),
    [
        ("note/", {"text": " "}, "The note is empty"),
        ("edit/", {"name": "x" * 201}, "too long"),
        ("consent/", {"kind": "Contact", "agreed": "yes", "source": "link", "told": "no link"}, "Give the link"),
        ("consent/", {"kind": "Contact", "agreed": "yes", "source": "words", "told": ""}, "in a few words"),
        ("consent/", {"kind": "Nothing", "agreed": "yes", "source": "words", "told": "x"}, "no matter of consent"),
        ("consent/", {"kind": "Contact", "agreed": "yes", "source": "post", "post": "99999999"}, "none of theirs"),
        (
            "consent/",
            {"kind": "Contact", "agreed": "yes", "source": "words", "told": "x", "at": "2999-01-01"},
            "future",
        ),
        ("fields/", {"field-{field}": "many"}, "Age: “many” is no number"),
        ("tag/", {"tag": "x" * 60}, "too long for a tag"),
    ],
)
def test_what_is_refused_is_said_and_kept(
    world: World, erin: Person, act: str, form: dict[str, str], says: str
) -> None:
    field = PersonField.everywhere.create(workspace=world.acme, name="Age", kind="number")
    before = Audit.everywhere.count()
    answer = world.client().post(url(erin, act), {name.format(field=field.pk): value for name, value in form.items()})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert Audit.everywhere.count() == before


def test_what_is_known_noted_and_agreed(world: World, erin: Person) -> None:
    client = world.client(world.roles[Role.RESPONDER])
    field = PersonField.everywhere.create(workspace=world.acme, name="Since", kind="date")
    post = Post.of(world.acme).filter(author__person=erin).first()
    assert client.post(url(erin, "fields/"), {f"field-{field.pk}": "3.5.2020"}).status_code == 303
    assert PersonValue.of(world.acme).get().value == "2020-05-03"
    client.post(url(erin, "note/"), {"text": "Kind"})
    client.post(url(erin, "edit/"), {"name": "Erin Doe", "about": "Writes about lids"})
    client.post(url(erin, "consent/"), {"kind": "contact", "agreed": "no", "source": "post", "post": post.pk})
    shown = client.get(url(erin)).content.decode()
    assert all(word in shown for word in ("Kind", "Erin Doe", "Writes about lids", "2020-05-03", "does not want to be"))
    client.post(f"{HOME}consents/{Consent.of(world.acme).get().pk}/withdraw/")
    shown = client.get(url(erin)).content.decode()
    assert "does not want to be" not in shown
    assert "withdrawn" in shown
    client.post(f"{HOME}remarks/{PersonNote.of(world.acme).get().pk}/remove/")
    assert not PersonNote.of(world.acme).exists()
    assert client.get(HOME + "?q=doe").context["people"] == [erin]
    verbs = Audit.of(world.acme).filter(noun="person").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["note fields", "note", "edit", "consent", "withdraw consent", "remove note"]
    logged = str(list(Audit.of(world.acme).filter(noun="person").values_list("before", "after")))
    assert "2020" not in logged
    assert "lids" not in logged


def test_somebody_elses_note_is_removed_by_managers_alone(world: World, erin: Person) -> None:
    note = PersonNote.everywhere.create(
        workspace=world.acme, person=erin, by=world.alice, by_name="Alice", text="x", at=NOON
    )
    answer = world.client(world.roles[Role.RESPONDER]).post(f"{HOME}remarks/{note.pk}/remove/")
    assert answer.status_code == 422
    assert PersonNote.of(world.acme).exists()


def alike(world: World) -> Likeness:
    """Two who link to each other."""
    one, other = make_author(world.acme, "erin", "mastodon"), make_author(world.acme, "rin", "lemmy")
    Author.everywhere.filter(pk=one.pk).update(url="https://m.example/@erin", links=["https://erin.example"])
    Author.everywhere.filter(pk=other.pk).update(url="https://erin.example", links=["https://m.example/@erin"])
    settle()
    return Likeness.of(world.acme).get()


def test_a_suggestion_is_merged_and_taken_back(world: World) -> None:
    row, client = alike(world), world.client()
    one, other = row.first.person_id, row.second.person_id
    shown = client.get(HOME + "alike/").content.decode()
    assert "links to" in shown
    assert "each says it of the other" in shown
    client.post(f"{HOME}alike/{row.pk}/merge/", {"keep": other})
    assert Author.everywhere.get(pk=row.first_id).person_id == other
    away = client.get(f"/w/acme/engage/person/{one}/")
    assert away.status_code == 302
    assert away["Location"].endswith(f"/person/{other}/")
    assert "Part them again" in client.get(away["Location"]).content.decode()
    client.post(f"{HOME}mergings/{Merging.of(world.acme).get().pk}/undo/")
    assert Author.everywhere.get(pk=row.first_id).person_id == one
    row.refresh_from_db()
    assert row.state == LikenessState.REFUSED


def test_reasons_call_networks_by_their_own_names(world: World) -> None:
    one, other = make_author(world.acme, "erin", "wordpress shop"), make_author(world.acme, "rin", "lemmy lemmy.ml")
    Author.everywhere.filter(pk=one.pk).update(url="https://w.example/erin", links=["https://l.example/u/rin"])
    Author.everywhere.filter(pk=other.pk).update(url="https://l.example/u/rin")
    tend()
    shown = world.client().get(HOME + "alike/").content.decode()
    assert "erin on WordPress (shop) links to rin on Lemmy (lemmy.ml) in the profile" in shown


def test_a_suggestion_is_refused(world: World) -> None:
    row, client = alike(world), world.client()
    client.post(f"{HOME}alike/{row.pk}/refuse/")
    assert "Nobody waits for your word" in client.get(HOME + "alike/").content.decode()
    client.post(f"{HOME}alike/{row.pk}/merge/")
    assert not Merging.of(world.acme).exists()


def test_anybody_can_be_merged_by_hand(world: World, erin: Person) -> None:
    other, client = make_author(world.acme, "erin2").person, world.client()
    settle()
    assert f"?other={other.pk}" in client.get(url(erin, "merge/?q=erin2")).content.decode()
    assert "Becomes part of them" in client.get(url(erin, f"merge/?other={other.pk}")).content.decode()
    client.post(url(erin, "merge/"), {"other": other.pk, "why": "told us"})
    assert merging.standing(Person.everywhere.get(pk=other.pk)) == erin


def test_settings(world: World) -> None:
    client, home = world.client(world.roles[Role.MANAGER]), HOME + "settings/"
    assert "Contact" in client.get(home).content.decode()
    client.post(home + "fields/new/", {"name": "Size", "kind": "choice", "choices": "S\nM"})
    field = PersonField.of(world.acme).get()
    assert field.choices == ["S", "M"]
    assert client.post(home + "fields/new/", {"name": "size", "kind": "text"}).status_code == 422
    person = make_author(world.acme).person
    PersonValue.everywhere.create(workspace=world.acme, person=person, field=field, value="M")
    refused = client.post(f"{home}fields/{field.pk}/", {"name": "Size", "kind": "number"})
    assert refused.status_code == 422
    assert "would not fit" in refused.content.decode()
    client.post(f"{home}fields/{field.pk}/", {"do": "retire"})
    assert PersonField.of(world.acme).get().retired
    client.post(home + "matters/new/", {"name": "Photo", "explains": "We may show a picture"})
    assert "Photo" in client.get(home).content.decode()
    assert "Marketing" in client.get(home).content.decode()
    client.post(home, {"merge_proven": "on"})
    assert PeopleSettings.of(world.acme).get().merge_proven


def test_files_there_and_back(world: World, erin: Person) -> None:
    client = world.client(world.roles[Role.MANAGER])
    content = "Name;E-Mail;Tags;City\nÄnne;anne@example.org;vip, press;Köln\n=Eve;eve@example.org;;\n;;;\n,;;;\n"
    PersonField.everywhere.create(workspace=world.acme, name="City")
    file = SimpleUploadedFile("p.csv", content.encode("cp1252"))
    page = client.post(HOME + "file/", {"file": file})
    assert "Western European" in page.content.decode()
    assert "3 new" in page.content.decode()
    assert not Person.of(world.acme).filter(name="Änne").exists()  # only tried
    answer = client.post(HOME + "file/", {"key": page.context["key"], "do": "take"})
    assert answer.status_code == 303
    anne = Person.of(world.acme).get(name="Änne")
    assert sorted(anne.tags.values_list("name", flat=True)) == ["press", "vip"]
    assert anne.values.get().value == "Köln"
    before = Person.of(world.acme).count()
    again = client.post(HOME + "file/", {"file": SimpleUploadedFile("p.csv", content.encode("cp1252"))})
    assert (again.context["outcome"].made, again.context["outcome"].changed) == (0, 0)
    client.post(HOME + "file/", {"key": again.context["key"], "do": "take"})
    assert Person.of(world.acme).count() == before
    out = b"".join(client.get(HOME + "people.csv")).decode("utf-8-sig")
    assert "'=Eve" in out
    assert "anne@example.org" in out
    assert "Köln" in out
    back = client.post(HOME + "file/", {"file": SimpleUploadedFile("p.csv", out.encode())})
    assert (back.context["outcome"].made, back.context["outcome"].changed) == (0, 0), back.context["outcome"]
    cards = b"".join(client.get(HOME + "people.vcf")).decode()
    assert "FN:Änne\r\n" in cards
    assert "EMAIL:anne@example.org" in cards
    assert "CATEGORIES:press,vip" in cards


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\xff\xfea\x00", "UTF-16"),
        (b"name,name\nx,y\n", "twice"),
        (b"name\n", "nobody below it"),
        (b'name\n"x\n', "quotation marks"),
        (b"colour\nred\n", "a column that says who it is"),
        (b"name,city\nx,y\nMiller, Anna,Bonn\n", "Line 3 has 3 values"),
        (b"email\n" + b"a" * 1_000_000 + b"\n", "E-mail addresses: 1,000,000 characters"),
        (b"name\n" + b"a" * 1_000_000 + b"\n", "The name is 1000000 characters long"),
        (b'name,tags\nx,"' + b"a," * 100_000 + b'"\n', "Tags: 200,000 characters"),
        (b"id,name\n77777,x\n", "Line 2: There is no person with the number 77777"),
        (b"name,email\nErin,erin at home\n", "Line 2: “erin at home” is no e-mail address"),
    ],
)
def test_files_that_cannot_be(world: World, content: bytes, says: str) -> None:
    page = world.client().post(HOME + "file/", {"file": SimpleUploadedFile("p.csv", content or b" ")})
    assert says in page.content.decode()


def test_all_about_a_person(world: World, erin: Person) -> None:
    PersonNote.everywhere.create(workspace=world.acme, person=erin, by_name="Alice", text="Kind", at=NOON)
    make_relationship(erin, next_step="Call")
    held = json.decode(world.client().get(url(erin, "everything.json")).content)
    assert [post["text"] for post in held["posts"]] == [f"I like acme {number}" for number in range(3)]
    assert held["notes"][0]["text"] == "Kind"
    assert held["relationships"][0]["next step"] == "Call"
    assert held["our replies"][0]["text"] == "Thank you, Erin"
    assert Audit.of(world.acme).filter(verb="hand out", noun_id=erin.pk).exists()


@pytest.mark.parametrize(
    ("address", "query", "told"),
    [
        ("people.csv", "", {"people": 1, "as": "CSV", "filter": "everybody"}),
        ("people.vcf", "?q=erin", {"people": 1, "as": "vCards", "filter": "words of names"}),
        (
            "people.csv", "?tag={tag}&network=wordpress&consent={matter}+yes&field={field}&value=Berlin&level=core",
            {
                "people": 0, "as": "CSV",
                "filter": "tag vip; network WordPress; consent Photo: yes; a value of City; level core",
            },
        ),
    ],
)  # fmt: skip
def test_who_leaves_with_a_list_stands_in_the_log(
    world: World, erin: Person, address: str, query: str, told: dict[str, object]
) -> None:
    tag = Tag.everywhere.create(workspace=world.acme, name="vip")
    matter = ConsentKind.everywhere.create(workspace=world.acme, name="Photo")
    field = PersonField.everywhere.create(workspace=world.acme, name="City")
    client = world.client(world.roles[Role.MANAGER])
    asked = query.format(tag=tag.pk, matter=matter.pk, field=field.pk)
    assert client.get(HOME + address + asked).status_code == 200
    entry = Audit.of(world.acme).get(verb="export people")
    assert (entry.by_member, entry.after) == (world.roles[Role.MANAGER], told)


def test_one_card_stands_in_the_log(world: World, erin: Person) -> None:
    world.client().get(url(erin, "person.vcf"))
    assert Audit.of(world.acme).get(verb="hand out", noun_id=erin.pk).after == {"as": "vCard"}


@pytest.mark.parametrize(("typed", "why", "gone"), [("", "asked", False), ("{pk}", "", False), ("{pk}", "asked", True)])
def test_erase(world: World, erin: Person, typed: str, why: str, gone: bool) -> None:
    other = make_author(world.acme, "erin2").person
    merging.merge(erin, other, by=world.alice)
    PersonNote.everywhere.create(workspace=world.acme, person=erin, by_name="Alice", text="secret", at=NOON)
    world.client().post(url(erin, "erase/"), {"typed": typed.format(pk=erin.pk), "why": why})
    erin.refresh_from_db()
    assert bool(erin.erased) is gone
    texts = " ".join(Post.of(world.acme).values_list("text", flat=True)).strip()
    names = {value for row in Author.of(world.acme).values_list("handle", "name", "native_id") for value in row}
    assert (texts == "") is gone
    assert (not any("erin" in name for name in names)) is gone
    assert PersonNote.of(world.acme).exists() is not gone
    if gone:
        assert world.client().get(url(erin)).status_code == 200
        assert world.client().get(HOME + "?q=erin").context["people"] == []
        assert world.client().post(url(erin, "note/"), {"text": "x"}).status_code == 422


def test_only_admins_erase(world: World, erin: Person) -> None:
    manager = world.client(world.roles[Role.MANAGER])
    assert manager.post(url(erin, "erase/"), {"typed": erin.pk, "why": "x"}).status_code == 403
