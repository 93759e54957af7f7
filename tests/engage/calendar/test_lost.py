"""What goes wrong around a planned post: sources that go, days without power, networks that were dropped."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hubbub.core.recurring import read_rule
from hubbub.engage.calendar import actions, queries, series_actions
from hubbub.engage.calendar.drafts import Draft, Wording
from hubbub.engine import outbox
from hubbub.listen.actions import delete_source
from hubbub.store import planned, planned_lost, planned_series
from hubbub.store.models import Notification, Planned, PlannedSeries, PlannedVersion, Source
from hubbub.ui.api import Refusal
from tests.world import World

from .planning import Network, launch, networks, version, work

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def sources(world: World) -> list[Source]:
    return networks(world.acme)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    network = Network()
    monkeypatch.setattr(outbox, "connector", lambda kind: network)
    return network


def state(item: Planned) -> str:
    return Planned.everywhere.get(pk=item.pk).state


def told(item: Planned) -> int:
    return Notification.everywhere.filter(noun="planned", noun_id=item.pk).count()


def test_what_a_source_that_goes_was_to_carry_is_a_draft_again(world: World, sources: list[Source]) -> None:
    alone = actions.plan(launch(world.alice, sources[0]), by=world.alice)
    both = actions.plan(launch(world.alice, sources[0], sources[1]), by=world.alice)
    delete_source(sources[0], by=world.alice)
    assert (state(alone), told(alone)) == ("draft", 1)
    assert (state(both), both.versions.count()) == ("planned", 1)


def test_what_is_left_of_it_says_how_it_stands(world: World, sources: list[Source], network: Network) -> None:
    wordings = (Wording(sources[0]), Wording(sources[1], due=timezone.now() + timedelta(days=2)))
    item = actions.plan(launch(world.alice, wordings=wordings), by=world.alice)
    item.versions.filter(source=sources[0]).update(due=timezone.now())
    work()
    assert state(item) == "sending"
    delete_source(sources[1], by=world.alice)
    assert state(item) == "posted"


@pytest.mark.parametrize(("late", "expected"), [(timedelta(hours=9), "posted"), (timedelta(days=3), "draft")])
def test_after_days_without_power_old_news_is_not_posted(
    world: World, sources: list[Source], network: Network, late: timedelta, expected: str
) -> None:
    item = actions.plan(launch(world.alice, sources[0]), by=world.alice)
    PlannedVersion.everywhere.filter(planned=item).update(due=timezone.now() - late)
    while planned_lost.pass_over_one(timezone.now()):
        pass
    work()
    assert (state(item), told(item)) == (expected, int(expected == "draft"))


def test_a_network_taken_off_leaves_nothing_behind(world: World, sources: list[Source], network: Network) -> None:
    """Of what has begun to leave the rest is taken off: it is done. Of what has not, the last cannot be taken off."""
    wordings = (Wording(sources[0]), Wording(sources[1], due=timezone.now() + timedelta(days=2)))
    item = actions.plan(launch(world.alice, wordings=wordings), by=world.alice)
    item.versions.filter(source=sources[0]).update(due=timezone.now())
    work()
    actions.change(item, Draft("x", item.text, (Wording(sources[0]),), due=item.due), by=world.alice)
    assert state(item) == "posted"
    single = actions.plan(launch(world.alice, sources[0]), by=world.alice)
    with pytest.raises(Refusal, match="whole post"):
        actions.drop_version(version(single, sources[0]), by=world.alice)


# ---- series


def test_a_dropped_network_does_not_come_again(world: World, sources: list[Source]) -> None:
    item = actions.plan(launch(world.alice, *sources[:2]), by=world.alice)
    actions.drop_version(version(item, sources[1]), by=world.alice)
    series = series_actions.repeat(item, read_rule("FREQ=WEEKLY"), by=world.alice)
    there = PlannedVersion.everywhere.filter(planned__series=series).exclude(planned=item)
    assert set(there.values_list("source__name", flat=True)) == {"Masto"}
    shown = queries.entries(
        world.acme,
        queries.Choice(),
        timezone.get_current_timezone(),
        timezone.now(),
        timezone.now() + timedelta(days=2),
    )
    assert [one.where for one in shown] == ["Masto"]


def test_for_all_leaves_what_was_dropped_for_one_time(world: World, sources: list[Source]) -> None:
    item = actions.plan(launch(world.alice, *sources[:2]), by=world.alice)
    series = series_actions.repeat(item, read_rule("FREQ=WEEKLY"), by=world.alice)
    third = Planned.everywhere.filter(series=series, state="planned").order_by("due")[2]
    actions.drop_version(version(third, sources[1]), by=world.alice)
    actions.change(item, Draft("x", "New", (Wording(sources[0]), Wording(sources[1])), due=item.due), by=world.alice)
    series_actions.for_all(item, by=world.alice)
    third.refresh_from_db()
    assert third.text == "New"
    assert dict(third.versions.values_list("source__name", "state")) == {"Masto": "ready", "Sky": "dropped"}


def test_times_that_passed_while_nothing_ran_are_not_made(world: World, sources: list[Source]) -> None:
    item = actions.plan(launch(world.alice, sources[0]), by=world.alice)
    series = series_actions.repeat(item, read_rule("FREQ=DAILY"), by=world.alice)
    much_later = timezone.now() + timedelta(days=100)
    while planned_series.extend_some(much_later):
        pass
    ends = PlannedSeries.everywhere.get(pk=series.pk).made_until
    assert ends is not None
    assert ends > much_later + timedelta(days=50)
    made = Planned.everywhere.filter(series=series, due__gt=timezone.now() + timedelta(days=62))
    assert not made.filter(due__lte=much_later).exists()
    assert made.exists()


@pytest.mark.parametrize("rule", ["FREQ=DAILY;COUNT=1", "FREQ=WEEKLY;UNTIL=20200101"])
def test_a_rule_without_a_second_time_is_refused(world: World, sources: list[Source], rule: str) -> None:
    item = actions.plan(launch(world.alice, sources[0]), by=world.alice)
    with pytest.raises(Refusal, match="never comes again"):
        series_actions.repeat(item, read_rule(rule), by=world.alice)


def test_the_loop_finds_nothing_more_to_do(world: World, sources: list[Source]) -> None:
    actions.plan(launch(world.alice, sources[0]), by=world.alice)
    assert not planned_lost.pass_over_one(timezone.now())
    assert not planned.step(timezone.now())
