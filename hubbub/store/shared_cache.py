"""What the processes that answer requests must know of each other: tries to sign in, codes that were used.

Django's cache in files looks and then writes: of two processes that add the same key at once both would be told that
it was theirs, and a code would open the door twice. Here one of them is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache

FILE = "cache.lock"


class SharedCache(FileBasedCache):
    """In files, with a lock on one of them."""

    def __init__(self, folder: str, params: dict[str, Any]) -> None:
        super().__init__(folder, params)
        self._lock = Path(folder) / FILE

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """As Django's; True for one of all who ask."""
        with self._alone():
            return super().add(key, value, timeout, version)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """As Django's; nobody's step is lost."""
        with self._alone():
            return super().incr(key, delta, version)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._lock.open("a") as held:  # closing it gives the lock back
            flock(held, LOCK_EX)
            yield
