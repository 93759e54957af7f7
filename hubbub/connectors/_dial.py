"""A connection to a server that does not speak HTTP (IMAP, SMTP): dialled through the guard, with a limit to all."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpcore2

from hubbub.core.failures import Broken

from . import _guard
from ._guard import Guard
from ._setbacks import in_words, turned

PIECE = 1 << 16
LINE = 1_000_000  # bytes


class Wire:
    """Bytes to and from a server. Every method raises Retry or Broken, in words that name the host."""

    def __init__(
        self,
        guard: Guard,
        context: ssl.SSLContext,
        clock: Callable[[], float],
        where: tuple[str, int],
        connect: float,
        total: float,
        most: int,
        *,
        tls: bool,
    ) -> None:
        """`total`: seconds from one `send` to the end of its answer; `most`: bytes of that answer."""
        self.host = f"{where[0]}:{where[1]}"
        self._name = where[0]
        self._context, self._clock, self._total, self._most = context, clock, total, most
        self._kept = b""
        self._until, self._count = clock() + total, 0
        with self._in_time():
            self._stream = guard.connect_tcp(*where, connect)
        if tls:
            self.start_tls()

    def start_tls(self) -> None:
        """Encrypt from now on. What came unencrypted and was not read is thrown away: it may be of somebody else."""
        self._kept = b""
        with self._in_time():
            self._stream = self._stream.start_tls(self._context, self._name, self._total)

    def send(self, data: bytes) -> None:
        """Send all of it; the time for the answer begins anew."""
        self._until, self._count = self._clock() + self._total, 0
        with self._in_time():
            self._stream.write(data, self._total)

    def line(self, most: int = LINE) -> bytes:
        """One line with its end, or `most` bytes of a longer one."""
        while b"\n" not in self._kept and len(self._kept) < most:
            self._more()
        end = self._kept.find(b"\n") + 1
        return self._cut(min(end or most, most))

    def exactly(self, size: int) -> bytes:
        """So many bytes."""
        if size > self._most:
            raise Broken(f"{self.host} sends more than {self._most / 1_000_000:g} MB in one answer.")
        while len(self._kept) < size:
            self._more()
        return self._cut(size)

    def waits(self, seconds: float) -> bool:
        """Whether something comes within so many seconds. Nothing is lost where it does not."""
        self._until, self._count = self._clock() + self._total, 0
        if self._kept:
            return True
        with turned(), in_words(self.host, "GET"):
            try:
                self._kept = self._read(seconds)
            except httpcore2.ReadTimeout:
                return False
        return True

    def close(self) -> None:
        """Hang up."""
        self._stream.close()

    def _read(self, seconds: float) -> bytes:
        over = _guard.deadline.set(self._until)
        try:
            piece = self._stream.read(PIECE, seconds)
        finally:
            _guard.deadline.reset(over)
        if not piece:
            raise EOFError
        return piece

    def _more(self) -> None:
        with self._in_time():
            piece = self._read(self._total)
        self._count += len(piece)
        if self._count > self._most:
            raise Broken(f"{self.host} sends more than {self._most / 1_000_000:g} MB in one answer.")
        self._kept += piece

    def _cut(self, size: int) -> bytes:
        piece, self._kept = self._kept[:size], self._kept[size:]
        return piece

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        over = _guard.deadline.set(self._until)
        try:
            with turned(), in_words(self.host, "GET"):
                yield
        finally:
            _guard.deadline.reset(over)
