"""What connectors declare, in words: families of places, ways of reading, verbs. For pages, docs and the command."""

from collections.abc import Mapping

from ._connector import Family, Limits, Reads, Verb

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
    """As in “300 characters a post; 4 files a post; 300 requests in 5 minutes”; "" where nothing is declared."""
    weighs = " (é takes the room of 2, 字 of 3, 😀 of 4)" if limits.counts == "bytes" else ""
    length = f"{limits.length:,} characters a post{weighs}" if limits.length is not None else ""
    link = f"a web address counts {limits.link}" if limits.link is not None else ""
    called = limits.title_name.lower()
    title = {"none": "", "may": f"a new post may have a {called}", "must": f"a new post needs a {called}"}[limits.title]
    return "; ".join(part for part in (length, link, title, limits.media.in_words, limits.rate) if part)
