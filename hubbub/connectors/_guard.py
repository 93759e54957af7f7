"""Which addresses we may connect to, and the one place that dials: it resolves, checks and dials that very address."""

import ipaddress
import socket
from collections.abc import Callable, Collection, Iterable
from contextvars import ContextVar
from typing import Any

import httpcore2

Resolve = Callable[[str, int], list[str]]
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

# When the call at hand must be over, on the clock given to `Guard`. Known to every read and write below it, so that a
# server that sends one byte now and then cannot hold a worker: the library's own time-outs start anew at every byte.
deadline: ContextVar[float] = ContextVar("deadline", default=float("inf"))


class PrivateAddressError(Exception):
    """The name leads to an address inside a private network."""


class UnknownNameError(Exception):
    """No name server knows the name, or none answers."""


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet: not private, loopback, link-local, multicast or reserved.

    An IPv4 address inside an IPv6 one (mapped, 6to4, NAT64) is judged as the IPv4 address it leads to.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_loopback or ip.is_link_local)


def resolve(host: str, port: int) -> list[str]:
    """Ask the system's name servers. Raises `UnknownNameError`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise UnknownNameError(host) from error
    return [str(entry[4][0]) for entry in found]


class Guard(httpcore2.NetworkBackend):
    """Dials for the connection pool. What it has not checked is never dialled, whatever a name server says next."""

    def __init__(self, allow: bool | Collection[str], clock: Callable[[], float], resolve: Resolve = resolve) -> None:
        """`allow`: True for every address; or the host names, addresses and networks (10.0.0.0/8) that are private
        and may be reached all the same.
        """
        self._all = allow is True
        self._names: set[str] = set()
        self._networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
        for entry in () if isinstance(allow, bool) else allow:
            try:
                self._networks.append(ipaddress.ip_network(entry, strict=False))
            except ValueError:
                self._names.add(entry.casefold())
        self._clock = clock
        self._resolve = resolve
        self._dialler = httpcore2.SyncBackend()

    def may_dial(self, host: str, address: str) -> bool:
        """Whether `address`, to which the name `host` leads, may be connected to."""
        if self._all or host.casefold() in self._names or is_public(address):
            return True
        ip = ipaddress.ip_address(address.partition("%")[0])
        return any(ip in network for network in self._networks)

    def addresses(self, host: str, port: int) -> list[str]:
        """Where the name leads, without what may not be dialled. Raises `UnknownNameError`."""
        return [address for address in self._resolve(host, port) if self.may_dial(host, address)]

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Dial the first address of `host` that may be dialled and answers."""
        addresses = self.addresses(host, port)
        if not addresses:
            raise PrivateAddressError(host)
        failure: Exception | None = None
        for address in addresses:
            left = _left(timeout, self._clock)
            if left <= 0:
                break
            try:
                stream = self._dialler.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
                continue
            return _Timed(stream, self._clock)
        raise failure or httpcore2.ConnectTimeout()


class _Timed(httpcore2.NetworkStream):
    """A connection whose every read and write ends with the call at hand."""

    def __init__(self, stream: httpcore2.NetworkStream, clock: Callable[[], float]) -> None:
        self._stream = stream
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = _left(timeout, self._clock)
        if left <= 0:
            raise httpcore2.ReadTimeout
        return self._stream.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        left = _left(timeout, self._clock)
        if left <= 0:
            raise httpcore2.WriteTimeout
        self._stream.write(buffer, left)

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> "_Timed":
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, timeout), self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(timeout: float | None, clock: Callable[[], float]) -> float:
    rest = deadline.get() - clock()
    return rest if timeout is None else min(rest, timeout)
