"""What the inbox and a conversation ask the database: so much, and no more with twice as many rows."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from hubbub.store import drafts, presence
from hubbub.store.models import Conversation, Note, Presence, Role, Sanction, SavedView, Source, Tag, Team
from tests.world import (
    World,
    make_author,
    make_conversation,
    make_member,
    make_mention,
    make_post,
    make_source,
    make_topic,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]

ROWS = 5
FAR = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def source(world: World) -> Source:
    return make_source(world.acme)


@pytest.fixture
def opened(world: World, source: Source) -> Conversation:
    return make_conversation(make_post(source, thread="long", author=make_author(world.acme)))


def furnish(world: World, source: Source, opened: Conversation, at: int) -> None:
    """A row more of everything that the two pages show."""
    colleague, author = make_member(world.acme, f"colleague{at}", Role.RESPONDER), make_author(world.acme, f"x{at}")
    team = Team.everywhere.create(workspace=world.acme, name=f"team {at}")
    label = Tag.everywhere.create(workspace=world.acme, name=f"tag {at}")
    SavedView.everywhere.create(workspace=world.acme, name=f"view {at}", place=at, pinned=True)
    first = make_post(source, f"first {at}", 100 + at, thread=f"t{at}", author=author)
    listed = make_conversation(first, assignee=colleague, team=team, subject=f"Subject {at}")
    listed.tags.add(label)
    opened.tags.add(label)
    for talk in (listed, opened):
        presence.beat(talk, colleague, timezone.now())
    theirs = make_post(source, f"acme {at}", 200 + at, thread="long", author=author, conversation=opened)
    make_mention(theirs, make_topic(world.acme, f"Topic {at}"), [["text", 0, 4]])
    make_post(source, f"ours {at}", 300 + at, thread="long", ours=True, conversation=opened)
    Note.everywhere.create(
        workspace=world.acme, conversation=opened, by_name="Alice", text=f"@colleague{at} look", at=timezone.now()
    )
    drafts.save(opened, world.alice, f"Draft {at}", now=timezone.now())
    person = opened.author
    assert person is not None
    Sanction.everywhere.create(
        workspace=world.acme,
        author=person,
        source=make_source(world.acme, f"Place {at}"),
        verb="mute",
        why="",
        state="done",
        at=timezone.now(),
    )


BARE = {"inbox": 13, "conversation": 19}  # what a page asks at most where nothing but a post is
FULL = {"inbox": 15, "conversation": 26}  # and where everything is


def address(name: str, opened: Conversation) -> str:
    return reverse(f"engage:{name}", args=["acme", *([opened.pk] if name == "conversation" else [])])


@pytest.mark.parametrize(("name", "most"), BARE.items())
def test_what_is_not_there_is_not_asked_for(world: World, opened: Conversation, name: str, most: int) -> None:
    client, url = world.client(), address(name, opened)
    client.get(url)  # what is made when first asked for
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    assert len(queries) <= most, [one["sql"] for one in queries.captured_queries]


@pytest.mark.parametrize(("name", "most"), FULL.items())
def test_as_many_questions_whatever_is_shown(
    world: World, source: Source, opened: Conversation, name: str, most: int
) -> None:
    client, url = world.client(), address(name, opened)
    asked = []
    for half in (0, 1):
        for at in range(half * ROWS, (half + 1) * ROWS):
            furnish(world, source, opened, at)
        client.get(url)  # what is made when first asked for
        with CaptureQueriesContext(connection) as queries:
            page = client.get(url).content.decode()
        assert f"view {half * ROWS}" in page
        asked.append([one["sql"] for one in queries.captured_queries])
    assert len(asked[1]) == len(asked[0]), [sql for sql in asked[1] if sql not in asked[0]]
    assert len(asked[1]) <= most, len(asked[1])


def test_an_open_page_asks_little(world: World, source: Source, opened: Conversation) -> None:
    for at in range(ROWS):
        furnish(world, source, opened, at)
    client, url = world.client(), reverse("engage:live", args=["acme"])
    told = {"shown": str(opened.pk), "here": str(opened.pk), "since": FAR.isoformat()}
    client.post(url, told)
    # as just after a beat, however slow the machine is
    Presence.everywhere.filter(member=world.alice).update(until=FAR)
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(url, told).json()
    assert [one["name"] for one in answer["people"] if one["conversation"] == opened.pk] == [
        f"Colleague{at}" for at in range(ROWS)
    ]
    # the session, its user, the member; who is here; what has changed
    assert len(queries) == 5, [one["sql"] for one in queries.captured_queries]
