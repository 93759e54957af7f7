"""How far somebody has come in our places: newcomer, regular, contributor, core; from what they did in 90 days.

A level is reached where everything that it asks for is there; of several the highest. A number of 0 asks for nothing.
What counts are the person's posts in places of our own; only `removed_share` looks at all of them. Weeks are those of
the calendar, Monday to Sunday in UTC, of which 90 days touch fourteen at most. `replied` is what the networks say now.
"""

from collections.abc import Sequence
from typing import Literal, get_args

from msgspec import Struct

Level = Literal["newcomer", "regular", "contributor", "core"]
LEVELS: tuple[Level, ...] = get_args(Level)  # lowest first
WEEKS = 14  # of the calendar that 90 days touch at most


class Doing(Struct, frozen=True, gc=False):
    """What a person did in our places. All of 90 days but `posts_30`."""

    posts_30: int = 0
    posts_90: int = 0
    weeks: int = 0  # in how many different weeks they posted
    answers: int = 0  # posts that answer somebody
    replied: int = 0  # answers that their posts got
    praises: int = 0  # posts in a positive mood, or that promote something
    removed_share: float = 0.0  # of their posts anywhere, those that we took away; 0 to 1


class Asks(Struct, frozen=True):
    """The least that a level asks for, and the most that may have been taken away."""

    posts_30: int = 0
    posts_90: int = 0
    weeks: int = 0
    answers: int = 0
    replied: int = 0
    praises: int = 0
    removed_share: float = 1.0


class Thresholds(Struct, frozen=True):
    """What each level asks for; a newcomer is who reaches none of them."""

    regular: Asks = Asks(posts_90=4, weeks=3, removed_share=0.5)
    contributor: Asks = Asks(posts_90=12, weeks=6, answers=4, removed_share=0.2)
    core: Asks = Asks(posts_30=6, posts_90=30, weeks=9, answers=10, removed_share=0.1)


STARTING = Thresholds()
LEAST = ("posts_30", "posts_90", "weeks", "answers", "replied", "praises")  # of which a level asks for at least so many
WORDS = {
    "posts_30": "posts in 30 days",
    "posts_90": "posts in 90 days",
    "weeks": "weeks with a post",
    "answers": "replies to others",
    "replied": "replies they got",
    "praises": "posts in a positive mood",
    "removed_share": "taken away",
}
ONE = {
    "posts_30": "post in 30 days",
    "posts_90": "post in 90 days",
    "weeks": "week with a post",
    "answers": "reply to others",
    "replied": "reply they got",
    "praises": "post in a positive mood",
}


class Slip(ValueError):
    """Thresholds that cannot be meant; says in words which and what to do."""


def asked_by(level: Level, thresholds: Thresholds) -> Asks:
    """What a level asks for."""
    match level:
        case "regular":
            return thresholds.regular
        case "contributor":
            return thresholds.contributor
        case "core":
            return thresholds.core
        case _:
            return Asks()


def level_of(doing: Doing, thresholds: Thresholds = STARTING) -> Level:
    """The highest level that is reached."""
    for level in reversed(LEVELS[1:]):
        if reaches(doing, asked_by(level, thresholds)):
            return level
    return "newcomer"


def reaches(doing: Doing, asks: Asks) -> bool:
    """Whether everything that is asked for is there."""
    return doing.removed_share <= asks.removed_share and all(
        getattr(doing, name) >= getattr(asks, name) for name in LEAST
    )


def lacking(doing: Doing, asks: Asks) -> Sequence[str]:
    """What is not there yet, in words: "9 of 12 posts in 90 days"."""
    found = [
        f"{getattr(doing, name)} of {getattr(asks, name)} {WORDS[name]}"
        for name in LEAST
        if getattr(doing, name) < getattr(asks, name)
    ]
    if doing.removed_share > asks.removed_share:
        found.append(f"{_per_cent(doing.removed_share)} taken away, {_per_cent(asks.removed_share)} at most")
    return found


def counted(name: str, number: int) -> str:
    """ "3 weeks with a post", "1 week with a post"; `name` is one of `LEAST`."""
    return f"{number} {(ONE if number == 1 else WORDS)[name]}"


def in_words(asks: Asks) -> str:
    """What a level asks for: "4 posts in 90 days, 50 % taken away at most"."""
    said = [counted(name, getattr(asks, name)) for name in LEAST if getattr(asks, name)]
    if asks.removed_share < 1:
        said.append(f"{_per_cent(asks.removed_share)} taken away at most")
    return ", ".join(said)


def _per_cent(share: float) -> str:
    return f"{100 * share:.0f} %"


def because(doing: Doing, thresholds: Thresholds = STARTING) -> str:
    """Why somebody is at their level, and what the next one lacks, in a sentence."""
    level = level_of(doing, thresholds)
    said = [counted(name, getattr(doing, name)) for name in LEAST if getattr(doing, name)]
    said += [f"{_per_cent(doing.removed_share)} taken away"] if doing.removed_share else []
    here = ", ".join(said) or "no post in our places in 90 days"
    if level == LEVELS[-1]:
        return here
    above = LEVELS[LEVELS.index(level) + 1]
    return f"{here}; to {above}: {', '.join(lacking(doing, asked_by(above, thresholds)))}"


def checked(thresholds: Thresholds) -> Thresholds:
    """The same, if a higher level asks for no less than a lower one. Raises Slip."""
    for level in LEVELS[1:]:
        asks = asked_by(level, thresholds)
        for name in LEAST:
            if not 0 <= getattr(asks, name) <= 10_000:
                raise Slip(f"{level}, {WORDS[name]}: give a number from 0 to 10,000")
        if not 0 <= asks.removed_share <= 1:
            raise Slip(f"{level}, {WORDS['removed_share']}: give a share from 0 to 100 %")
        if asks.weeks > WEEKS:
            raise Slip(f"{level}, {WORDS['weeks']}: 90 days touch {WEEKS} weeks at most")
        if all(getattr(asks, name) == 0 for name in LEAST):
            raise Slip(f"{level} asks for nothing, so everybody would be one: give at least one number")
    for lower, higher in (("regular", "contributor"), ("contributor", "core")):
        below, above = getattr(thresholds, lower), getattr(thresholds, higher)
        for name in LEAST:
            if getattr(above, name) < getattr(below, name):
                raise Slip(f"{higher} asks for fewer {WORDS[name]} than {lower}: give {getattr(below, name)} or more")
        if above.removed_share > below.removed_share:
            raise Slip(f"{higher} allows more to be {WORDS['removed_share']} than {lower}: give less")
    return thresholds
