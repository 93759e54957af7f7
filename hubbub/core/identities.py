"""Which identities may be one person, and why: what they are looked up by, what speaks for a pair, and how strongly.

All is said in references: `acct:erin@mastodon.example` where a network has names with a place, else `host/path`. A sign
that anybody could have made (the same handle, an address typed beside a comment) is weak; only what the links of each
profile say of the other, or what the network has verified, is proven.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from math import prod

from msgspec import Struct

from .query.reading import host as host_of

SUGGESTED = 0.3  # pairs below are not worth a person's time
LONGEST = 80  # characters of a key; longer ones are hashed

# strengths, between 0 and 1; several add up as independent signs do
PROVEN, ADDRESS, ONE_WAY, SAID, PICTURE, WEBSITE, NAME, HANDLE = 1.0, 0.7, 0.5, 0.6, 0.45, 0.35, 0.2, 0.2
NAMED = 0.8  # each names the other, but in running words: “married to @frank@…” does so, too

# there an address is typed in by the people themselves, or by a file about them: it is a claim
TYPED = frozenset({"feed", "files", "isso", "mail", "site", "wordpress"})
PLACED = frozenset({"lemmy", "mastodon"})  # handles are name@server there; elsewhere anybody may call themselves that

COMMON = frozenset(
    {
        *("admin", "administrator", "anonymous", "anonym", "contact", "editor", "guest", "hello", "info", "mail"),
        *("news", "noreply", "office", "root", "support", "team", "test", "user", "webmaster"),
    }
)  # handles that say nothing about who it is

_HOST = r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}"
_ACCT = re.compile(rf"(?<![\w@/.])@([a-z0-9_][a-z0-9_.-]*)@({_HOST})\b", re.I)
_BLUE = re.compile(r"(?<![\w/.-])@?([a-z0-9][a-z0-9-]*\.bsky\.social)\b", re.I)
_URL = re.compile(rf"(?<![\w@.-])(?:https?://)?({_HOST}/[^\s<>\"'()\[\]]*)|https?://({_HOST})(?![\w-]|\.\w)", re.I)
_WEB = re.compile(r"https?://([^/?#\\\s]+)([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.I | re.S)
_PLACE = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_GRAVATAR = re.compile(r"/avatar/([0-9a-f]{32}|[0-9a-f]{64})\b", re.I)
_NOBODY = {hashlib.md5(b"", usedforsecurity=False).hexdigest(), hashlib.sha256(b"").hexdigest()}
_MAIL = re.compile(r"(?:mailto:)?([^\s@:/]+@[^\s@:/]+\.[a-z]{2,24})", re.I)

# what stands right before one's own name, and what may stand a few words before it
_I_AM = re.compile(
    r"\b(?:i'?m|i am|this is me|ich bin|je suis|soy|sono)\s+(?:also\s+|now\s+|auch\s+|jetzt\s+|aussi\s+)?"
    r"(?:(?:on|at|auf|bei|sur)\s+(?:mastodon|bluesky|the fediverse|github|the web)[\s:,]+)?"
    r"(?:as\s+|at\s+|under\s+|als\s+)?$",
    re.I,
)
_MINE = re.compile(
    r"(?:\b(?:find|follow|reach|message) me\b|\bme (?:on|over) |\bmy (?:\w+ ){0,2}(?:account|profile|handle|blog|site|"
    r"website|page|channel|mastodon|bluesky|github)\b|\bmein(?:em|en|e)? (?:\w+ ){0,2}(?:account|konto|profil|blog|"
    r"website|seite)\b|\bfolgt? mir\b|\b(?:i|i've|i have) moved to\b|\bbin umgezogen\b)[^.!?\n]{0,40}$",
    re.I,
)


class Identity(Struct, frozen=True):
    """One name on one network, with what is known of it. `said` are references that they called their own in posts;
    `called` is the network's own name, as sentences say it."""

    network: str
    native_id: str
    handle: str = ""
    name: str = ""
    url: str = ""
    about: str = ""
    links: tuple[str, ...] = ()
    verified: tuple[str, ...] = ()
    picture: str = ""
    said: tuple[str, ...] = ()
    called: str = ""


class Reason(Struct, frozen=True):
    """One sign that two identities are one person."""

    name: str  # "linked both ways"
    says: str  # in a sentence, for whoever decides
    strength: float
    proven: bool = False  # each side says it of the other


def reference(address: str) -> str:
    """The reference that an address on the web is; "" where it is none. `https://` and a final slash make no
    difference; a profile of the Mastodon API or Bluesky is known by its name."""
    found = _WEB.fullmatch(address.strip() if "//" in address else f"https://{address.strip()}")
    host = host_of(found[1]).removeprefix("www.") if found and "@" not in found[1] else ""
    if found is None or not _PLACE.fullmatch(host):
        return ""
    path = found[2].rstrip("/").lower()
    if profile := re.fullmatch(r"/(?:@|users/)([a-z0-9_][a-z0-9_.-]*)", path):
        return f"acct:{profile[1]}@{host}"
    if host == "bsky.app" and (profile := re.fullmatch(r"/profile/([^/]+)", path)):
        return f"acct:{profile[1]}"
    # some networks tell people apart by what stands behind the question mark alone
    asked = "&".join(part for part in (found[3] or "").lower().split("&") if part and not part.startswith("utm_"))
    return host + path + (f"?{asked}" if asked else "")


def references(text: str) -> tuple[str, ...]:
    """What a text names: addresses, @name@server, name.bsky.social."""
    return tuple(dict.fromkeys(ref for _, ref in _named(text)))


def _named(text: str) -> list[tuple[int, str]]:
    """Where each begins, and what it is."""
    found = [(hit.start(), f"acct:{hit[1]}@{hit[2]}".lower().rstrip(".")) for hit in _ACCT.finditer(text)]
    found += [(hit.start(), f"acct:{hit[1]}".lower()) for hit in _BLUE.finditer(text)]
    found += [(hit.start(), reference((hit[1] or hit[2]).rstrip(".,;:!?"))) for hit in _URL.finditer(text)]
    return sorted((place, ref) for place, ref in found if ref)


def claims(text: str) -> tuple[str, ...]:
    """The references that a text calls its writer's own: “I'm @erin@mastodon.example there”, “my blog is at …”."""
    said = []
    for place, ref in _named(text):
        before = text[max(0, place - 90) : place].replace("\u2019", "'")
        if _I_AM.search(before) or _MINE.search(before):
            said.append(ref)
    return tuple(dict.fromkeys(said))


def own(one: Identity) -> frozenset[str]:
    """The references under which this identity itself is found."""
    kind = one.network.partition(" ")[0]
    if kind in TYPED:
        return frozenset()
    refs = {reference(one.url)} if one.url else set()
    handle = one.handle.lower().removeprefix("@")
    if kind.startswith("bluesky"):
        refs |= {f"acct:{handle}"} if handle else set()
        refs.add(f"acct:{one.native_id.lower()}")
    elif kind in PLACED and "@" in handle:
        refs.add(f"acct:{handle}")
    return frozenset(refs - {""})


def named(one: Identity) -> frozenset[str]:
    """What its profile points to, in links and in words."""
    return (linked(one) | frozenset(references(one.about))) - own(one)


def linked(one: Identity) -> frozenset[str]:
    """What the links of its profile lead to, an address that was typed in among them."""
    return frozenset({reference(link) for link in (*one.links, one.url)}) - {""} - own(one)


def _verified(one: Identity) -> frozenset[str]:
    return frozenset(reference(link) for link in one.verified) - {""}


def addresses(one: Identity) -> frozenset[str]:
    """Hashes of e-mail addresses: of a sender's own, or as a Gravatar picture gives them."""
    found = _MAIL.fullmatch(one.native_id.strip())
    if found and "/@" not in one.url:
        address = found[1].lower().encode()
        return frozenset({hashlib.md5(address, usedforsecurity=False).hexdigest(), hashlib.sha256(address).hexdigest()})
    gravatar = _GRAVATAR.search(one.picture)
    return frozenset({gravatar[1].lower()} - _NOBODY) if gravatar else frozenset()


def picture(one: Identity) -> str:
    """The picture without what only says how large it is; a Gravatar counts as an address."""
    if not one.picture or _GRAVATAR.search(one.picture):
        return ""
    return one.picture.partition("?")[0].lower()


def handle(one: Identity) -> str:
    """The handle without its server and without dots and dashes; "" where it says nothing."""
    local = one.handle.lower().removeprefix("@").partition("@")[0].removesuffix(".bsky.social")
    plain = re.sub(r"[^a-z0-9]", "", local)
    return "" if len(plain) < 3 or plain in COMMON else plain


def _name(one: Identity) -> str:
    words = one.name.casefold().split()
    return " ".join(words) if len(words) > 1 else ""


def keys(one: Identity) -> frozenset[str]:
    """By what it is stored to be found again."""
    found = {f"own {ref}" for ref in own(one)}
    found |= {f"to {ref}" for ref in named(one) | frozenset(one.said)}
    found |= {f"mail {hashed}" for hashed in addresses(one)}
    if pictured := picture(one):
        found.add(f"pic {pictured}")
    if handled := handle(one):
        found.add(f"handle {handled}")
    return frozenset(map(_short, found))


def sought(one: Identity) -> frozenset[str]:
    """The keys of those who may be the same: who is named, who names it, who shares something with it."""
    mine = keys(one)
    crossed = {_short(f"to {ref}") for ref in own(one)}
    crossed |= {_short(f"own {ref}") for ref in named(one) | frozenset(one.said)}
    return mine | crossed


def _short(key: str) -> str:
    if len(key) <= LONGEST:
        return key
    kind = key.partition(" ")[0]
    return f"{kind} #{hashlib.sha256(key.encode()).hexdigest()}"


def compare(one: Identity, other: Identity) -> tuple[Reason, ...]:
    """What speaks for their being one person, the strongest first; nothing: nothing does."""
    found = [*_pointing(one, other)]
    if same := own(one) & own(other):
        found.append(
            Reason("same profile", f"Both are the profile {min(same).removeprefix('acct:')}", PROVEN, proven=True)
        )
    if addresses(one) & addresses(other):
        found.append(Reason("same address", "Both use the same e-mail address", ADDRESS))
    shared = (named(one) & named(other)) - own(one) - own(other)
    if shared:
        both = (_verified(one) & _verified(other)) & shared
        says = f"Both profiles name {min(both or shared)}" + (", verified in both" if both else "")
        found.append(Reason("same verified link" if both else "same link", says, ADDRESS if both else WEBSITE))
    same_picture = bool(picture(one)) and picture(one) == picture(other)
    if same_picture:
        found.append(Reason("same picture", "Both show the same picture", PICTURE))
    if handle(one) and handle(one) == handle(other):
        says = f"Both are called “{handle(one)}”"
        says += "" if same_picture else ": anybody can take a name, so this alone says little"
        found.append(Reason("same handle", says, HANDLE))
    if _name(one) and _name(one) == _name(other):
        found.append(Reason("same name", f"Both give the name {one.name}", NAME))
    return tuple(sorted(found, key=lambda reason: -reason.strength))


def _pointing(one: Identity, other: Identity) -> Iterable[Reason]:
    there, back = _points(one, other), _points(other, one)
    if there and back:
        both = bool(linked(one) & own(other) and linked(other) & own(one))
        name, says = ("linked both ways" if both else "named both ways"), f"{_called(one)} {there}, and "
        yield Reason(name, says + f"{_called(other)} {back}", PROVEN if both else NAMED, proven=both)
        return
    for here, yonder in ((one, other), (other, one)):
        if _verified(here) & own(yonder):
            says = f"The network has verified that {_called(yonder)} links back to {_called(here)}"
            yield Reason("verified link", says, PROVEN, proven=True)
            return
    for says, here in ((there, one), (back, other)):
        if says:
            spoke = says.startswith("said")
            name = "said so themselves" if spoke else "linked one way"
            yield Reason(name, f"{_called(here)} {says}; nothing leads back", SAID if spoke else ONE_WAY)


def _points(one: Identity, other: Identity) -> str:
    """How one names the other; "" where it does not."""
    theirs = own(other)
    if named(one) & theirs:
        return f"links to {_called(other)} in the profile"
    return f"said in a post to be {_called(other)}" if frozenset(one.said) & theirs else ""


def _called(one: Identity) -> str:
    return f"{one.handle or one.name or one.native_id} on {one.called or one.network}"


def strength(reasons: Sequence[Reason]) -> float:
    """How strongly they speak together, 0 to 1: each takes its share of what was left open."""
    return 1.0 - prod(1.0 - reason.strength for reason in reasons)


def proven(reasons: Iterable[Reason]) -> bool:
    """Whether any of them is said by both sides."""
    return any(reason.proven for reason in reasons)
