"""Told before it breaks, passed on once it is broken: once each, whatever happens meanwhile."""

from datetime import timedelta

import pytest

from hubbub.engage.promises.telling import escalate, nudge, those_on
from hubbub.store import settling
from hubbub.store.models import Audit, Conversation, Member, Notification, Promise, Role, Team, Wait
from tests.store.test_promises import ASKED, MINUTE, answer, ask, make_promise, settle, talk, turn, wait_of
from tests.world import World, make_member, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def told(kind: str) -> set[str]:
    found = Notification.everywhere.filter(kind=kind).values_list("member__user__email", flat=True)
    names = [email.partition("@")[0] for email in found]
    assert len(names) == len(set(names)), "somebody was told twice"
    return set(names)


def tend(minutes: float) -> None:
    """A few rounds at that moment."""
    now = ASKED + minutes * MINUTE
    for _ in range(3):
        settling.step(now)
        nudge(now)
        escalate(now)


EVERYBODY = {"alice", "responder", "moderator", "manager"}


def test_nobody_is_told_before_it_is_time(world: World) -> None:
    make_promise(world.acme, first_minutes=60, nudge_minutes=15)
    ask(make_source(world.acme))
    tend(44)
    assert told("promise") == set()
    tend(45)
    assert told("promise") == EVERYBODY
    tend(59)
    tend(60)
    assert told("escalated") == set()
    assert Notification.everywhere.count() == len(EVERYBODY)


@pytest.mark.parametrize("on_it", ["assignee", "team", "gone"])
def test_those_on_it_are_told(world: World, on_it: str) -> None:
    make_promise(world.acme, first_minutes=60, nudge_percent=50)
    post = ask(make_source(world.acme))
    team = Team.everywhere.create(workspace=world.acme, name="Support")
    team.members.add(world.roles[Role.RESPONDER], world.roles[Role.VIEWER], world.roles[Role.MODERATOR])
    gone = make_member(world.acme, "gone", Role.RESPONDER)
    Member.everywhere.filter(pk=gone.pk).update(active=False)
    given = {"assignee": {"assignee": world.alice, "team": team}, "team": {"team": team}, "gone": {"assignee": gone}}
    Conversation.everywhere.filter(pk=post.conversation_id).update(**given[on_it])
    tend(30)
    expected = {"assignee": {"alice"}, "team": {"responder", "moderator"}, "gone": EVERYBODY}
    assert told("promise") == expected[on_it]


def test_a_broken_promise_is_passed_on(world: World) -> None:
    promise = make_promise(
        world.acme, nudge_percent=50, tell_managers=True, raise_to="urgent", give_to=world.roles[Role.MODERATOR]
    )
    promise.tell.add(world.roles[Role.VIEWER])
    post = ask(make_source(world.acme))
    Conversation.everywhere.filter(pk=post.conversation_id).update(assignee=world.roles[Role.RESPONDER])
    tend(15)
    assert told("promise") == {"responder"}
    tend(31)
    assert told("escalated") == {"alice", "manager", "viewer"}
    assert (talk(post).priority, talk(post).assignee) == ("urgent", world.roles[Role.MODERATOR])
    assert wait_of(post).end == "late"
    acts = Audit.everywhere.filter(noun="conversation").values_list("verb", "by_name")
    assert set(acts) == {(verb, "the promise “All”") for verb in ("priority", "assign", "escalate")}
    says = Notification.everywhere.filter(kind="escalated").first()
    assert says is not None
    assert "Carol1 on Acme blog: a first reply was promised by" in says.says
    assert "it is urgent now; Moderator looks after it now" in says.says


def test_after_a_downtime_everything_is_said_once(world: World) -> None:
    make_promise(world.acme, nudge_percent=50, tell_managers=True)
    ask(make_source(world.acme))
    for _ in range(2):
        tend(600)
    assert told("escalated") == {"alice", "manager"}
    assert told("promise") == {"responder", "moderator"}
    assert Wait.everywhere.get().nudge is None


def test_a_higher_priority_begins_no_second_round(world: World) -> None:
    make_promise(world.acme, place=2, tell_managers=True, raise_to="urgent")
    make_promise(world.acme, name="Urgent", place=1, priorities=["urgent"], first_minutes=10, tell_managers=True)
    post = ask(make_source(world.acme))
    tend(31)
    tend(40)
    assert told("escalated") == {"alice", "manager"}
    assert talk(post).promise == Promise.of(world.acme).get(name="Urgent")


def test_whoever_answered_is_told_nothing(world: World) -> None:
    make_promise(world.acme, nudge_percent=50, tell_managers=True)
    post = ask(make_source(world.acme))
    settle(ASKED)
    answer(post, ASKED + 10 * MINUTE)
    tend(60)
    assert Notification.everywhere.count() == 0


def test_what_is_about_to_be_counted_anew_is_not_told_of(world: World) -> None:
    make_promise(world.acme, nudge_percent=50)
    post = ask(make_source(world.acme))
    settle(ASKED)
    turn(post, "waiting", ASKED + 5 * MINUTE)
    Conversation.everywhere.update(stirred=True)
    nudge(ASKED + 20 * MINUTE)
    escalate(ASKED + 40 * MINUTE)
    assert Notification.everywhere.count() == 0


def test_somebody_who_cannot_take_it_stops_nothing(world: World) -> None:
    viewer = world.roles[Role.VIEWER]
    make_promise(world.acme, tell_managers=True, give_to=viewer)
    ask(make_source(world.acme))
    tend(31)
    row = Notification.everywhere.filter(kind="escalated").first()
    assert row is not None
    assert "it could not be given to Viewer" in row.says


def test_those_on_it_are_of_this_workspace(world: World) -> None:
    post = ask(make_source(world.bravo))
    assert [str(one) for one in those_on(talk(post))] == ["Bob"]


def test_many_are_told_in_steps(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.engage.promises.telling.STEP", 2)
    make_promise(world.acme)
    source = make_source(world.acme)
    for number in range(5):
        ask(source, number, published=ASKED + timedelta(seconds=number))
    settle(ASKED + MINUTE)
    now = ASKED + 40 * MINUTE
    assert [escalate(now) for _ in range(4)] == [True, True, True, False]
