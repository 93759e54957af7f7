"""The fields that a query can ask for: what each holds, and in which places it is known."""

import difflib
from enum import Enum
from typing import Literal

from msgspec import Struct

from hubbub.core.facts import INTENTS, SENTIMENTS
from hubbub.core.levels import LEVELS
from hubbub.core.relations import NONE, RELATIONS


class Use(Enum):
    """The place a query is used in; what is known there differs."""

    TOPIC = "topic"
    RULE = "rule"
    VIEW = "view"
    ALERT = "alert"
    KPI = "KPI"
    OPENING = "opening"  # which posts become conversations


PLACE = {  # in words, for a person
    Use.TOPIC: "a topic",
    Use.RULE: "a rule",
    Use.VIEW: "a view",
    Use.ALERT: "an alert",
    Use.KPI: "a KPI",
    Use.OPENING: "what opens conversations",
}


Kind = Literal[
    "words",  # read like a text: words, phrases, wildcards
    "whole",  # compared as a whole, wildcards allowed
    "choice",  # one of a few
    "lang",
    "site",
    "number",
    "duration",
    "date",
    "hashtag",
]

EVERYWHERE = frozenset(Use)
ANALYSED = EVERYWHERE - {Use.TOPIC}
PERSON = frozenset({Use.RULE, Use.VIEW, Use.KPI, Use.OPENING})
WORK = frozenset({Use.VIEW, Use.KPI})
LISTS = frozenset({Use.RULE, Use.VIEW, Use.OPENING})


class Field(Struct, frozen=True):
    """One field. `example` is a value as it would be written."""

    name: str
    kind: Kind
    known: frozenset[Use]
    about: str
    example: str
    choices: tuple[str, ...] = ()


_ALL = (
    Field("title", "words", EVERYWHERE, "the title alone", "title:rocket"),
    Field("text", "words", EVERYWHERE, "the text without the title", 'text:"red rocket"'),
    Field("author", "whole", EVERYWHERE, "the author's handle", "author:acme*"),
    Field("name", "words", EVERYWHERE, "the author's name as displayed", 'name:"jane doe"'),
    Field(
        "site", "site", EVERYWHERE, "a domain, and all below it, that the post stands on or links to", "site:acme.com"
    ),
    Field("links", "words", EVERYWHERE, "the addresses that the post links to", "links:acme.com/shop"),
    Field("lang", "lang", EVERYWHERE, "the language as the network says", "lang:en"),
    Field("source", "whole", EVERYWHERE, "a network's kind or a source's own name", "source:mastodon"),
    Field(
        "type",
        "choice",
        EVERYWHERE,
        "what sort of post it is",
        "type:review",
        ("post", "comment", "review", "article", "message"),
    ),
    Field("is", "choice", EVERYWHERE, "what the post is", "is:reply", ("reply", "repost", "owned", "edited")),
    Field("has", "choice", EVERYWHERE, "what the post holds", "has:link", ("link", "image", "video", "question")),
    Field("likes", "number", EVERYWHERE, "how many like it", "likes:>10"),
    Field("replies", "number", EVERYWHERE, "how many answered it", "replies:>=3"),
    Field("shares", "number", EVERYWHERE, "how many shared it", "shares:>10"),
    Field("views", "number", EVERYWHERE, "how many saw it", "views:>1000"),
    Field("followers", "number", EVERYWHERE, "how many follow the author", "followers:[1000 TO *]"),
    Field("rating", "number", EVERYWHERE, "the stars of a review, in the network's own scale", "rating:[1 TO 2]"),
    Field("published", "date", EVERYWHERE, "the day of the post, in UTC", "published:>2026-01-31"),
    Field("age", "duration", EVERYWHERE, "how long ago it was posted", "age:<4h"),
    Field("hashtag", "hashtag", EVERYWHERE, "a hashtag in title or text", "hashtag:acme"),
    Field(
        "sentiment",
        "choice",
        ANALYSED,
        "the mood that was found",
        "sentiment:negative",
        SENTIMENTS,
    ),
    Field(
        "intent",
        "choice",
        ANALYSED,
        "what the author wants",
        "intent:complaint",
        INTENTS,
    ),
    Field("toxicity", "number", ANALYSED, "how toxic it is, 0 to 1", "toxicity:>0.8"),
    Field("spam", "number", ANALYSED, "how much it looks like spam, 0 to 1", "spam:>0.9"),
    Field("topic", "whole", ANALYSED, "a topic that matched, by its name", 'topic:"Acme"'),
    Field(
        "about",
        "choice",
        ANALYSED,
        "the kind of a topic that matched: about us are brand, campaign and person",
        "about:(brand OR campaign)",
        ("brand", "competitor", "industry", "campaign", "person"),
    ),
    Field("list", "whole", LISTS, "one of the entries of a word list, in title or text", "list:rivals"),
    Field(
        "relationship",
        "choice",
        PERSON,
        "what the person is to us, perhaps several; none: in no relationship",
        "relationship:customer",
        (*RELATIONS, NONE),
    ),
    Field(
        "level",
        "choice",
        PERSON,
        "how far the person has come in our places",
        "level:newcomer",
        LEVELS,
    ),
    Field("strikes", "number", PERSON, "the points of the person's strikes that count today", "strikes:>=2"),
    Field("account_age", "duration", PERSON, "how old the account is", "account_age:<7d"),
    Field("posts_24h", "number", PERSON, "the person's posts in the 24 hours before this one", "posts_24h:>10"),
    Field(
        "removed_share",
        "number",
        PERSON,
        "the share of the person's posts of 90 days that was taken away",
        "removed_share:>0.2",
    ),
    Field("same_links", "number", PERSON, "the person's posts of 90 days with a link of this one", "same_links:>3"),
    Field(
        "self_promotion",
        "number",
        PERSON,
        "the share of the person's posts about what is theirs",
        "self_promotion:>0.25",
    ),
    Field("status", "whole", WORK, "open, waiting, snoozed or done", "status:open"),
    Field("assignee", "whole", WORK, "who works on it", "assignee:jane"),
    Field("team", "whole", WORK, "the team that looks after it", 'team:"front desk"'),
    Field("priority", "whole", WORK, "how urgent it is: low, normal, high or urgent", "priority:high"),
    Field("tag", "whole", WORK, "a tag that was put on it", "tag:press"),
    Field("answered", "choice", WORK, "whether we answered", "answered:yes", ("yes", "no")),
    Field("decision", "whole", WORK, "what was decided on it", "decision:removed"),
)

FIELDS: dict[str, Field] = {field.name: field for field in _ALL}


def known(use: Use) -> tuple[str, ...]:
    """The names of the fields that can be asked for there."""
    return tuple(field.name for field in _ALL if use in field.known)


def nearest(word: str, choices: tuple[str, ...]) -> str:
    """The choice that was most likely meant, or ""."""
    # Comparing costs the square of the length: nobody's slip is longer than this.
    close = difflib.get_close_matches(word[:40].casefold(), choices, n=1, cutoff=0.6)
    return close[0] if close else ""
