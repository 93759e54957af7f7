"""Addresses as they tell whose something is: links without what follows for tracking, sites, the name of a site."""

import re
from functools import lru_cache

from .query import tokens
from .query.reading import bare, host

LEAST = 4  # letters of a name that is looked for in words
_TRACKING = re.compile(r"^(?:utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|igsh|si|ref|ref_src|ref_url|source)$")
# places of everybody: what is theirs there is a channel or an account, the first part of the path
_SHARED = frozenset(
    [
        "youtube.com",
        "m.youtube.com",
        "twitter.com",
        "x.com",
        "facebook.com",
        "instagram.com",
        "tiktok.com",
        "twitch.tv",
        "github.com",
        "gitlab.com",
        "medium.com",
        "linkedin.com",
        "patreon.com",
        "ko-fi.com",
        "soundcloud.com",
        "t.me",
        "reddit.com",
        "pinterest.com",
        "etsy.com",
        "vimeo.com",
        "bsky.app",
        "threads.net",
        "substack.com",
        "linktr.ee",
    ]
)
_NOBODYS = frozenset(
    [
        "youtu.be",
        "bit.ly",
        "t.co",
        "goo.gl",
        "tinyurl.com",
        "ow.ly",
        "buff.ly",
        "amzn.to",
        "wikipedia.org",
        "google.com",
        "imgur.com",
        "i.imgur.com",
        "giphy.com",
        "tenor.com",
        "docs.google.com",
        "drive.google.com",
        "archive.org",
        "web.archive.org",
    ]
)
_NO_ACCOUNT = frozenset(
    [
        "watch",
        "shorts",
        "playlist",
        "results",
        "live",
        "embed",
        "p",
        "reel",
        "reels",
        "status",
        "hashtag",
        "search",
        "explore",
        "i",
        "share",
        "sharer",
        "sharer.php",
        "intent",
        "r",
        "comments",
        "pulse",
        "feed",
        "posts",
        "groups",
        "events",
        "photo",
        "photos",
        "videos",
        "story",
        "stories",
        "about",
        "topics",
        "tag",
        "tags",
    ]
)
_PREFIXED = frozenset({"c", "channel", "user", "u", "in", "company", "profile", "shop", "add"})
_SECOND = frozenset({"co", "com", "org", "net", "ac", "gov", "edu", "or", "ne"})  # below a country: acme.co.uk


@lru_cache(maxsize=65_536)
def link_of(url: str) -> str:
    """An address, the same for all that lead to the same: no scheme, www, fragment, tracking or slash at the end."""
    rest = bare(url).partition("#")[0]
    path, _, asked = rest.partition("?")
    domain, slash, below = path.partition("/")
    kept = "&".join(part for part in asked.split("&") if part and not _TRACKING.match(part.partition("=")[0].lower()))
    plain = f"{domain.casefold()}{slash}{below}".rstrip("/")
    return f"{plain}?{kept}" if kept else plain


@lru_cache(maxsize=65_536)
def site_of(url: str) -> str:
    """Whose an address is: its host, on a place of everybody with the account; "" where that says nothing."""
    name = host(url).removeprefix("www.")
    if "." not in name or name in _NOBODYS or name.endswith(".wikipedia.org"):
        return ""
    if name not in _SHARED:
        return name
    parts = [part for part in bare(url).partition("#")[0].partition("?")[0].split("/")[1:] if part]
    if parts and parts[0].lower() in _PREFIXED:
        parts = parts[1:]
    if not parts or parts[0].lower() in _NO_ACCOUNT:
        return ""
    return f"{name}/{parts[0].lower()}"


@lru_cache(maxsize=65_536)
def named_by(site: str) -> str:
    """The name that a site goes by, as words have it: "acme rockets" of shop.acme-rockets.co.uk; "" where it is too
    short to be told from any other word."""
    domain, _, account = site.partition("/")
    labels = domain.split(".")[:-1]
    if len(labels) > 1 and labels[-1] in _SECOND:
        labels = labels[:-1]
    name = " ".join(tokens(account or (labels[-1] if labels else "")))
    return name if len(name.replace(" ", "")) >= LEAST else ""
