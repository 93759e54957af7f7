"""At its moment each version leaves once; one that fails stops no other, says so, and is mended by a person."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hubbub.connectors import Batch
from hubbub.core.failures import Broken, Retry
from hubbub.core.post import Author, Post
from hubbub.engage.calendar import actions, queries, settings_actions
from hubbub.engage.calendar.drafts import Draft, Wording
from hubbub.engage.calendar.settings_actions import Tagging
from hubbub.engine import outbox
from hubbub.engine.take_in import take_in
from hubbub.store import planned
from hubbub.store.models import Audit, Conversation, Notification, Outbox, Planned, PlannedState, Source, VersionState
from hubbub.store.planned import FATES, together
from hubbub.ui.api import Refusal
from tests.world import World

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


def planned_launch(world: World, *sources: Source, **more: object) -> Planned:
    item = actions.plan(launch(world.alice, *sources, **more), by=world.alice)
    due_now(item)
    return item


def test_three_networks_at_once(world: World, sources: list[Source], network: Network) -> None:
    item = planned_launch(world, *sources)
    work()
    item.refresh_from_db()
    assert item.state == PlannedState.POSTED
    assert len(network.posted) == len({key for key, _ in network.posted}) == 3
    assert {one.state for one in item.versions.all()} == {VersionState.POSTED}
    assert all(one.result_url.startswith("https://m.example.org/") for one in item.versions.all())
    work()
    assert len(network.posted) == 3


def test_nothing_leaves_before_its_moment_or_as_a_draft(world: World, sources: list[Source], network: Network) -> None:
    actions.plan(launch(world.alice, sources[0]), by=world.alice)
    due_now(launch(world.alice, sources[0]))
    work()
    assert network.posted == []


def test_each_at_a_moment_of_its_own(world: World, sources: list[Source], network: Network) -> None:
    now = timezone.now()
    wordings = (Wording(sources[0]), Wording(sources[1], due=now + timedelta(days=3)))
    item = actions.plan(launch(world.alice, wordings=wordings, due=now), by=world.alice)
    work()
    item.refresh_from_db()
    assert (item.state, len(network.posted)) == (PlannedState.SENDING, 1)
    item.versions.filter(state="ready").update(due=now)
    work()
    item.refresh_from_db()
    assert (item.state, len(network.posted)) == (PlannedState.POSTED, 2)


def test_one_that_fails_stops_no_other_and_waits_for_a_person(
    world: World, sources: list[Source], network: Network
) -> None:
    network.fails["Wrong"] = Broken("The words are not taken")
    wordings = (Wording(sources[0], text="Wrong words"), Wording(sources[1]))
    item = planned_launch(world, wordings=wordings)
    work()
    item.refresh_from_db()
    failed = version(item, sources[0])
    assert (item.state, failed.state, failed.error) == ("failed", "failed", "The words are not taken")
    assert version(item, sources[1]).state == VersionState.POSTED
    [told] = Notification.everywhere.filter(member=world.alice, kind="failed", noun="planned", noun_id=item.pk)
    assert "Masto" in told.says
    # mended, it goes out as the same row
    better = Draft("Launch", "It is here", (Wording(sources[0], text="Right words"), Wording(sources[1])))
    actions.change(item, better, by=world.alice)
    assert version(item, sources[1]).sent_text.startswith("It is here: https://")  # what has left stays as it was
    actions.retry(version(item, sources[0]), by=world.alice)
    work()
    item.refresh_from_db()
    assert item.state == PlannedState.POSTED
    assert network.posted[-1][1] == "Right words"
    assert Outbox.everywhere.filter(planned_version__planned=item).count() == 2


def test_a_try_that_arrived_after_all_is_not_repeated(world: World, sources: list[Source], network: Network) -> None:
    network.fails["It is"], network.silent = Broken("No answer came"), True
    item = planned_launch(world, sources[0])
    work()
    network.fails.clear()
    actions.retry(version(item, sources[0]), by=world.alice)
    work()
    item.refresh_from_db()
    assert (item.state, len(network.posted)) == (PlannedState.POSTED, 1)


def test_what_fails_for_a_while_is_tried_again_without_a_person(
    world: World, sources: list[Source], network: Network
) -> None:
    network.fails["It is"] = Retry("busy")
    item = planned_launch(world, sources[0])
    work()
    item.refresh_from_db()
    assert (item.state, version(item, sources[0]).state) == ("sending", "sending")
    network.fails.clear()
    Outbox.everywhere.update(due=timezone.now())
    work()
    item.refresh_from_db()
    assert item.state == PlannedState.POSTED


def test_called_back_in_the_outbox_it_is_dropped_here(world: World, sources: list[Source], network: Network) -> None:
    network.fails["It is"] = Retry("busy")
    item = planned_launch(world, sources[0])
    work()
    Outbox.everywhere.update(state="dropped")
    work()
    item.refresh_from_db()
    assert item.state == PlannedState.DROPPED
    Outbox.everywhere.update(state="sent", sent=timezone.now())  # it was on its way when it was called back
    work()
    item.refresh_from_db()
    assert item.state == PlannedState.POSTED


def test_a_failed_one_can_be_let_go(world: World, sources: list[Source], network: Network) -> None:
    network.fails["It is"] = Broken("no")
    item = planned_launch(world, sources[0])
    work()
    actions.drop(item, by=world.alice)
    item.refresh_from_db()
    assert item.state == PlannedState.DROPPED
    with pytest.raises(Refusal):
        actions.retry(version(item, sources[0]), by=world.alice)


def test_links_get_their_tags_on_the_way_out(world: World, sources: list[Source], network: Network) -> None:
    settings_actions.keep_tags(
        world.acme, Tagging("Ours", ["example.org"], source="{network}", campaign="{campaign}"), by=world.alice
    )
    item = planned_launch(world, sources[1], campaign="Lid Launch")
    work()
    assert network.posted[0][1] == "It is here: https://example.org/lid?utm_source=bluesky&utm_campaign=lid_launch"
    assert version(item, sources[1]).sent_text == network.posted[0][1]


def test_what_came_out_is_known_again_and_its_answers_open_a_conversation(
    world: World, sources: list[Source], network: Network
) -> None:
    """Our post is read back from its network; a reply to it comes into the inbox, and the calendar leads there."""
    item = planned_launch(world, sources[0])
    work()
    row = Outbox.everywhere.get(planned_version__planned=item)
    now, us, carol = timezone.now(), Author("acme", "acme"), Author("carol", "carol")
    own = Post(row.result_id, "It is here", author=us, published=now, likes=5, replies=1, thread=row.result_id)
    answer = Post(
        "a1", "How much is it?", type="comment", author=carol, published=now, parent=row.result_id, thread=row.result_id
    )
    again = Post("a2", "And in blue?", type="comment", author=carol, published=now, parent="a1", thread=row.result_id)
    take_in(sources[0], Batch([own, answer, again], "1"), now=now)
    work()
    read = version(item, sources[0])
    assert read.post is not None
    assert (read.post.ours, read.post.likes) == (True, 5)
    [talk] = queries.conversations_of(read)
    assert talk == Conversation.everywhere.get()
    assert (talk.status, talk.posts.filter(ours=False).count()) == ("open", 2)
    [entry] = queries.entries(
        world.acme, queries.Choice(), timezone.get_current_timezone(), now - timedelta(days=1), now + timedelta(days=1)
    )
    assert entry.came == "5 likes, 1 reply"


def test_below_an_article_each_comment_is_found(world: World, sources: list[Source], network: Network) -> None:
    item = planned_launch(world, sources[2])
    work()
    row, now = Outbox.everywhere.get(planned_version__planned=item), timezone.now()
    own = Post(row.result_id, "x", type="article", author=Author("user:1"), published=now, thread="12")
    comments = [
        Post(f"c{number}", "nice", type="comment", author=Author(f"u{number}"), published=now, thread="12")
        for number in range(3)
    ]
    take_in(sources[2], Batch([own, *comments], "1"), now=now)
    work()
    assert len(queries.conversations_of(version(item, sources[2]))) == 3


def test_every_act_of_the_loop_is_in_the_log(world: World, sources: list[Source], network: Network) -> None:
    item = planned_launch(world, sources[0])
    work()
    verbs = list(Audit.everywhere.filter(noun="planned", noun_id=item.pk).order_by("pk").values_list("verb", flat=True))
    assert verbs == ["add", "plan", "sending", "posted"]


@pytest.mark.parametrize(
    ("states", "begun", "expected"),
    [
        ({"ready"}, False, None),
        ({"ready", "dropped"}, False, None),
        ({"sending", "ready"}, False, "sending"),
        ({"posted", "ready"}, True, "sending"),
        ({"posted"}, True, "posted"),
        ({"posted", "dropped"}, True, "posted"),
        ({"posted", "failed"}, True, "failed"),
        ({"failed", "ready"}, True, "failed"),
        ({"failed", "sending"}, True, "sending"),
        ({"dropped"}, True, "dropped"),
        ({"dropped", "ready"}, True, "sending"),
    ],
)
def test_what_an_item_is_follows_from_its_versions(states: set[str], begun: bool, expected: str | None) -> None:
    assert together(states, begun=begun) == expected


def test_every_fate_of_the_outbox_is_known_here() -> None:
    assert set(FATES.values()) <= set(VersionState)
    assert set(planned.MOVES) == set(PlannedState)
