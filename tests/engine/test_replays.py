"""Replays in the background: what they write down, going on after a kill, being stopped, two at once."""

from datetime import timedelta
from unittest import mock

import pytest
from django.db import transaction
from django.utils import timezone

from hubbub.engine import replays
from hubbub.moderate import replays_actions, replays_queries, rules_actions
from hubbub.moderate.rules_actions import Draft
from hubbub.store.audit import audit
from hubbub.store.models import Breaker, Post, Replay, ReplayHit, ReplayState, Rule, WordList
from hubbub.ui.api import Refusal
from tests.world import World, make_author, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def stored(world: World) -> list[Post]:
    """Sixty posts of the last ten days, two people in turn; each third says pills, each fifth links."""
    source, now = make_source(world.acme), timezone.now()
    authors = [make_author(world.acme, name) for name in ("carol", "dave")]
    return [
        make_post(
            source, f"number {number}{' pills' if number % 3 == 0 else ''}{' link' if number % 5 == 0 else ''}", number,
            author=authors[number % 2], published=now - timedelta(hours=4 * number), taken=now,
        )
        for number in range(60)
    ]  # fmt: skip


def decide(world: World, post: Post, verb: str) -> None:
    """As a person did."""
    with transaction.atomic():
        audit(post, verb, by=world.alice, why="so")
    state = {"hide": "hidden", "approve": "approved"}[verb]
    Post.everywhere.filter(pk=post.pk).update(decision=state)


def a_rule(world: World, when: str = "pills", state: str = "draft") -> Rule:
    return rules_actions.make(world.acme, Draft("Pills", when, "so", "hide", state), by=world.alice, why="agreed")


def run(row: Replay) -> Replay:
    replays.run_out(row.workspace)
    row.refresh_from_db()
    return row


def test_what_it_writes_down(world: World, stored: list[Post]) -> None:
    decide(world, stored[0], "hide")  # says pills: agrees
    decide(world, stored[3], "approve")  # says pills: contradicts
    decide(world, stored[1], "hide")  # does not: missed
    rule = a_rule(world)
    row = run(replays_actions.begin(rule, by=world.alice))
    assert (row.state, row.looked_at, row.touched) == (ReplayState.DONE, 60, 20)
    assert sorted(row.hits.filter(touched=True).values_list("post_id", flat=True)) == [one.pk for one in stored[::3]]
    told = replays_queries.told(row)
    assert told.result is not None
    assert (told.result.agrees, told.result.contradicts, told.result.missed) == (1, 1, 1)
    for kind, number in {"touched": 20, "agrees": 1, "contradicts": 1, "missed": 1, "unchecked": 0}.items():
        assert len(replays_queries.hits(row, replays_queries.Asked(kind))[0]) == number
    assert sum(bar.count for bar in told.days) == 20
    for bar in told.days:
        assert len(replays_queries.hits(row, replays_queries.Asked(day=bar.day))[0]) == bar.count
    for one, person in told.people:
        assert person is not None
        assert len(replays_queries.hits(row, replays_queries.Asked(person=person.pk))[0]) == one.number == 10


def test_a_change_of_a_live_rule_is_held_against_it(world: World, stored: list[Post]) -> None:
    rule = a_rule(world, state="live")
    draft = Draft("Pills", "link", "so", "hide", "live")
    with pytest.raises(Refusal, match="replay the change"):
        rules_actions.change(rule, draft, by=world.alice)
    row = run(replays_actions.begin(rule, draft, by=world.alice))
    pills, links = set(range(0, 60, 3)), set(range(0, 60, 5))
    assert (row.touched, row.adds, row.loses) == (len(links), len(links - pills), len(pills - links))
    new, _ = replays_queries.hits(row, replays_queries.Asked("adds"))
    assert {hit.post.text.split()[1] for hit in new} == {str(number) for number in links - pills}
    adopted = replays_actions.adopt(row, by=world.alice)
    assert (adopted.when, adopted.version, adopted.state) == ("link", 2, "live")
    breaker = Breaker.everywhere.get(rule=rule)
    assert breaker.replayed_version == 2
    assert breaker.replayed_rate == pytest.approx(len(links) / (30 * 24))
    with pytest.raises(Refusal, match="changed this rule"):
        replays_actions.adopt(row, by=world.alice)
    assert replays_queries.told(Replay.everywhere.select_related("rule").get(pk=row.pk)).stale


@pytest.mark.parametrize("written_down", [0, 1, 3])
def test_a_killed_worker_changes_nothing(world: World, stored: list[Post], written_down: int) -> None:
    """Killed in the middle of a stretch: what was not written down is done again, and counted once."""
    rule = a_rule(world)
    whole = run(replays_actions.begin(rule, by=world.alice))
    row = replays_actions.begin(rule, by=world.alice)
    Replay.everywhere.filter(pk=row.pk).update(at=whole.at)
    with mock.patch.object(replays, "BATCH", 7), mock.patch.object(replays._AtHand, "stretch", one_batch):
        for _ in range(written_down):
            assert replays.step()
        with mock.patch.object(replays, "_save", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
            replays.step()
        replays._at_hand.clear()  # the process is gone
        assert not replays.step()  # its lease still stands
        Replay.everywhere.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        replays.run_out(world.acme)
    row.refresh_from_db()
    assert (row.looked_at, row.touched) == (whole.looked_at, whole.touched)
    both = [list(one.hits.order_by("post").values_list("post", "touched", "said", "day")) for one in (whole, row)]
    assert both[0] == both[1]
    told = [replays_queries.result_of(one) for one in (whole, row)]
    assert told[0] is not None
    assert told[1] is not None
    assert told[0].rules == told[1].rules


def one_batch(at_hand: replays._AtHand, seconds: float) -> bool:
    return at_hand.new.step(7)


def test_who_stops_it_stops_it(world: World, stored: list[Post]) -> None:
    row = replays_actions.begin(a_rule(world), by=world.alice)
    with mock.patch.object(replays._AtHand, "stretch", one_batch):
        assert replays.step()
        replays_actions.stop(row, by=world.alice)
        assert not replays.step()
    row.refresh_from_db()
    assert (row.state, row.looked_at) == (ReplayState.STOPPED, 7)
    with pytest.raises(Refusal, match="its end"):
        replays_actions.stop(row, by=world.alice)


def test_stopped_in_the_middle_of_a_stretch(world: World, stored: list[Post]) -> None:
    row = replays_actions.begin(a_rule(world), by=world.alice)

    def stopped_meanwhile(at_hand: replays._AtHand, seconds: float) -> bool:
        replays_actions.stop(row, by=world.alice)
        return one_batch(at_hand, seconds)

    with mock.patch.object(replays._AtHand, "stretch", stopped_meanwhile):
        replays.step()
    row.refresh_from_db()
    assert (row.state, row.looked_at, row.hits.count()) == (ReplayState.STOPPED, 0, 0)


def test_a_list_that_was_deleted_meanwhile_ends_it(world: World, stored: list[Post]) -> None:
    WordList.everywhere.create(workspace=world.acme, name="bad", entries="pills")
    row = replays_actions.begin(a_rule(world, "list:bad"), by=world.alice)
    WordList.everywhere.all().delete()
    run(row)
    assert row.state == ReplayState.BROKEN
    assert "list" in row.error


def test_posts_that_go_meanwhile_are_left_out(world: World, stored: list[Post]) -> None:
    row = replays_actions.begin(a_rule(world), by=world.alice)
    stretch = replays._AtHand.stretch

    def gone(at_hand: replays._AtHand, seconds: float) -> bool:
        more = stretch(at_hand, seconds)
        stored[0].delete()
        return more

    with mock.patch.object(replays._AtHand, "stretch", gone):
        replays.step()
    row.refresh_from_db()
    assert (row.touched, row.hits.count()) == (20, 19)


def test_three_replays_of_a_rule_keep_their_posts(world: World, stored: list[Post]) -> None:
    rule = a_rule(world)
    rows = [run(replays_actions.begin(rule, by=world.alice)) for _ in range(5)]
    assert [row.hits.exists() for row in rows] == [False, False, True, True, True]
    assert ReplayHit.everywhere.count() == 60
    assert not replays_queries.told(rows[0]).behind


def test_nothing_stored(world: World) -> None:
    row = run(replays_actions.begin(a_rule(world), by=world.alice))
    told = replays_queries.told(row)
    assert (row.state, row.looked_at, told.percent) == (ReplayState.DONE, 0, 100)
    assert told.trust is not None
    assert "touched nothing" in told.trust.says[0]


def test_lists_are_those_of_the_workspace(world: World, stored: list[Post]) -> None:
    WordList.everywhere.create(workspace=world.acme, name="bad", entries="pills", seen_through=True)
    row = run(replays_actions.begin(a_rule(world, "list:bad"), by=world.alice))
    assert row.touched == 20
