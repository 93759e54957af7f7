"""rules.toml, as docs/contracts say: read with the place of each mistake, written so that reading it gives the same."""

import tomllib
from collections.abc import Iterable

from msgspec import Struct, ValidationError, convert

from hubbub.core.query import QueryError
from hubbub.store.models import Rule
from hubbub.ui.api import Refusal

from .rules_actions import FIELDS, Draft, check

LARGEST = 1_000_000  # bytes
MOST = 1_000  # rules


class _File(Struct, forbid_unknown_fields=True):
    rule: list[Draft] = []


def read_rules(content: bytes) -> list[Draft]:
    """All rules of the file, in order, checked. Refusal names the rule and what is wrong with it."""
    if len(content) > LARGEST:
        raise Refusal(f"The file has {len(content):,} bytes; {LARGEST:,} is the most")
    try:
        written = convert(tomllib.loads(content.decode("utf-8-sig")), _File)
    except UnicodeDecodeError as error:
        raise Refusal(f"The file is not UTF-8 (byte {error.start}): save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise Refusal(f"The file is not TOML: {error}") from None
    except ValidationError as error:
        raise Refusal(f"The file holds something that is no rule: {error}") from None
    if not written.rule:
        raise Refusal("The file holds no rules: each begins with a line [[rule]]")
    if len(written.rule) > MOST:
        raise Refusal(f"The file holds {len(written.rule):,} rules; {MOST:,} is the most")
    return [_checked(number, draft) for number, draft in enumerate(written.rule, start=1)]


def _checked(number: int, draft: Draft) -> Draft:
    try:
        return check(draft)
    except (Refusal, QueryError) as error:
        raise Refusal(f"Rule {number} (“{draft.name}”): {error}") from None


def write_rules(rules: Iterable[Rule]) -> str:
    """The file's text."""
    return "\n".join(_block(rule) for rule in rules)


def _block(rule: Rule) -> str:
    lines = [f"{name} = {_quoted(getattr(rule, name))}" for name in FIELDS if getattr(rule, name)]
    return "\n".join(["[[rule]]", *lines, ""])


def _quoted(text: str) -> str:
    body = "".join(_ESCAPES.get(char) or (char if char.isprintable() else f"\\U{ord(char):08x}") for char in text)
    return f'"{body}"'


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
