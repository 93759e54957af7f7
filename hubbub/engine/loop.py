"""The loop: claims what is due, does it, and waits a moment when nothing is. Any number may run at once."""

import logging
import signal
import threading
from collections.abc import Callable, Mapping
from fcntl import LOCK_EX, LOCK_NB, flock
from typing import IO

from django.conf import settings
from django.db import OperationalError, close_old_connections, connection
from django.utils import timezone

from hubbub.moderate import sanctions, sweeps, undoing
from hubbub.store import asked, fulltext, proposals, queue, rereading, sealing
from hubbub.store.claim import claim_outbox, claim_source, free_leases
from hubbub.store.embedded.base import step_back
from hubbub.team.notifications import sending
from hubbub.ui.door import door

from . import accounts, farewells, judging, replays, sketching
from .listening import listen_to
from .outbox import deliver
from .streaming import Streams
from .tending import tend

log = logging.getLogger(__name__)

IDLE = 0.5  # seconds to wait when nothing is due
SEALING = 5.0  # where the log is looked at: what was written a moment ago is not sealed yet
PAUSE_AFTER_TROUBLE = 5.0  # when the database itself does not answer

_streams: Streams | None = None  # of this process, while it works


def send_one() -> bool:
    """Deliver one outbox row. False: none is due."""
    row = claim_outbox(timezone.now())
    if row is not None:
        deliver(row, door())
    return row is not None


def read_one() -> bool:
    """Read one batch of one source. False: none is due."""
    source = claim_source(timezone.now())
    if source is None:
        return False
    if _streams is None:
        listen_to(source, door())
    elif not _streams.take(source):
        listen_to(source, door(), within=_streams.pause(source))
    return True


def renew_one() -> bool:
    """Renew the tokens of one account before they end, or give back those of one that was let go. False: none waits."""
    return accounts.renew_one(door()) or farewells.give_one_back(door())


def reread_one() -> bool:
    """Hold one batch of stored posts against a new or changed topic. False: no topic waits for that."""
    topic = rereading.waiting()
    if topic is not None:
        rereading.step(topic, now=timezone.now())
    return topic is not None


def judge_one() -> bool:
    """Judge one batch of stored posts anew, or train a workspace's own layer. False: nobody waits for that."""
    now = timezone.now()
    return judging.rejudge_one(now) or judging.train_one(now) or judging.tidy(now)


def undo_some() -> bool:
    """A step of what is being taken back, or the end of a mute or ban whose time is over. False: there is neither."""
    return undoing.step() or sanctions.end_due(timezone.now())


def sweep_some() -> bool:
    """Carry out the next step of a decision about many posts. False: there is none."""
    return sweeps.step()


def replay_some() -> bool:
    """A stretch of a replay that somebody asked for. False: there is none."""
    return replays.step()


def index_some() -> bool:
    """Index a batch of posts for searching. False: all of them are."""
    return fulltext.step() > 0


def rank_some() -> bool:
    """Work out the places of posts that came into the queue, and what strikes propose. False: all of it is."""
    return queue.rank_some() > 0 or proposals.step(timezone.now())


def ask_some() -> bool:
    """Put together what people of one workspace ask most. False: all of it was done within the hour."""
    return asked.step(timezone.now())


def sketch_one() -> bool:
    """Have one draft written by the language model that the operator named. False: nobody waits for one."""
    return sketching.step()


def seal_some() -> bool:
    """Seal what stands in the log and is not sealed yet. False: all of it is."""
    return sealing.seal_some(timezone.now())


def notify_some() -> bool:
    """Put what was notified into its members' channels, and send one of them. False: nothing is due."""
    return sending.step(timezone.now())


# one thread each, so that a slow source never holds up a reply
WORK: tuple[Callable[[], bool], ...] = (
    send_one,  # people wait for these
    undo_some,
    read_one,
    read_one,  # two, because most of reading is waiting for a network
    renew_one,
    reread_one,
    judge_one,  # apart from topics: neither waits until the other has gone through a million posts
    sweep_some,  # apart: thousands of decisions must not hold up the sending of single ones
    rank_some,  # until then they stand in the order in which they came
    seal_some,
    sketch_one,  # apart: a model may take minutes
    notify_some,  # apart: a mail server that does not answer holds up nothing else
    tend,  # promises, snoozes, plans of ours: due by the clock
    replay_some,
    ask_some,  # apart: three thousand questions take longer than somebody waits for a conversation to be settled
    index_some,  # posts that it has not reached are searched all the same, one by one
)

# for whom nobody waits
PAUSES: Mapping[Callable[[], bool], float] = {seal_some: SEALING, sketch_one: 1.0, ask_some: 5.0}


def run(stop: threading.Event) -> None:
    """Work until `stop` is set; what is in hand then is finished first."""
    global _streams  # noqa: PLW0603  # one set for the process, known to whoever claims sources
    alone = _only_worker()
    if alone:
        step_back()
        free_leases(timezone.now())  # on SQLite there is one worker: leases that stand are those of one that was killed
    streams = _streams = Streams(settings.STREAMS)
    threads = [threading.Thread(target=_repeat, args=(work, stop), name=work.__name__) for work in WORK]
    for thread in threads:
        thread.start()
    stop.wait()
    streams.end()
    for thread in threads:
        thread.join()
    streams.join()
    _streams = None
    if alone:
        alone.close()


def work_until_told() -> None:
    """`hubbub work`: the loop as a process of its own, ended in order by SIGTERM or Ctrl-C."""
    stop = threading.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda _number, _frame: stop.set())
    log.info("Working")
    run(stop)
    log.info("Stopped; nothing was left in hand")


def _repeat(work: Callable[[], bool], stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            busy = work()
        except OperationalError:
            log.exception("The database did not answer; trying again")
            close_old_connections()
            stop.wait(PAUSE_AFTER_TROUBLE)
            continue
        except Exception:  # a thread that ended here would leave its work undone while the process lives on
            log.exception("Hubbub made a mistake in %s; the rest goes on", work.__name__)
            close_old_connections()
            stop.wait(PAUSE_AFTER_TROUBLE)
            continue
        if not busy:
            close_old_connections()
            stop.wait(PAUSES.get(work, IDLE))
    connection.close()


def _only_worker() -> IO[str] | None:
    """A lock that ends with the process, where the database is a file of this machine. None: others may work too."""
    if connection.vendor != "sqlite":
        return None
    settings.DATA.mkdir(parents=True, exist_ok=True)
    lock = (settings.DATA / "worker.lock").open("w")
    try:
        flock(lock, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        raise SystemExit(f"Another worker already serves {settings.DATA}") from None
    return lock
