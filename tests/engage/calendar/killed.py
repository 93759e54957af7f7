"""A worker that sends planned posts into a file, slowly, and is killed again and again: `python -m … KILLS`."""

import os
import random
import signal
import sys
import time
from pathlib import Path

import django


def main(kills: int, file: str) -> None:
    """Fork, kill, repeat; then one worker may finish."""
    django.setup()
    from django.db import connections

    chance, landed = random.Random(20261123), 0
    for _ in range(kills):
        connections.close_all()
        worker = os.fork()
        if not worker:
            live(file, until_done=False)
        time.sleep(chance.uniform(0.05, 0.5))
        landed += os.waitpid(worker, os.WNOHANG) == (0, 0)
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)
    connections.close_all()
    live(file, until_done=True, landed=landed)


def live(file: str, *, until_done: bool, landed: int = 0) -> None:
    """One life: planned posts to their moment, the outbox delivered, leases of the dead freed."""
    from django.utils import timezone

    from hubbub.connectors import Act, Done, Http
    from hubbub.engine import outbox
    from hubbub.store import claim, planned
    from hubbub.store.models import Outbox, Planned

    class Paper:
        """A network whose posts are lines of a file, each with its key."""

        def act(self, settings: object, act: Act, http: Http) -> Done:
            with Path(file).open("a") as paper:
                paper.write(f"{act.key}\n")
            time.sleep(0.02)
            return Done(act.key)

        def find(self, settings: object, act: Act, http: Http) -> Done | None:
            keys = Path(file).read_text().split() if Path(file).exists() else []
            return Done(act.key) if act.key in keys else None

    outbox.connector = lambda kind: Paper()
    Outbox.everywhere.filter(lease_until__isnull=False).update(lease_until=None)
    while True:
        now = timezone.now()
        busy = planned.step(now)
        row = claim.claim_outbox(now)
        if row is not None:
            outbox.deliver(row, Http())
        if (
            until_done
            and not busy
            and row is None
            and not Planned.everywhere.filter(state__in=["planned", "sending"]).exists()
        ):
            break
    print(f"killed alive: {landed}")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
