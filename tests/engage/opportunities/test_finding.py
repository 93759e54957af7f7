"""Opportunities are found among new mentions, one a thread, and end when they are no longer any."""

from datetime import UTC, datetime, timedelta

import pytest

from hubbub.core.fit import Weights
from hubbub.engage.opportunities import actions, queries
from hubbub.store import opportunities
from hubbub.store.models import (
    Audit,
    Conversation,
    Opportunity,
    OpportunityState,
    PassReason,
    Post,
    Scouting,
    Source,
    Topic,
)
from hubbub.ui.api import Refusal
from tests.world import NOON, World, make_author, make_conversation, make_mention, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOW = NOON + timedelta(hours=2)
ASK = "Which brewer do you use? I am tired of Bravo's"


@pytest.fixture
def forum(world: World) -> Source:
    return make_source(world.acme, "Coffee forum", kind="feed", owned=False, can=["reply"], account="acme")


@pytest.fixture
def rival(world: World) -> Topic:
    return make_topic(world.acme, "Bravo", "bravo", kind="competitor")


def said(place: Source, topic: Topic, text: str = ASK, number: int = 1, **more: object) -> Post:
    given: dict[str, object] = {"thread": f"thread {number}", "sentiment": "negative", "intent": "question"}
    post = make_post(place, text, number, **{**given, **more})
    make_mention(post, topic, [["text", 0, 5]])
    return post


def look(now: datetime = NOW) -> None:
    Scouting.everywhere.update(due=None)
    while opportunities.step(now):  # of each workspace, to its end
        pass


def states(world: World) -> list[str]:
    return [row.state for row in Opportunity.of(world.acme).order_by("pk")]


def test_what_is_said_of_a_rival_is_one(world: World, forum: Source, rival: Topic) -> None:
    post = said(forum, rival)
    look()
    row = Opportunity.of(world.acme).get()
    assert (row.post, row.topics, row.thread) == (post, ["Bravo"], "thread 1")
    (shown,) = queries.listed(world.acme, "open", None, now=NOW).rows
    assert [part.what for part in shown.parts] == ["topic", "asks", "reach", "place", "door", "fresh"]
    assert 0 < shown.fit < 100
    assert shown.spans == [["text", 0, 5]]


@pytest.mark.parametrize(
    "more",
    [
        {"ours": True},
        {"repost": True},
        {"state": "hidden"},
        {"type": "message"},
        {"published": NOW - timedelta(days=8)},
    ],
)
def test_what_is_none(world: World, forum: Source, rival: Topic, more: dict[str, object]) -> None:
    said(forum, rival, **more)
    look()
    assert states(world) == []


def test_our_own_places_and_our_own_topics_are_none(world: World, forum: Source, rival: Topic) -> None:
    said(make_source(world.acme), rival)
    said(forum, make_topic(world.acme, "Us", "acme"), number=2)
    make_conversation(said(forum, rival, number=3))
    look()
    assert states(world) == []


def test_one_a_thread_with_the_post_that_fits_best(world: World, forum: Source, rival: Topic) -> None:
    said(forum, rival, "Bravo is a brewer", 1, thread="t", sentiment="neutral", intent="other")
    best = said(forum, rival, ASK, 2, thread="t")
    look()
    said(forum, rival, "Bravo again", 3, thread="t", sentiment="neutral", intent="other")
    look()
    assert Opportunity.of(world.acme).get().post == best


def test_a_thread_that_we_are_in_is_none_and_ends_it(world: World, forum: Source, rival: Topic) -> None:
    us = make_author(world.acme, "acme", "feed")
    said(forum, rival, number=1)
    look()
    make_post(forum, "We would love to help", 2, thread="thread 1", ours=True, author=us)
    look()
    said(forum, rival, "Bravo, or what else?", number=3, thread="thread 1")
    look()
    assert states(world) == [OpportunityState.OVER]


@pytest.mark.parametrize(
    ("change", "now", "state"),
    [
        ({}, NOW + timedelta(days=8), OpportunityState.LAPSED),
        ({"state": "removed"}, NOW, OpportunityState.OVER),
    ],
)
def test_it_ends_by_itself(
    world: World, forum: Source, rival: Topic, change: dict[str, object], now: datetime, state: OpportunityState
) -> None:
    post = said(forum, rival)
    look()
    Post.of(world.acme).filter(pk=post.pk).update(**change)
    look(now)
    assert states(world) == [state]


def test_looking_goes_on_where_it_was_and_never_twice(
    world: World, forum: Source, rival: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opportunities, "AT_ONCE", 2)
    for number in range(1, 6):
        said(forum, rival, number=number)
    look()
    assert len(states(world)) == 5
    while opportunities.step(NOW):  # the other workspace's turn
        pass
    assert len(states(world)) == 5
    actions.pass_over(world.acme, [row.pk for row in Opportunity.of(world.acme)], PassReason.FIELD, by=world.alice)
    look()
    assert set(states(world)) == {OpportunityState.PASSED}


def test_what_is_being_saved_meanwhile_is_not_passed_by(world: World, forum: Source, rival: Topic) -> None:
    said(forum, rival, taken=NOW)
    look()
    assert states(world) == []
    look(NOW + timedelta(minutes=1))
    assert states(world) == [OpportunityState.OPEN]


def test_take_opens_the_thread_once_and_gives_it_to_who_takes_it(world: World, forum: Source, rival: Topic) -> None:
    post = said(forum, rival, author=make_author(world.acme, "carol", "feed"))
    look()
    row = Opportunity.of(world.acme).get()
    conversation = actions.take(row, by=world.alice)
    assert actions.take(row, by=world.alice) == conversation
    conversation.refresh_from_db()
    post.refresh_from_db()
    assert (conversation.assignee, post.conversation, conversation.thread) == (world.alice, conversation, "1")
    assert Audit.of(world.acme).filter(noun="opportunity", verb="take").count() == 1
    with pytest.raises(Refusal, match="Alice has taken it"):
        actions.take(row, by=next(iter(world.roles.values())))
    look()
    assert states(world) == [OpportunityState.TAKEN]


def test_what_is_gone_cannot_be_taken(world: World, forum: Source, rival: Topic) -> None:
    said(forum, rival, state="visible")
    look()
    Opportunity.of(world.acme).update(state=OpportunityState.OVER)
    with pytest.raises(Refusal, match="not there any more"):
        actions.take(Opportunity.of(world.acme).get(), by=world.alice)
    assert not Conversation.of(world.acme).exists()


def test_passed_over_and_back(world: World, forum: Source, rival: Topic) -> None:
    said(forum, rival)
    look()
    row = Opportunity.of(world.acme).get()
    assert actions.pass_over(world.acme, [row.pk], PassReason.RULES, by=world.alice)
    assert not actions.pass_over(world.acme, [row.pk], PassReason.RULES, by=world.alice)
    assert actions.bring_back(world.acme, [row.pk], by=world.alice)
    assert states(world) == [OpportunityState.OPEN]
    assert not actions.bring_back(world.bravo, [row.pk], by=world.bob)


@pytest.mark.parametrize("days", [0, 1])
def test_brought_back_late_it_is_fresh_again(world: World, forum: Source, rival: Topic, days: int) -> None:
    """What was let go stays open from now on as long as anything new; what was passed a moment ago keeps its place."""
    post = said(forum, rival, published=datetime.now(UTC) - timedelta(days=6, hours=23))
    other = said(forum, rival, number=2, published=datetime.now(UTC) - timedelta(days=1))
    now = datetime.now(UTC) + timedelta(minutes=1)
    look(now)
    row = Opportunity.of(world.acme).get(post=post)
    if days:
        look(now + timedelta(days=1))
    else:
        actions.pass_over(world.acme, [row.pk], PassReason.RULES, by=world.alice)
    place = Opportunity.of(world.acme).get(post=post).order
    actions.bring_back(world.acme, [row.pk], by=world.alice)
    look(now + timedelta(seconds=1))
    again = Opportunity.of(world.acme).get(post=post)
    assert again.state == OpportunityState.OPEN
    assert (again.order > Opportunity.of(world.acme).get(post=other).order) is bool(days)
    assert (again.order == place) is not bool(days)
    if days:
        actions.set_weights(world.acme, Weights(half_life=12), by=world.alice)  # weighed anew it stays fresh
        look(now + timedelta(days=6))
        assert Opportunity.of(world.acme).get(post=post).state == OpportunityState.OPEN
        (shown,) = [
            one for one in queries.listed(world.acme, "open", None, now=now).rows if one.row.pk == row.pk
        ]  # fmt: skip
        assert shown.parts[-1].words.endswith("since it was brought back")


def test_what_came_of_them_is_counted(world: World, forum: Source, rival: Topic) -> None:
    said(forum, rival, number=1)
    said(forum, rival, number=2)
    look()
    first, _ = [actions.take(row, by=world.alice) for row in Opportunity.of(world.acme).order_by("pk")]
    later = datetime.now(UTC) + timedelta(hours=1)
    Conversation.of(world.acme).filter(pk=first.pk).update(answered=later, last_post=later + timedelta(hours=1))
    numbers = {one.came: one.shown for one in queries.outcomes(world.acme)}
    assert numbers == {"answered": "1", "answer_back": "1", "relation": "0", "done": "0"}
    (row,) = queries.listed(world.acme, "taken", None, now=NOW, came="answered").rows
    assert row.row.conversation == first


@pytest.mark.parametrize(("stance", "offered"), [("welcome", True), ("ask", True), ("closed", False)])
def test_house_rules_count(world: World, forum: Source, rival: Topic, stance: str, offered: bool) -> None:
    actions.set_house_rules(forum, stance, "Say who you are", by=world.alice)
    said(forum, rival)
    look()
    assert bool(states(world)) is offered


def test_house_rules_weigh_anew_and_are_refused_for_our_own_places(world: World, forum: Source, rival: Topic) -> None:
    said(forum, rival)
    look()
    before = Opportunity.of(world.acme).get().static
    actions.set_house_rules(forum, "welcome", by=world.alice)
    assert Opportunity.of(world.acme).get().static > before
    actions.set_house_rules(forum, "", by=world.alice)
    assert Opportunity.of(world.acme).get().static == before
    with pytest.raises(Refusal, match="is ours"):
        actions.set_house_rules(make_source(world.acme), "welcome", by=world.alice)


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        (Weights(rival=1.5), "between 0 and 1"),
        (Weights(half_life=0), "half life"),
        (Weights(days=31), "1 to 30 days"),
        (Weights(least=101), "between 0 and 100"),
    ],
)
def test_weights_that_make_no_sense(world: World, weights: Weights, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        actions.set_weights(world.acme, weights, by=world.alice)


def test_pages_run_without_gap_or_repeat(world: World, forum: Source, rival: Topic) -> None:
    for number in range(1, 8):
        said(forum, rival, number=number, sentiment="neutral")
    look()
    seen, after = [], ""
    while True:
        found = queries.listed(world.acme, "open", None, now=NOW, after=after, size=3)
        seen += [one.row.pk for one in found.rows]
        after = found.after
        if not after:
            break
    assert len(seen) == len(set(seen)) == 7
