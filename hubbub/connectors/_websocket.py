"""A WebSocket to a network: what comes over it is read within limits, and silence is noticed.

The frames are cut by the `websockets` library, without its threads: the connection itself is the door's, like every
other, so that what may be dialled, certificates and refusals are judged in one place.
"""

import os
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha1
from logging import getLogger
from time import monotonic

import httpcore2
from websockets.exceptions import PayloadTooBig, ProtocolError
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import CLIENT, Protocol, State

from hubbub.core.failures import Broken, Retry

from ._setbacks import in_words, turned

MESSAGE = 8_000_000  # bytes of one message at most; the largest network known to us sends 5 million
PIECE = 1 << 16
LEAST = 0.001  # seconds; none at all would not be a wait but another way to read
WRITING = 10.0  # seconds that the other side may take to take what we send
GOODBYE = 0.5  # seconds to wait for its goodbye after ours
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # from RFC 6455, section 1.3
# by these a server says that what we ask is wrong; after every other goodbye it may work again
REFUSALS = {
    CloseCode.POLICY_VIOLATION: "it does not allow this. Check the address, and what the account may do there",
    CloseCode.UNSUPPORTED_DATA: "it does not understand what we send",
    CloseCode.PROTOCOL_ERROR: "it does not understand what we send",
}

_log = getLogger("hubbub.websocket")  # not debugged: it would show texts and tokens
_log.setLevel(30)

Check = Callable[[int, Mapping[str, str], str], str]


def handshake(protocols: Sequence[str]) -> tuple[Mapping[str, str], Check]:
    """The headers that ask for a WebSocket, and what checks the answer: status, headers, host for showing → the
    protocol that the server chose. The check raises Broken."""
    key = b64encode(os.urandom(16))
    asked = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-key": key.decode()}
    asked["sec-websocket-version"] = "13"
    if protocols:
        asked["sec-websocket-protocol"] = ", ".join(protocols)
    accepted = b64encode(sha1(key + GUID, usedforsecurity=False).digest()).decode()

    def check(status: int, headers: Mapping[str, str], host: str) -> str:
        chosen = headers.get("sec-websocket-protocol", "")
        fits = headers.get("sec-websocket-accept") == accepted and "sec-websocket-extensions" not in headers
        if status != 101 or not fits or (chosen and chosen not in protocols):
            raise Broken(f"{host} offers no stream at this address. Check the address.")
        return chosen

    return asked, check


class WebSocket:
    """An open WebSocket. For one thread. Every method raises Retry or Broken, with the host named."""

    def __init__(self, response: httpcore2.Response, host: str, protocol: str, silence: float) -> None:
        """`response` was answered with 101; whoever opened it closes it."""
        self.host = host
        self.protocol = protocol  # that the server chose of those offered
        self._stream: httpcore2.NetworkStream = response.extensions["network_stream"]
        self._frames = Protocol(CLIENT, state=State.OPEN, max_size=MESSAGE, logger=_log)
        self._waiting: deque[str | bytes] = deque()
        self._parts: list[bytes] = []  # of a message that comes in several frames
        self._opcode = Opcode.TEXT
        self._silence = silence
        self._quiet = 0.0  # seconds that we listened since something came
        self._pinged = False

    def receive(self, timeout: float) -> str | bytes | None:
        """The next message, a str or bytes as it was sent; None where none came within `timeout` seconds.

        After half of `silence` seconds without a sign of life the server is asked for one, after all of them this
        raises Retry. Only time spent here counts: whoever was busy meanwhile finds what came in the meantime.
        """
        if self._waiting:
            return self._waiting.popleft()
        end = monotonic() + timeout
        while True:
            left = end - monotonic()
            came = self._read(max(left, LEAST))
            if self._waiting:
                return self._waiting.popleft()
            if not came or left <= 0:  # a flood of signs of life, or a long message on its way, is no message
                return None

    def ready(self) -> int:
        """How many messages have arrived and wait to be received."""
        return len(self._waiting)

    def send(self, text: str) -> None:
        """Send a text message."""
        self._open()
        self._frames.send_text(text.encode())
        self._write()

    def close(self) -> None:
        """Say goodbye; the connection itself is closed by whoever opened it."""
        if self._frames.state is not State.OPEN:
            return
        with suppress(Retry, httpcore2.NetworkError, httpcore2.TimeoutException):  # it may be gone already
            self._frames.send_close(CloseCode.NORMAL_CLOSURE)
            self._write()
            end = monotonic() + GOODBYE
            while (left := end - monotonic()) > 0 and self._take_in(left):
                self._frames.events_received()

    def _read(self, timeout: float) -> bool:
        """Read one piece. False: none came within `timeout` seconds."""
        self._open()
        began = monotonic()
        with turned(), in_words(self.host, "GET"):
            try:
                self._take_in(timeout)
            except httpcore2.ReadTimeout:
                self._quiet += monotonic() - began
                self._ask_for_life()
                return False
        self._quiet, self._pinged = 0.0, False
        for event in self._frames.events_received():
            if isinstance(event, Frame):
                self._sort(event)
        self._write()  # pongs
        return True

    def _take_in(self, timeout: float) -> bool:
        data = self._stream.read(PIECE, timeout)
        if data:
            self._frames.receive_data(data)
        else:
            self._frames.receive_eof()
        return bool(data)

    def _ask_for_life(self) -> None:
        if self._quiet >= self._silence:
            raise Retry(f"{self.host} has been silent for {self._quiet:.0f} seconds; the stream is opened anew.")
        if self._quiet >= self._silence / 2 and not self._pinged:
            self._pinged = True
            self._frames.send_ping(b"")
            self._write()

    def _sort(self, frame: Frame) -> None:
        """Messages are kept; the library answers pings and goodbyes by itself."""
        if frame.opcode in {Opcode.TEXT, Opcode.BINARY}:
            self._opcode = frame.opcode
        elif frame.opcode is not Opcode.CONT:
            return
        if not frame.fin:
            self._parts.append(bytes(frame.data))
            return
        data = bytes(frame.data)
        if self._parts:
            data, self._parts = b"".join([*self._parts, data]), []
        self._waiting.append(data.decode("utf-8", "replace") if self._opcode is Opcode.TEXT else data)

    def _open(self) -> None:
        """Raises what ended the stream, where it has ended; all that came before was given out."""
        if self._frames.state is State.OPEN:
            return
        fault, close = self._frames.parser_exc, self._frames.close_rcvd
        if isinstance(fault, PayloadTooBig):
            raise Broken(
                f"{self.host} sent more than {MESSAGE / 1_000_000:g} MB in one message, more than Hubbub takes in at "
                "once. Check that the address leads to the stream."
            )
        if isinstance(fault, ProtocolError | UnicodeDecodeError):
            raise Retry(f"{self.host} sent something that is not understood; the stream is opened anew.")
        if close is None:
            raise Retry(f"The stream of {self.host} broke off.")
        if close.code in REFUSALS:
            raise Broken(f"{self.host} ended the stream: {REFUSALS[CloseCode(close.code)]}.")
        raise Retry(f"{self.host} ended the stream.")

    def _write(self) -> None:
        with turned(), in_words(self.host, "GET"):
            for data in self._frames.data_to_send():
                if data:
                    self._stream.write(data, WRITING)
