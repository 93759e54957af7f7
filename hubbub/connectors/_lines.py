"""An answer that goes on and on, read line by line: server-sent events, or a line of JSON each."""

from contextlib import suppress
from queue import Empty, Full, Queue
from socket import SHUT_RDWR
from threading import Event, Thread
from time import monotonic

import httpcore2

from hubbub.core.failures import Broken, Failure, Retry

from ._setbacks import SetbackError, in_words

LINE = 2_000_000  # bytes of one line at most
AHEAD = 64  # pieces that are read before anybody asks for them; the network holds back the rest


class Lines:
    """An open answer. For one thread; a second one reads ahead, because a read that is cut short loses its place."""

    def __init__(self, response: httpcore2.Response, host: str) -> None:
        """Whoever opened `response` closes it, after this."""
        self.host = host
        self._response = response
        self._pieces: Queue[bytes | Failure] = Queue(AHEAD)
        self._closed = Event()
        self._lines: list[bytes] = []  # whole ones, the next one last
        self._rest: list[bytes] = []  # of a line of which the end has not come
        self._length = 0  # of it, in bytes
        self._reader = Thread(target=self._read_ahead, name="lines", daemon=True)
        self._reader.start()

    def receive(self, timeout: float) -> str | None:
        """The next line without its end; None where none came within `timeout` seconds.

        Raises Retry where the network ends the answer or falls silent, Broken where a line never ends.
        """
        end = monotonic() + timeout
        while not self._lines:
            try:
                piece = self._pieces.get(timeout=max(0.0, end - monotonic()))
            except Empty:
                return None
            if isinstance(piece, Failure):
                self._pieces.put(piece)  # it is said again to whoever asks again
                raise piece
            self._take_in(piece)
            if self._length > LINE:
                raise Broken(
                    f"{self.host} sent more than {LINE / 1_000_000:g} MB in one line, more than Hubbub takes in at "
                    "once. Check that the address leads to the stream."
                )
        return self._lines.pop().removesuffix(b"\r").decode("utf-8", "replace")

    def _take_in(self, piece: bytes) -> None:
        *whole, rest = piece.split(b"\n")
        if whole:
            whole[0] = b"".join([*self._rest, whole[0]])
            self._rest, self._length = [], 0
        self._rest.append(rest)
        self._length += len(rest)
        self._lines = whole[::-1]

    def close(self) -> None:
        """End the reading."""
        self._closed.set()
        socket = self._response.extensions["network_stream"].get_extra_info("socket")
        with suppress(OSError):  # it may be closed already
            socket.shutdown(SHUT_RDWR)  # wakes the read that waits
        self._reader.join(5.0)

    def _read_ahead(self) -> None:
        try:
            with in_words(self.host, "GET"):
                for piece in self._response.iter_stream():
                    if not self._keep(piece):
                        return
            self._keep(Retry(f"{self.host} ended the stream."))
        except SetbackError as setback:
            cause = setback.__cause__
            silent = isinstance(cause, httpcore2.ReadTimeout)
            says = f"{self.host} has been silent; the stream is opened anew." if silent else str(setback)
            self._keep(Retry(says, after=setback.after))
        except Failure as failure:
            self._keep(failure)

    def _keep(self, piece: bytes | Failure) -> bool:
        """Wait until there is room. False: nobody wants it any more."""
        while not self._closed.is_set():
            try:
                self._pieces.put(piece, timeout=0.5)
            except Full:
                continue
            return True
        return False
