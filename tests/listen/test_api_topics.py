"""The room's calls about topics and queries."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from hubbub.store import rereading
from hubbub.store.models import Audit, Role, Topic
from tests.listen.script import Script
from tests.world import World, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def test_a_topic_from_its_birth_to_its_end(world: World) -> None:
    ask = Script(world)
    status, made = ask("POST", "topics", {"name": "Acme", "query": "acme"})
    assert (status, made["kind"], made["version"]) == (201, "brand", 1)
    status, changed = ask("PATCH", f"topics/{made['id']}", {"query": "acme OR acmee"})
    assert (status, changed["version"], changed["name"]) == (200, 2, "Acme")
    assert ask("PATCH", f"topics/{made['id']}", {"active": False})[1]["active"] is False
    assert [one["name"] for one in ask("GET", "topics")[1]] == ["Acme"]
    assert ask("DELETE", f"topics/{made['id']}") == (204, None)
    assert ask("GET", "topics") == (200, [])
    verbs = Audit.of(world.acme).order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["add", "change", "deactivate", "delete"]


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"name": "Taken", "query": "acme"}, 422, "There is a topic called"),
        ({"name": "New", "query": '"acme'}, 422, "Line 1, column"),
        ({"name": "New", "query": "acme", "kind": "planet"}, 422, "kind is one of"),
        ({"name": "", "query": "acme"}, 422, "needs a name"),
        ({"query": "acme"}, 422, "name"),
    ],
)
def test_a_topic_that_cannot_be(world: World, body: dict[str, str], status: int, says: str) -> None:
    make_topic(world.acme, "Taken")
    got, problem = Script(world)("POST", "topics", body)
    assert got == status
    assert says in problem["detail"]
    assert Topic.of(world.acme).count() == 1


def test_a_topic_is_held_against_stored_posts(world: World) -> None:
    topic = make_topic(world.acme)
    make_post(make_source(world.acme))
    status, told = Script(world)("POST", f"topics/{topic.pk}/apply", {"newest": 500})
    assert (status, told["rereading"], told["to_reread"]) == (200, True, 1)
    assert rereading.waiting() == topic


def test_a_topic_is_stopped(world: World) -> None:
    topic, ask = make_topic(world.acme), Script(world)
    make_post(make_source(world.acme))
    rereading.begin(topic, 1)
    for _ in range(2):  # the second time nothing is under way
        status, told = ask("POST", f"topics/{topic.pk}/stop")
        assert (status, told["rereading"]) == (200, False)
    assert list(Audit.of(world.acme).values_list("verb", flat=True)) == ["stop applying"]
    assert ask("GET", f"topics/{topic.pk}") == (200, told)


@pytest.mark.parametrize(
    ("query", "status", "found"), [("acme", 200, 2), ("lid", 200, 1), ("rocket", 200, 0), ('"acme', 422, None)]
)
def test_a_query_is_tried(world: World, query: str, status: int, found: int | None) -> None:
    source = make_source(world.acme)
    for number, text in enumerate(("acme", "acme lid", "hello")):
        make_post(source, text, number)
    got, told = Script(world, Role.VIEWER)("POST", "topics/preview", {"query": query})
    assert got == status
    if found is not None:
        assert (told["found"], told["looked_at"], len(told["posts"])) == (found, 3, found)
    assert not Topic.of(world.acme).exists()


def test_versions_by_script(world: World) -> None:
    make_post(make_source(world.acme))
    ask = Script(world)
    _, made = ask("POST", "topics", {"name": "Acme", "query": "acme", "why": "our name"})
    here = f"topics/{made['id']}"
    ask("PATCH", here, {"query": "acme OR tea", "why": "tea, too"})
    status, refused = ask("PATCH", here, {"query": "acme", "version": 1})
    assert (status, "changed the query meanwhile" in refused["detail"]) == (422, True)
    rows = ask("GET", f"{here}/versions")[1]
    assert [(row["number"], row["why"], row["changed"]) for row in rows] == [
        (2, "tea, too", ["query"]),
        (1, "our name", []),
    ]
    status, back = ask("POST", f"{here}/versions/{rows[1]['id']}/bring-back", {"why": "no tea", "newest": 10})
    assert (status, back["query"], back["version"], back["versions"], back["rereading"]) == (200, "acme", 3, 3, True)
    assert ask("POST", f"topics/{made['id'] + 1}/versions/{rows[1]['id']}/bring-back", {})[0] == 404


def test_what_a_change_adds_and_loses_by_script(world: World) -> None:
    source, topic = make_source(world.acme), make_topic(world.acme)
    for number, text in enumerate(("acme", "tea", "tea time")):
        make_post(source, text, number, published=timezone.now())
    ask = Script(world, Role.VIEWER)
    found = ask("POST", "topics/preview", {"query": "tea or coffee", "topic": topic.pk})[1]
    assert (found["found"], found["adds"]["count"], found["loses"]["count"]) == (0, 0, 1)
    assert [one["mended"] for one in found["advice"]] == ["tea OR coffee"]
    assert ask("POST", "topics/preview", {"query": "tea"})[1]["adds"] is None
    chart = ask("POST", "topics/chart", {"query": "tea"})[1]
    assert (len(chart["days"]), chart["days"][-1]["posts"], chart["every"]) == (90, 2, 1)


@pytest.mark.parametrize(
    ("lists", "query"),
    [
        ({"any_of": ["acme", "red rocket"], "none_of": ["jobs"]}, '(acme OR "red rocket") NOT jobs'),
        ({"near": {"left": ["acme"], "right": ["bad"], "within": 3, "forward": True}}, "acme NEAR/3f bad"),
    ],
)
def test_lists_by_script(world: World, lists: dict[str, Any], query: str) -> None:
    ask = Script(world, Role.VIEWER)
    assert ask("POST", "topics/build", lists) == (200, {"query": query})
    told = ask("POST", "topics/lists", {"query": query})[1]["lists"]
    assert {name: value for name, value in told.items() if value} == lists


def test_what_lists_cannot_say_by_script(world: World) -> None:
    ask = Script(world, Role.VIEWER)
    assert ask("POST", "topics/lists", {"query": "a OR (b c)"}) == (200, {"lists": None})
    assert ask("POST", "topics/build", {"none_of": ["jobs"]})[0] == 422
    assert ask("POST", "topics/build", {})[0] == 422


def test_queries_of_other_tools_by_script(world: World) -> None:
    status, told = Script(world, Role.VIEWER)("POST", "topics/translate", {"query": "acme AND country:usa"})
    assert (status, told["query"], [note["lost"] for note in told["notes"]]) == (200, "acme", [True])


def test_a_file_of_topics_by_script(world: World) -> None:
    make_topic(world.acme, "Tea", "tea")
    ask = Script(world)
    text = "[[topic]]\nname = 'Acme'\nquery = 'acme'\n[[topic]]\nname = 'Bad'\nquery = '('\n"
    answer = ask.client.post(
        "/api/listen/topics/file", {"file": SimpleUploadedFile("t.toml", text.encode())}, headers=ask.headers
    )
    told = answer.json()
    assert (answer.status_code, told["made"], told["refused"][0]["name"], told["refused"][0]["line"]) == (
        200,
        ["Acme"],
        "Bad",
        4,
    )
    written = ask.client.get("/api/listen/topics/file", headers=ask.headers).content.decode()
    assert written.count("[[topic]]") == 2
