"""What a network takes, held against a version before it is planned: in words, with the numbers that a page shows."""

from collections.abc import Sequence

from msgspec import Struct

from hubbub.connectors import (
    ADDRESS,
    MENTION,
    Connector,
    Destination,
    Limits,
    connector,
    length_of,
    limits_in_words,
    too_many,
    unfit,
)
from hubbub.core.failures import Broken
from hubbub.core.utm import TagRule
from hubbub.store.accounts import signed_out
from hubbub.store.models import Attachment, PlannedVersion, Source, SourceState
from hubbub.store.planned import Leaving, leaving

from .places import can_list, known


class Taken(Struct, frozen=True):
    """What one source takes of a post, as a form needs it."""

    source: Source
    length: int | None  # None: no limit is known
    counts: str  # characters, graphemes or bytes
    link: int | None  # what a web address counts
    short_mentions: bool
    title: str  # none, may or must
    title_name: str  # what the network calls it
    title_length: int | None
    place: str  # what a place is called there; "": a post has one place to go
    media: str  # in words; "": no files
    says: str  # all of it, in words
    kind: str = ""  # the network's name: "Mastodon"
    lists: bool = False  # its places can be looked up
    places: Sequence[Destination] = ()  # those that were


class Checked(Struct, frozen=True):
    """A version as it would leave now."""

    version: PlannedVersion
    leaves: Leaving
    files: Sequence[Attachment]
    length: int
    most: int | None
    counts: str  # characters, graphemes or bytes
    troubles: Sequence[str]  # why it cannot, and what to do; [] where it can

    @property
    def left(self) -> int | None:
        """What may still be written."""
        return None if self.most is None else self.most - self.length


ADDRESS_PATTERN, MENTION_PATTERN = ADDRESS, MENTION


def limits_of(source: Source) -> Limits:
    """What its connector declares; nothing where that is not installed."""
    found = _connector(source)
    return found.limits if found else Limits()


def _connector(source: Source) -> Connector | None:
    try:
        return connector(source.kind)
    except Broken:
        return None


def taken(source: Source) -> Taken:
    """For the form of a version."""
    found, limits = _connector(source), limits_of(source)
    media = limits.media
    return Taken(
        source=source,
        length=source.length or limits.length,
        counts=limits.counts,
        link=limits.link,
        short_mentions=limits.short_mentions,
        title=limits.title,
        title_name=limits.title_name,
        title_length=limits.title_length,
        place=found.place if found else "",
        media=f"at most {media.many}: {media.takes}" if media.many and "post" in media.verbs else "",
        says=limits_in_words(limits) if found else "",
        kind=found.label if found else source.kind,
        lists=can_list(source),
        places=known(source),
    )


def checked(version: PlannedVersion, rules: list[TagRule] | None = None) -> Checked:
    """What would leave, and what stands against it. Needs `planned` and `source` loaded."""
    source, limits = version.source, limits_of(version.source)
    leaves = leaving(version, rules)
    files = list(Attachment.of(version.workspace).filter(pk__in=leaves.files).order_by("pk"))
    length, most = length_of(leaves.text, limits), source.length or limits.length
    return Checked(
        version, leaves, files, length, most, limits.counts, troubles(source, limits, version, leaves, files)
    )


def troubles(
    source: Source, limits: Limits, version: PlannedVersion, leaves: Leaving, files: Sequence[Attachment]
) -> list[str]:
    """One sentence each, with the mend."""
    found: list[str] = []
    if "post" not in source.can:
        found.append(
            f"{source} takes no posts of ours with the settings it has. Take it off, or add credentials to it."
        )
    if no := signed_out(source):
        found.append(no)
    elif source.state == SourceState.BROKEN:
        found.append(f"{source} needs a look before anything can be sent there: {source.error or 'see its page'}")
    if no := too_long(version, limits, leaves):
        found.append(no)
    if not leaves.text.strip() and not (files or leaves.title):
        found.append(f"{source}: there is nothing to say yet. Write the words.")
    found += _title_troubles(source, limits, leaves.title)
    media = unfit([(one.name, one.mime, one.size, one.alt) for one in files], limits.media)
    if media:
        found.append(f"{source}: {media}")
    asked = _connector(source)
    if asked and asked.place and not version.place:
        found.append(f"{source} must be told where it goes: fill in “{asked.place}”.")
    return found


def too_long(version: PlannedVersion, limits: Limits, leaves: Leaving) -> str:
    """How much of its words is more than the network takes, in words; "" where they fit."""
    source = version.source
    length, most = length_of(leaves.text, limits), source.length or limits.length
    if most is None or length <= most:
        return ""
    tags = " The tags on its links are counted." if len(leaves.text) > len(_own(version)) else ""
    says = f"{length:,} characters, at most {most:,} are taken"
    if limits.counts == "bytes":
        says = f"its last {too_many(leaves.text, most, limits):,} characters do not fit"
    return f"{source}: {says}. Shorten it there.{tags}"


def _own(version: PlannedVersion) -> str:
    return version.planned.text if version.same else version.text


def _title_troubles(source: Source, limits: Limits, title: str) -> list[str]:
    if limits.title == "must" and not title.strip():
        return [f"{source}: a post there needs a title. Write one."]
    if limits.title_length is not None and len(title) > limits.title_length:
        return [f"{source}: its title has {len(title):,} characters, at most {limits.title_length:,} are taken."]
    return []
