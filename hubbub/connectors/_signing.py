"""Signed messages between a site and us, both ways, in the form of Standard Webhooks (standardwebhooks.com).

Three headers: `webhook-id`, `webhook-timestamp` (seconds since 1970), `webhook-signature` ("v1," and the base64 of
HMAC-SHA256 over "id.timestamp.body"; several with blanks between while a key is exchanged).
"""

import hmac
import secrets
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256

LONGEST = 90  # characters of a message's id; it is kept with a word before it
WINDOW = timedelta(minutes=5)  # how far a message's time may be from ours
PREFIX = "whsec_"
ID, TIME, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


class UnsignedError(Exception):
    """A message cannot be believed; the text says why, and what would be right."""


def new_key() -> str:
    """A key of 256 random bits, as people copy it."""
    return PREFIX + b64encode(secrets.token_bytes(32)).decode()


def exchanged(kept: str, fresh: str, *, until: datetime) -> str:
    """What is to be kept: the new key, and the newest of those before it for the time until which it still counts."""
    older = kept.split()[0].partition("@")[0] if kept.strip() else ""
    return f"{fresh} {older}@{int(until.timestamp())}" if older else fresh


def older_until(kept: str) -> datetime | None:
    """Until when a second key counts; None where there is none."""
    for one in kept.split()[1:]:
        return datetime.fromtimestamp(int(one.partition("@")[2] or 0), UTC)
    return None


def _valid(kept: str, now: datetime) -> list[bytes]:
    """The keys that count now, the newest first."""
    found = []
    for one in kept.split():
        key, _, until = one.partition("@")
        if not until or now.timestamp() < int(until):
            found.append(_bytes(key))
    return found


def _bytes(key: str) -> bytes:
    try:
        return b64decode(key.removeprefix(PREFIX), validate=True) if key.startswith(PREFIX) else key.encode()
    except Error:
        return key.encode()


def signed(kept: str, ident: str, body: bytes, *, now: datetime) -> dict[str, str]:
    """The three headers. While a key is exchanged both sign, so that either is known to the other side."""
    at = str(int(now.timestamp()))
    signatures = " ".join(_signature(key, ident, at, body) for key in _valid(kept, now))
    return {ID: ident, TIME: at, SIGNATURE: signatures}


def _signature(key: bytes, ident: str, at: str, body: bytes) -> str:
    digest = hmac.new(key, f"{ident}.{at}.".encode() + body, sha256).digest()
    return "v1," + b64encode(digest).decode()


def believed(kept: str, headers: Mapping[str, str], body: bytes, *, now: datetime) -> str:
    """The id of a message that one of the keys signed a moment ago. Raises UnsignedError."""
    ident, at, given = (headers.get(name, "").strip() for name in (ID, TIME, SIGNATURE))
    for name, value in ((ID, ident), (TIME, at), (SIGNATURE, given)):
        if not value:
            raise UnsignedError(f"The header “{name}” is missing. A message carries {ID}, {TIME} and {SIGNATURE}.")
    if len(ident) > LONGEST or not ident.isprintable():
        raise UnsignedError(
            f"“{ID}” is longer than {LONGEST} characters. Any text that is used once will do, such as a UUID."
        )
    if not (at.isascii() and at.isdecimal() and len(at) < 15):
        raise UnsignedError(f"“{TIME}” must be in seconds since 1970, such as {int(now.timestamp())}.")
    off = abs(now.timestamp() - int(at))
    if off > WINDOW.total_seconds():
        raise UnsignedError(
            f"“{TIME}” is {round(off)} seconds away from our clock, and {round(WINDOW.total_seconds())} are allowed. "
            "Sign when you send, and check the clock of your server."
        )
    valid = _valid(kept, now)
    if not valid:
        raise UnsignedError("No key has been made for this site yet. Make one on the source's page.")
    wanted = [_signature(key, ident, at, body).encode() for key in valid]
    if not any(hmac.compare_digest(one, sign.encode()) for one in wanted for sign in given.split()):
        raise UnsignedError(
            f"“{SIGNATURE}” does not fit. It is “v1,” and the base64 of HMAC-SHA256 over “id.timestamp.body” with the "
            "source's key (the bytes that follow whsec_, in base64), over the very bytes that are sent."
        )
    return ident
