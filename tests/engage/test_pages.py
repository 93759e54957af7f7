"""The room's pages and forms, as a browser without script sees them."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from hubbub.engage.replying import actions
from hubbub.store.models import Audit, Conversation, Note, Outbox, Role
from tests.world import World, make_author, make_conversation, make_mention, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def talks(world: World) -> list[Conversation]:
    """Three, newest first, which is how they stand in the inbox."""
    source, carol = make_source(world.acme), make_author(world.acme)
    posts = [make_post(source, f"acme number {at}", at, thread=f"t{at}", author=carol) for at in (3, 2, 1)]
    return [make_conversation(post, score=float(post.native_id)) for post in posts]


def at(name: str, *args: object, query: str = "") -> str:
    return reverse(f"engage:{name}", args=["acme", *args]) + query


def form_of(page: str) -> dict[str, str]:
    """The hidden fields of the reply form."""
    part = page[page.index("reply-title") :]
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', part)
    return {name: value for name, value in fields if name != "csrfmiddlewaretoken"}


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", [3, 2, 1]),
        ("?q=number+AND+2", [2]),
        ("?tab=waiting", []),
        ("?tab=all", [3, 2, 1]),
        ("?tab=nonsense", [3, 2, 1]),
        ("?q=(", []),
    ],
)
def test_the_list(world: World, talks: list[Conversation], query: str, shown: list[int]) -> None:
    page = world.client().get(at("inbox", query=query)).content.decode()
    assert [int(n) for n in re.findall(r"acme number (\d)…?</(?:div|span)>", page)] == shown
    assert ("Line 1, column" in page) is (query == "?q=(")


def test_a_conversation_shows_why(world: World, talks: list[Conversation]) -> None:
    make_mention(talks[0].posts.get(), make_topic(world.acme), [["text", 0, 4]])
    page = world.client().get(at("conversation", talks[0].pk, query="?q=number")).content.decode()
    assert "<mark>acme</mark> <mark>number</mark> 3" in page


@pytest.mark.parametrize(
    ("act", "fields", "query", "goes_to"),
    [
        ("status", {"status": "done"}, "", 1),  # on to the next row
        ("status", {"status": "waiting"}, "", 1),
        ("status", {"status": "open"}, "", "inbox"),  # nothing changed, nothing open beside the list
        ("status", {"status": "open", "here": "0"}, "", 0),
        ("status", {"status": "done"}, "?q=number+AND+(3+OR+1)", 2),  # the next that the filter shows
        ("assign", {"assignee": "me"}, "", "inbox"),
        ("assign", {"assignee": "me", "here": "1"}, "", 1),
        ("assign", {"assignee": "999"}, "", "inbox"),
    ],
)
def test_where_the_work_goes_on(
    world: World, talks: list[Conversation], act: str, fields: dict[str, str], query: str, goes_to: int | str
) -> None:
    given = {name: str(talks[int(value)].pk) if name == "here" else value for name, value in fields.items()}
    answer = world.client().post(at(act, talks[0].pk, query=query), given)
    kept = query.replace("+AND+(3+OR+1)", "+AND+%283+OR+1%29")
    expected = at("inbox") if goes_to == "inbox" else at("conversation", talks[int(goes_to)].pk)
    assert (answer.status_code, answer.headers["Location"]) == (303, expected + kept)


def test_after_the_last_one_the_list(world: World, talks: list[Conversation]) -> None:
    answer = world.client().post(at("status", talks[2].pk), {"status": "done"})
    assert answer.headers["Location"] == at("inbox")


def press_undo(client: Client, page: str) -> None:
    part = page[page.rindex("<form", 0, page.index(">Undo<")) : page.index(">Undo<")]
    url = re.search(r'action="([^"]+)"', part)
    assert url
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', part):
        fields.setdefault(name, []).append(value)
    client.post(url[1].replace("&amp;", "&"), fields)


@pytest.mark.parametrize("act", ["done", "waiting", "assign"])
def test_bulk_and_its_undo(world: World, talks: list[Conversation], act: str) -> None:
    client = world.client()
    before = list(Conversation.everywhere.order_by("pk").values_list("status", "assignee"))
    chosen = {"pk": [talks[0].pk, talks[2].pk, 999_999], "act": act, "assignee": "me"}
    page = client.post(at("bulk"), chosen, follow=True).content.decode()
    assert "2 conversations are now" in page
    after = list(Conversation.everywhere.order_by("pk").values_list("status", "assignee"))
    assert [now == then for now, then in zip(after, before, strict=True)] == [False, True, False]
    press_undo(client, page)
    assert list(Conversation.everywhere.order_by("pk").values_list("status", "assignee")) == before


def test_bulk_without_rows_says_what_to_do(world: World, talks: list[Conversation]) -> None:
    page = world.client().post(at("bulk"), {"act": "done"}, follow=True).content.decode()
    assert "Choose rows first" in page


def test_a_reply(world: World, talks: list[Conversation]) -> None:
    client = world.client()
    fields = form_of(client.get(at("conversation", talks[0].pk)).content.decode())
    for _ in range(2):  # a double click
        answer = client.post(at("reply", talks[0].pk), {**fields, "text": "Thank you!", "then": "waiting"})
        assert answer.headers["Location"] == at("conversation", talks[0].pk) + "#end"
    row = Outbox.everywhere.get()
    assert (row.text, row.verb, row.state, row.post) == ("Thank you!", "reply", "waiting", talks[0].posts.get())
    assert Conversation.everywhere.get(pk=talks[0].pk).status == "waiting"
    page = client.get(at("conversation", talks[0].pk)).content.decode()
    assert "waiting to be sent" in page
    assert list(Audit.everywhere.order_by("pk").values_list("verb", flat=True)) == ["reply", "status"]


def test_an_answer_to_a_chosen_post(world: World, talks: list[Conversation]) -> None:
    talk = talks[0]
    make_post(talk.source, "a second one", 9, conversation=talk)
    first = talk.posts.get(native_id="3")
    page = world.client().get(at("conversation", talk.pk, query=f"?to={first.pk}")).content.decode()
    assert form_of(page)["post"] == str(first.pk)


@pytest.mark.parametrize(
    ("text", "status", "says"), [("", 422, "The reply is empty"), ("x" * 10_001, 422, "10,000 is the most")]
)
def test_a_refused_reply_keeps_the_words(
    world: World, talks: list[Conversation], text: str, status: int, says: str
) -> None:
    client = world.client()
    fields = form_of(client.get(at("conversation", talks[0].pk)).content.decode())
    answer = client.post(at("reply", talks[0].pk), {**fields, "text": text, "then": "done"})
    page = answer.content.decode()
    assert answer.status_code == status
    assert says in page
    assert f">{text}</textarea>" in page
    assert '<option value="done" selected>' in page
    assert not Outbox.everywhere.exists()


def test_a_second_answer_is_asked_about(world: World, talks: list[Conversation]) -> None:
    client = world.client()
    fields = form_of(client.get(at("conversation", talks[0].pk)).content.decode())
    actions.reply(talks[0], talks[0].posts.get(), "Mine first", by=world.roles[Role.RESPONDER])
    given = {"text": "Mine too", "then": "open"}
    answer = client.post(at("reply", talks[0].pk), {**fields, **given})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Responder replied while you were writing" in page
    assert "Mine first" in page
    assert ">Mine too</textarea>" in page
    assert Outbox.everywhere.count() == 1
    # the page that asks shows the first answer; sending again needs a word, which holds for what was shown
    fields = form_of(page)
    assert client.post(at("reply", talks[0].pk), {**fields, **given}).status_code == 409
    again = client.post(at("reply", talks[0].pk), {**fields, **given, "sure": "on"})
    assert again.status_code == 303
    assert Outbox.everywhere.count() == 2


@pytest.mark.parametrize("form", ["reply", "note"])
def test_the_address_of_a_refused_page_leads_back(world: World, form: str) -> None:
    talk = make_conversation(make_post(make_source(world.acme)))
    here = f"/w/acme/engage/{talk.pk}/"
    refused = world.client().post(here + f"{form}/", {"text": ""})
    assert (refused.status_code, refused.headers.get("Location")) == (422, None)
    assert world.client().get(here + f"{form}/").headers["Location"] == here


def test_a_source_that_cannot_be_answered_says_so(world: World) -> None:
    talk = make_conversation(make_post(make_source(world.acme, "News", can=[])))
    page = world.client().get(at("conversation", talk.pk)).content.decode()
    assert "News can only be read with the settings it has" in page
    assert "Open the original" in page
    assert 'name="nonce"' not in page


def test_a_note(world: World, talks: list[Conversation]) -> None:
    client = world.client()
    assert client.post(at("note", talks[0].pk), {"text": "Known fault"}).status_code == 303
    assert Note.everywhere.get().text == "Known fault"
    assert "Known fault" in client.get(at("conversation", talks[0].pk)).content.decode()
    assert client.post(at("note", talks[0].pk), {"text": " "}).status_code == 422


def test_a_viewer_sees_no_buttons(world: World, talks: list[Conversation]) -> None:
    page = world.client(world.roles[Role.VIEWER]).get(at("conversation", talks[0].pk)).content.decode()
    assert "acme number 3" in page
    assert not re.search(r'data-key="[ewuarn]"', page)
    assert 'name="decision"' not in page


@pytest.mark.parametrize(
    "url",
    ["conversation", "status", "assign", "note", "reply", "outbox_retry", "outbox_drop", "person"],
)
def test_what_is_in_another_workspace_is_not_there(world: World, url: str) -> None:
    post = make_post(make_source(world.bravo), author=make_author(world.bravo))
    talk = make_conversation(post)
    row = actions.reply(talk, post, "Hello", by=world.bob)
    pk = {"outbox_retry": row.pk, "outbox_drop": row.pk, "person": post.author.person_id}.get(url, talk.pk)
    client = world.client()
    fields = {
        "status": "done",
        "text": "x",
        "post": post.pk,
        "nonce": "n",
        "seen_row": 0,
        "seen_post": 0,
        "then": "done",
    }
    ask = client.get if url in ("conversation", "person") else client.post
    assert ask(at(url, pk), fields).status_code == 404
    assert Conversation.everywhere.get(pk=talk.pk).status == "open"
    assert Outbox.everywhere.count() == 1


def test_a_foreign_post_cannot_be_answered(world: World, talks: list[Conversation]) -> None:
    foreign = make_post(make_source(world.bravo))
    given = {"post": foreign.pk, "nonce": "n", "seen_row": 0, "seen_post": 0, "text": "x", "then": "open"}
    refused = world.client().post(at("reply", talks[0].pk), given)
    assert refused.status_code == 422
    assert "The post that this replies to is gone" in refused.content.decode()
    assert not Outbox.everywhere.filter(post=foreign).exists()


@pytest.mark.parametrize(
    ("state", "error", "shows", "retry"),
    [
        ("waiting", "", "waiting to be sent", False),
        ("sent", "", "see it there", False),
        ("failed", "The site is busy", "tried 3 times, next try", True),
        ("broken", "The password is wrong", "The password is wrong", True),
        ("dropped", "", "called back", False),
    ],
)
def test_the_outbox_says_what_became_of_it(
    world: World, talks: list[Conversation], state: str, error: str, shows: str, retry: bool
) -> None:
    row = actions.reply(talks[0], talks[0].posts.get(), "Hello", by=world.alice, why="asked")
    Outbox.everywhere.update(
        state=state, error=error, tries=3, result_url="https://blog.example.org/#9", sent=row.created
    )
    client = world.client()
    page = client.get(at("outbox")).content.decode()
    assert shows in page
    assert "Why: asked" in page
    assert ("Try again now" in page) is retry
    assert (f"row-{row.pk}" in client.get(at("outbox", query=f"?state={state}")).content.decode()) is True
    answer = client.post(at("outbox_retry", row.pk), {"next": "https://evil.example/"})
    assert answer.headers["Location"] == at("outbox")
    assert (Outbox.everywhere.get().state == "waiting") is (retry or state == "waiting")
