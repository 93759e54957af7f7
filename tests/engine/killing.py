"""A worker that is killed again and again: run as a process of its own, with its own data folder.

`python -m tests.engine.killing KILLS SECONDS` works whatever is due in the database that the environment names:
each life ends by SIGKILL at a random moment within SECONDS, and after KILLS of them one worker may finish, unless a
third word says "unfinished".
"""

import os
import random
import signal
import sys
import threading
import time
from importlib import import_module

import django

SEED = 20261122
SMALL_BATCH = 20  # so that 5,000 posts take many transactions, and a kill meets one in the middle


def main(kills: int, seconds: float, *, finish: bool = True) -> None:
    """Fork, kill, repeat; forking saves the start of Python at each life."""
    django.setup()
    from django.db import connections

    from hubbub.connectors import connectors, files
    from hubbub.store import rejudging

    import_module("hubbub.engine.loop")  # before the forks, so that a life is spent at work
    connectors()
    files.BATCH = SMALL_BATCH
    rejudging.BATCH = SMALL_BATCH // 4  # nothing has to be fetched: it is quicker
    chance = random.Random(SEED)
    landed = 0
    for _ in range(kills):
        connections.close_all()
        worker = os.fork()
        if not worker:
            live()
        time.sleep(chance.uniform(0.01, seconds))
        landed += os.waitpid(worker, os.WNOHANG) == (0, 0)  # it was alive, and at work
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)
    connections.close_all()
    print(f"killed alive: {landed}, at work: {work_left()}")
    connections.close_all()
    sys.stdout.flush()
    if not finish:
        return
    worker = os.fork()
    if not worker:
        live(until_done=True)
    os.waitpid(worker, 0)


def live(*, until_done: bool = False) -> None:
    """One life of the worker: the real loop."""
    from hubbub.engine import loop

    stop = threading.Event()
    if until_done:
        threading.Thread(target=stop_when_done, args=(stop,), daemon=True).start()
    loop.run(stop)
    os._exit(0)


def stop_when_done(stop: threading.Event) -> None:
    """When nothing is due any more, or nothing has moved for two minutes."""
    from hubbub.store.models import Outbox, Source

    moved, seen = time.monotonic(), (-1, -1)
    while work_left() and time.monotonic() < moved + 120:
        sent = Outbox.everywhere.filter(state="sent").count()
        here = (sent, sum(Source.everywhere.values_list("posts_taken", flat=True)))
        if here != seen:
            moved, seen = time.monotonic(), here
        time.sleep(0.3)
    stop.set()


def work_left() -> bool:
    """Whether a source is not read to its end, posts are to be judged again, or something has not left yet."""
    from hubbub.store.models import Judge, Outbox, Source, Undoing

    unsent = Outbox.everywhere.filter(state__in=["waiting", "failed"])
    unread = Source.everywhere.filter(state="active", kind="files").exists()
    unsent = unsent.exists() or Undoing.everywhere.filter(state="running").exists()
    return unread or unsent or Judge.everywhere.filter(reading_below__isnull=False).exists()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), finish=sys.argv[3:] != ["unfinished"])
