"""The kinds of places that can be listened to: in groups, filtered, and what one can do in its network's own words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

from msgspec import Struct

from hubbub.connectors import DOING, FAMILIES, READING, Connector, Pushed, Streaming, connectors, limits_in_words
from hubbub.connectors import Family as FamilyName
from hubbub.store.models import Source


class Kind(Struct, frozen=True):
    """One connector, as a card shows it."""

    network: Connector
    needs: str  # what somebody has to have, in words
    does: str


class Family(Struct, frozen=True):
    """Places of one sort, those first that need no key."""

    name: FamilyName
    label: str
    kinds: Sequence[Kind]


class There(Struct, frozen=True):
    """What a source's network can read and do for it, in the network's words."""

    reads: Sequence[str]
    does: Sequence[str]
    not_yet: Sequence[str]  # what it could do with other settings
    limits: str
    pushed: bool


def choice(asked: Mapping[str, str]) -> dict[str, object]:
    """For the page on which a kind is chosen: `q` words, `key=none` those without a key."""
    words, keyless = asked.get("q", "").strip(), asked.get("key") == "none"
    families = grouped(connectors().values(), words, keyless=keyless)
    many = sum(len(family.kinds) for family in families)
    return {"families": families, "q": words, "keyless": keyless, "many": many, "all": len(connectors())}


def grouped(networks: Iterable[Connector], words: str, *, keyless: bool) -> list[Family]:
    """The kinds that hold all these words, by what they are."""
    wanted = words.casefold().split()
    fitting = [one for one in networks if (one.keyless or not keyless) and all(word in _said(one) for word in wanted)]
    families = []
    for name in get_args(FamilyName):
        inside = [one for one in fitting if one.family == name]
        if inside:
            cards = [Kind(one, _needs(one), _does(one)) for one in sorted(inside, key=lambda one: not one.keyless)]
            families.append(Family(name, FAMILIES[name], cards))
    return families


def _said(one: Connector) -> str:
    return f"{one.kind} {one.label} {one.about} {FAMILIES[one.family]}".casefold()


def _needs(one: Connector) -> str:
    if not one.keyless:
        return "Needs an account or a key there."
    more = any(field.kind == "secret" and not field.made for field in one.fields)
    return "Needs no key to be read." if more else "Needs no key."


def _does(one: Connector) -> str:
    if not one.can:
        return "Read only."
    return (
        "Can be answered and moderated from here." if "hide" in one.can or "remove" in one.can else "Can be answered."
    )


def there(source: Source) -> There | None:
    """What can be read and done at a source; None where its kind is not installed any more."""
    network = connectors().get(source.kind)
    if network is None:
        return None
    reads = [words for way, words in READING.items() if way in network.reads and (way != "stream" or _streams(network))]
    possible = [verb for verb in DOING if verb in network.can]
    return There(
        reads=reads,
        does=[_named(network, verb) for verb in possible if verb in source.can],
        not_yet=[_named(network, verb) for verb in possible if verb not in source.can],
        limits=limits_in_words(network.limits),
        pushed=isinstance(network, Pushed),
    )


def _streams(network: Connector) -> bool:
    return isinstance(network, Streaming | Pushed)


def _named(network: Connector, verb: str) -> str:
    """Our word, and the network's where it is another."""
    ours = next(words for name, words in DOING.items() if name == verb)
    theirs = next((words for name, words in network.names.items() if name == verb), "")
    return f"{ours} (“{theirs}”)" if theirs and theirs.casefold() != ours.casefold() else ours


def keys(source: Source) -> str:
    """How to come by a source's keys, in Markdown."""
    network = connectors().get(source.kind)
    return network.keys if network else ""


def keyless() -> list[Connector]:
    """The kinds that can be read without a key or an account anywhere, and that are asked rather than sent to."""
    return [one for one in connectors().values() if one.keyless and not isinstance(one, Pushed)]
