"""What is asked: addresses as people enter them, bodies, and what a redirect makes of a request."""

from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import urlencode

import httpx2
import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken

from ._answer import shown
from ._setbacks import HARMLESS

Query = Mapping[str, str | int]

# What may go along when a redirect leads to another host. Everything else may be a secret that is not meant for it.
OPEN_HEADERS = frozenset(
    {"accept", "accept-encoding", "content-type", "if-modified-since", "if-none-match", "user-agent"}
    | {"connection", "upgrade", "sec-websocket-key", "sec-websocket-version"}
)


class Parts(Struct, frozen=True):
    """A form with a file, as browsers send it (multipart/form-data)."""

    field: str  # under which the server looks for the file
    name: str
    mime: str
    data: bytes
    fields: Mapping[str, str] = {}


Body = bytes | Parts


def content_of(json: object, form: Query | None, body: Body | None = None) -> tuple[bytes | None, str]:
    """The body that is sent, and what kind it is; "" where the caller says."""
    if isinstance(body, Parts):
        return _joined(body)
    if body is not None:
        return body, "application/octet-stream"
    if form is not None:
        return urlencode(form).encode(), "application/x-www-form-urlencoded"
    return (None, "") if json is None else (msgspec.json.encode(json), "application/json")


def _joined(parts: Parts) -> tuple[bytes, str]:
    """After RFC 7578. The border is drawn from the content, so that the same form is the same bytes."""
    border = sha256(parts.data).hexdigest()[:40]
    pieces = [
        f'--{border}\r\ncontent-disposition: form-data; name="{_quoted(name)}"\r\n\r\n{value}\r\n'.encode()
        for name, value in parts.fields.items()
    ]
    head = f'--{border}\r\ncontent-disposition: form-data; name="{_quoted(parts.field)}"'
    head += f'; filename="{_quoted(parts.name)}"\r\ncontent-type: {parts.mime}\r\n\r\n'
    pieces += [head.encode(), parts.data, f"\r\n--{border}--\r\n".encode()]
    return b"".join(pieces), f"multipart/form-data; boundary={border}"


def _quoted(name: str) -> str:
    """As browsers write it between quotation marks: nothing in it can end the line or the name."""
    return name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")


def address(url: str, params: Query | None, auth: tuple[str, str] | None) -> tuple[httpx2.URL, tuple[str, str] | None]:
    """The address to ask and the user and password to ask with. Raises Broken where it is no web address."""
    try:
        parsed = httpx2.URL(url if "://" in url else f"https://{url}")
        if params:
            parsed = parsed.copy_merge_params(params)
    except httpx2.InvalidURL:
        raise Broken("This is not a web address. It should look like https://example.com/feed.") from None
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise Broken("Only web addresses that begin with https:// or http:// can be read.")
    if parsed.userinfo:
        auth = auth or (parsed.username, parsed.password)
        parsed = parsed.copy_with(userinfo=b"")
    return parsed, auth


def moved(request: httpx2.Request, status: int, location: str) -> httpx2.Request:
    """The request that a redirect asks for, without what is meant for the first host alone."""
    here = request.url
    host = shown(here)
    try:
        there = here.join(location).copy_with(userinfo=b"")
    except httpx2.InvalidURL:
        raise Broken(f"{host} sends us to something that is not a web address.") from None
    if there.scheme not in {"http", "https"} or not there.host:
        raise Broken(f"{host} sends us to something that is not a web address.")
    method, content = request.method, request.content
    same = there.host == here.host and (there.port == here.port or (here.port, there.port) == (None, None))
    safe = same and (there.scheme == here.scheme or there.scheme == "https")
    if method not in HARMLESS and status == 303:
        method, content = "GET", b""
    elif method not in HARMLESS and (status in {301, 302} or not safe):
        # those two are repeated as a read by custom, which would lose what was to be written; and what is written may
        # hold a secret, or somebody's words, that are not meant for another host
        raise Broken(f"{host} has moved to {there.scheme}://{shown(there)}. Enter that as the address.")
    dropped = {"host", "content-length", "transfer-encoding"}
    headers = {
        name: value
        for name, value in request.headers.items()
        if name not in dropped and (safe or name in OPEN_HEADERS) and (content or name != "content-type")
    }
    return httpx2.Request(method, there, headers=headers, content=content or None)
