"""Snooze, priority, kind, tags, teams, names in notes: what is set, who is told, what is taken back."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from hubbub.engage import actions, undoing
from hubbub.engage.history import history
from hubbub.engage.tags import actions as tag_actions
from hubbub.engage.teams import actions as team_actions
from hubbub.store import answers, settling, waking
from hubbub.store.models import Conversation, ConversationStatus, Hours, Kind, Notification, Post, Priority, Role, Tag
from hubbub.ui.api import Refusal
from tests.world import World, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SNOOZED, DONE = ConversationStatus.SNOOZED, ConversationStatus.DONE


@pytest.fixture
def talk(world: World) -> Conversation:
    post = make_post(make_source(world.acme), waits=True)
    return make_conversation(post, unanswered=post.published, kind="question", kind_sure=0.7, stirred=False)


def fresh(talk: Conversation) -> Conversation:
    return Conversation.everywhere.get(pk=talk.pk)


def told(kind: str) -> list[str]:
    return sorted(str(one.member) for one in Notification.everywhere.filter(kind=kind))


def test_slept_and_woken(world: World, talk: Conversation) -> None:
    now = timezone.now()
    actions.assign(talk, world.roles[Role.RESPONDER], by=world.alice)
    for until, says in ((None, "until when"), (now - timedelta(1), "is over"), (now + timedelta(9999), "ten years")):
        with pytest.raises(Refusal, match=says):
            actions.set_status(talk, SNOOZED, by=world.alice, until=until)
    actions.set_status(talk, SNOOZED, by=world.alice, until=now + timedelta(hours=3))
    assert not waking.step(now + timedelta(hours=2))
    assert waking.step(now + timedelta(hours=4))
    assert (fresh(talk).status, fresh(talk).snoozed_until, fresh(talk).stirred) == ("open", None, True)
    assert told("reminder") == ["Responder"]
    assert not waking.step(now + timedelta(hours=5))


@pytest.mark.parametrize("act", ["status", "priority", "kind", "assign", "tags"])
def test_taken_back(world: World, talk: Conversation, act: str) -> None:
    columns = ("status", "unanswered", "priority", "kind", "kind_sure", "assignee_id", "team_id")

    def held() -> tuple[object, ...]:
        row = fresh(talk)
        return *(getattr(row, name) for name in columns), *row.tags.values_list("name", flat=True)

    before = held()
    entry = {
        "status": lambda: actions.set_status(talk, DONE, by=world.alice),
        "priority": lambda: actions.set_priority(talk, Priority.HIGH, by=world.alice),
        "kind": lambda: actions.set_kind(talk, Kind.LEAD, by=world.alice),
        "assign": lambda: actions.assign(talk, world.alice, by=world.alice),
        "tags": lambda: actions.tag(talk, add=["press, Big one"], by=world.alice),
    }[act]()
    assert entry is not None
    assert held() != before
    assert fresh(talk).stirred
    assert undoing.undo(world.acme, [entry.pk], by=world.alice) == 1
    assert held() == before
    assert undoing.undo(world.acme, [entry.pk], by=world.alice) == 0


def test_closing_ends_waiting(world: World, talk: Conversation) -> None:
    actions.set_status(talk, DONE, by=world.alice)
    assert fresh(talk).unanswered is None
    assert not Post.of(world.acme).filter(waits=True).exists()


def test_hidden_posts_wait_for_nobody(world: World, talk: Conversation) -> None:
    Post.of(world.acme).update(state="hidden")
    answers.stir(list(Post.of(world.acme).values_list("pk", flat=True)))
    while settling.step(timezone.now()):
        pass
    assert fresh(talk).unanswered is None
    Post.of(world.acme).update(state="visible")
    answers.stir(list(Post.of(world.acme).values_list("pk", flat=True)))
    settling.step(timezone.now())
    assert fresh(talk).unanswered is not None


def test_kind_said_is_certain(world: World, talk: Conversation) -> None:
    assert actions.set_kind(talk, Kind.QUESTION, by=world.alice) is not None
    assert (fresh(talk).kind, fresh(talk).kind_sure) == ("question", None)


def test_teams(world: World, talk: Conversation) -> None:
    two = [world.alice, world.roles[Role.RESPONDER]]
    team = team_actions.add(world.acme, "Support", [one.pk for one in two], by=world.alice)
    for name, says in (("support", "already"), ("", "name"), ("a@b", "neither quotes")):
        with pytest.raises(Refusal, match=says):
            team_actions.add(world.acme, name, by=world.alice)
    empty = team_actions.add(world.acme, "Empty", by=world.alice)
    with pytest.raises(Refusal, match="Nobody is in the team"):
        actions.assign(talk, empty, by=world.alice)
    actions.assign(talk, team, by=world.alice)
    assert (fresh(talk).team, told("assigned")) == (team, ["Responder"])
    actions.assign(talk, world.alice, by=world.alice)
    assert (fresh(talk).team, fresh(talk).assignee) == (team, world.alice)
    with pytest.raises(Refusal, match="cannot reply"):
        team_actions.change(team, "Support", [world.roles[Role.VIEWER].pk], by=world.alice)
    assert team_actions.delete(team, by=world.alice) == 1
    assert (fresh(talk).team, fresh(talk).assignee) == (None, world.alice)


def test_tags(world: World, talk: Conversation) -> None:
    assert actions.tag(talk, add=["Press", "press", " big  one "], by=world.alice) is not None
    assert actions.tag(talk, add=["PRESS"], by=world.alice) is None
    assert sorted(Tag.of(world.acme).values_list("name", flat=True)) == ["Press", "big one"]
    press, big = Tag.of(world.acme).get(name="Press"), Tag.of(world.acme).get(name="big one")
    with pytest.raises(Refusal, match="merge the two"):
        tag_actions.rename(press, "BIG ONE", by=world.alice)
    tag_actions.merge(press, big, by=world.alice)
    assert [one.name for one in fresh(talk).tags.all()] == ["big one"]
    tag_actions.delete(big, by=world.alice)
    assert not fresh(talk).tags.exists()
    with pytest.raises(Refusal, match="too long"):
        actions.tag(talk, add=["x" * 51], by=world.alice)


def test_who_may_only_look_sees_the_tags(world: World, talk: Conversation) -> None:
    actions.tag(talk, add=["Press"], by=world.alice)
    page = world.client(world.roles[Role.VIEWER]).get(f"/w/acme/engage/{talk.pk}/").content.decode()
    head = page[page.index('id="talk-stands"') : page.index('id="thread"')]
    assert ">Press</span>" in head


def test_tags_that_are_refused_stand_there_still(world: World, talk: Conversation) -> None:
    typed = {"tag": f"press, {'x' * 51}", "here": str(talk.pk)}
    answer = world.client().post(f"/w/acme/engage/{talk.pk}/act/", typed, follow=True)
    page = answer.content.decode()
    assert "is too long for a tag" in page
    assert f'value="{typed["tag"]}" aria-invalid="true"' in page
    assert not fresh(talk).tags.exists()


def test_named_in_notes(world: World, talk: Conversation) -> None:
    team_actions.add(world.acme, "Support", [world.alice.pk, world.roles[Role.MANAGER].pk], by=world.alice)
    actions.note(talk, "@responder and @support, see mail@viewer.example", by=world.alice)
    assert told("mentioned") == ["Manager", "Responder"]
    actions.note(talk, "@responder and @support, see mail@viewer.example", by=world.alice)
    assert len(told("mentioned")) == 2
    page = world.client().get(f"/w/acme/engage/{talk.pk}/").content.decode()
    assert "<strong>@responder</strong>" in page


def test_the_log_tells_time_by_the_clock_there(world: World, talk: Conversation) -> None:
    Hours.everywhere.create(workspace=world.acme, name="Ours", zone="Asia/Tokyo", week=[""] * 7, standard=True)
    actions.set_status(talk, SNOOZED, by=world.alice, until=datetime(2030, 1, 7, 20, 30, tzinfo=UTC))
    (slept, *_) = history(talk).lines
    assert slept.says == "Open → Snoozed until Tue 8 Jan 2030, 05:30 (Asia/Tokyo)"


def test_many_and_pages(world: World, talk: Conversation) -> None:
    client, base = world.client(), "/w/acme/engage/"
    client.post(f"{base}{talk.pk}/status/", {"status": "snoozed", "until": "tomorrow"})
    assert fresh(talk).status == "snoozed"
    for fields in ({"priority": "urgent"}, {"kind": "lead"}, {"tag": "a, b"}, {"untag": "a"}, {"assignee": "me"}):
        assert client.post(f"{base}{talk.pk}/act/", fields).status_code == 303
    page = client.get(f"{base}{talk.pk}/").content.decode()
    assert re.search(r"<title>[^<]* is now looked after by Alice\.? · Hello · Acme</title>", page)
    row = fresh(talk)
    assert (row.priority, row.kind, row.assignee) == ("urgent", "lead", world.alice)
    assert [one.name for one in row.tags.all()] == ["b"]
    client.post(f"{base}bulk/", {"pk": [talk.pk], "act": "priority", "priority": "low"})
    assert fresh(talk).priority == "low"
    says = client.get(f"{base}{talk.pk}/history/").content.decode()
    for words in ("Priority urgent → low", "Kind question → lead", "Tagged a, b", "No longer tagged a", "Snoozed"):
        assert words in says
    assert client.get(f"{base}{talk.pk}/move/").status_code == 200
