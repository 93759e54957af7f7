"""Two who change the same rows at once, step by step: where each waits for the other, PostgreSQL ends one of them."""

import threading
from collections.abc import Callable

from django.db import connection, transaction


def beside(doing: Callable[[], object], held: Callable[[], object], then: Callable[[], object]) -> None:
    """`doing` begins while a transaction here holds what `held` locks; once it waits for that, `then` goes on here."""
    ended: list[object] = []

    def run() -> None:
        try:
            ended.append(doing())
        finally:
            connection.close()

    other = threading.Thread(target=run)
    with transaction.atomic():
        held()
        other.start()
        while other.is_alive() and not somebody_waits():
            pass
        then()
    other.join()
    assert len(ended) == 1, "it was ended, or raised"


def somebody_waits() -> bool:
    """For what this transaction holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return bool(cursor.fetchone()[0])
