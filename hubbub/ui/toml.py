"""Files in TOML that people bring and take away: read with a mistake in words, strings written."""

import tomllib
from typing import TypeVar

from msgspec import ValidationError, convert

from .api import Refusal

Shape = TypeVar("Shape")

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def read_toml(content: bytes, shape: type[Shape], *, thing: str, largest: int) -> Shape:
    """The file in this shape. Refusal says why it is none; `thing`: what it should hold, "rule"."""
    if len(content) > largest:
        raise Refusal(f"The file has {len(content):,} bytes; {largest:,} is the most")
    try:
        return convert(tomllib.loads(content.decode("utf-8-sig")), shape)
    except UnicodeDecodeError as error:
        raise Refusal(f"The file is not UTF-8 (byte {error.start}): save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise Refusal(f"The file is not TOML: {error}") from None
    except ValidationError as error:
        raise Refusal(f"The file holds something that is no {thing}: {error}") from None


def quoted(text: str) -> str:
    """A string as TOML writes it on one line; what cannot be seen is written out."""
    body = "".join(_ESCAPES.get(char) or (char if char.isprintable() else f"\\U{ord(char):08x}") for char in text)
    return f'"{body}"'
