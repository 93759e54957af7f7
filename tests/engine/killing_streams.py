"""A worker that reads a stream and is killed again and again: `python -m tests.engine.killing_streams KILLS LAST`.

Each life ends by SIGKILL at a random moment; after KILLS of them one worker may read on until the cursor is LAST.
"""

import os
import random
import signal
import sys
import threading
import time

import django

SEED = 20261123


def main(kills: int, last: str) -> None:
    """Fork, kill, repeat; forking saves the start of Python at each life."""
    django.setup()
    from django.db import connections

    from hubbub.connectors import bluesky_stream
    from hubbub.engine import streaming

    # small batches, so that a kill meets many transactions in the middle
    bluesky_stream.WINDOW = streaming.WINDOW = 0.02
    chance = random.Random(SEED)
    landed = 0
    for _ in range(kills):
        connections.close_all()
        worker = os.fork()
        if not worker:
            live("")
        before = cursor()
        end = time.monotonic() + 30
        while cursor() == before and time.monotonic() < end:  # however slow the machine is, every life gets somewhere
            time.sleep(0.01)
        connections.close_all()
        time.sleep(chance.uniform(0.0, 0.2))
        landed += os.waitpid(worker, os.WNOHANG) == (0, 0)
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)
    print(f"killed alive: {landed}, at work: {cursor() != last}", flush=True)
    connections.close_all()
    worker = os.fork()
    if not worker:
        live(last)
    os.waitpid(worker, 0)


def live(last: str) -> None:
    """One life of the worker: the real loop."""
    from hubbub.engine import loop

    stop = threading.Event()
    if last:
        threading.Thread(target=stop_at, args=(stop, last), daemon=True).start()
    loop.run(stop)
    os._exit(0)


def stop_at(stop: threading.Event, last: str) -> None:
    """When all was read, or after two minutes."""
    end = time.monotonic() + 120
    while cursor() != last and time.monotonic() < end:
        time.sleep(0.2)
    stop.set()


def cursor() -> str:
    """How far the only source was read."""
    from hubbub.store.models import Source

    return Source.everywhere.get().cursor


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
