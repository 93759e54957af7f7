"""Bluesky with an account: what people say to us, what they say about something, what one account says; answering."""

from collections.abc import Mapping
from typing import ClassVar

import msgspec

from hubbub.core.failures import Broken

from ._atproto import ACCOUNT_FIELDS, KEYS, TRIED, Account, in_words
from ._bluesky_acting import Acting
from ._bluesky_posts import Actor
from ._bluesky_reading import LISTS, Read, Reading
from ._bluesky_saying import TAKES
from ._connector import Act, Batch, Declared, Done, Field, Found, Limits, Reads, Settings, Tested, Verb
from ._http import Http

SAYS: frozenset[Verb] = frozenset({"post", "reply", "message", "delete", "like", "unlike", "report"})
HANDLES: frozenset[Verb] = frozenset({"hide", "restore", "lock", "unlock"})
TREATS: frozenset[Verb] = frozenset({"mute", "unmute", "block", "unblock"})
VERBS = SAYS | HANDLES | TREATS


class _Profile(Actor, frozen=True, rename="camel"):
    """Our account, as others see it."""

    posts_count: int = 0


class Bluesky(Declared):
    """A connector that signs in with an app password, reads lists and threads, and acts as that account."""

    kind = "bluesky"
    label = "Bluesky"
    about = "What people say to your Bluesky account, about certain words, or what one account says; answer them here."
    fields = (
        *ACCOUNT_FIELDS,
        Field(
            "read",
            "What to read",
            kind="choice",
            choices=(
                ("people", "What people say to us: mentions, replies, quotes, the threads of our posts"),
                ("search", "Posts with certain words"),
                ("account", "What one account posts"),
            ),
        ),
        Field(
            "what",
            "Words, or an account",
            "For posts with certain words: as you would type them into Bluesky's search. For what one account posts: "
            "its handle. Otherwise leave it empty.",
            required=False,
        ),
        Field(
            "langs",
            "Languages that you write in",
            "Two letters each, such as en, de. Left empty, an answer has the language of what it answers.",
            required=False,
        ),
        Field(
            "labeler",
            "Who gets your reports",
            "The identity (did:plc:…) of a moderation service. Left empty, it is Bluesky's own.",
            required=False,
        ),
    )
    can: ClassVar[frozenset[Verb]] = VERBS
    every = 60
    reads: ClassVar[frozenset[Reads]] = frozenset({"poll", "search", "replies", "mentions"})
    names: ClassVar[Mapping[Verb, str]] = {
        "hide": "Hide reply for everyone",
        "restore": "Show reply for everyone",
        "lock": "Let nobody reply",
        "unlock": "Let everybody reply",
        "message": "Direct message",
        "mute": "Mute account",
        "block": "Block account",
        "report": "Report post",
    }
    limits = Limits(
        length=300,
        counts="graphemes",
        media=TAKES,
        rate="3,000 requests in 5 minutes; one account: 1,666 new posts or likes in an hour, 30 sign-ins in 5 minutes",
    )
    keys = KEYS
    tested = (*TRIED, Tested("direct messages: answers written after the public lexicons alone"))
    notes = (
        "Web addresses, names and hashtags are made clickable. Posts cannot be edited on Bluesky: delete one and write "
        "it anew. Pictures carry their alt text and their proportions; a film is shown once Bluesky worked on it. A "
        "direct message needs an app password for which access to direct messages is allowed; messages are not read. "
        "One whose answer is lost is looked for by its words before it is sent again."
    )

    def check(self, settings: Settings, http: Http) -> Found:
        """Sign in, and look at what there is to read."""
        return in_words(lambda: _check(Account(settings, http), settings))

    def fetch(self, settings: Settings, cursor: str, http: Http) -> Batch:
        """What was written, edited, answered or taken away since; the first time the newest comes first."""
        return in_words(lambda: Reading(Account(settings, http), *_wanted(settings), cursor).fetch())

    def act(self, settings: Settings, act: Act, http: Http) -> Done:
        """Do it as our account."""
        return in_words(lambda: _acting(settings, act, http).do())

    def find(self, settings: Settings, act: Act, http: Http) -> Done | None:
        """What we say lies under a key made of the act's; of the rest the network knows whether it stands."""
        return in_words(lambda: _acting(settings, act, http).find())


CONNECTOR = Bluesky()


def _acting(settings: Settings, act: Act, http: Http) -> Acting:
    account = Account(settings, http)
    return Acting(account, act, langs=settings.get("langs", ""), labeler=settings.get("labeler", "").strip())


def _wanted(settings: Settings) -> tuple[Read, str]:
    """What is to be read. Raises Broken where that is not clear."""
    read = msgspec.convert(settings.get("read") if settings.get("read") in LISTS else "people", Read)
    what = settings.get("what", "").strip()
    if read == "people":
        return read, ""
    if not what and read == "search":
        raise Broken("The words to search for are missing. Enter them, or choose to read something else.")
    if not what:
        raise Broken("The account to read is missing. Enter its handle, such as acme.bsky.social.")
    return read, what.removeprefix("@").strip() if read == "account" else what


def _check(account: Account, settings: Settings) -> Found:
    read, what = _wanted(settings)
    me = account.get("app.bsky.actor.getProfile", _Profile, {"actor": account.did})
    sample = Reading(account, read, what, "").newest()
    as_whom = f"Signed in as @{me.handle}, who can answer, like, mute, block and report."
    if read == "search":
        says, name = f"{len(sample)} posts or more with “{what}”." if sample else f"No post with “{what}” yet.", what
    elif read == "account":
        theirs = account.get("app.bsky.actor.getProfile", _Profile, {"actor": what})
        says, name = f"@{theirs.handle}: {theirs.posts_count:,} posts.", f"@{theirs.handle}"
    else:
        says = f"What people say to @{me.handle}, who has {me.followers_count or 0:,} followers."
        name = me.display_name or f"@{me.handle}"
    return Found(f"{says} {as_whom}", f"Bluesky: {name}", VERBS, me.did, sample=sample, who=f"@{me.handle}")
