"""What people do with planned posts: states, limits, approval, moving, the queue, series."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from hubbub.core.recurring import read_rule
from hubbub.core.slots import Slot
from hubbub.engage.calendar import actions, moving, series_actions, writing
from hubbub.engage.calendar.checking import checked
from hubbub.engage.calendar.drafts import Draft, Wording
from hubbub.engage.templatetags.calendar import counted
from hubbub.store import approvals, planned_approval, planned_series
from hubbub.store.models import (
    Approval,
    Approving,
    Audit,
    Hours,
    Member,
    Notification,
    Planned,
    PlannedVersion,
    Role,
    Source,
)
from hubbub.ui.api import Refusal
from tests.world import World, make_source

from .planning import launch, networks, version

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def sources(world: World) -> list[Source]:
    return networks(world.acme)


def state(item: Planned) -> str:
    return Planned.everywhere.get(pk=item.pk).state


def test_a_draft_is_planned_dropped_and_brought_back(world: World, sources: list[Source]) -> None:
    item = launch(world.alice, sources[0])
    actions.plan(item, by=world.alice)
    assert state(item) == "planned"
    actions.drop(item, by=world.alice)
    assert state(item) == "dropped"
    assert actions.undo_drop(world.acme, [item.pk], by=world.alice) == 1
    assert state(item) == "planned"
    actions.back_to_draft(item, by=world.alice)
    assert state(item) == "draft"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"wordings": ()}, "at least one network"),
        ({"text": "x" * 501}, "at most 500"),
        ({"text": "", "title": "A name"}, "nothing to say"),
        ({"due": datetime(2020, 1, 1, tzinfo=ZoneInfo("UTC"))}, "past"),
    ],
)
def test_what_cannot_leave_is_not_planned(
    world: World, sources: list[Source], more: dict[str, object], says: str
) -> None:
    item = launch(world.alice, sources[0], **more)
    with pytest.raises(Refusal, match=says):
        actions.plan(item, by=world.alice)
    assert state(item) == "draft"


def test_without_a_moment_it_is_not_planned(world: World, sources: list[Source]) -> None:
    item = actions.create(world.acme, Draft("x", "y", (Wording(sources[0]),)), by=world.alice)
    with pytest.raises(Refusal, match="when it goes out"):
        actions.plan(item, by=world.alice)


def test_each_network_has_its_own_limits(world: World, sources: list[Source]) -> None:
    """An address counts 23 on Mastodon; Bluesky counts what a reader sees; an article needs a title."""
    address = "https://example.org/" + "a" * 300
    item = actions.create(world.acme, Draft("x", address, tuple(Wording(one) for one in sources)), by=world.alice)
    found = {one.kind: checked(version(item, one)) for one in sources}
    assert (found["mastodon"].length, found["mastodon"].troubles) == (23, [])
    assert "at most 300" in found["bluesky"].troubles[0]
    assert "needs a title" in found["wordpress"].troubles[0]


def test_a_limit_in_bytes_is_told_in_characters(world: World) -> None:
    blog = make_source(world.acme, "Blog", can=["post"], account="user:1", length=10)
    item = actions.create(world.acme, Draft("x", "é" * 8, (Wording(blog, title="T"),)), by=world.alice)
    found = checked(version(item, blog))
    assert found.troubles == ["Blog: its last 3 characters do not fit. Shorten it there."]
    assert counted(found) == "8 characters"


def test_where_nothing_can_be_posted_that_is_said(world: World) -> None:
    read_only = make_source(world.acme, "Only read", can=["reply"])
    item = launch(world.alice, read_only)
    with pytest.raises(Refusal, match="takes no posts"):
        actions.plan(item, by=world.alice)


def test_other_words_for_one_network(world: World, sources: list[Source]) -> None:
    item = launch(world.alice, wordings=(Wording(sources[0]), Wording(sources[1], text="Short")))
    assert checked(version(item, sources[0])).leaves.text.startswith("It is here")
    assert checked(version(item, sources[1])).leaves.text == "Short"
    again = actions.create(world.acme, writing.draft_of(item, due=None), by=world.alice)
    assert checked(version(again, sources[1])).leaves.text == "Short"


def test_a_planned_one_cannot_be_changed_into_what_cannot_leave(world: World, sources: list[Source]) -> None:
    item = actions.plan(launch(world.alice, sources[0]), by=world.alice)
    with pytest.raises(Refusal):
        actions.change(item, Draft("x", "x" * 600, (Wording(sources[0]),), due=item.due), by=world.alice)
    assert Planned.everywhere.get(pk=item.pk).text.startswith("It is here")


# ---- approval


@pytest.fixture
def rule(world: World) -> Approving:
    rule = Approving.everywhere.create(workspace=world.acme, up_to=Role.RESPONDER, replies=False, planned=True)
    rule.approvers.add(world.roles[Role.MANAGER])
    return rule


def open_approval(item: Planned) -> Approval:
    return Approval.everywhere.get(noun="planned", noun_id=item.pk, state="open")


def test_who_needs_approval_waits_for_it(world: World, sources: list[Source], rule: Approving) -> None:
    writer, manager = world.roles[Role.RESPONDER], world.roles[Role.MANAGER]
    item = actions.plan(launch(writer, sources[0]), by=writer)
    assert state(item) == "approval"
    approvals.vote(open_approval(item), by=manager, yes=True)
    assert state(item) == "planned"
    # another hour needs no second approval, other words do
    moving.move(item, timezone.now() + timedelta(days=3), by=writer)
    assert state(item) == "planned"
    actions.change(item, Draft("x", "Other words", (Wording(sources[0]),), due=item.due), by=writer)
    assert state(item) == "approval"
    approvals.vote(open_approval(item), by=manager, yes=False, why="Too loud")
    assert state(item) == "draft"


def test_a_change_while_it_waits_asks_again(world: World, sources: list[Source], rule: Approving) -> None:
    writer = world.roles[Role.RESPONDER]
    item = actions.plan(launch(writer, sources[0]), by=writer)
    first = open_approval(item)
    actions.change(item, Draft("x", "Other words", (Wording(sources[0]),), due=item.due), by=writer)
    assert open_approval(item).pk != first.pk
    assert open_approval(item).text == "Other words"


def test_an_approver_changes_the_words(world: World, sources: list[Source], rule: Approving) -> None:
    writer, manager = world.roles[Role.RESPONDER], world.roles[Role.MANAGER]
    item = actions.plan(launch(writer, sources[0], sources[1]), by=writer)
    approvals.vote(open_approval(item), by=manager, yes=True, text="Better words")
    assert Planned.everywhere.get(pk=item.pk).text == "Better words"
    assert actions.plan(item, by=writer).state == "planned"


def test_words_of_several_networks_come_back_to_each(world: World, sources: list[Source], rule: Approving) -> None:
    writer, manager = world.roles[Role.RESPONDER], world.roles[Role.MANAGER]
    item = actions.plan(launch(writer, wordings=(Wording(sources[0]), Wording(sources[1], text="Short"))), by=writer)
    asked = open_approval(item)
    assert asked.text == "[Masto]\nIt is here: https://example.org/lid\n\n[Sky]\nShort"
    approvals.vote(asked, by=manager, yes=True, text="[Masto]\nIt is here: https://example.org/lid\n\n[Sky]\nShorter")
    assert checked(version(item, sources[1])).leaves.text == "Shorter"
    assert checked(version(item, sources[0])).version.same


def test_what_nobody_approved_in_time_does_not_leave(world: World, sources: list[Source], rule: Approving) -> None:
    writer = world.roles[Role.RESPONDER]
    item = actions.plan(launch(writer, sources[0]), by=writer)
    later = timezone.now() + timedelta(days=2)
    assert planned_approval.expire_one(later)
    assert not planned_approval.expire_one(later)
    assert state(item) == "draft"
    assert not Approval.everywhere.filter(state="open").exists()
    assert Notification.everywhere.filter(member=writer, noun="planned", noun_id=item.pk).count() == 1


# ---- moving, the queue


def test_moved_its_versions_keep_their_distance(world: World, sources: list[Source]) -> None:
    due = timezone.now() + timedelta(days=1)
    wordings = (Wording(sources[0]), Wording(sources[1], due=due + timedelta(hours=2)))
    item = launch(world.alice, wordings=wordings, due=due)
    moving.move(item, due + timedelta(days=1), by=world.alice)
    assert version(item, sources[0]).due == due + timedelta(days=1)
    assert version(item, sources[1]).due == due + timedelta(days=1, hours=2)
    entry = Audit.everywhere.filter(noun="planned", verb="move").get()
    assert entry.before["due"] == due.isoformat()


def test_a_planned_one_is_not_moved_into_the_past(world: World, sources: list[Source]) -> None:
    item = actions.plan(launch(world.alice, sources[0]), by=world.alice)
    with pytest.raises(Refusal, match="past"):
        moving.move(item, timezone.now() - timedelta(hours=1), by=world.alice)


@pytest.fixture
def slots(world: World, sources: list[Source]) -> None:
    Hours.everywhere.create(workspace=world.acme, name="Ours", zone="Europe/Berlin", week=[""] * 7, standard=True)
    for source in sources[:2]:
        moving.set_slots(source, [Slot(day, 540) for day in range(7)], by=world.alice)


def queued(world: World, source: Source, name: str) -> Planned:
    item = actions.create(world.acme, Draft(name, name, (Wording(source),)), by=world.alice)
    return moving.enqueue(item, by=world.alice)


def names(source: Source) -> list[str]:
    return [one.planned.title for one in moving.queue_of(source, timezone.now())]


def test_the_queue_takes_one_slot_after_another(world: World, sources: list[Source], slots: None) -> None:
    items = [queued(world, sources[0], name) for name in "abc"]
    dues = [one.due for one in moving.queue_of(sources[0], timezone.now())]
    assert names(sources[0]) == ["a", "b", "c"]
    assert all(one.astimezone(ZoneInfo("Europe/Berlin")).time() == time(9) for one in dues if one)
    assert len({one.due for one in items}) == 3
    moving.swap(version(items[2], sources[0]), earlier=True, by=world.alice)
    assert names(sources[0]) == ["a", "c", "b"]
    assert [one.due for one in moving.queue_of(sources[0], timezone.now())] == dues  # the moments stay
    moving.skip(version(items[0], sources[0]), by=world.alice)
    assert names(sources[0]) == ["c", "b", "a"]
    assert names(sources[1]) == []


def test_who_goes_to_two_networks_takes_a_slot_of_each(world: World, sources: list[Source], slots: None) -> None:
    queued(world, sources[0], "first")
    item = actions.create(world.acme, Draft("both", "both", (Wording(sources[0]), Wording(sources[1]))), by=world.alice)
    moving.enqueue(item, by=world.alice)
    there, here = version(item, sources[0]), version(item, sources[1])
    assert there.due is not None
    assert here.due is not None
    assert there.due.date() == here.due.date() + timedelta(days=1)


def test_a_source_without_slots_says_so(world: World, sources: list[Source]) -> None:
    with pytest.raises(Refusal, match="no posting times"):
        queued(world, sources[0], "x")


def test_a_slot_that_it_was_moved_away_from_is_free_again(world: World, sources: list[Source], slots: None) -> None:
    first = queued(world, sources[0], "first")
    due = first.due
    moving.move(first, timezone.now() + timedelta(days=40), by=world.alice)
    assert queued(world, sources[0], "second").due == due


# ---- series


def series_of(world: World, source: Source, rule: str = "FREQ=WEEKLY", **more: object) -> tuple[Planned, list[Planned]]:
    item = actions.plan(launch(world.alice, source), by=world.alice)
    made = series_actions.repeat(item, read_rule(rule), by=world.alice, **more)
    items = Planned.everywhere.filter(series=made).exclude(state="pattern").order_by("due")
    return Planned.everywhere.get(pk=item.pk), list(items)


def test_each_time_is_an_item_of_its_own(world: World, sources: list[Source]) -> None:
    item, items = series_of(world, sources[0])
    assert len(items) == 9  # itself, and eight within sixty days
    assert {one.state for one in items} == {"planned"}
    assert all(later.due - earlier.due == timedelta(weeks=1) for earlier, later in pairwise(items))
    assert items[0] == item
    actions.change(items[3], Draft("Other", "Only this time", (Wording(sources[0]),), due=items[3].due), by=world.alice)
    actions.drop(items[4], by=world.alice)
    planned_series.extend_some(timezone.now() + timedelta(days=14))
    found = Planned.everywhere.filter(series=item.series).exclude(state="pattern").order_by("due")
    assert found.count() == 11
    assert [one.text for one in found].count("Only this time") == 1
    assert [one.state for one in found].count("dropped") == 1  # a time that was skipped does not come back


def test_it_ends_after_so_many_times(world: World, sources: list[Source]) -> None:
    item, items = series_of(world, sources[0], "FREQ=DAILY;COUNT=4")
    assert len(items) == 4
    assert not planned_series.extend_some(timezone.now())
    assert item.series is not None


def test_it_keeps_its_hour_when_clocks_change(world: World, sources: list[Source]) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    Hours.everywhere.create(workspace=world.acme, name="Ours", zone="Europe/Berlin", week=[""] * 7, standard=True)
    year = timezone.now().year + 1
    begin = datetime.combine(date(year, 3, 1), time(9, 30), tzinfo=berlin)
    item = actions.plan(launch(world.alice, sources[0], due=begin), by=world.alice)
    series_actions.repeat(item, read_rule("FREQ=WEEKLY"), by=world.alice)
    planned_series.extend_some(begin)
    planned_series.extend_some(begin)
    found = Planned.everywhere.filter(series__isnull=False).exclude(state="pattern")
    hours = {one.due.astimezone(berlin).time() for one in found if one.due}
    assert found.count() > 8
    assert hours == {time(9, 30)}


def test_variations_come_in_turn(world: World, sources: list[Source]) -> None:
    _, items = series_of(world, sources[0], variations=["Second", "Third"])
    assert [one.text for one in items[:5]] == [
        "It is here: https://example.org/lid", "Second", "Third", "It is here: https://example.org/lid", "Second",
    ]  # fmt: skip


def test_all_times_to_come_follow_but_the_changed_ones(world: World, sources: list[Source]) -> None:
    item, items = series_of(world, sources[0])
    actions.change(items[2], Draft("x", "Mine", (Wording(sources[0]),), due=items[2].due), by=world.alice)
    actions.change(item, Draft("x", "New words", (Wording(sources[0]),), due=item.due), by=world.alice)
    series_actions.for_all(item, by=world.alice)
    texts = [one.text for one in Planned.everywhere.filter(series=item.series).exclude(state="pattern").order_by("due")]
    assert texts == ["New words", "New words", "Mine", *["New words"] * 6]


def test_ended_it_comes_no_more(world: World, sources: list[Source]) -> None:
    item, items = series_of(world, sources[0])
    assert item.series is not None
    actions.change(items[2], Draft("x", "Mine", (Wording(sources[0]),), due=items[2].due), by=world.alice)
    assert series_actions.end(item.series, by=world.alice) == 7
    left = Planned.everywhere.filter(series=item.series, state="planned").order_by("due")
    assert [one.pk for one in left] == [item.pk, items[2].pk]
    assert not planned_series.extend_some(timezone.now() + timedelta(days=30))


def test_two_who_extend_at_once_make_each_time_once(world: World, sources: list[Source]) -> None:
    item, items = series_of(world, sources[0])
    assert item.series is not None
    item.series.made_until = None
    item.series.save()
    planned_series.extend_some(timezone.now())
    assert Planned.everywhere.filter(series=item.series).exclude(state="pattern").count() == len(items)


def test_words_that_need_approval_come_as_drafts(world: World, sources: list[Source]) -> None:
    writer: Member = world.roles[Role.RESPONDER]
    item = actions.plan(launch(writer, sources[0]), by=writer)
    rule = Approving.everywhere.create(workspace=world.acme, up_to=Role.RESPONDER, replies=False, planned=True)
    rule.approvers.add(world.roles[Role.MANAGER])
    series_actions.repeat(item, read_rule("FREQ=WEEKLY"), by=writer)
    states = set(Planned.everywhere.filter(occurrence__gt=item.due).values_list("state", flat=True))
    assert states == {"draft"}
    assert PlannedVersion.everywhere.filter(planned__state="pattern").count() == 1
