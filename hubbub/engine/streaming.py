"""Networks that tell at once: each such source is read by a thread of its own, which holds the source's lease.

On every connection what was missed is fetched first, then the stream is read from there, no faster than it is saved.
Where the stream cannot be had the source is polled, and the stream is tried again after a while that grows.
"""

import logging
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from secrets import SystemRandom
from threading import Event, Lock, Thread, current_thread
from time import monotonic

from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.db.models import QuerySet
from django.utils import timezone
from msgspec import Struct, structs

from hubbub.connectors import Batch, Http, Streaming, connector, connectors
from hubbub.core.backoff import wait
from hubbub.core.failures import Broken, Failure, Retry
from hubbub.store.claim import LEASE
from hubbub.store.cleaning import text
from hubbub.store.keys import SealBroken
from hubbub.store.models import Source, SourceState
from hubbub.store.models.source import LeaseLost
from hubbub.ui.door import door

from . import listening
from .accounts import acting

log = logging.getLogger(__name__)

WINDOW = 1.0  # seconds for which what comes is gathered before it is saved
MOST = 500  # posts and deletions saved at once
CHECK = min(2.0, LEASE.total_seconds() / 3)  # seconds between two looks at whether the source is still ours to read
CHANCE = SystemRandom()  # by which tries are spread, so that not all come back at once
FIRST, LATEST = timedelta(seconds=5), timedelta(minutes=30)  # between two tries to have a stream
FIRST_BROKEN = timedelta(minutes=5)  # where a person must mend something, and may have
STEADY = 60.0  # seconds after which a stream counts as one that works: its next failure is a first one
PATIENCE = 30.0  # seconds that a stream gets to end in order
LEAVING = timedelta(seconds=5)  # within which a stream that is no longer wanted has ended


class _Stopped(Exception):
    """The worker ends, or the source was paused, deleted or edited: nothing went wrong."""


class _Tries(Struct):
    """How a source's stream failed lately."""

    failed: int  # times in a row
    until: float  # on the clock; it is not tried before


class Streams:
    """The streams of this worker. Safe for threads."""

    def __init__(self, most: int, http: Http | None = None) -> None:
        """`most` at once; sources that find no room are polled."""
        self._most = most
        self._http = http
        self._threads: dict[int, Thread] = {}  # by the source's id
        self._tries: dict[int, _Tries] = {}
        self._lock = Lock()
        self._ending = Event()

    def take(self, source: Source) -> bool:
        """Read a claimed source by its stream from now on; the lease is looked after here. False: it is to be polled,
        because it has no stream, because there is no room, or because its stream failed a moment ago."""
        network = connectors().get(source.kind)
        if network is None or not isinstance(network, Streaming) or not _streams(source, network):
            if source.stream_error:  # it had one until its settings were changed
                Source.everywhere.filter(pk=source.pk).update(stream_error="")
            return False
        with self._lock:
            self._threads = {pk: thread for pk, thread in self._threads.items() if thread.is_alive()}
            tries = self._tries.get(source.pk)
            waits = tries is not None and tries.until > monotonic()
            if self._ending.is_set() or waits or source.pk in self._threads or len(self._threads) >= self._most:
                return False
            thread = Thread(target=self._run, args=(source,), name=f"stream of source {source.pk}")
            self._threads[source.pk] = thread
            thread.start()
        return True

    def pause(self, source: Source) -> timedelta | None:
        """How long until its stream is tried again; None: nothing is known against it."""
        thread = self._threads.get(source.pk)
        if thread is not None and thread.is_alive():  # of its settings before they were changed: it ends in a moment
            return LEAVING
        tries = self._tries.get(source.pk)
        return None if tries is None else timedelta(seconds=max(0.0, tries.until - monotonic()))

    def end(self) -> None:
        """Tell all of them to end."""
        self._ending.set()

    def join(self) -> None:
        """Wait until they have ended; what they had in hand is saved."""
        for thread in list(self._threads.values()):
            if thread is not current_thread():
                thread.join(PATIENCE)

    def _run(self, source: Source) -> None:
        try:
            self.follow(source)
        except (OperationalError, InterfaceError):  # it did not answer, or broke off
            log.exception("The database did not answer; source %s is read again when its lease has ended", source.pk)
        finally:
            connection.close()

    def follow(self, source: Source) -> None:
        """Read a claimed source until its stream ends, one way or another; its lease is given back."""
        following = _Following(source, self._http or door(), self._ending)
        try:
            following.read()
        except (_Stopped, LeaseLost):
            following.give_back()
        except Exception as failure:  # noqa: BLE001  # told apart there, and loud about mistakes
            if following.in_stream:
                self._failed(following, failure)
            else:
                listening.failed(source, failure)

    def _failed(self, following: "_Following", failure: Exception) -> None:
        source, before = following.source, self._tries.get(following.source.pk)
        failed = 1 + (before.failed if before and following.lasted() < STEADY else 0)
        first = FIRST_BROKEN if isinstance(failure, Broken) else FIRST
        pause = wait(failed, CHANCE.random(), first=first, most=LATEST)
        if isinstance(failure, Retry) and failure.after:
            pause = max(pause, failure.after)
        self._tries[source.pk] = _Tries(failed, monotonic() + pause.total_seconds())
        says = _in_words(source, failure, loud=failed == 1)
        # one line when it begins to fail, however often it comes and goes: its page says how it goes on
        level = logging.WARNING if failed == 1 else logging.DEBUG
        log.log(level, "Source %s (%s): %s It is polled meanwhile.", source.pk, source.kind, says)
        following.give_back(says)


class _Following:
    """One source, from the moment it was claimed until its stream ends."""

    def __init__(self, source: Source, http: Http, ending: Event) -> None:
        self.source = source
        self._http = http
        self._ending = ending
        self.in_stream = False
        self._checked = monotonic()
        self._since: float | None = None  # when the stream gave its first sign of life

    def lasted(self) -> float:
        """Seconds since the stream gave its first sign of life; 0: it never did."""
        return 0.0 if self._since is None else monotonic() - self._since

    def read(self) -> None:
        """Raises what ended it. `in_stream`: it was the stream, not what is fetched before it nor the saving."""
        network = connector(self.source.kind)
        if not isinstance(network, Streaming):
            raise TypeError(f"{self.source.kind} has no stream")  # `take` asked
        more = not network.resumes
        while more:
            with acting(self.source, self._http) as (given, http):
                batch = network.fetch(given, self.source.cursor, http)
            listening.keep(self.source, network, batch, self._http)
            more = batch.more
            self._check(batch, live=False)
        self.in_stream = True
        with acting(self.source, self._http) as (given, http):
            with closing(network.stream(given, self.source.cursor, http)) as stream:
                for batch in gathered(stream):
                    self.in_stream = False
                    if _tells(batch) or batch.cursor != self.source.cursor:
                        listening.keep(self.source, network, batch, self._http)
                    self._check(batch, live=True)
                    self.in_stream = True
            raise Retry("The network ended the stream.")

    def _check(self, batch: Batch, *, live: bool) -> None:
        """Stop where that is wanted; now and then renew the lease and say on the source how it does."""
        first = live and self._since is None
        if first:
            self._since = monotonic()
        if not first and monotonic() - self._checked < CHECK and not self._ending.is_set():
            return
        self._checked = monotonic()
        close_old_connections()
        now = timezone.now()
        fields: dict[str, object] = {"lease_until": now + LEASE, "due": now, "last_try": now, "last_success": now}
        fields |= {"failures": 0, "error": ""}
        if live:
            fields |= {"streamed": now, "stream_error": ""}
            if not batch.posts and batch.at is None:
                fields["reached"] = now  # nothing came although we listened: we are up to date
        if not _leased(self.source).filter(state=SourceState.ACTIVE).update(**fields):
            raise _Stopped
        for name, value in fields.items():
            setattr(self.source, name, value)
        if self._ending.is_set():
            raise _Stopped

    def give_back(self, error: str = "") -> None:
        """End the lease. `error`: why there is no stream; the source is due at once, to be polled."""
        kept = {"stream_error": text(error)} if error else {}
        _leased(self.source).update(lease_until=None, due=timezone.now(), streamed=None, **kept)


def gathered(stream: Iterator[Batch]) -> Iterator[Batch]:
    """The same batches, those of about a second put together: what comes one by one is not saved one by one."""
    held: Batch | None = None
    began = 0.0
    while True:
        try:
            batch = next(stream)
        except StopIteration:
            break
        except Exception:
            if held is not None:
                yield held  # what came before it failed
            raise
        if held is None:
            held, began = batch, monotonic()
        else:
            held = joined(held, batch)
        full = len(held.posts) + len(held.gone) >= MOST
        if full or not _tells(batch) or monotonic() - began >= WINDOW:
            yield held
            held = None
    if held is not None:
        yield held


def joined(one: Batch, two: Batch) -> Batch:
    """Two batches as one. A post that was deleted and then stands there again is not gone, nor is who writes again."""
    back = {post.id for post in two.posts}
    gone = [ident for ident in one.gone if ident not in back]
    writing = {post.author.id for post in two.posts if post.author}
    gone_authors = [ident for ident in one.gone_authors if ident not in writing]
    return structs.replace(
        two,
        posts=[*one.posts, *two.posts],
        refused=[*one.refused, *two.refused],
        gone=[*gone, *two.gone],
        gone_authors=[*gone_authors, *two.gone_authors],
        reports=[*one.reports, *two.reports],
        authors=[*one.authors, *two.authors],
        at=two.at or one.at,
        sift=one.sift and two.sift,
    )


def _tells(batch: Batch) -> bool:
    """Whether anything stands in it. What is gone may leave the cursor where it was."""
    return bool(batch.posts or batch.gone or batch.gone_authors or batch.reports or batch.refused or batch.authors)


def _streams(source: Source, network: Streaming) -> bool:
    try:
        return network.streams(source.whole_settings())
    except (Failure, SealBroken):
        return False  # polling says what is wrong


def _in_words(source: Source, failure: Exception, *, loud: bool) -> str:
    if isinstance(failure, Failure):
        return str(failure)
    if loud:
        log.error("The stream of source %s (%s) failed", source.pk, source.kind, exc_info=failure)
    return f"Hubbub made a mistake with the stream ({type(failure).__name__}); the log has the details."


def _leased(source: Source) -> QuerySet[Source]:
    return Source.everywhere.filter(pk=source.pk, lease_until=source.lease_until)
