"""The queue and its forms, the log and its file, as a browser without script sees them."""

import csv
import re
from io import StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hubbub.core import query as language
from hubbub.moderate import actions, queue_queries
from hubbub.store.models import Audit, Decision, Outbox, Post, Role, Rule, Verdict
from tests.furnished import make_token
from tests.world import NOON, World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def at(name: str, *args: object, query: str = "") -> str:
    return reverse(f"moderate:{name}", args=["acme", *args]) + query


@pytest.fixture
def waiting(world: World) -> list[Post]:
    """Three in the queue, oldest first, and one that is not."""
    source, carol = make_source(world.acme), make_author(world.acme)
    make_post(source, "The article", 90, type="article")
    posts = [
        make_post(source, f"buy pills {number}", number, decision="queued", parent="90", author=carol)
        for number in (1, 2, 3)
    ]
    make_post(source, "gone", 91, author=carol, decision="removed", state="removed")
    rule = Rule.everywhere.create(workspace=world.acme, name="Pills", when="pills", because="Speaks of pills")
    Verdict.everywhere.create(
        workspace=world.acme, post=posts[0], rule=rule, rule_name="Pills", state="live", outcome="queue",
        because="Speaks of pills", spans=[["text", 4, 9]], at=NOON,
    )  # fmt: skip
    return posts


@pytest.mark.parametrize(("query", "shown"), [("", [1, 2, 3]), ("?q=pills+2", [2]), ("?q=nothing", []), ("?q=(", [])])
def test_the_queue(world: World, waiting: list[Post], query: str, shown: list[int]) -> None:
    page = world.client().get(at("queue", query=query)).content.decode()
    assert re.findall(r'id="post-(\d+)"', page) == [str(waiting[one - 1].pk) for one in shown]


def test_a_row_says_why_and_who(world: World, waiting: list[Post]) -> None:
    page = world.client().get(at("queue")).content.decode()
    for words in (
        "buy <mark>pills</mark> 1",
        "Speaks of pills",
        "In answer to somebody: “The article”",
        "4 posts, 1 of them hidden or removed",
        "No rule asked for this",
    ):
        assert words in page, page[page.index("data-row") : page.index("data-row") + 900]


@pytest.mark.parametrize(("size", "pages"), [(1, [1, 1, 1]), (2, [2, 1]), (3, [3])])
@pytest.mark.parametrize("filtered", [False, True])
def test_pages(world: World, waiting: list[Post], size: int, pages: list[int], filtered: bool) -> None:
    query = language.parse("pills", language.Use.VIEW) if filtered else None
    seen, after = [], None
    while True:
        found = queue_queries.page(world.acme, query, now=NOON, after=after, size=size)
        seen.append([card.post.pk for card in found.cards])
        after = found.after
        if after is None:
            break
    assert [len(page) for page in seen] == pages
    assert [pk for page in seen for pk in page] == [post.pk for post in waiting]


def test_the_budget_ends_the_search(world: World, waiting: list[Post], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_queries, "EXACT", 1)  # more match than are put into order at once
    query = language.parse("1 OR 3", language.Use.VIEW)
    first = queue_queries.page(world.acme, query, now=NOON, budget=2)
    assert ([card.post.pk for card in first.cards], first.ran_out, first.looked_at) == ([waiting[0].pk], True, 2)
    rest = queue_queries.page(world.acme, query, now=NOON, budget=2, after=first.after)
    assert [card.post.pk for card in rest.cards] == [waiting[2].pk]


def test_the_queue_asks_the_same_number_of_questions_for_any_length(world: World, waiting: list[Post]) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as questions:
            queue_queries.page(world.acme, None, now=NOON)
        return len(questions)

    asked()  # the first page ranks what came in
    few = asked()
    for number in range(10, 25):
        make_post(
            waiting[0].source,
            "more",
            number,
            decision="queued",
            parent="90",
            author=make_author(world.acme, f"h{number}"),
        )
    asked()
    assert asked() == few


@pytest.mark.parametrize(
    ("fields", "decision", "says"),
    [
        ({"decision": "approved", "was": "queued"}, "approved", "approved."),
        ({"decision": "hidden", "why": "spam", "was": "queued"}, "hidden", "Acme blog will be told in a moment"),
        ({"decision": "removed", "why": "spam"}, "removed", "Acme blog will be told in a moment"),
        ({"decision": "hidden", "why": "", "was": "queued"}, "queued", "Say why it is to be hidden"),
        ({"decision": "hidden", "why": "spam", "was": "approved"}, "queued", "Meanwhile this was decided"),
        ({"decision": "eaten"}, "queued", "decision: "),
    ],
)
def test_decide(world: World, waiting: list[Post], fields: dict[str, str], decision: str, says: str) -> None:
    page = world.client().post(at("decide", waiting[0].pk), fields, follow=True).content.decode()
    assert Post.everywhere.get(pk=waiting[0].pk).decision == decision
    assert says in page
    assert (">Undo<" in page) is (decision != "queued")


@pytest.mark.parametrize(
    ("asked", "goes"),
    [("/w/acme/engage/5/?tab=mine", "/w/acme/engage/5/?tab=mine"), ("https://evil.example/", "/w/acme/moderate/")],
)
def test_back_to_where_the_form_stood(world: World, waiting: list[Post], asked: str, goes: str) -> None:
    answer = world.client().post(at("decide", waiting[0].pk), {"decision": "approved", "next": asked})
    assert (answer.status_code, answer.headers["Location"]) == (303, goes)


def test_only_here_is_said(world: World) -> None:
    post = make_post(make_source(world.acme, "News", can=[]), decision="queued")
    client = world.client()
    assert "Only here in Hubbub: News can only be read" in client.get(at("queue")).content.decode()
    page = client.post(at("decide", post.pk), {"decision": "hidden", "why": "spam"}, follow=True).content.decode()
    assert "only here in Hubbub: with its settings News cannot be told" in page
    assert not Outbox.everywhere.exists()


def press_undo(client: Client, page: str) -> str:
    part = page[page.rindex("<form", 0, page.index(">Undo<")) : page.index(">Undo<")]
    url = re.search(r'action="([^"]+)"', part)
    assert url
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', part):
        fields.setdefault(name, []).append(value)
    return client.post(url[1], fields, follow=True).content.decode()


def test_many_and_their_undo(world: World, waiting: list[Post]) -> None:
    client = world.client()
    foreign = make_post(make_source(world.bravo), decision="queued")
    fields = {"pk": [waiting[0].pk, waiting[2].pk, foreign.pk], "decision": "removed", "why": "spam", "was": "queued"}
    page = client.post(at("decide_many"), fields, follow=True).content.decode()
    assert "Removed: 2 posts." in page
    assert list(Post.everywhere.filter(decision="queued").order_by("pk")) == [waiting[1], foreign]
    assert "2 taken back." in press_undo(client, page)
    assert Post.everywhere.filter(decision="queued").count() == 4
    assert set(Outbox.everywhere.values_list("state", flat=True)) == {"dropped"}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"decision": "approved"}, "Choose posts first"),
        ({"decision": "hidden", "pk": "all"}, "Say why they are to be hidden"),
    ],
)
def test_many_in_vain(world: World, waiting: list[Post], fields: dict[str, str], says: str) -> None:
    given = {**fields, "pk": [post.pk for post in waiting] if "pk" in fields else []}
    assert says in world.client().post(at("decide_many"), given, follow=True).content.decode()
    assert not Audit.everywhere.filter(noun="post").exists()


def test_undo_that_comes_too_late_is_told(world: World, waiting: list[Post]) -> None:
    client = world.client()
    page = client.post(at("decide", waiting[0].pk), {"decision": "hidden", "why": "spam"}, follow=True).content.decode()
    actions.decide(waiting[0], Decision.REMOVED, by=world.roles[Role.MODERATOR], why="worse")
    assert "Moderator removed this" in press_undo(client, page)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.RESPONDER])
def test_who_may_not_decide_sees_no_buttons(world: World, waiting: list[Post], role: Role) -> None:
    client = world.client(world.roles[role])
    page = client.get(at("queue")).content.decode()
    assert "buy" in page
    assert 'name="decision"' not in page
    assert client.post(at("decide", waiting[0].pk), {"decision": "approved"}).status_code == 403
    assert client.post(at("undo"), {"acts": "1"}).status_code == 403


@pytest.mark.parametrize("url", ["post", "decide", "rule", "rule_hits", "rule_move", "rule_delete"])
def test_what_is_in_another_workspace_is_not_there(world: World, url: str) -> None:
    post = make_post(make_source(world.bravo), decision="queued")
    rule = Rule.everywhere.create(workspace=world.bravo, name="Bob's", when="x", because="x")
    pk = rule.pk if url.startswith("rule") else post.pk
    client = world.client()
    ask = client.get if url in ("post", "rule", "rule_hits") else client.post
    assert ask(at(url, pk), {"decision": "approved"}).status_code == 404
    assert Post.everywhere.get(pk=post.pk).decision == "queued"


def test_undo_of_another_workspace_does_nothing(world: World) -> None:
    post = make_post(make_source(world.bravo), decision="queued")
    act = actions.decide(post, Decision.APPROVED, by=world.bob).act
    world.client().post(at("undo"), {"acts": act.pk})
    assert Post.everywhere.get(pk=post.pk).decision == "approved"


@pytest.mark.parametrize(
    ("query", "verbs"),
    [
        ("?who=m{alice}&verb=hide", ["hide"]),
        ("?verb=hide", ["hide"]),
        ("?noun=conversation", ["status"]),
        ("?noun=post&id={post}", ["undo", "hide"]),
        ("?noun=post&id=999999", []),
        ("?who=m{alice}", ["hide", "status"]),
        ("?who=rule", []),
        ("?who=nonsense&noun=post", ["undo", "hide"]),
    ],
)
def test_the_log(world: World, waiting: list[Post], query: str, verbs: list[str]) -> None:
    from hubbub.engage.actions import set_status
    from hubbub.store.models import ConversationStatus

    set_status(make_conversation(waiting[1]), ConversationStatus.DONE, by=world.alice)
    act = actions.decide(waiting[0], Decision.HIDDEN, by=world.alice, why="=1+1").act
    actions.undo(act, by=world.roles[Role.MODERATOR])
    asked = query.format(post=waiting[0].pk, alice=world.alice.pk)
    client = world.client()
    page = client.get(at("log", query=asked)).content.decode()
    assert re.findall(r"</td><td>(\w+)</td>\n<td>", page) == verbs
    lines = b"".join(client.get(at("log_csv", query=asked)).streaming_content).decode()
    rows = list(csv.DictReader(StringIO(lines)))
    assert [row["verb"] for row in rows] == verbs
    assert all(row["why"] == "'=1+1" for row in rows if row["verb"] == "hide")  # no formula for a spreadsheet


def test_the_log_in_pages(world: World) -> None:
    from hubbub.moderate.log import Asked, as_csv, log

    post = make_post(make_source(world.acme), decision="queued")
    Audit.everywhere.bulk_create(
        Audit(workspace=world.acme, at=NOON, by_kind="system", by_name="x", verb="v", noun="post", noun_id=post.pk)
        for _ in range(1205)
    )
    first = log(world.acme, Asked(), size=1000)
    rest = log(world.acme, Asked(), first.older, size=1000)
    assert [len(first.entries), len(rest.entries), rest.older] == [1000, 205, None]
    assert len(list(as_csv(world.acme, Asked()))) == 1 + 1205


def test_calls(world: World, waiting: list[Post]) -> None:
    make_token(world.alice, Role.MODERATOR, "s")
    client = Client(headers={"authorization": "Bearer s"})
    queue = client.get("/api/moderate/queue?q=pills").json()
    assert [card["id"] for card in queue["items"]] == [post.pk for post in waiting]
    assert queue["items"][0]["verdicts"][0]["because"] == "Speaks of pills"

    def ask(path: str, body: object) -> tuple[int, dict[str, object]]:
        answer = client.post(f"/api/moderate/{path}", body, content_type="application/json")
        return answer.status_code, answer.json()

    path = f"posts/{waiting[0].pk}/decide"
    assert ask(path, {"decision": "hidden"})[0] == 422
    assert ask(path, {"decision": "eaten"})[0] == 422
    status, done = ask(path, {"decision": "hidden", "why": "spam", "was": "queued"})
    assert (status, done["state"], done["only_here"]) == (200, "hidden", False)
    assert ask("undo", {"entry": done["entry"]})[1]["decision"] == "queued"
    assert ask("undo", {"entry": done["entry"]})[0] == 422
    assert ask("undo", {"entry": 999_999})[0] == 404
    log = client.get("/api/moderate/log", {"noun": "post", "noun_id": waiting[0].pk}).json()
    assert [entry["verb"] for entry in log["items"]] == ["undo", "hide"]
