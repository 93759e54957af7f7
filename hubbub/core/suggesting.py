"""Whom to turn to and why: decided from what a person said in 90 days, by numbers that a workspace may change."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Literal

from msgspec import Struct

Suggested = Literal["review", "answer", "silent", "brand", "helped"]
MOST_POSTS = 10  # that are shown behind a suggestion
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


class Limits(Struct, frozen=True):
    """From when on something is suggested. 0 as the first number of a kind: that is never suggested."""

    praises: int = 5  # compliments in 90 days: ask for a review
    influence: int = 50  # of who mentions us and waits; see `influence.py`. Who stands as influencer counts anyway
    waits_hours: int = 12
    silent_posts: int = 6  # posts about us or in our places, from which on a rhythm can be told
    silent_factor: int = 4  # times their usual gap
    silent_days: int = 21  # and so long at least
    brand_mentions: int = 3  # posts that our topics caught, of who looks like a brand or an association
    helped_days: int = 3  # since they were answered, without a new complaint
    again_days: int = 60  # what was passed is not suggested for so long
    later_days: int = 14


RANGES = {
    "praises": (0, 100),
    "influence": (0, 150),
    "waits_hours": (0, 720),  # 0: at once
    "silent_posts": (0, 500),
    "silent_factor": (2, 50),
    "silent_days": (3, 80),
    "brand_mentions": (0, 500),
    "helped_days": (0, 60),
    "again_days": (1, 730),
    "later_days": (1, 365),
}


class Remark(Struct, frozen=True, gc=False):
    """One post of theirs. `caught`: a topic did; `ours`: one about us; `home`: said in a place of ours."""

    id: int
    at: datetime
    intent: str | None = None
    sentiment: str | None = None
    caught: bool = False
    ours: bool = False
    home: bool = False
    answered: datetime | None = None  # when we first answered in its conversation; None: not
    done: bool = False  # the conversation is


class Known(Struct, frozen=True):
    """One person, with the posts of 90 days in order of time."""

    remarks: Sequence[Remark]
    kinds: Collection[str] = ()  # in which they stand
    influence: float = 0.0
    followers: int = 0
    names: Sequence[str] = ()  # names, handles and what is said about them
    quiet: datetime | None = None  # since when we did not touch them; None: they stand in no relationship


class Proposed(Struct, frozen=True):
    """What to do, why, how sure that is, and by which posts, newest first."""

    kind: Suggested
    reason: str
    posts: tuple[int, ...]
    strength: float
    guessed: str = ""


def proposed(known: Known, limits: Limits, now: datetime) -> list[Proposed]:
    """All that is to be suggested about a person. About our own team nothing is."""
    if "team" in known.kinds or not known.remarks:
        return []
    found = (_answer, _review, _silent, _brand, _helped)
    return [one for decide in found if (one := decide(known, limits, now)) is not None]


def _newest(remarks: Sequence[Remark]) -> tuple[int, ...]:
    return tuple(one.id for one in reversed(remarks[-MOST_POSTS:]))


def _review(known: Known, limits: Limits, _now: datetime) -> Proposed | None:
    praise = [one for one in known.remarks if one.intent == "compliment" and (one.home or one.caught)]
    if not limits.praises or len(praise) < limits.praises or "advocate" in known.kinds:
        return None
    said = f"{len(praise)} compliments in 90 days ({limits.praises} are enough): ask them for a review"
    return Proposed("review", said, _newest(praise), 10.0 * len(praise) / limits.praises + known.influence / 10)


def _answer(known: Known, limits: Limits, now: datetime) -> Proposed | None:
    stands = "influencer" in known.kinds
    if not limits.influence or (known.influence < limits.influence and not stands):
        return None
    waits = [
        one
        for one in known.remarks
        if one.ours and one.answered is None and not one.done and timedelta(0) <= now - one.at <= 30 * DAY
    ]
    if not waits or now - waits[0].at < limits.waits_hours * HOUR:
        return None
    who = "An influencer" if stands else f"Influence {known.influence:.0f} ({limits.influence} is enough)"
    since = f"mentioned us {_times(len(waits))} and has waited since {_day(waits[0].at)}"
    said = f"{who}, {known.followers:,} followers: {since}"
    return Proposed("answer", said, _newest(waits), 30.0 + known.influence)


def _silent(known: Known, limits: Limits, now: datetime) -> Proposed | None:
    near = [one for one in known.remarks if one.home or one.ours]
    days = sorted({one.at.date() for one in near})
    if not limits.silent_posts or len(near) < limits.silent_posts or len(days) < 4:
        return None
    usual = max(1.0, float(median((after - before).days for before, after in pairwise(days))))
    allowed = max(usual * limits.silent_factor, float(limits.silent_days))
    silent = (now - near[-1].at) / DAY
    if silent <= allowed:
        return None
    said = f"Posted every {usual:.0f} days, {len(near)} times; silent for {silent:.0f} days, more than {allowed:.0f}"
    return Proposed("silent", said, _newest(near), 5.0 + len(near) / 5 + known.influence / 10)


def _helped(known: Known, limits: Limits, now: datetime) -> Proposed | None:
    complaints = [one for one in known.remarks if one.intent == "complaint" and (one.home or one.caught)]
    if not limits.helped_days or not complaints or {"fan", "advocate"} & set(known.kinds):
        return None
    last = complaints[-1]
    if last.answered is None or last.answered < last.at:
        return None
    since = [one for one in known.remarks if one.at > last.answered]
    kind = [one for one in since if one.sentiment == "positive" or one.intent == "compliment"]
    if now - last.answered < limits.helped_days * DAY or not (last.done or kind):
        return None
    if any(one.sentiment == "negative" for one in since):
        return None
    after = "said something kind since" if kind else "the conversation is done"
    said = f"Complained on {_day(last.at)}, got our reply on {_day(last.answered)}; {after}: could become a fan"
    posts = tuple(dict.fromkeys((*_newest(kind), last.id)))[:MOST_POSTS]
    return Proposed("helped", said, posts, 8.0 + (6.0 if kind else 0.0) + known.influence / 10)


def _brand(known: Known, limits: Limits, now: datetime) -> Proposed | None:
    caught = [one for one in known.remarks if one.caught]
    if not limits.brand_mentions or len(caught) < limits.brand_mentions:
        return None
    if "brand" in known.kinds or "partner" in known.kinds:
        if known.quiet is None or now - known.quiet < 30 * DAY:
            return None
        guess = "You know them as one"
        ends = f"you were last in touch on {_day(known.quiet)}"
    else:
        guess = looks_like(known.names)
        ends = "not among your relationships yet"
    if not guess:
        return None
    said = f"{len(caught)} posts in your topics in 90 days; {ends}"
    return Proposed("brand", said, _newest(caught), 4.0 + len(caught) + known.influence / 10, guess)


# What legal forms and names of organisations look like. The first are rarely anything else.
_FORMS = re.compile(
    r"(?<!\w)(?:e\.\s?V\.|eV|gGmbH|GmbH|AG|KG|S\.?A\.?R\.?L\.?|SAS|ASBL|S\.r\.l\.|S\.p\.A\.|B\.V\.|Inc\.?|LLC|Ltd\.?"
    r"|plc|NGO|ONG)(?!\w)"
)
_WORDS = re.compile(
    r"(?<!\w)(?:association|federation|foundation|society|alliance|chamber of commerce|non-?profit|charity|coalition"
    r"|institute"
    r"|verein|verband|stiftung|bundesverband|initiative|genossenschaft|kammer"
    r"|asociaci[óo]n|federaci[óo]n|fundaci[óo]n|associa[çc][ãa]o|associazione|fondazione|f[ée]d[ée]ration|fondation"
    r"|vereniging|stichting|f[öo]reningen?|official|offiziell|oficial|officiel)(?!\w)",
    re.IGNORECASE,
)


def looks_like(names: Sequence[str]) -> str:
    """Why these names look like those of a brand or an association, and how sure that is; "": they do not."""
    for name in names:
        if found := _FORMS.search(name):
            return f"Guessed, rather sure: “{found.group().strip()}” in their name or profile is a legal form"
    for name in names:
        if found := _WORDS.search(name.replace("_", " ")):
            return f"Guessed, not sure: the word “{found.group()}” in their name or profile"
    return ""


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b}"
