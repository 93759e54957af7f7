"""What leaves us: each act once, tried again while that may help, given up in the open."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.utils import timezone

from hubbub.connectors import Act, Done, Http
from hubbub.core.failures import Broken, Failure, Retry
from hubbub.engage import moving
from hubbub.engine import outbox
from hubbub.store import outbox as door_out
from hubbub.store.claim import claim_outbox, free_leases
from hubbub.store.models import Audit, Conversation, Outbox, OutboxState, Post
from tests.world import World, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@dataclass
class Network:
    """Does what it is told, or fails as it is told."""

    failure: Exception | None = None
    arrived: Done | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)

    def act(self, settings: object, act: Act, http: Http) -> Done:
        self.asked.append(("act", act.key))
        if self.failure:
            raise self.failure
        return Done("r1", "https://blog.example.org/#r1", "hidden" if act.verb == "hide" else "visible")

    def find(self, settings: object, act: Act, http: Http) -> Done | None:
        self.asked.append(("find", act.key))
        return self.arrived


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    network = Network()
    monkeypatch.setattr(outbox, "connector", lambda kind: network)
    return network


@pytest.fixture
def post(world: World) -> Post:
    post = make_post(make_source(world.acme))
    make_conversation(post)
    return post


def put(world: World, post: Post, verb: str = "reply", **more: str) -> Outbox:
    return door_out.put(post, verb, by=world.alice, why="because", **more)


def deliver(row: Outbox) -> Outbox:
    outbox.deliver(row, Http())
    row.refresh_from_db()
    return row


def test_a_reply_is_sent_once_and_counts_as_the_answer(world: World, post: Post, network: Network) -> None:
    row = deliver(put(world, post, text="Thank you"))
    assert (row.state, row.tries, row.result_id, row.lease_until) == (OutboxState.SENT, 1, "r1", None)
    assert network.asked == [("act", row.key)]
    assert Conversation.of(world.acme).get().answered is not None
    assert Audit.of(world.acme).get(noun="outbox").verb == "sent"
    assert claim_outbox(timezone.now()) is None


@pytest.mark.parametrize(
    ("failure", "state", "says"),
    [
        (Retry("answered 503"), OutboxState.FAILED, "answered 503"),
        (Broken("does not accept the password"), OutboxState.BROKEN, "does not accept the password"),
        (ZeroDivisionError("x"), OutboxState.BROKEN, "Hubbub made a mistake here (ZeroDivisionError)"),
    ],
)
def test_failures(world: World, post: Post, network: Network, failure: Exception, state: str, says: str) -> None:
    network.failure = failure
    row = deliver(put(world, post))
    assert (row.state, row.tries) == (state, 1)
    assert row.error.startswith(says)
    assert row.lease_until is None


@pytest.mark.parametrize(("asked_for", "least", "most"), [(None, 5, 10), (120, 120, 120), (1, 5, 10)])
def test_the_next_try_waits(
    world: World, post: Post, network: Network, asked_for: int | None, least: int, most: int
) -> None:
    network.failure = Retry("busy", after=None if asked_for is None else timedelta(seconds=asked_for))
    before = timezone.now()
    row = deliver(put(world, post))
    assert timedelta(seconds=least) <= row.due - before <= timedelta(seconds=most + 5)
    assert claim_outbox(before) is None
    assert claim_outbox(row.due) == row


def test_a_second_try_looks_first_whether_the_first_arrived(world: World, post: Post, network: Network) -> None:
    network.failure = Retry("the answer was lost")
    row = deliver(put(world, post))
    network.failure, network.arrived = None, Done("r9", "https://blog.example.org/#r9")
    row = deliver(row)
    assert (row.state, row.result_id) == (OutboxState.SENT, "r9")
    assert network.asked == [("act", row.key), ("find", row.key)]


def test_given_up_after_a_day(world: World, post: Post, network: Network) -> None:
    network.failure = Retry("still busy")
    row = put(world, post)
    row.first_try, row.tries = timezone.now() - timedelta(hours=25), 30
    row.save()
    row = deliver(row)
    assert row.state == OutboxState.BROKEN
    assert "31 tries" in row.error
    assert "still busy" in row.error


def test_what_is_asked_of_one_post_leaves_in_order(world: World, post: Post, network: Network) -> None:
    first, second = put(world, post, "hide"), put(world, post, "restore")
    elsewhere = put(world, make_post(post.source, number=2), "hide")
    assert claim_outbox(timezone.now()) == first
    assert claim_outbox(timezone.now()) == elsewhere
    assert claim_outbox(timezone.now()) is None
    first.refresh_from_db()  # with its lease
    deliver(first)
    assert claim_outbox(timezone.now()) == second


def test_the_post_stands_as_the_network_says_afterwards(world: World, post: Post, network: Network) -> None:
    deliver(put(world, post, "hide"))
    post.refresh_from_db()
    assert post.state == "hidden"


def test_the_same_form_twice_is_one_row(world: World, post: Post) -> None:
    assert put(world, post, nonce="form") == put(world, post, nonce="form")
    assert put(world, post, nonce="form") != put(world, post, nonce="another")
    assert Outbox.of(world.acme).count() == 2


def test_a_claimed_row_is_claimed_again_only_when_its_lease_ends(world: World, post: Post) -> None:
    row = put(world, post)
    now = timezone.now()
    assert claim_outbox(now) == row
    assert claim_outbox(now) is None
    assert claim_outbox(now + timedelta(seconds=301)) == row


@pytest.mark.parametrize(("tries", "seconds"), [(0, 0), (1, 10)])
def test_after_a_kill_what_was_tried_waits_until_the_network_is_done_with_it(
    world: World, post: Post, tries: int, seconds: int
) -> None:
    put(world, post)
    now = timezone.now()
    row = claim_outbox(now)
    assert row is not None
    Outbox.everywhere.filter(pk=row.pk).update(tries=tries)
    for start in (now, now + timedelta(seconds=5)):  # killed twice: the second start does not make it wait anew
        free_leases(start)
    early = claim_outbox(now + timedelta(seconds=max(0, seconds - 1)))
    assert (early == row) is (tries == 0)
    assert (claim_outbox(now + timedelta(seconds=seconds + 1)) == row) is (tries == 1)


def test_every_failure_has_a_name() -> None:
    assert {kind.__name__ for kind in Failure.__subclasses__()} == {"Retry", "Broken"}


def test_whoever_lost_the_lease_does_not_act_and_changes_nothing(world: World, post: Post, network: Network) -> None:
    row = put(world, post)
    row.tries = 1
    row.save()
    claimed = claim_outbox(timezone.now())
    assert claimed is not None
    Outbox.of(world.acme).update(lease_until=timezone.now() + timedelta(minutes=20))  # another worker's
    assert deliver(claimed).state == OutboxState.WAITING
    assert network.asked == []


def test_the_lease_is_whole_again_after_looking(
    world: World, post: Post, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = put(world, post)
    row.tries = 1
    row.due -= timedelta(minutes=10)
    row.save()
    claimed = claim_outbox(timezone.now() - timedelta(seconds=200))
    assert claimed is not None

    def slow(*_: object) -> None:
        Outbox.of(world.acme).update(state=OutboxState.DROPPED)  # called back while the network was looked at

    monkeypatch.setattr(network, "find", slow)
    assert deliver(claimed).state == OutboxState.DROPPED
    assert network.asked == []
    Outbox.of(world.acme).update(state=OutboxState.WAITING, lease_until=None)
    claimed = claim_outbox(timezone.now() - timedelta(seconds=200))
    assert claimed is not None
    held = claimed.lease_until
    leases = []

    def act(*_: object) -> Done:
        leases.append(Outbox.of(world.acme).get().lease_until)
        return Done("r1")

    monkeypatch.setattr(network, "find", lambda *_: None)
    monkeypatch.setattr(network, "act", act)
    assert deliver(claimed).state == OutboxState.SENT
    assert held is not None
    assert leases[0] - held >= timedelta(seconds=200)


@pytest.mark.parametrize("failure", [Retry("busy"), Broken("refused"), None])
def test_what_was_called_back_meanwhile(
    world: World, post: Post, network: Network, monkeypatch: pytest.MonkeyPatch, failure: Exception | None
) -> None:
    """It is not sent again; if it had arrived after all, that is said."""
    claimed = put(world, post)

    def act(*_: object) -> Done:
        Outbox.of(world.acme).update(state=OutboxState.DROPPED)  # its lease had run out
        if failure:
            raise failure
        return Done("r1")

    monkeypatch.setattr(network, "act", act)
    assert deliver(claimed).state == (OutboxState.DROPPED if failure else OutboxState.SENT)


@pytest.mark.parametrize("failure", [Retry("busy"), Broken("refused"), None])
def test_a_source_deleted_while_something_is_sent_there(
    world: World, post: Post, network: Network, monkeypatch: pytest.MonkeyPatch, failure: Exception | None
) -> None:
    claimed = put(world, post)

    def act(*_: object) -> Done:
        Outbox.of(world.acme).delete()
        if failure:
            raise failure
        return Done("r1")

    monkeypatch.setattr(network, "act", act)
    outbox.deliver(claimed, Http())
    assert not Outbox.of(world.acme).exists()
    assert not Audit.of(world.acme).filter(noun="outbox").exists()


@pytest.mark.parametrize(
    ("failure", "done", "error", "result"),
    [
        (Retry("it says \0\ud800"), None, "it says \ufffd\ufffd", ("", "")),
        (Broken("it says \0\ud800"), None, "it says \ufffd\ufffd", ("", "")),
        (None, Done("a\0", "https://a.example/\0"), "", ("a\ufffd", "https://a.example/\ufffd")),
        (None, Done("a", "javascript:alert(1)"), "", ("a", "")),
    ],
)
def test_whatever_the_network_answers_can_be_kept(
    world: World,
    post: Post,
    network: Network,
    monkeypatch: pytest.MonkeyPatch,
    failure: Exception | None,
    done: Done | None,
    error: str,
    result: tuple[str, str],
) -> None:
    network.failure = failure
    if done:
        monkeypatch.setattr(network, "act", lambda *_: done)
    row = deliver(put(world, post))
    assert (row.error, (row.result_id, row.result_url)) == (error, result)


def test_a_very_long_id_of_an_answer_fits(
    world: World, post: Post, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "act", lambda *_: Done("r" * 600))
    assert deliver(put(world, post)).state == OutboxState.SENT


@pytest.mark.parametrize("failure", [None, Broken("does not accept the password")])
def test_merged_while_it_was_being_sent(
    world: World, post: Post, monkeypatch: pytest.MonkeyPatch, failure: Exception | None
) -> None:
    """What becomes of an answer is told where its post stands by then."""
    other = make_conversation(make_post(post.source, "Me, too", 2, thread="elsewhere"))
    Post.everywhere.update(waits=True)

    class Slow(Network):
        def act(self, settings: object, act: Act, http: Http) -> Done:
            moving.merge(other, [Conversation.everywhere.get(pk=post.conversation_id)], by=world.alice)
            return super().act(settings, act, http)

    monkeypatch.setattr(outbox, "connector", lambda kind: Slow(failure))
    deliver(put(world, post, text="Thank you"))
    took = Conversation.everywhere.get(pk=other.pk)
    assert (took.answered is None, took.unanswered is None) == (failure is not None, failure is None)
    assert took.status == "open"
