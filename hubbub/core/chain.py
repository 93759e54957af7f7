"""The chain over the log: each link names the digests of what it seals and the link before it.

An entry's digest is SHA-256 over its fields as JSON with sorted keys. A link is SHA-256 over the link before it, its
own number and kind, and the ids and digests that it seals, in order. Whoever changes, removes or slips in an entry must
make every later link anew, which anybody who wrote down one of them sees.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Literal

import msgspec

Kind = Literal["audit", "verdict"]
Plain = str | int | float | bool | None
SIZE = 32  # bytes of a digest
BEGIN = "0" * 64  # what the first link names as the one before it


def digest(entry: Mapping[str, object]) -> bytes:
    """Of one entry: its fields by name, JSON values, times as text."""
    return sha256(msgspec.json.encode(entry, order="sorted")).digest()


def link(before: str, number: int, kind: Kind, ids: Sequence[int], digests: Sequence[bytes]) -> str:
    """64 hexadecimal digits. `ids` and `digests` belong together."""
    if len(ids) != len(digests) or any(len(one) != SIZE for one in digests):
        raise ValueError("each sealed entry needs one digest")
    head = msgspec.json.encode([before, number, kind, list(ids)])
    return sha256(head + b"".join(digests)).hexdigest()


def apart(joined: bytes) -> list[bytes]:
    """Digests that were kept in a row."""
    return [joined[at : at + SIZE] for at in range(0, len(joined), SIZE)]
