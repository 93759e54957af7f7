"""The embedded database: Django's SQLite, in which background work lets people write first.

SQLite has one write lock and no queue before it: whoever asks in the moment in which it is free gets it, and who waits
looks again only now and then. A worker that writes batch after batch would so keep a person waiting for seconds. Here
whoever waits for the lock says so by a shared lock on a file beside the database, and a process that steps back (the
worker, an import) takes the write lock only while nobody says so, its own threads one after the other.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, flock
from pathlib import Path
from threading import Condition
from time import monotonic, sleep
from typing import IO, Any

from django.db.backends.sqlite3 import base

FILE = "writers.lock"
AGAIN = 0.002  # seconds until who steps back looks again
LONGEST = 0.5  # so long it steps back at most: its work is to be done, too, however busy people are
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class Queue:
    """The threads of a process that step back, in the order in which they asked."""

    def __init__(self) -> None:
        self._given, self._serving, self._changed = 0, 0, Condition()

    def enter(self) -> None:
        """Wait for one's turn."""
        with self._changed:
            mine, self._given = self._given, self._given + 1
            self._changed.wait_for(lambda: self._serving == mine)

    def leave(self) -> None:
        """It is the next one's turn."""
        with self._changed:
            self._serving += 1
            self._changed.notify_all()


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection."""

    queue: Queue | None = None  # of all connections of a process that steps back
    _queued = False  # it is this connection's turn in the queue
    _file: IO[str] | None = None  # of its own, as a lock belongs to whoever opened it

    def _start_transaction_under_autocommit(self) -> None:
        with self.asking():
            # it takes its lock at the start, so that two writers wait instead of failing half-way
            self.cursor().execute("BEGIN IMMEDIATE")

    def create_cursor(self, name: object = None) -> "CursorWrapper":
        """One that says when it waits to write outside of a transaction."""
        del name  # as with Django's own: SQLite has no cursors that stay
        found: CursorWrapper = self.connection.cursor(factory=CursorWrapper)
        found.wrapper = self
        return found

    @contextmanager
    def asking(self) -> Iterator[None]:
        """While it waits for the write lock; where it steps back, until the transaction has ended."""
        if self.is_in_memory_db():
            yield
        elif self.queue is None:
            lock = self._opened()
            flock(lock, LOCK_SH)
            try:
                yield
            finally:
                flock(lock, LOCK_UN)
        else:
            self.queue.enter()
            self._queued = True
            try:
                self._let_others_in()
                yield
            except BaseException:
                self.turn_ends()
                raise

    def _let_others_in(self) -> None:
        lock, end = self._opened(), monotonic() + LONGEST
        while monotonic() < end:
            try:
                flock(lock, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                sleep(AGAIN)
                continue
            flock(lock, LOCK_UN)
            return

    def turn_ends(self) -> None:
        """Its transaction has ended; where it had no turn, nothing happens."""
        if self._queued and self.queue is not None:
            self._queued = False
            self.queue.leave()

    def _opened(self) -> IO[str]:
        if self._file is None:
            self._file = Path(str(self.settings_dict["NAME"])).with_name(FILE).open("a")
        return self._file

    def commit(self) -> None:
        """As Django's."""
        super().commit()
        self.turn_ends()

    def rollback(self) -> None:
        """As Django's."""
        try:
            super().rollback()
        finally:
            self.turn_ends()

    def close(self) -> None:
        """As Django's."""
        try:
            super().close()
        finally:
            self.turn_ends()
            if self._file is not None:
                self._file.close()
                self._file = None


def step_back() -> None:
    """From now on this process writes only while no other one waits to."""
    DatabaseWrapper.queue = DatabaseWrapper.queue or Queue()


class CursorWrapper(base.SQLiteCursorWrapper):
    """What writes by a single statement waits for the lock, too."""

    wrapper: DatabaseWrapper

    def execute(self, query: str, params: Any = None) -> Any:
        """As Django's."""
        if self.wrapper.in_atomic_block or not query.lstrip().startswith(WRITES):
            return super().execute(query, params)
        with self.wrapper.asking():
            found = super().execute(query, params)
        self.wrapper.turn_ends()
        return found
