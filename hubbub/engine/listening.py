"""Reading one source that is due, and keeping its health: what was read, what went wrong, when it is tried again."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from secrets import SystemRandom

from django.db.models import QuerySet
from django.utils import timezone

from hubbub.connectors import Batch, Connector, Http, Naming, Pushed, connector
from hubbub.core.backoff import wait
from hubbub.core.failures import Broken, Retry
from hubbub.store import arrivals
from hubbub.store.cleaning import text
from hubbub.store.keys import SealBroken
from hubbub.store.models import Arrival, Source, SourceState
from hubbub.store.models.source import LeaseLost

from . import arrived
from .accounts import acting
from .naming import named
from .sifting import sift
from .take_in import Taken, take_in

log = logging.getLogger(__name__)

CHANCE = SystemRandom()  # by which tries are spread, so that not all come back at once
FIRST, MOST = timedelta(seconds=30), timedelta(hours=1)  # between two tries after a failure
# a feed may be malformed for a minute while it is written: so many times in a row, then a person must look
PATIENCE = 3
PAUSE_AFTER_BROKEN = timedelta(minutes=10)


def listen_to(source: Source, http: Http, *, within: timedelta | None = None) -> Taken | None:
    """Read one batch of a claimed source and take it in. None: it failed, and the source says why.

    `within`: when it wants to be looked at again at the latest, where that is before its next poll.
    """
    try:
        network = connector(source.kind)
        batch, sent = _next(source, network, http)
        taken = keep(source, network, batch, http)
        if sent:
            arrivals.settle(source, sent, now=timezone.now())
    except Exception as failure:  # noqa: BLE001  # a bug in one connector must not stop the others; it is loud there
        failed(source, failure)
        return None
    now = timezone.now()
    pause = timedelta(seconds=network.every) * (0.9 + CHANCE.random() / 5)
    if within is not None:
        pause = min(pause, within)
    finished = not batch.more and batch.total is not None and batch.done == batch.total
    if finished:
        _leased(source).filter(state=SourceState.ACTIVE).update(state=SourceState.FINISHED)
    _leased(source).update(
        lease_until=None,
        due=now if batch.more else now + pause,
        failures=0,
        error="",
        wants_sign_in=False,
        last_try=now,
        last_success=now,
        done=batch.done,
        total=batch.total,
    )
    return taken


def _next(source: Source, network: Connector, http: Http) -> tuple[Batch, Sequence[Arrival]]:
    """What is to be taken in now: what the network has, or what it sent, with the rows that hold it."""
    if isinstance(network, Pushed):
        sent = arrived.read(source, network)
        return sent.batch, sent.rows
    with acting(source, http) as (settings, door):
        return network.fetch(settings, source.cursor, door), ()


def keep(source: Source, network: Connector, batch: Batch, http: Http) -> Taken:
    """Take a batch in. Of a whole network's stream only what concerns us is looked at closely."""
    now = timezone.now()
    if batch.sift:
        batch = sift(source, batch, now=now)
        if isinstance(network, Naming):
            batch = named(source, network, batch, http)
    return take_in(source, batch, now=now)


def failed(source: Source, failure: Exception) -> None:
    """Say on the source what went wrong, and when it is tried again. A mistake of ours is loud in the log."""
    match failure:
        case Retry():
            _failed(source, str(failure), max(_pause(source), failure.after or timedelta()))
        case Broken() | SealBroken():
            state = SourceState.BROKEN if source.failures + 1 >= PATIENCE else SourceState.ACTIVE
            _failed(source, str(failure), PAUSE_AFTER_BROKEN, state)
            if isinstance(failure, Broken) and failure.sign_in:
                Source.everywhere.filter(pk=source.pk).update(wants_sign_in=True)
        case LeaseLost():
            log.warning("%s; what was read is read again there", failure)
        case _:
            log.error("Reading source %s (%s) failed", source.pk, source.kind, exc_info=failure)
            says = f"Hubbub made a mistake here ({type(failure).__name__}); the log has the details"
            _failed(source, says, _pause(source))


def _pause(source: Source) -> timedelta:
    return wait(source.failures + 1, CHANCE.random(), first=FIRST, most=MOST)


def _failed(source: Source, error: str, pause: timedelta, state: SourceState = SourceState.ACTIVE) -> None:
    now = timezone.now()
    if state == SourceState.BROKEN:
        _leased(source).filter(state=SourceState.ACTIVE).update(state=state)
    # once, when it begins to fail: its page says how it goes on
    level = logging.DEBUG if source.failures else logging.WARNING
    log.log(level, "Source %s (%s): %s; next try in %s s", source.pk, source.kind, error, round(pause.total_seconds()))
    _leased(source).update(
        lease_until=None,
        due=now + pause,
        failures=source.failures + 1,
        error=text(error),
        last_try=now,
        streamed=None,
    )


def _leased(source: Source) -> QuerySet[Source]:
    """The row, while the lease is still ours: what another worker or a person did meanwhile is left alone."""
    return Source.everywhere.filter(pk=source.pk, lease_until=source.lease_until)
