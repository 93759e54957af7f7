"""Placeholders in texts of ours: {name} stands for something that is filled in before the text goes out."""

import re
from collections.abc import Collection, Mapping

from msgspec import Struct

NAMED = re.compile(r"\{([^{}]*)\}")
LONGEST = 40  # characters of a name that somebody is to fill in by hand

# what Hubbub fills in where a saved reply is used → what stands there
KNOWN: Mapping[str, str] = {
    "name": "the name of whom you reply to, as the network shows it",
    "first name": "the first word of it",
    "handle": "their handle, with @",
    "network": "the name of the source",
    "post link": "the address of their post",
    "my name": "your name",
    "workspace": "the name of this workspace",
}


class Filled(Struct, frozen=True):
    """A text as far as it could be filled in."""

    text: str
    missing: tuple[str, ...]  # names that still stand in it, in their order


def named(text: str) -> list[str]:
    """The placeholders of a text, each once, in their order."""
    return list(dict.fromkeys(name.strip() for name in NAMED.findall(text)))


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Put the values in. What has none, or an empty one, stays as it stands and is named. What a value holds is never
    taken for a placeholder itself."""
    missing: dict[str, None] = {}

    def stand(found: re.Match[str]) -> str:
        name = found.group(1).strip()
        value = values.get(name, "").strip()
        if not value:
            missing[name] = None
            return found.group(0)
        return value

    return Filled(NAMED.sub(stand, text), tuple(missing))


def unfilled(text: str, names: Collection[str]) -> list[str]:
    """Which of these names still stand in a text. Other curly brackets are words like any others: code, say."""
    wanted = {name.casefold() for name in names}
    return [name for name in named(text) if name.casefold() in wanted]


def amiss(text: str) -> str:
    """What is wrong with the placeholders of a saved text, in words; "": nothing."""
    for name in named(text):
        if not name:
            return "{} has no name: write what is to stand there, like {order number}"
        if len(name) > LONGEST or "\n" in name:
            return f"{{{name[:LONGEST]}…}} is too long for a placeholder: {LONGEST} characters is the most"
    bare = NAMED.sub("", text)
    if "{" in bare or "}" in bare:
        return "A curly bracket stands alone: a placeholder looks like {name}"
    return ""
