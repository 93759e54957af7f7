"""What connectors declare, in words: families of places, ways of reading, verbs. For pages, docs and the command."""

from collections.abc import Mapping

from ._connector import Family, Limits, Reads, Verb
from ._media import MediaLimits, in_megabytes

FAMILIES: Mapping[Family, str] = {
    "own": "Your own places",
    "networks": "Social networks",
    "forums": "Forums",
    "comments": "Comments",
    "chats": "Chats",
    "mail": "E-mail",
    "news": "News, code, questions",
}
READING: Mapping[Reads, str] = {
    "poll": "asks for what is new",
    "stream": "is told at once",
    "search": "searches",
    "replies": "answers to your posts",
    "mentions": "mentions of your account",
    "reports": "reports by members",
    "messages": "private messages",
}
DOING: Mapping[Verb, str] = {
    "reply": "reply",
    "message": "write privately",
    "post": "post",
    "edit": "edit what you said",
    "delete": "delete what you said",
    "like": "like",
    "unlike": "take a like back",
    "approve": "approve",
    "hold": "hold back",
    "spam": "mark as spam",
    "hide": "hide",
    "remove": "remove",
    "restore": "restore",
    "redact": "black out words",
    "lock": "lock",
    "unlock": "unlock",
    "label": "label",
    "unlabel": "take a label off",
    "report": "report to the network",
    "resolve": "settle a member's report",
    "warn": "warn",
    "mute": "mute",
    "unmute": "unmute",
    "ban": "ban",
    "unban": "unban",
    "block": "block",
    "unblock": "unblock",
}


def limits_in_words(limits: Limits) -> str:
    """As in “300 graphemes a post; 4 files a post; 300 requests in 5 minutes”; "" where nothing is declared."""
    length = f"{limits.length:,} {limits.counts} a post" if limits.length is not None else ""
    link = f"a web address counts {limits.link}" if limits.link is not None else ""
    called = limits.title_name.lower()
    title = {"none": "", "may": f"a new post may have a {called}", "must": f"a new post needs a {called}"}[limits.title]
    return "; ".join(part for part in (length, link, title, _media(limits.media), limits.rate) if part)


def _media(media: MediaLimits) -> str:
    """As in “4 files a post (image/* up to 16 MB), with alt text of 1,500 characters”."""
    if not media.many:
        return ""
    sizes = [f"{kind} up to {in_megabytes(most)}" if most else kind for kind, most in media.kinds.items()]
    alone = f", {' and '.join(media.alone)} alone" if media.alone else ""
    alt = f", with alt text of up to {media.alt:,} characters" if media.alt else ""
    return f"{media.many} {'file' if media.many == 1 else 'files'} a post ({', '.join(sizes)}{alone}){alt}"
