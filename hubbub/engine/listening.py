"""Reading one source that is due, and keeping its health: what was read, what went wrong, when it is tried again."""

import logging
import random
from collections.abc import Sequence
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from hubbub.connectors import Batch, Connector, Http, Pushed, connector
from hubbub.core.backoff import wait
from hubbub.core.failures import Broken, Retry
from hubbub.store import arrivals
from hubbub.store.cleaning import text
from hubbub.store.keys import SealBroken
from hubbub.store.models import Arrival, Source, SourceState
from hubbub.store.models.source import LeaseLost

from . import arrived
from .accounts import acting
from .take_in import Taken, take_in

log = logging.getLogger(__name__)

FIRST, MOST = timedelta(seconds=30), timedelta(hours=1)  # between two tries after a failure
# a feed may be malformed for a minute while it is written: so many times in a row, then a person must look
PATIENCE = 3
PAUSE_AFTER_BROKEN = timedelta(minutes=10)


def listen_to(source: Source, http: Http) -> Taken | None:
    """Read one batch of a claimed source and take it in. None: it failed, and the source says why."""
    try:
        network = connector(source.kind)
        batch, sent = _next(source, network, http)
        taken = take_in(source, batch, now=timezone.now())
        if sent:
            arrivals.settle(source, sent, now=timezone.now())
    except Retry as busy:
        _failed(source, str(busy), max(_pause(source), busy.after or timedelta()))
        return None
    except (Broken, SealBroken) as refused:
        state = SourceState.BROKEN if source.failures + 1 >= PATIENCE else SourceState.ACTIVE
        _failed(source, str(refused), PAUSE_AFTER_BROKEN, state)
        if isinstance(refused, Broken) and refused.sign_in:
            Source.everywhere.filter(pk=source.pk).update(wants_sign_in=True)
        return None
    except LeaseLost as lost:
        log.warning("%s; what was read is read again there", lost)
        return None
    except Exception as bug:  # a bug in one connector must not stop the other sources; it is loud in log and page
        log.exception("Reading source %s (%s) failed", source.pk, source.kind)
        _failed(source, f"Hubbub made a mistake here ({type(bug).__name__}); the log has the details", _pause(source))
        return None
    now = timezone.now()
    finished = not batch.more and batch.total is not None and batch.done == batch.total
    if finished:
        _leased(source).filter(state=SourceState.ACTIVE).update(state=SourceState.FINISHED)
    _leased(source).update(
        lease_until=None,
        due=now if batch.more else now + timedelta(seconds=network.every) * (0.9 + random.random() / 5),  # noqa: S311
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


def _pause(source: Source) -> timedelta:
    return wait(source.failures + 1, random.random(), first=FIRST, most=MOST)  # noqa: S311  # nobody guesses it


def _failed(source: Source, error: str, pause: timedelta, state: SourceState = SourceState.ACTIVE) -> None:
    now = timezone.now()
    if state == SourceState.BROKEN:
        _leased(source).filter(state=SourceState.ACTIVE).update(state=state)
    log.warning("Source %s (%s): %s; next try in %s s", source.pk, source.kind, error, round(pause.total_seconds()))
    _leased(source).update(
        lease_until=None,
        due=now + pause,
        failures=source.failures + 1,
        error=text(error),
        last_try=now,
    )


def _leased(source: Source) -> QuerySet[Source]:
    """The row, while the lease is still ours: what another worker or a person did meanwhile is left alone."""
    return Source.everywhere.filter(pk=source.pk, lease_until=source.lease_until)
