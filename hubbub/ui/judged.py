"""What was found in a post, in words for a page: its badges, how sure they are, what a person can say instead."""

from collections.abc import Sequence

from django.utils.translation import get_language_info
from msgspec import Struct

from hubbub.core.text import labels
from hubbub.core.text.labels import NO, YES, Judged
from hubbub.store.models import JudgedField, Post, Workspace

ORDER: tuple[Judged, ...] = ("sentiment", "intent", "toxicity", "spam", "language")
UNSURE = 0.6  # below, a badge carries a question mark
# from so much on → in words
SURE = ((0.95, "nearly certain"), (0.8, "quite sure"), (UNSURE, "rather sure"), (0.0, "little more than a guess"))
TONES = {"negative": "bad", "positive": "good"}
# what people say of a post, and the key of each while the menu is open
CHOICES: tuple[tuple[Judged, tuple[tuple[str, str], ...]], ...] = (
    ("sentiment", (("1", "negative"), ("2", "neutral"), ("3", "positive"))),
    (
        "intent",
        (
            ("c", "complaint"),
            ("m", "compliment"),
            ("q", "question"),
            ("r", "request"),
            ("p", "promotion"),
            ("o", "other"),
        ),
    ),
    ("toxicity", (("t", YES), ("f", NO))),
    ("spam", (("s", YES), ("n", NO))),
)
WORDS = {
    ("toxicity", YES): "toxic",
    ("toxicity", NO): "not toxic",
    ("spam", YES): "spam",
    ("spam", NO): "not spam",
    ("intent", "other"): "something else",
}
# languages that a page offers, by their codes; others can be written
LANGUAGES = (
    *("ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "ga", "gl", "he", "hi", "hr"),
    *("hu", "id", "is", "it", "ja", "ko", "lt", "lv", "mk", "ms", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sq"),
    *("sr", "sv", "sw", "ta", "th", "tr", "uk", "ur", "vi", "zh"),
)
_NAMES = {"zh": "Chinese", "ms": "Malay"}  # as Django knows them only by region, or not everywhere


class Said(Struct, frozen=True):
    """One field of a post as a page says it."""

    field: Judged
    name: str  # of the field: "Sentiment"
    value: str  # "" where it was not judged
    word: str  # of the value: "negative", "German"
    sure: float
    by_person: bool

    @property
    def tone(self) -> str:
        """Of its badge; what is little more than a guess has none."""
        if self.field in ("toxicity", "spam"):
            return "warn"
        return TONES.get(self.value, "") if self.sure >= UNSURE else ""

    @property
    def mark(self) -> str:
        """What the badge carries beside the word."""
        return " ✓" if self.by_person else "?" if self.sure < UNSURE else ""

    @property
    def title(self) -> str:
        """How sure, in words and per cent."""
        if self.by_person:
            return f"{self.name}: {self.word}, as a person said"
        return f"{self.name}: {self.word}, {how_sure(self.sure)} ({per_cent(self.sure)})"


def how_sure(sure: float) -> str:
    """0.83 → "quite sure"."""
    return next(words for least, words in SURE if sure >= least)


def per_cent(share: float) -> str:
    """0.834 → "83 %"; never 100 % for what is not certain."""
    number = round(100 * share)
    return "over 99 %" if number == 100 and share < 1 else f"{number} %"


def word(field: Judged, value: str) -> str:
    """A value as people say it."""
    if field == "language":
        return language(value)
    return WORDS.get((field, value), value)


def language(code: str) -> str:
    """ "de" → "German"; a code that nobody named stays as it is."""
    if code in _NAMES:
        return _NAMES[code]
    try:
        return str(get_language_info(code)["name"])
    except KeyError:
        return code


def said(post: Post) -> list[Said]:
    """All fields of the post, in the order in which they are told."""
    held = post.judgement
    by_people = set((post.corrected or "").split())
    found = []
    for field in ORDER:
        label = labels.label(held, field)
        told = word(field, label.value) if label.value else ""
        found.append(Said(field, JudgedField(field).label, label.value, told, label.sure, field in by_people))
    return found


def badges(post: Post, workspace: Workspace) -> list[Said]:
    """What a list shows of it: what asks for a second look, and nothing that goes without saying."""
    return [one for one in said(post) if one.value and _tells(one, workspace)]


def _tells(one: Said, workspace: Workspace) -> bool:
    match one.field:
        case "toxicity" | "spam":
            return one.value == YES
        case "intent":
            return one.value != "other"
        case "language":
            expected = workspace.languages.split()
            return bool(expected) and one.value not in expected
        case _:
            return True


class Choice(Struct, frozen=True):
    """One answer that a person can give."""

    key: str
    value: str
    word: str
    here: bool  # this is what the post shows now


class Question(Struct, frozen=True):
    """One field with its answers."""

    field: Judged
    name: str
    now: Said
    choices: Sequence[Choice]


def questions(post: Post) -> list[Question]:
    """What can be said of the post, by field; languages apart, which are too many for keys."""
    now = {one.field: one for one in said(post)}
    return [
        Question(
            field,
            JudgedField(field).label,
            now[field],
            [Choice(key, value, word(field, value), value == now[field].value) for key, value in choices],
        )
        for field, choices in CHOICES
    ]


def languages(workspace: Workspace) -> list[tuple[str, str]]:
    """(code, name) to choose from, those of the workspace first."""
    own = workspace.languages.split()
    rest = sorted((code for code in LANGUAGES if code not in own), key=language)
    return [(code, language(code)) for code in (*own, *rest)]
