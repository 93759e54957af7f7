"""Messages to members through Apprise: which of its addresses are taken, and that none leads into a private network.

Apprise is a library of its own, which posts by `requests`. Every connection that it makes here is dialled through our
guard, so that a name is resolved once, checked, and that very address is connected to.
"""

import logging
import re
import socket
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import apprise
from urllib3.util import connection as urllib3_connection

from hubbub.core.failures import Broken, Retry

from ._guard import Guard, UnknownNameError

LONGEST = 2_000  # characters of an address
IN_TIME = (5.0, 15.0)  # seconds to connect, and to read

# what is taken: services that are told over HTTPS, and servers of one's own that speak HTTP. Nothing that runs a
# program, writes a file, or speaks to this machine.
_TAKEN = """
slack discord workflow workflows tgram matrix matrixs mmost mmosts rocket rockets ntfy ntfys gotify gotifys pover pbul
gchat zulip signal signals wxteams nctalk nctalks json jsons form forms lark dingtalk wecombot twist ryver synology
synologys pushy opsgenie pagerduty spush ifttt hassio hassios
"""
SERVICES = frozenset(_TAKEN.split())
# parameters that read a file of this machine, or that say how long we wait
REFUSED = frozenset(
    {"template", "attach", "file", "path_template", "rto", "cto", "retry", "wait", "redirect", "config"}
)

_guard: ContextVar[Guard | None] = ContextVar("guard", default=None)
_refused: ContextVar[list[str] | None] = ContextVar("refused", default=None)
_dial: Callable[..., socket.socket] = urllib3_connection.create_connection
_listening: Any = apprise.LogCapture  # why a service refused stands in Apprise's log alone


def _guarded(address: tuple[str, int], *args: Any, **kwargs: Any) -> socket.socket:
    """In place of urllib3's own: nobody but Apprise uses that library in this process."""
    guard = _guard.get()
    if guard is None:
        return _dial(address, *args, **kwargs)
    host, port = address[0].strip("[]"), address[1]
    try:
        found = guard.addresses(host, port)
    except UnknownNameError:
        raise OSError(f"{host} is not known") from None
    if not found:
        refused = _refused.get()
        if refused is not None:
            refused.append(host)
        raise OSError(f"{host} leads into a private network")
    return _dial((found[0], port), *args, **kwargs)


urllib3_connection.create_connection = _guarded


def service_of(url: str) -> str:
    """What an address leads to, by name: "Slack". Raises Broken, with the mend, where it is not taken."""
    return str(_made(url).service_name)


def shown(url: str) -> str:
    """The address without its secrets."""
    return str(_made(url).url(privacy=True)).partition("?")[0]


def tell(url: str, title: str, body: str, *, allow: bool | Collection[str]) -> None:
    """Send it once. `allow`: private hosts that may be reached, as the door has them. Raises Retry or Broken."""
    made = _made(url)
    made.socket_connect_timeout, made.socket_read_timeout = IN_TIME
    refused: list[str] = []
    with _within(Guard(allow, monotonic), refused), _listening(level=logging.WARNING) as log:
        arrived = made.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT)
        said = log.getvalue()
    if arrived:
        return
    if refused:
        raise Broken(f"{refused[0]} leads into a private network, which members' messages do not reach")
    code = re.search(r"error=(\d{3})", said)
    if code and 400 <= int(code[1]) < 500 and code[1] not in {"408", "429"}:
        raise Broken(f"{made.service_name} refused it ({code[1]}): look whether the address is still right")
    raise Retry(f"{made.service_name} did not take it{f' ({code[1]})' if code else ''}")


@contextmanager
def _within(guard: Guard, refused: list[str]) -> Iterator[None]:
    ours, theirs = _guard.set(guard), _refused.set(refused)
    try:
        yield
    finally:
        _guard.reset(ours)
        _refused.reset(theirs)


def _made(url: str) -> Any:
    url = url.strip()
    schema = urlsplit(url).scheme.casefold()
    if len(url) > LONGEST or any(char.isspace() for char in url):
        raise Broken("An address is one word of up to 2,000 characters")
    if schema not in SERVICES:
        known = "slack, discord, tgram, matrixs, mmosts, rockets, ntfys, gotifys, jsons"
        raise Broken(f"“{schema or url[:20]}” is not taken: begin with one of {known} …, as Apprise writes them")
    wrong = {name.casefold().lstrip("+-:") for name, _ in parse_qsl(urlsplit(url).query)} & REFUSED
    if wrong:
        raise Broken(f"The parameter “{min(wrong)}” is not taken here: leave it out")
    asset = apprise.AppriseAsset(http_redirects=False)
    made = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if made is None:
        raise Broken("Apprise cannot read this address: look it up in its list of services, with all its parts")
    return made
