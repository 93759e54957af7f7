"""Who is here, drafts, and what open pages are told."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from hubbub.engage.presence import live
from hubbub.store import drafts, presence, settling
from hubbub.store.models import Conversation, Draft, Presence, Role
from tests.world import World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SECOND = timedelta(seconds=1)


@pytest.fixture
def talks(world: World) -> list[Conversation]:
    source, carol = make_source(world.acme), make_author(world.acme)
    return [
        make_conversation(make_post(source, f"number {at}", at, thread=str(at), author=carol)) for at in (1, 2, 3)
    ]  # fmt: skip


def at(name: str, *args: object) -> str:
    return reverse(f"engage:{name}", args=["acme", *args])


@pytest.mark.parametrize(
    ("after", "writing_at", "seen"),
    [
        (1, None, (True, False)),
        (11, None, (True, False)),
        (13, None, None),
        (1, 0, (True, True)),
        (7, 0, (True, False)),
    ],
)
def test_leases(
    world: World, talks: list[Conversation], after: int, writing_at: int | None, seen: tuple[bool, bool] | None
) -> None:
    now = timezone.now()
    presence.beat(talks[0], world.alice, now, writing=writing_at == 0)
    found = presence.here(world.acme, now + after * SECOND)
    assert [(True, one.writing) for one in found] == ([seen] if seen else [])


@pytest.mark.parametrize(("after", "writing", "writes"), [(2, False, False), (5, False, True), (1, True, True)])
def test_writes_are_few(world: World, talks: list[Conversation], after: int, writing: bool, writes: bool) -> None:
    now = timezone.now()
    presence.beat(talks[0], world.alice, now)
    assert presence.beat(talks[0], world.alice, now + after * SECOND, writing=writing) is writes


def test_who_leaves_is_gone_and_old_leases_are_swept(world: World, talks: list[Conversation]) -> None:
    now = timezone.now()
    presence.beat(talks[0], world.alice, now)
    presence.beat(talks[1], world.alice, now - timedelta(minutes=5))
    presence.leave(talks[0], world.alice)
    assert not presence.here(world.acme, now)
    assert presence.sweep(now)
    assert not Presence.everywhere.exists()
    assert not presence.sweep(now)


def test_others_are_told_and_nobody_elsewhere(world: World, talks: list[Conversation]) -> None:
    responder = world.client(world.roles[Role.RESPONDER])
    responder.post(at("live"), {"here": talks[0].pk, "writing": "1", "since": timezone.now().isoformat()})
    told = world.client().post(at("live"), {"here": talks[0].pk}).json()
    assert told["people"] == [{"conversation": talks[0].pk, "name": "Responder", "writing": True}]
    assert world.client(world.bob).post(at("live"), {}).status_code == 404
    responder.post(at("leave", talks[0].pk))
    assert world.client().post(at("live"), {}).json()["people"] == []


def test_an_open_page_is_told_what_changed(world: World, talks: list[Conversation]) -> None:
    client, since = world.client(), timezone.now()
    settled = {"since": since.isoformat(), "shown": f"{talks[0].pk},{talks[1].pk}", "here": str(talks[0].pk)}
    assert "rows" not in client.post(at("live"), settled).json()
    Conversation.everywhere.filter(pk=talks[1].pk).update(status="done", stirred=True)
    Conversation.everywhere.filter(pk=talks[0].pk).update(priority="urgent", stirred=True)
    settling.step(timezone.now())  # the third one, too: it is new
    told = client.post(at("live"), settled).json()
    assert list(told["rows"]) == [str(talks[0].pk)]
    assert "Urgent" in told["rows"][str(talks[0].pk)]
    assert told["gone"] == {str(talks[1].pk): "Done"}
    assert told["fresh"] == [talks[2].pk]
    assert "thread" in told


@pytest.mark.parametrize("open_at", [0, 1])
def test_a_row_that_is_told_is_the_row_of_the_page(world: World, talks: list[Conversation], open_at: int) -> None:
    """The open conversation's row has no keys for choices in the list: they would go before those beside it."""
    client, since, here = world.client(), timezone.now(), talks[open_at]
    Conversation.everywhere.update(assignee=world.alice, stirred=True)
    settling.step(timezone.now())
    asked = {"since": since.isoformat(), "shown": f"{talks[0].pk},{talks[1].pk}", "here": str(here.pk)}
    url = at("conversation", here.pk)
    told = client.post(at("live"), asked).json()["rows"]
    page = " ".join(client.get(url).content.decode().split())
    for talk in talks[:2]:
        assert ('data-key="i"' in told[str(talk.pk)]) is (talk != here)
        assert " ".join(told[str(talk.pk)].split()) in page


def test_what_a_page_shows_is_told_however_much_changed(
    world: World, talks: list[Conversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST", 1)
    since, shown = timezone.now(), talks[0].pk
    for at_second, talk in enumerate(talks):
        Conversation.everywhere.filter(pk=talk.pk).update(stirred=False, settled=since + at_second * SECOND)
    asked = {"since": since.isoformat(), "shown": str(shown), "here": str(shown)}
    told = world.client().post(at("live"), asked).json()
    assert list(told["rows"]) == [str(shown)]
    assert "thread" in told


def test_a_draft_is_kept_restored_and_gone_when_sent(world: World, talks: list[Conversation]) -> None:
    client = world.client()
    kept = client.post(at("draft", talks[0].pk), {"text": "Thank y"}).json()
    kept = client.post(
        at("draft", talks[0].pk), {"text": "Thank you", "draft": kept["draft"], "draft_version": kept["version"]}
    ).json()
    assert (kept["version"], kept["apart"]) == (2, False)
    page = client.get(at("conversation", talks[0].pk)).content.decode()
    assert ">Thank you</textarea>" in page
    assert (
        "Thank you"
        not in world.client(world.roles[Role.RESPONDER]).get(at("conversation", talks[0].pk)).content.decode()
    )
    other = client.post(at("draft", talks[0].pk), {"text": "No", "draft": kept["draft"], "draft_version": 1}).json()
    assert other["apart"]
    assert {one.text for one in drafts.of(talks[0], world.alice)} == {"Thank you", "No"}


@pytest.mark.parametrize(("days", "sent", "left"), [(1, True, 1), (3, True, 1), (91, False, 0), (30, False, 1)])
def test_old_drafts_go(world: World, talks: list[Conversation], days: int, sent: bool, left: int) -> None:
    now = timezone.now()
    Draft.everywhere.create(
        workspace=world.acme, conversation=talks[0], member=world.alice, text="x", at=now - timedelta(days=days),
        sent=now - timedelta(days=days) if sent else None,
    )  # fmt: skip
    drafts.sweep(now)
    assert Draft.everywhere.count() == left


def test_thrown_away_and_taken_back(world: World, talks: list[Conversation]) -> None:
    client = world.client()
    kept = client.post(at("draft", talks[0].pk), {"text": "Thank you"}).json()
    page = client.post(at("draft_forget", talks[0].pk), {"forget": kept["draft"]}, follow=True).content.decode()
    assert "The draft is thrown away." in page
    assert not drafts.of(talks[0], world.alice)
    client.post(at("draft", talks[0].pk), {"text": "Thank you", "back": "1"})
    assert [one.text for one in drafts.of(talks[0], world.alice)] == ["Thank you"]
