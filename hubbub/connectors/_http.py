"""The only door to the network: time-outs, retries, limits, no private addresses. Fails as Retry or Broken alone."""

import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Collection, Iterator, Mapping, MutableMapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from copy import copy
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple, NoReturn, Self

import httpcore2
import httpx2

import hubbub
from hubbub.core.failures import Broken, Retry

from . import _guard
from ._answer import Answer, read_body, shown, too_large
from ._asking import Body, Parts, Query, address, content_of, moved
from ._dial import Wire
from ._guard import Guard, Resolve
from ._lines import Lines
from ._pace import SHARED, Pace, asked_to_wait, spent_until
from ._setbacks import HARMLESS, SetbackError, in_words, turned
from ._websocket import WebSocket, handshake

__all__ = ["Answer", "Http", "Lines", "Parts", "Query", "WebSocket"]

PATIENCE = 10.0  # seconds that one call may spend waiting in place; what takes longer is a Retry
PAUSES = (0.5, 2.0)  # seconds before the second and the third try
REST = timedelta(minutes=1)  # for a server that had too many requests and does not say when to come back
REDIRECTS = 5
UPLOAD = 500_000  # bytes a second that a file may take in addition to `total`: the slowest line that is waited for
NOT_DONE = frozenset({429, 503})  # by these a server says that it did nothing
MOVED = frozenset({301, 302, 303, 307, 308})
REFUSALS = {
    400: "it does not understand the request",
    401: "it does not accept the user name, password or token. Enter them anew",
    403: "it does not allow this. Check what the account may do there",
    404: "there is nothing at this address. Check the address",
    405: "it does not allow this. Check the address",
    410: "what was there has been removed for good",
    413: "what was sent is too large for it. Make it smaller",
    415: "it does not take files of this kind",
    451: "it may not show this for legal reasons",
}


class Http:
    """Asks servers on behalf of connectors. One for a process is enough; it is safe for threads."""

    def __init__(
        self,
        *,
        allow_private: bool | Collection[str] = False,
        connect: float = 10.0,
        read: float = 20.0,
        total: float = 60.0,
        max_bytes: int = 20_000_000,
        agent: str = f"Hubbub/{hubbub.__version__}",
        pace: Pace = SHARED,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve = _guard.resolve,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`allow_private`: True, or the hosts and networks that may be reached though they are private.

        Time-outs are in seconds; `total` holds for one try with its redirects. `max_bytes` counts the body as it was
        sent and again as it is when unpacked. `tls` replaces the system's certificate authorities.
        """
        self.known: MutableMapping[str, str] = {}  # what connectors found out about servers, and could ask again
        self.spent_until: datetime | None = None  # only `for_account`: when the limit that it spent begins anew
        self._account = ""
        self._times = {"connect": connect, "read": read, "write": read, "pool": connect}
        self._total = total
        self._max = max_bytes
        self._agent = agent
        self._pace = pace
        self._clock = clock
        self._sleep = sleep
        self._now = now
        tls, guard = tls or _authorities(), Guard(allow_private, clock, resolve)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=tls, max_connections=50, keepalive_expiry=15.0, network_backend=guard
        )
        self._reach = (guard, tls)
        # apart, so that streams, which stay open, take no place from what is asked in between
        self._streams = httpcore2.ConnectionPool(ssl_context=tls, max_connections=None, network_backend=guard)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._pool.close()
        self._streams.close()

    def for_account(self, account: str) -> Self:
        """The same door on behalf of one of our accounts, for one call to a connector: paced by account, too, and
        `spent_until` tells of its limit. It is closed with the one that it was made of."""
        door = copy(self)
        door._account, door.spent_until = account, None
        return door

    def get(
        self,
        url: str,
        *,
        params: Query | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        accept: Collection[int] = (),
    ) -> Answer:
        """Read an address; see `request`."""
        return self.request("GET", url, params=params, headers=headers, auth=auth, accept=accept)

    def post(
        self,
        url: str,
        *,
        json: object = None,
        form: Query | None = None,
        params: Query | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        accept: Collection[int] = (),
    ) -> Answer:
        """Send JSON or a form to an address; see `request`."""
        return self.request("POST", url, json=json, form=form, params=params, headers=headers, auth=auth, accept=accept)

    def pause(self, seconds: float) -> None:
        """Wait between two calls, as a network asked for. Raises Retry where that is too long to wait in place."""
        if seconds > PATIENCE:
            raise Retry("The network asks for a pause.", after=timedelta(seconds=seconds))
        self._sleep(seconds)

    def request(
        self,
        method: str,
        url: str,
        *,
        json: object = None,
        form: Query | None = None,
        body: Body | None = None,
        params: Query | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        accept: Collection[int] = (),
    ) -> Answer:
        """Ask, and give the answer if its status is 2xx, 304 or one of `accept`; else Retry or Broken, in words.

        What may be repeated is repeated after a short pause: everything that did not arrive or was refused as too
        much, and reads. A write that may have arrived is a Retry, so that the caller looks before trying again.
        `auth` is user and password; an address that carries them in itself is read so, too. `body`: a file, alone or
        as a part of a form.
        """
        request = self._request(method, url, json=json, form=form, body=body, params=params, headers=headers, auth=auth)
        waited = 0.0
        for pause in (*PAUSES, None):
            try:
                return self._follow(request, accept)
            except SetbackError as setback:
                wait = setback.after.total_seconds() if setback.after is not None else (pause or 0.0)
                if pause is None or not setback.in_place or waited + wait > PATIENCE:
                    raise setback.given_up() from setback
                self._sleep(wait)
                waited += wait
        raise AssertionError("the last try returns or raises")

    def _request(
        self,
        method: str,
        url: str,
        *,
        json: object = None,
        form: Query | None = None,
        body: Body | None = None,
        params: Query | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> httpx2.Request:
        target, auth = address(url, params, auth)
        sent = {"user-agent": self._agent, "accept": "*/*", "accept-encoding": "gzip"}
        if auth:
            sent["authorization"] = "Basic " + b64encode(":".join(auth).encode()).decode()
        content, kind = content_of(json, form, body)
        if kind:
            sent["content-type"] = kind
        sent |= {name.lower(): value for name, value in (headers or {}).items()}
        return httpx2.Request(method, target, headers=sent, content=content)

    @contextmanager
    def websocket(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        protocols: Sequence[str] = (),
        silence: float = 60.0,
    ) -> Iterator[WebSocket]:
        """Open a WebSocket, at wss://, ws://, https:// or http://; it is closed with the context.

        One try: whoever reads a stream decides when to come back. `protocols`: what to offer as
        Sec-WebSocket-Protocol, which some networks use for a token. `silence`: see `WebSocket.receive`.
        """
        scheme, parted, rest = url.partition("://")
        url = {"ws": "http://", "wss": "https://"}.get(scheme.lower(), scheme + parted) + rest
        asked, check = handshake(protocols)
        request = self._request("GET", url, headers={**(headers or {}), **asked})
        with self._held(request, self._times, accept={101}) as opened:
            if opened.status != 101:
                with self._in_time(), turned(), in_words(opened.host, "GET"):
                    self._read(opened.response, opened.headers, opened.host)  # what is wrong with it comes first
            protocol = check(opened.status, opened.headers, opened.host)
            with closing(WebSocket(opened.response, opened.host, protocol, silence)) as socket:
                yield socket

    def dial(self, host: str, port: int, *, tls: bool) -> Wire:
        """Connect to a server that speaks something else than HTTP: IMAP, SMTP. One try; close it. `tls`: at once."""
        guard, context = self._reach
        return Wire(guard, context, self._clock, (host, port), self._times["connect"], self._total, self._max, tls=tls)

    @contextmanager
    def lines(
        self, url: str, *, params: Query | None = None, headers: Mapping[str, str] | None = None, silence: float = 60.0
    ) -> Iterator[Lines]:
        """Open an answer that goes on and on, line by line: server-sent events, a line of JSON each.

        One try, like `websocket`; it is closed with the context. `silence`: after so many seconds in which nothing at
        all came, not even an empty line, `receive` raises Retry.
        """
        asked = {"accept": "text/event-stream, application/json;q=0.9, */*;q=0.5", "cache-control": "no-store"}
        request = self._request(
            "GET", url, params=params, headers={**asked, "accept-encoding": "identity", **(headers or {})}
        )
        with self._held(request, {"read": silence}) as opened, closing(Lines(opened.response, opened.host)) as lines:
            yield lines

    @contextmanager
    def _held(
        self, request: httpx2.Request, times: Mapping[str, float], accept: Collection[int] = ()
    ) -> Iterator["_Opened"]:
        """An answer that is read for as long as the caller likes."""
        with self._in_time(), turned():
            opened = self._open(request, accept, self._streams, {**self._times, **times})
        with closing(opened.response):
            yield opened

    @contextmanager
    def _in_time(self, more: float = 0.0) -> Iterator[None]:
        """All of it may take the total, and `more` seconds."""
        over = _guard.deadline.set(self._clock() + self._total + more)
        try:
            yield
        finally:
            _guard.deadline.reset(over)

    def _follow(self, request: httpx2.Request, accept: Collection[int]) -> Answer:
        """One try, with its redirects."""
        with self._in_time(len(request.content) / UPLOAD):
            opened = self._open(request, accept, self._pool, self._times)
            with in_words(opened.host, request.method), closing(opened.response):
                body = self._read(opened.response, opened.headers, opened.host)
            return Answer(opened.status, opened.headers, body, opened.url)

    def _open(
        self,
        request: httpx2.Request,
        accept: Collection[int],
        pool: httpcore2.ConnectionPool,
        times: Mapping[str, float],
    ) -> "_Opened":
        """The answer at the end of the redirects, its body not read yet; the caller closes it."""
        asked = shown(request.url)
        for _ in range(REDIRECTS + 1):
            host = shown(request.url)
            if host != asked:
                host = f"{host}, where {asked} leads,"
            self._take_turn(request.url.host)
            with in_words(host, request.method), ExitStack() as on_refusal:
                response = _send(request, pool, times)
                on_refusal.callback(response.close)
                headers = _headers(response.headers)
                if self._account:
                    self.spent_until = spent_until(headers, self._now()) or self.spent_until
                if response.status in MOVED and response.status not in accept and "location" in headers:
                    request = moved(request, response.status, headers["location"])
                    continue
                if not (200 <= response.status < 300 or response.status == 304 or response.status in accept):
                    self._refuse(response.status, headers, host, request.method)
                on_refusal.pop_all()
                return _Opened(response, response.status, headers, host, str(request.url))
        raise Broken(f"{host} sends us from one address to the next without an end. Check the address.")

    def _take_turn(self, host: str) -> None:
        # one account takes at most half of a host's turns, so that those of others come, too
        for key, share in ((host, 1.0), (f"{host} {self._account}", 0.5)) if self._account else ((host, 1.0),):
            wait = self._pace.turn(key, self._clock(), PATIENCE, share)
            if wait is None:
                raise Retry(f"Many requests wait for {host} already; they go out slowly so as not to burden it.")
            if wait:
                self._sleep(wait)

    def _read(self, response: httpcore2.Response, headers: Mapping[str, str], host: str) -> bytes:
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > self._max:
            raise too_large(self._max, host)
        return read_body(response.iter_stream(), headers.get("content-encoding", ""), self._max, host)

    def _refuse(self, status: int, headers: Mapping[str, str], host: str, method: str) -> NoReturn:
        after = asked_to_wait(headers, self._now())
        if status == 429:
            if after is None and (anew := spent_until(headers, self._now())) is not None:
                after = anew - self._now()
            says = f"{host} asks us to slow down: it had too many requests."
            raise SetbackError(says, in_place=True, after=after, rest=REST)
        if status in {408, 425} or status >= 500:
            says = f"{host} has trouble of its own (it answered {status})."
            raise SetbackError(says, in_place=status in NOT_DONE or method in HARMLESS, after=after)
        because = REFUSALS.get(status, "it refuses the request")
        raise Broken(f"{host} answered {status}: {because}.", sign_in=status == 401)


class _Opened(NamedTuple):
    """An answer of which the head was read."""

    response: httpcore2.Response
    status: int
    headers: Mapping[str, str]
    host: str  # for showing
    url: str


@cache
def _authorities() -> ssl.SSLContext:
    """The certificate authorities of the system: reading them takes longer than many a request."""
    return httpcore2.default_ssl_context()


def _send(request: httpx2.Request, pool: httpcore2.ConnectionPool, times: Mapping[str, float]) -> httpcore2.Response:
    url = request.url
    return pool.handle_request(
        httpcore2.Request(
            request.method,
            httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.content or None,
            extensions={"timeout": dict(times)},
        )
    )


def _headers(raw: list[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """Names in lower case; what was sent more than once is joined by commas."""
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("ascii", "replace").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers
