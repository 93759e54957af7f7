"""Tags on links (UTM) that say to the statistics of a site where its visitors came from."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct

NAMES = ("source", "medium", "campaign", "content", "term")
PLACEHOLDERS = ("network", "campaign", "date", "post", "source")
# what ends an address where words stand without spaces: full stops and brackets of full width, a cell of a table
CLOSED = (
    "|`»\u203a\u3002\u3001\uff0c\uff01\uff1f\uff1b\uff1a\uff08\uff09\u300c\u300d\u300e\u300f\u3010\u3011\u300a\u300b"
)
ADDRESS = re.compile(rf"(?<![a-z0-9_@/.])https?://(?:(?!\]\()[^\s<>\"“”{CLOSED}])+", re.IGNORECASE)
PARTS = re.compile(r"([^?#]*)(\?[^#]*)?(#.*)?", re.DOTALL)
HOST = re.compile(r"https?://(?:[^/?#@]*@)?([^/?#:@]+|\[[^\]]*\])", re.IGNORECASE)
TRAILING = ".,;:!?'\u2019…*"  # after an address they end a sentence, or what is set off in Markdown
BRACKETS = {")": "(", "]": "[", "}": "{"}
PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")


class TagRule(Struct, frozen=True):
    """Which links get which tags. Templates may hold placeholders in braces."""

    domains: tuple[str, ...]  # "example.org": it and what lies below it
    networks: tuple[str, ...] = ()  # connectors' kinds; empty: all
    templates: Mapping[str, str] = {}  # "source" → "{network}"


class Post(Struct, frozen=True):
    """What is known of the post whose links are tagged."""

    network: str  # "mastodon"
    source: str  # "Acme on Mastodon"
    campaign: str
    day: date  # on which it goes out, by the clock of the place
    number: int  # of the post


def placeholders_unknown(template: str) -> list[str]:
    """What stands in braces and is no placeholder."""
    return [name for name in re.findall(r"\{([^{}]*)\}", template) if name not in PLACEHOLDERS]


def filled(template: str, post: Post) -> str:
    """The template with its placeholders filled, in small letters without spaces: statistics tell all others apart."""
    values = {
        "network": post.network,
        "campaign": post.campaign,
        "date": post.day.isoformat(),
        "post": str(post.number),
        "source": post.source,
    }
    whole = re.sub(r"\{([^{}]*)\}", lambda found: values.get(found[1], found[0]), template)
    return re.sub(r"[\s_]+", "_", whole.strip().casefold()).strip("_-")


def tagged(text: str, rules: Sequence[TagRule], post: Post) -> str:
    """The text with tags on those of its links that a rule names: the first rule that fits a link, no other.

    Only http and https. What a link has of tags already stays; the order of its parameters and its fragment, too.
    """
    fitting = [rule for rule in rules if not rule.networks or post.network in rule.networks]
    if not fitting:
        return text
    return ADDRESS.sub(lambda found: _in_text(found[0], fitting, post), text)


def _in_text(found: str, rules: Sequence[TagRule], post: Post) -> str:
    url, rest = _cut(found)
    host = host_of(url)
    for rule in rules:
        if any(under(host, domain) for domain in rule.domains):
            return with_tags(url, {name: filled(rule.templates.get(name, ""), post) for name in NAMES}) + rest
    return found


def _cut(found: str) -> tuple[str, str]:
    """The address, and what of the sentence hangs on its end: a full stop, a bracket that was opened before it, the
    end of a Markdown link and what follows that."""
    end = _closed(found)
    while found[end - 1] in TRAILING or found.endswith("~~", 0, end):
        end -= 2 if found[end - 1] == "~" else 1
    return found[:end], found[end:]


def _closed(found: str) -> int:
    """Where the first bracket closes that was opened before the address; its end, where there is none."""
    opened = dict.fromkeys(BRACKETS.values(), 0)
    for at, char in enumerate(found):
        if char in opened:
            opened[char] += 1
        elif (opener := BRACKETS.get(char)) is not None:
            opened[opener] -= 1
            if opened[opener] < 0:
                return at
    return len(found)


def host_of(url: str) -> str:
    """Its host in small letters; "" where it is no web address."""
    found = HOST.match(url)
    return found[1].casefold().rstrip(".") if found else ""


def under(host: str, domain: str) -> bool:
    """Whether the host is that domain or lies below it."""
    wanted, there = _by_name_service(domain.strip().casefold().strip(".").removeprefix("www.")), _by_name_service(host)
    return bool(wanted) and (there == wanted or there.endswith(f".{wanted}"))


def _by_name_service(host: str) -> str:
    """As name servers know it: "bücher.example" is "xn--bcher-kva.example"."""
    try:
        return host.encode("idna").decode()
    except UnicodeError:  # an empty label, or one that is too long: it is no host that could be reached
        return host


def with_tags(url: str, tags: Mapping[str, str]) -> str:
    """The address with these parameters (name without "utm_" → value) behind those that it has; empty ones and those
    that stand there already are left out."""
    parts = PARTS.fullmatch(url)
    if parts is None:
        return url
    base, query, fragment = parts[1], (parts[2] or "?")[1:], parts[3] or ""
    there = {part.partition("=")[0].casefold() for part in query.split("&")}
    new = [f"utm_{name}={escaped(value)}" for name, value in tags.items() if value and f"utm_{name}" not in there]
    if not new:
        return url
    return base + "?" + "&".join([part for part in (query.rstrip("&"),) if part] + new) + fragment


def escaped(value: str) -> str:
    """The value as a parameter may hold it (RFC 3986)."""
    return "".join(char if char in PLAIN else "".join(f"%{byte:02X}" for byte in char.encode()) for char in value)
