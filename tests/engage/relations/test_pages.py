"""The pages of relationships, without JavaScript: what they show, what their forms do, what comes back."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hubbub.store.models import Activity, Audit, Person, Relating, Relationship, Role, Stage, Suggestion
from hubbub.store.relations import stages_of
from tests.relating import make_relationship
from tests.world import NOON, World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def person(world: World) -> Person:
    return make_author(world.acme).person


def url(name: str, *args: object) -> str:
    return reverse(f"engage:{name}", args=["acme", *args])


def read(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return str(answer.content.decode())


def test_the_story_of_an_influencer(world: World, person: Person) -> None:
    client = world.client()
    post = make_post(make_source(world.acme), "acme is fine", author=person.identities.get())
    talk = make_conversation(post)
    row = Suggestion.everywhere.create(
        workspace=world.acme, person=person, kind="answer", reason="Influence 61", posts=[post.pk], found=NOON
    )
    page = read(client, url("suggestions"))
    assert "Influence 61" in page
    assert "acme is fine" in page
    answer = client.post(url("suggestion_answer", row.pk), {"answer": "take"})
    assert answer.status_code == 303
    assert answer["Location"] == url("conversation", talk.pk) + "#reply"
    relation = Relationship.of(world.acme).get()
    assert "Reply to what they said about us" in read(client, url("relations"))
    for stage in stages_of(world.acme, "influencer")[1:4]:
        client.post(url("relation_act", relation.pk), {"act": "move", "stage": stage.pk})
    client.post(
        url("relation_act", relation.pk),
        {"act": "plan", "next_step": "Lunch", "next_on": timezone.now().date() + timedelta(days=2)},
    )
    page = read(client, url("relation", relation.pk))
    assert "In talks → Active" in page
    assert "Lunch" in page
    client.post(url("relation_act", relation.pk), {"act": "step done"})
    client.post(url("relation_begin", person.pk), {"kind": "partner"})
    relation.refresh_from_db()
    assert (relation.next_step, relation.touched_by) == ("", "hand")
    page = read(client, url("person", person.pk))
    assert "Partner" in page
    assert "Level: newcomer" in page
    assert "won" in read(client, url("suggestions") + "?state=taken")


def test_a_move_is_taken_back_from_the_next_page(world: World, person: Person) -> None:
    client, row = world.client(), make_relationship(person)
    second = stages_of(world.acme, "influencer")[1]
    back = url("relations") + "?kind=influencer"
    answer = client.post(url("relation_act", row.pk), {"act": "move", "stage": second.pk, "back": back})
    assert (answer.status_code, answer["Location"]) == (303, back)
    page = read(client, back)
    assert "Undo" in page
    entry = Audit.of(world.acme).get(verb="move")
    assert f'name="entry" value="{entry.pk}"' in page
    client.post(url("relations_undo"), {"entry": entry.pk})
    row.refresh_from_db()
    assert row.stage.place == 0


def test_a_form_leads_nowhere_else(world: World, person: Person) -> None:
    row = make_relationship(person)
    answer = world.client().post(url("relation_act", row.pk), {"act": "touch", "back": "https://evil.example/"})
    assert answer["Location"] == url("relation", row.pk)


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("?view=list", ("Anna", "Bert"), ()),
        ("?view=list&kind=press", ("Bert",), ("Anna",)),
        ("?view=list&owner=me", ("Anna",), ("Bert",)),
        ("?view=list&owner=nobody", ("Bert",), ("Anna",)),
        ("?view=list&overdue=1", ("Anna",), ("Bert",)),
        ("?view=list&active=1", (), ("Anna", "Bert")),
        ("?view=list&owner=99999999999999999999&stage=x&after=~", (), ()),
        ("?kind=influencer", ("Anna",), ("Bert",)),
        ("?kind=nonsense", ("Anna",), ()),
    ],
)
def test_lists(world: World, query: str, shown: tuple[str, ...], hidden: tuple[str, ...]) -> None:
    day = timezone.now().date() - timedelta(days=2)
    anna, bert = (make_author(world.acme, name).person for name in ("anna", "bert"))
    make_relationship(anna, owner=world.alice, next_step="Call", next_on=day, listed_on=day)
    make_relationship(bert, "press")
    page = read(world.client(), url("relations") + query)
    assert all(f"<strong>{name}</strong>" in page for name in shown)
    assert not any(f"<strong>{name}</strong>" in page for name in hidden)


def test_bulk(world: World) -> None:
    client = world.client()
    rows = [make_relationship(make_author(world.acme, f"p{at}").person) for at in range(2)]
    stage = stages_of(world.acme, "influencer")[1]
    client.post(url("relations_bulk"), {"pk": [row.pk for row in rows], "act": "move", "stage": stage.pk})
    assert {row.stage_id for row in Relationship.of(world.acme)} == {stage.pk}
    client.post(url("relations_bulk"), {"pk": [row.pk for row in rows], "act": "give", "owner": "me"})
    assert {row.owner_id for row in Relationship.of(world.acme)} == {world.alice.pk}


def test_settings(world: World) -> None:
    client = world.client()
    page = read(client, url("relation_settings"))
    assert "Influencers" in page
    assert "0: it is suggested at once." in page  # of the hours that a mention may wait
    given = {"form": "weights", **dict.fromkeys(("customer", "fan", "advocate", "influencer", "partner"), "2")}
    answer = client.post(url("relation_settings"), {**given, "brand": "1", "press": "4", "team": "1"})
    assert answer.status_code == 303
    assert Relating.of(world.acme).get().weights["press"] == 4.0
    assert client.post(url("relation_settings"), {**given, "press": "400"}).status_code == 422


def test_every_number_leads_to_what_stands_behind_it(world: World, person: Person) -> None:
    """What turned active, the posts of a suggestion (of ten, all ten), influence, who would be at a level."""
    client, source, author = world.client(), make_source(world.acme), person.identities.get()
    posts = [make_post(source, f"kind words {at}", at, author=author) for at in range(5)]
    won, taken = (
        Suggestion.everywhere.create(
            workspace=world.acme, person=one, kind="review", reason=f"of {one}", found=NOON, state="taken",
            posts=[post.pk for post in posts], won=moment,
        )
        for one, moment in ((person, NOON), (make_author(world.acme, "dora").person, None))
    )  # fmt: skip
    page = read(client, url("suggestions"))
    assert '<a href="?kind=review&amp;state=taken&amp;won=1">1</a>' in page
    page = read(client, url("suggestions") + "?kind=review&state=taken&won=1")
    assert won.reason in page
    assert taken.reason not in page
    assert all(post.text in page for post in posts)
    row = make_relationship(person, reach=66)
    Activity.everywhere.create(workspace=world.acme, person=person, level="regular", posts_90=5, weeks=3)
    for address in ("?kind=influencer", "?view=list"):
        assert f'href="{url("relation", row.pk)}#influence"' in read(client, url("relations") + address)
    page = read(client, url("relation", row.pk))
    assert 'id="influence"' in page
    assert f'href="{url("person", person.pk)}?q=age%3A%3C90d"' in page
    form = client.get(url("relation_levels")).context["form"]
    asked = {name: field.initial for name, field in form.fields.items()} | {"try": "1"}
    tried = client.get(url("relation_levels"), asked)
    (asking,) = [one for level, _, _, one in tried.context["counts"] if level == "regular"]
    assert asking.partition("#")[0].replace("&", "&amp;") in tried.content.decode()
    named = client.get(url("relation_levels") + asking).context["shown"]
    assert [one.person for one in named] == [person]


def test_levels_are_tried_before_they_are_saved(world: World) -> None:
    client = world.client()
    names = ("posts_30", "posts_90", "weeks", "answers", "replied", "praises")
    given = {f"{level}_{name}": 1 for level in ("regular", "contributor", "core") for name in names}
    given |= {f"{level}_removed": 50 for level in ("regular", "contributor", "core")}
    tried = client.get(url("relation_levels"), {**given, "try": 1})
    assert "With these" in tried.content.decode()
    assert not Relating.of(world.acme).filter(levels__has_key="core").exists()
    assert client.post(url("relation_levels"), given).status_code == 303
    assert Relating.of(world.acme).get().levels["core"]["weeks"] == 1
    wrong = client.post(url("relation_levels"), {**given, "core_weeks": 0})
    assert wrong.status_code == 422
    assert "fewer weeks" in wrong.content.decode()


def test_stages(world: World, person: Person) -> None:
    client, row = world.client(), make_relationship(person, "press")
    assert client.post(url("relation_stages", "press"), {"name": "Sent a kit"}).status_code == 303
    assert client.post(url("relation_stages", "press"), {"name": "seen"}).status_code == 422
    made = Stage.of(world.acme).get(kind="press", name="Sent a kit")
    client.post(url("relation_stage", made.pk), {"act": "up"})
    client.post(url("relation_stage", made.pk), {"name": "Has our kit", "active": "on"})
    client.post(url("relation_stage", row.stage_id), {"act": "remove", "target": made.pk})
    row.refresh_from_db()
    assert (row.stage.name, row.stage.active) == ("Has our kit", True)
    assert read(client, url("relation_stages", "friend"), 404)


@pytest.mark.parametrize("name", ["relation_act", "relation_stage", "relations_bulk"])
def test_who_only_looks_changes_nothing(world: World, person: Person, name: str) -> None:
    row = make_relationship(person)
    args = {"relation_act": [row.pk], "relation_stage": [row.stage_id]}.get(name, [])
    answer = world.client(world.roles[Role.VIEWER]).post(url(name, *args), {"act": "touch"})
    assert answer.status_code == 403


def test_another_workspaces_rows_are_not_there(world: World, person: Person) -> None:
    row = make_relationship(make_author(world.bravo, "dora").person)
    client = world.client()
    assert client.get(url("relation", row.pk)).status_code == 404
    assert client.post(url("relation_act", row.pk), {"act": "touch"}).status_code == 404
    own = make_relationship(person)
    client.post(url("relation_act", own.pk), {"act": "move", "stage": row.stage_id})
    own.refresh_from_db()
    assert own.stage.workspace == world.acme


def test_a_board_asks_few_questions(world: World, django_assert_max_num_queries: object) -> None:
    for at in range(30):
        make_relationship(make_author(world.acme, f"p{at}").person, stage=at % 5)
    client = world.client()
    read(client, url("relations"))
    with django_assert_max_num_queries(60):
        read(client, url("relations"))
