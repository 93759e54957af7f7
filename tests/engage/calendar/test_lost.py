"""What goes wrong around a planned post: sources that go, days without power, networks that were dropped."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hubbub.connectors import Found
from hubbub.core.recurring import read_rule
from hubbub.core.slots import Slot
from hubbub.engage.calendar import actions, moving, queries, series_actions
from hubbub.engage.calendar.drafts import Draft, Wording
from hubbub.engage.replying import outbox_actions
from hubbub.engage.replying.actions import Wish, say
from hubbub.engine import outbox
from hubbub.listen.actions import SourceDraft, change_source, delete_source
from hubbub.store import planned, planned_lost, planned_series
from hubbub.store.models import (
    Account,
    Approval,
    Approving,
    Notification,
    Outbox,
    Planned,
    PlannedSeries,
    PlannedVersion,
    Role,
    Source,
)
from hubbub.store.models import Draft as Typed
from hubbub.ui.api import Refusal
from tests.world import World, make_conversation, make_post

from .planning import Network, due_now, launch, networks, version, work

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


# ---- our accounts


def as_account(world: World, source: Source, name: str = "@acme", **more: object) -> Account:
    """The source posts as it."""
    account = Account.everywhere.create(workspace=world.acme, kind=source.kind, native_id=name, name=name, **more)
    source.our_account, source.signed_in = account, True
    source.save()
    return account


def another_account(world: World, source: Source, name: str = "@other") -> None:
    """Somebody changes the settings of the source, and it posts as another one from then on."""
    found = Found(says="", can=frozenset({"reply", "post"}), account=name, who=name, name=source.name)
    draft = SourceDraft(source.kind, source.name, source.settings, {}, found)
    change_source(Source.everywhere.get(pk=source.pk), draft, by=world.alice, now=timezone.now())


def state_on(item: Planned, source: Source) -> str:
    return version(item, source).state


def test_signed_out_before_its_moment_it_says_so_and_waits(
    world: World, sources: list[Source], network: Network
) -> None:
    account = as_account(world, sources[0])
    item = actions.plan(launch(world.alice, sources[0], sources[1]), by=world.alice)
    Account.everywhere.update(state="refused")
    with pytest.raises(Refusal, match="@acme is signed out"):
        actions.plan(launch(world.alice, sources[0]), by=world.alice)
    due_now(item)
    work()
    assert (state(item), told(item), len(network.posted)) == ("failed", 1, 1)
    assert "@acme is signed out" in version(item, sources[0]).error
    with pytest.raises(Refusal, match="@acme is signed out"):
        actions.retry(version(item, sources[0]), by=world.alice)
    work()
    assert len(network.posted) == 1
    account.state = "active"
    account.save()
    work()
    assert len(network.posted) == 1  # it is for a person to say that it still fits
    actions.retry(version(item, sources[0]), by=world.alice)
    work()
    assert (state(item), len(network.posted)) == ("posted", 2)


@pytest.mark.parametrize("how", ["changed", "moved", "queued"])
def test_what_waits_goes_another_day_or_elsewhere(
    world: World, sources: list[Source], network: Network, how: str
) -> None:
    as_account(world, sources[0], state="refused")
    item = launch(world.alice, sources[0])
    Planned.everywhere.filter(pk=item.pk).update(state="planned")
    due_now(item)
    work()
    later = timezone.now() + timedelta(days=1)
    if how == "changed":
        actions.change(item, Draft("x", item.text, (Wording(sources[1]),), due=later), by=world.alice)
    elif how == "moved":
        Account.everywhere.update(state="active")
        moving.move(item, later, by=world.alice)
    else:
        Account.everywhere.update(state="active")
        moving.set_slots(sources[0], [Slot(day, 540) for day in range(7)], by=world.alice)
        moving.enqueue(item, by=world.alice)
    assert (state(item), network.posted) == ("planned", [])
    due_now(item)
    work()
    assert (state(item), len(network.posted), item.versions.count()) == ("posted", 1, 1)


def test_signed_out_on_its_way_it_does_not_leave_days_later(
    world: World, sources: list[Source], network: Network
) -> None:
    as_account(world, sources[0])
    item = actions.plan(launch(world.alice, sources[0]), by=world.alice)
    due_now(item)
    planned.send_due(timezone.now())
    Account.everywhere.update(state="refused")
    work()
    assert (state(item), told(item)) == ("failed", 1)
    Account.everywhere.update(state="active")
    work()
    assert network.posted == []
    actions.retry(version(item, sources[0]), by=world.alice)
    work()
    assert (state(item), len(network.posted)) == ("posted", 1)


@pytest.mark.parametrize("begun", [False, True])
def test_nothing_leaves_as_another_account_than_it_was_planned_for(
    world: World, sources: list[Source], network: Network, begun: bool
) -> None:
    as_account(world, sources[0])
    later = timezone.now() + timedelta(days=2)
    item = actions.plan(
        launch(world.alice, wordings=(Wording(sources[0], due=later), Wording(sources[1]))), by=world.alice
    )
    if begun:
        item.versions.filter(source=sources[1]).update(due=timezone.now())
        work()
    another_account(world, sources[0])
    assert (state(item), told(item)) == ("failed" if begun else "draft", 1)
    item.versions.filter(state="ready").update(due=timezone.now())
    work()
    assert len(network.posted) == int(begun)
    another_account(world, sources[0])  # the same again changes nothing
    assert told(item) == 1


def test_on_its_way_it_does_not_leave_as_another_account(world: World, sources: list[Source], network: Network) -> None:
    as_account(world, sources[0])
    item = actions.plan(launch(world.alice, sources[0]), by=world.alice)
    due_now(item)
    planned.send_due(timezone.now())
    talk = make_conversation(make_post(sources[0]))
    reply = say(talk, talk.posts.get(), Wish("Thanks"), by=world.roles[Role.RESPONDER])
    another_account(world, sources[0])
    work()
    assert (state(item), told(item), network.posted) == ("failed", 1, [])
    reply.refresh_from_db()
    assert (reply.state, reply.held_for) == ("held", "overtaken")
    assert Notification.everywhere.filter(member=world.roles[Role.RESPONDER]).count() == 1
    outbox_actions.send_after_all(reply, by=world.alice)
    work()
    assert [text for _, text in network.posted] == ["Thanks"]


def test_further_times_are_looked_at_before_they_leave_as_another_account(world: World, sources: list[Source]) -> None:
    as_account(world, sources[0])
    item = actions.plan(launch(world.alice, sources[0]), by=world.alice)
    series_actions.repeat(item, read_rule("FREQ=WEEKLY"), by=world.alice)
    another_account(world, sources[0])
    much_later = timezone.now() + timedelta(days=30)
    while planned_series.extend_some(much_later):
        pass
    assert set(Planned.everywhere.exclude(state="pattern").values_list("state", flat=True)) == {"draft"}
    assert Notification.everywhere.filter(noun="planned").count() == 1  # of all its times together


def test_a_series_whose_last_network_goes_ends_and_says_so(world: World, sources: list[Source]) -> None:
    both = actions.plan(launch(world.alice, sources[0], sources[1]), by=world.alice)
    series_actions.repeat(both, read_rule("FREQ=WEEKLY"), by=world.alice)
    for number, source in enumerate(sources[:2], 1):
        delete_source(source, by=world.alice)
        while planned_series.extend_some(timezone.now() + timedelta(days=30 * number)):
            pass
        assert Notification.everywhere.filter(noun="planned").count() == number
    made = Planned.everywhere.exclude(state="pattern")
    assert set(made.values_list("state", flat=True)) == {"draft"}
    assert not made.filter(due__gt=timezone.now() + timedelta(days=92)).exists()
    assert PlannedSeries.everywhere.get().ended is not None


@pytest.mark.parametrize(
    ("text", "own", "kept", "notes"),
    [("All", "Own", "All", "As it was written for Masto:\nOwn"), ("", "Own", "Own", ""), ("All", None, "All", "")],
)
@pytest.mark.parametrize("planned_already", [True, False])
def test_words_for_a_network_that_goes_stay(
    world: World, sources: list[Source], text: str, own: str | None, kept: str, notes: str, planned_already: bool
) -> None:
    item = launch(world.alice, text=text, wordings=(Wording(sources[0], text=own),))
    if planned_already:
        actions.plan(item, by=world.alice)
    delete_source(sources[0], by=world.alice)
    item.refresh_from_db()
    assert (item.state, item.text, item.notes) == ("draft", kept, notes)


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


def test_what_others_say_stays_when_a_network_goes(world: World, sources: list[Source]) -> None:
    """A picture alone does not come by words that were written for another network."""
    item = launch(world.alice, text="", wordings=(Wording(sources[0], text="Own"), Wording(sources[1])))
    delete_source(sources[0], by=world.alice)
    item.refresh_from_db()
    assert (item.text, item.notes) == ("", "As it was written for Masto:\nOwn")


@pytest.mark.parametrize(("own", "expected"), [("Own", "draft"), (None, "approval")])
def test_words_that_were_shown_for_approval_go_with_their_network(
    world: World, sources: list[Source], own: str | None, expected: str
) -> None:
    """Else an approver who changes a letter would post them on the network that is left."""
    rule = Approving.everywhere.create(workspace=world.acme, up_to=Role.RESPONDER, replies=False, planned=True)
    rule.approvers.add(world.roles[Role.MANAGER])
    wordings = (Wording(sources[0]), Wording(sources[1], text=own))
    item = actions.plan(launch(world.roles[Role.RESPONDER], wordings=wordings), by=world.roles[Role.RESPONDER])
    delete_source(sources[1], by=world.alice)
    assert (state(item), told(item)) == (expected, 1)
    assert Approval.everywhere.get().state == ("withdrawn" if expected == "draft" else "open")


def test_a_reply_that_waits_for_approval_leaves_as_no_other_account(
    world: World, sources: list[Source], network: Network
) -> None:
    as_account(world, sources[0])
    rule = Approving.everywhere.create(workspace=world.acme, up_to=Role.RESPONDER)
    rule.approvers.add(world.roles[Role.MANAGER])
    talk, writer = make_conversation(make_post(sources[0])), world.roles[Role.RESPONDER]
    say(talk, talk.posts.get(), Wish("word " * 250, in_parts=True), by=writer)
    another_account(world, sources[0])
    assert set(Outbox.everywhere.values_list("state", flat=True)) == {"dropped"}
    assert Approval.everywhere.get().state == "withdrawn"
    assert Typed.everywhere.get().text.split() == ["word"] * 250
    assert Notification.everywhere.filter(member=writer).count() == 1


def test_an_answer_in_parts_is_told_of_once(world: World, sources: list[Source]) -> None:
    as_account(world, sources[0])
    talk, writer = make_conversation(make_post(sources[0])), world.roles[Role.RESPONDER]
    say(talk, talk.posts.get(), Wish("word " * 250, in_parts=True), by=writer)
    another_account(world, sources[0])
    assert set(Outbox.everywhere.values_list("state", flat=True)) == {"held"}
    assert Notification.everywhere.filter(member=writer).count() == 1
