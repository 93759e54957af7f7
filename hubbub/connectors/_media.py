"""Files that go out with our words: what a network takes of them, and why it would not take these."""

from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct

from hubbub.core.failures import Broken

MEGABYTE = 1_000_000
NOUNS: Mapping[str, str] = {"image": "pictures", "video": "videos", "audio": "sound"}


class Attached(Struct, frozen=True):
    """One file, whole."""

    name: str  # as people know it: "beans.jpg"
    mime: str  # "image/jpeg"
    data: bytes
    alt: str = ""  # what can be seen or heard, for those who cannot


class MediaLimits(Struct, frozen=True):
    """Which files a network takes with a post or a reply. Nothing declared: none."""

    many: int = 0  # files with one post
    kinds: Mapping[str, int | None] = {}  # "image/*" → the most bytes of one; None: no limit is known. First fit counts
    alone: tuple[str, ...] = ()  # kinds of which one file stands alone, without others: "video/*"
    alt: int = 0  # the longest alt text, in characters; 0: none is taken
    verbs: frozenset[str] = frozenset({"post", "reply"})  # with what they can go out

    @property
    def takes(self) -> str:
        """The kinds in words: "JPEG and PNG pictures and sound"."""
        return kinds_in_words(self.kinds)

    @property
    def in_words(self) -> str:
        """As in “4 files a post (pictures up to 16 MB, sound), with alt text of up to 1,500 characters”."""
        if not self.many:
            return ""
        sizes: dict[int | None, list[str]] = {}
        for kind, most in self.kinds.items():
            sizes.setdefault(most, []).append(kind)
        kinds = ", ".join(
            kinds_in_words(some) + (f" up to {in_megabytes(most)}" if most else "") for most, some in sizes.items()
        )
        alone = f"; {kinds_in_words(self.alone)} alone" if self.alone else ""
        alt = f", with alt text of up to {self.alt:,} characters" if self.alt else ""
        return f"{self.many} {'file' if self.many == 1 else 'files'} a post ({kinds}{alone}){alt}"


def fits(files: Sequence[Attached], limits: MediaLimits, *, network: str, verb: str = "post") -> None:
    """Raises Broken, in words, where the network would not take these files with this verb."""
    if files and (why := unfit([(one.name, one.mime, len(one.data), one.alt) for one in files], limits, verb=verb)):
        raise Broken(f"{network}: {why}")


def unfit(files: Sequence[tuple[str, str, int, str]], limits: MediaLimits, *, verb: str = "post") -> str:
    """Why these files (name, kind, bytes, alt text) are not taken, in words; "" where they are."""
    if not files:
        return ""
    if not limits.many or verb not in limits.verbs:
        return "no files can go along with this. Take them off, or put a link to them into the text."
    if len(files) > limits.many:
        return f"at most {limits.many} files go along with one post, and there are {len(files)}. Take some off."
    for name, mime, size, alt in files:
        if (pattern := kind_of(mime, limits)) is None:
            return f"“{name}” is of a kind ({mime or 'unknown'}) that is not taken there. It takes {limits.takes}."
        most = limits.kinds[pattern]
        if most is not None and size > most:
            return f"“{name}” has {in_megabytes(size)}, and at most {in_megabytes(most)} are taken. Make it smaller."
        if limits.alt and len(alt) > limits.alt:
            return (
                f"what “{name}” shows is told in {len(alt):,} characters; at most {limits.alt:,} are taken. Shorten it."
            )
        if len(files) > 1 and any(fnmatchcase(mime, one) for one in limits.alone):
            return f"“{name}” can only go alone. Take the other files off, or send it with a post of its own."
    return ""


def kind_of(mime: str, limits: MediaLimits) -> str | None:
    """The declared kind that this one belongs to."""
    return next((pattern for pattern in limits.kinds if fnmatchcase(mime.lower(), pattern)), None)


def kinds_in_words(kinds: Collection[str]) -> str:
    """Of "image/jpeg", "image/png" and "audio/*": "JPEG and PNG pictures and sound"."""
    if "*" in kinds:
        return "files of any kind"
    found: dict[str, list[str]] = {}
    for kind in kinds:
        major, _, minor = kind.partition("/")
        found.setdefault(NOUNS.get(major, ""), []).extend([] if minor == "*" else [minor.upper()])
    return _listed([f"{_listed(minors)} {noun}".strip() for noun, minors in found.items()])


def _listed(names: Sequence[str]) -> str:
    return " and ".join(one for one in (", ".join(names[:-1]), *names[-1:]) if one)


def in_megabytes(size: int) -> str:
    """As in "1.5 MB"."""
    return f"{size / MEGABYTE:,.3g} MB"
