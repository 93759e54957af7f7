"""Streams: what was missed first, then the stream; polled where it fails; stopped when told; never a storm."""

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from hubbub.connectors import Batch, Declared, Http
from hubbub.core.failures import Broken, Retry
from hubbub.core.post import Author, Post
from hubbub.engine import listening, loop, streaming
from hubbub.engine.streaming import Streams, gathered, joined
from hubbub.store import models
from hubbub.store.claim import LEASE, claim_source
from hubbub.store.models import Source, SourceState
from tests.world import World, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NOW = timezone.now()


def post(number: int) -> Post:
    return Post(str(number), f"post {number}", published=NOW - timedelta(hours=1))


class Network(Declared):
    """Tells of posts one by one. What stands in `fails` is raised by the stream when all was told."""

    kind = "network"
    every = 300

    def __init__(self) -> None:
        self.posts = 7
        self.told: list[str] = []
        self.fetched: list[str] = []
        self.opened: list[str] = []
        self.fails: Exception | None = Retry("example.org ended the stream.")
        self.poll_fails: Exception | None = None
        self.on_beat: Callable[[], None] = lambda: None
        self.beats = 0
        self.closed = 0
        self.has_stream = True
        self.after: list[Batch] = []

    def fetch(self, settings: object, cursor: str, http: Http) -> Batch:
        self.fetched.append(cursor)
        if self.poll_fails:
            raise self.poll_fails
        start = int(cursor or 0)
        end = min(start + 3, self.posts)
        return Batch([post(number) for number in range(start, end)], str(end), more=end < self.posts)

    def streams(self, settings: object) -> bool:
        return self.has_stream

    def stream(self, settings: object, cursor: str, http: Http) -> Iterator[Batch]:
        self.opened.append(cursor)
        try:
            for number in range(int(cursor or 0), self.posts + 4):
                yield Batch([post(number)], str(number + 1), at=NOW - timedelta(minutes=3))
            yield from self.after
            for _ in range(self.beats):
                self.on_beat()
                yield Batch((), str(self.posts + 4))
            if self.fails:
                raise self.fails
        finally:
            self.closed += 1


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    network = Network()
    for room in (listening, streaming):
        monkeypatch.setattr(room, "connector", lambda kind: network)
    monkeypatch.setattr(streaming, "connectors", lambda: {"wordpress": network})
    monkeypatch.setattr(streaming, "close_old_connections", lambda: None)
    monkeypatch.setattr(streaming, "CHECK", 0.0)
    monkeypatch.setattr(streaming, "WINDOW", 3600.0)  # what is put together hangs on no clock
    return network


@pytest.fixture
def source(world: World) -> Source:
    return make_source(world.acme, due=timezone.now() - timedelta(minutes=1))


def claimed() -> Source:
    found = claim_source(timezone.now())
    assert found is not None
    return found


def follow(source: Source, streams: Streams | None = None) -> Source:
    (streams or Streams(8)).follow(claimed())
    source.refresh_from_db()
    return source


def ids(source: Source) -> list[int]:
    return sorted(int(one) for one in models.Post.of(source.workspace).values_list("native_id", flat=True))


def test_what_was_missed_comes_first_then_the_stream(source: Source, network: Network) -> None:
    follow(source)
    assert network.fetched == ["", "3", "6"]
    assert network.opened == ["7"]
    assert (ids(source), source.cursor, source.posts_taken) == (list(range(11)), "11", 11)
    assert network.closed == 1


def test_a_stream_that_goes_on_by_itself_is_not_polled_first(
    source: Source, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Network, "resumes", True)
    follow(source)
    assert (network.fetched, network.opened, ids(source)) == ([], [""], list(range(11)))


def test_a_deletion_is_followed_though_the_cursor_stays(source: Source, network: Network) -> None:
    """A network's cursor may hold nothing of the posts that are deleted."""
    network.after = [Batch((), "11", gone=["2"])]
    follow(source)
    gone = models.Post.of(source.workspace).get(source=source, native_id="2")
    assert (gone.state, gone.text) == ("removed", "")


def test_how_far_behind_it_is_shows_on_the_source(source: Source, network: Network) -> None:
    def look() -> None:
        source.refresh_from_db()
        seen.append((source.behind(NOW), source.health(NOW)))

    seen: list[tuple[timedelta | None, str]] = []
    network.on_beat, network.beats = look, 3
    follow(source)
    # the newest happened three minutes ago; then nothing came although we listened, so that we are up to date
    assert seen == [(None, "well"), (timedelta(minutes=3), "well"), (timedelta(), "well")]
    assert source.behind(NOW) is None


def test_while_it_lives_the_lease_is_renewed(source: Source, network: Network) -> None:
    def age() -> None:
        row = Source.everywhere.get(pk=source.pk)
        leases.append(row.lease_until)
        assert (row.streamed is None) is (len(leases) == 1)  # it was not saved before the first

    leases: list[datetime | None] = []
    network.on_beat, network.beats = age, 3
    follow(source)
    assert leases == sorted(set(leases), key=str)
    assert all(one is not None and one > NOW + LEASE / 2 for one in leases)
    assert len(leases) == 3


@pytest.mark.parametrize(
    "happens",
    [
        lambda pk: Source.everywhere.filter(pk=pk).update(state=SourceState.PAUSED, lease_until=None),
        lambda pk: Source.everywhere.filter(pk=pk).update(lease_until=None),  # edited: it is read anew
        lambda pk: Source.everywhere.filter(pk=pk).update(lease_until=NOW + timedelta(days=1)),  # taken over
        lambda pk: models.Post.everywhere.filter(source=pk).delete() and Source.everywhere.filter(pk=pk).delete(),
    ],
)
def test_it_stops_when_it_is_told_to(source: Source, network: Network, happens: Callable[[int], object]) -> None:
    def once() -> None:
        beats.append(1)
        if len(beats) == 1:
            happens(source.pk)

    beats: list[int] = []
    network.on_beat, network.beats = once, 100
    network.fails = AssertionError("it went on")
    Streams(8).follow(claimed())
    assert len(beats) <= 2
    assert network.closed == 1
    assert not Source.everywhere.filter(pk=source.pk, state="active", stream_error__gt="").exists()


def test_it_ends_with_the_worker_and_is_read_again_at_once(source: Source, network: Network) -> None:
    streams = Streams(8)
    network.on_beat, network.beats = streams.end, 100
    follow(source, streams)
    assert (source.lease_until, source.stream_error, source.error) == (None, "", "")
    assert source.due <= timezone.now()
    assert not streams.take(claimed())


@pytest.mark.parametrize(
    ("failure", "says", "at_least"),
    [
        (Retry("example.org broke off."), "example.org broke off.", 2),
        (Retry("Slow down.", after=timedelta(hours=1)), "Slow down.", 3599),
        (Broken("example.org offers no stream."), "example.org offers no stream.", 150),
        (ZeroDivisionError("x"), "Hubbub made a mistake with the stream (ZeroDivisionError)", 2),
        (None, "The network ended the stream.", 2),
    ],
)
def test_a_stream_that_fails_is_polled_and_tried_again_later(
    source: Source,
    network: Network,
    failure: Exception | None,
    says: str,
    at_least: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    streams = Streams(8)
    network.fails = failure
    pauses = []
    with caplog.at_level(logging.INFO, logger="hubbub"):
        for _ in range(4):
            follow(source, streams)
            assert source.stream_error.startswith(says)
            assert (source.error, source.lease_until, source.state) == ("", None, "active")
            assert source.due <= timezone.now()  # polled at once, which fills the gap
            assert not streams.take(claimed())
            Source.everywhere.filter(pk=source.pk).update(lease_until=None)
            pause = streams.pause(source)
            assert pause is not None
            pauses.append(pause.total_seconds())
    assert pauses[0] >= at_least
    assert pauses[-1] > pauses[0] or at_least > 3000
    told = [line for line in caplog.records if "polled meanwhile" in line.getMessage()]
    assert len(told) == 1  # quiet: once, when it begins to fail


def test_where_polling_fails_too_the_source_says_so(source: Source, network: Network) -> None:
    network.poll_fails = Retry("example.org does not answer.")
    follow(source)
    assert (source.error, source.stream_error, network.opened) == ("example.org does not answer.", "", [])
    assert source.due > timezone.now() + timedelta(seconds=10)


def test_a_stream_that_can_be_had_again_is_told(source: Source, network: Network) -> None:
    follow(source)
    assert source.stream_error
    errors: list[str] = []
    network.on_beat = lambda: errors.append(Source.everywhere.get(pk=source.pk).stream_error)
    network.beats = 2
    follow(source)
    assert errors == ["example.org ended the stream.", ""]


def test_a_source_whose_stream_failed_is_looked_at_again_in_time(
    source: Source, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The poll does not wait its whole turn when the stream may be tried before."""
    streams = Streams(0)
    monkeypatch.setattr(loop, "_streams", streams)
    streams._tries[source.pk] = streaming._Tries(1, streaming.monotonic() + 20)
    network.posts = 2
    assert loop.read_one()
    source.refresh_from_db()
    assert (ids(source), network.opened) == ([0, 1], [])
    assert source.due < timezone.now() + timedelta(seconds=21)


def test_what_finds_no_room_or_has_no_stream_is_polled(source: Source, network: Network) -> None:
    assert not Streams(0).take(claimed())
    network.has_stream = False
    Source.everywhere.update(lease_until=None, stream_error="It broke off.")
    assert not Streams(8).take(claimed())
    source.refresh_from_db()
    assert source.stream_error == ""


# --- gathering


@pytest.mark.parametrize(
    ("sizes", "saved"),
    [
        ([1, 1, 1, 0], [3]),
        ([0, 0], [0, 0]),
        ([1, 0, 2, 0, 1], [1, 2, 1]),
        ([300, 300, 1, 0], [600, 1]),
        ([500, 500], [500, 500]),
    ],
)
def test_what_comes_one_by_one_is_saved_together(sizes: list[int], saved: list[int]) -> None:
    stream = (Batch([post(number) for number in range(size)], str(at)) for at, size in enumerate(sizes))
    batches = list(gathered(stream))
    assert [len(batch.posts) for batch in batches] == saved
    assert batches[-1].cursor == str(len(sizes) - 1)


def test_nothing_more_is_read_than_is_saved() -> None:
    """Memory is bounded: whoever saves slowly reads slowly."""
    read: list[int] = []

    def flood() -> Iterator[Batch]:
        for number in range(100_000):
            read.append(number)
            yield Batch([post(number)], str(number))

    for _ in zip(gathered(flood()), range(3), strict=False):
        assert len(read) <= 2000


def test_two_batches_make_one() -> None:
    one = Batch([post(1)], "1", gone=["2", "9"], gone_authors=["a"], at=NOW, sift=True, authors=[Author("x")])
    two = Batch([post(2)], "2", gone=["1"], sift=True)
    both = joined(one, two)
    assert ([one.id for one in both.posts], both.cursor, both.at, both.sift) == (["1", "2"], "2", NOW, True)
    assert (both.gone, both.gone_authors, both.authors) == (["9", "1"], ["a"], [Author("x")])


def test_whoever_writes_again_is_not_gone() -> None:
    back = Post("1", "I am back", author=Author("a"))
    both = joined(Batch((), "1", gone_authors=["a", "b"]), Batch([back], "2"))
    assert (both.gone_authors, both.cursor) == (["b"], "2")


def test_deletions_are_gathered_like_posts() -> None:
    stream = iter([Batch([post(1)], "1"), Batch((), "1", gone=["7"]), Batch((), "1", gone=["8"]), Batch((), "1")])
    (batch,) = gathered(stream)
    assert (len(batch.posts), batch.gone) == (1, ["7", "8"])


# --- in threads of their own


@pytest.mark.django_db(transaction=True)
def test_the_loop_hands_a_claimed_source_to_its_stream(
    world: World, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_source(world.acme, due=timezone.now() - timedelta(minutes=1))
    running, leave = threading.Event(), threading.Event()

    def wait() -> None:
        running.set()
        leave.wait(30)

    network.on_beat, network.beats = wait, 1
    streams = Streams(1)
    monkeypatch.setattr(loop, "_streams", streams)
    assert loop.read_one()
    assert running.wait(30)
    assert not loop.read_one()  # the lease is held
    assert streams.pause(source) == streaming.LEAVING  # whoever claims it meanwhile looks again in a moment
    other = make_source(world.acme, "Another", due=timezone.now() - timedelta(minutes=1))
    assert loop.read_one()  # no room: polled
    other.refresh_from_db()
    assert other.last_success is not None
    streams.end()
    leave.set()
    streams.join()
    source.refresh_from_db()
    assert (source.lease_until, source.cursor) == (None, "11")
    connection.close()
