"""What can be done where: only what the network's connector declares and the source's settings allow, in its words."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from hubbub.connectors import DOING, Verb, connector
from hubbub.core.failures import Broken
from hubbub.store.models import Post, Source

# verbs about the one who wrote a post
TREATING: tuple[Verb, ...] = ("warn", "mute", "ban", "block")
TIMED = frozenset({"mute", "ban"})  # may end by themselves
# verbs about a post that leave its decision as it is
HANDLING: tuple[Verb, ...] = ("lock", "unlock", "label", "unlabel", "report", "resolve")

COMMON = tuple((verb, said.capitalize()) for verb, said in DOING.items())
PAST: Mapping[str, str] = {
    "warn": "warned", "mute": "muted", "ban": "banned", "block": "blocked", "lock": "locked", "unlock": "unlocked",
    "label": "labelled", "unlabel": "no longer labelled", "report": "reported to the network", "resolve": "closed",
}  # fmt: skip


class Offer(Struct, frozen=True):
    """One thing that can be done there."""

    verb: Verb
    word: str  # as the network calls it
    timed: bool = False  # asks until when
    labels: bool = False  # asks which label


def word(source: Source, verb: str) -> str:
    """What the network calls it."""
    try:
        names = connector(source.kind).names
    except Broken:  # a connector that is no longer installed
        names = {}
    return next((said for name, said in [*names.items(), *COMMON] if name == verb), verb)


def offers(post: Post, verbs: Sequence[Verb]) -> list[Offer]:
    """Those of the verbs that its source can do."""
    able = [verb for verb in verbs if verb in post.source.can and (post.author_id or verb not in TREATING)]
    return [Offer(verb, word(post.source, verb), verb in TIMED, labels=verb in ("label", "unlabel")) for verb in able]


def is_final(source: Source, verb: str) -> bool:
    """Whether the network cannot take it back: what is removed there is deleted for good."""
    try:
        return verb in connector(source.kind).final
    except Broken:
        return False


def ends_itself(source: Source, verb: str) -> bool:
    """Whether the network ends it at `until` without being asked."""
    try:
        return verb in connector(source.kind).ends
    except Broken:
        return False
