"""Which posts become conversations, and what a new one is about: the sensible start, and a first guess."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from . import query as language
from .facts import Facts, Intent
from .plan import OpeningPlan
from .post import PostType
from .query.lists import WordList
from .query.lookup import UNSURE

# what is said in our own places, and what is said of us elsewhere; of rivals and of the field we only want to know
START = "is:owned OR about:(brand OR campaign OR person)"

KindGuess = Literal["", "complaint", "compliment", "question", "request", "review"]

_GUESSED: dict[Intent, KindGuess] = {
    "complaint": "complaint",
    "compliment": "compliment",
    "question": "question",
    "request": "request",
}

KNOWN = frozenset({"topic", "about"})  # what topics say is always known where conversations begin


class Opener:
    """The query of a workspace, made ready. Raises QueryError where it cannot be read."""

    def __init__(self, opening: OpeningPlan | None = None, lists: Sequence[WordList] = ()) -> None:
        self.active = opening is None or opening.active
        self.query = language.parse(START if opening is None else opening.query, language.Use.OPENING, lists)
        self.asked = language.uses_fields(self.query)
        self._index: language.Index[None] = language.Index([(None, self.query)])
        self._unsure = bool((self.asked - KNOWN) & UNSURE)

    def opens(self, reading: language.Reading, facts: Facts, *, now: datetime) -> bool:
        """Whether such a post begins a conversation. What is not known is no "no": then it does, for a person to see,
        because a conversation too many is closed with one key, and one too few is somebody who waits for ever."""
        if not self.active:
            return False
        if self._index.match(reading, facts, now=now):
            return True
        return self._unsure and language.holds(self.query, reading, facts, now=now) is None


def opener(opening: OpeningPlan | None, lists: Sequence[WordList] = ()) -> Opener:
    """The same; where it cannot be read (a word list was renamed, say), the start, which the editor then says."""
    try:
        return Opener(opening, lists)
    except language.QueryError:
        return Opener()


def kind_of(type_: PostType, intent: Intent | None, sure: float) -> tuple[KindGuess, float | None]:
    """What a conversation that begins with such a post is about, and how sure that is (0 to 1). A review is one
    whatever it says; ("", None): nothing speaks for any kind. A lead is never guessed: that takes a person."""
    if type_ == "review":
        return "review", 1.0
    guessed = _GUESSED.get(intent) if intent is not None else None
    return (guessed, sure) if guessed else ("", None)
