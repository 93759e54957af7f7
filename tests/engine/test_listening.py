"""Reading a source: its cursor, its health, and that one that fails holds nobody up."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from hubbub.connectors import Batch, Http
from hubbub.core.failures import Broken, Retry
from hubbub.core.post import Post
from hubbub.engine import listening
from hubbub.store import models
from hubbub.store.claim import claim_source, free_leases
from hubbub.store.models import Source, SourceState
from tests.world import World, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

PUBLISHED = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass
class Network:
    """Gives three posts a time, from a cursor; fails as told."""

    every = 300
    posts: int = 7
    failure: Exception | None = None
    asked: list[str] = field(default_factory=list)

    def fetch(self, settings: object, cursor: str, http: Http) -> Batch:
        self.asked.append(cursor)
        if self.failure:
            raise self.failure
        start = int(cursor or 0)
        end = min(start + 3, self.posts)
        posts = [Post(str(number), f"post {number}", published=PUBLISHED) for number in range(start, end)]
        return Batch(posts, str(end), more=end < self.posts, done=end, total=self.posts)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    network = Network()
    monkeypatch.setattr(listening, "connector", lambda kind: network)
    return network


@pytest.fixture
def source(world: World) -> Source:
    return make_source(world.acme, due=timezone.now() - timedelta(minutes=1))


def once(source: Source) -> Source:
    claimed = claim_source(timezone.now())
    assert claimed == source
    listening.listen_to(claimed, Http())
    source.refresh_from_db()
    return source


def test_read_to_the_end_batch_by_batch(source: Source, network: Network) -> None:
    for done in (3, 6, 7):
        once(source)
        assert (source.cursor, source.done, source.total) == (str(done), done, 7)
    assert (source.state, source.posts_taken, source.error) == (SourceState.FINISHED, 7, "")
    assert source.last_success is not None
    assert claim_source(timezone.now()) is None


@pytest.mark.parametrize(
    ("failure", "says", "states"),
    [
        (Retry("answered 503"), "answered 503", ["active"] * 4),
        (Broken("HTML where a feed is due"), "HTML where a feed is due", ["active", "active", "broken"]),
        (ZeroDivisionError("x"), "Hubbub made a mistake here", ["active"] * 4),
    ],
)
def test_a_source_that_fails_says_why_and_is_tried_again(
    source: Source, network: Network, failure: Exception, says: str, states: list[str]
) -> None:
    once(source)
    network.failure = failure
    for failures, state in enumerate(states, start=1):
        Source.everywhere.filter(pk=source.pk).update(due=timezone.now())
        once(source)
        assert source.error.startswith(says)
        assert (source.state, source.failures, source.cursor, source.lease_until) == (state, failures, "3", None)
        assert source.due > timezone.now() + timedelta(seconds=10)
    Source.everywhere.filter(pk=source.pk).update(due=timezone.now(), state="active")
    network.failure = None
    once(source)
    assert (source.error, source.failures, source.cursor) == ("", 0, "6")
    assert network.asked[1:] == ["3"] * (len(states) + 1)


def test_a_pause_set_meanwhile_stays(source: Source, network: Network) -> None:
    claimed = claim_source(timezone.now())
    assert claimed is not None
    Source.everywhere.filter(pk=source.pk).update(state=SourceState.PAUSED)
    listening.listen_to(claimed, Http())
    source.refresh_from_db()
    assert (source.state, source.cursor) == (SourceState.PAUSED, "3")


def test_whoever_lost_the_lease_saves_nothing(source: Source, network: Network) -> None:
    slow = claim_source(timezone.now())
    assert slow is not None
    Source.everywhere.filter(pk=source.pk).update(lease_until=timezone.now() + timedelta(hours=1))  # another worker
    assert listening.listen_to(slow, Http()) is None
    assert not models.Post.of(source.workspace).exists()
    source.refresh_from_db()
    assert (source.cursor, source.error) == ("", "")


def test_leases_of_the_dead_are_freed(source: Source) -> None:
    assert claim_source(timezone.now()) == source
    assert claim_source(timezone.now()) is None
    free_leases(timezone.now())
    assert claim_source(timezone.now()) == source


def test_credentials_that_cannot_be_opened_say_so(source: Source, network: Network) -> None:
    Source.everywhere.filter(pk=source.pk).update(sealed=b"not sealed by us")
    assert "sealed with another key" in once(source).error


def test_what_a_server_says_of_its_trouble_can_be_kept(source: Source, network: Network) -> None:
    network.failure = Retry("it says \0\ud800")
    assert once(source).error == "it says \ufffd\ufffd"
