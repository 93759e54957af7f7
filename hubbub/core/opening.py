"""Which posts become conversations, and what a new one is about: the sensible start, and a first guess."""

from typing import Literal

from .facts import Intent
from .post import PostType

# what is said in our own places, and what is said of us elsewhere; of rivals and of the field we only want to know
START = "is:owned OR about:(brand OR campaign OR person)"

KindGuess = Literal["", "complaint", "compliment", "question", "request", "review"]

_GUESSED: dict[Intent, KindGuess] = {
    "complaint": "complaint",
    "compliment": "compliment",
    "question": "question",
    "request": "request",
}


def kind_of(type_: PostType, intent: Intent | None, sure: float) -> tuple[KindGuess, float | None]:
    """What a conversation that begins with such a post is about, and how sure that is (0 to 1). A review is one
    whatever it says; ("", None): nothing speaks for any kind. A lead is never guessed: that takes a person."""
    if type_ == "review":
        return "review", 1.0
    guessed = _GUESSED.get(intent) if intent is not None else None
    return (guessed, sure) if guessed else ("", None)
