"""Labels: a judgement and a person's word in one form, so that one can stand for the other and both be compared."""

import re
from collections.abc import Mapping
from typing import Literal, get_args

from msgspec import Struct, structs

from hubbub.core.facts import INTENTS, SENTIMENTS

from .judgement import Judgement

Judged = Literal["language", "sentiment", "toxicity", "spam", "intent"]

FIELDS: tuple[Judged, ...] = get_args(Judged)
YES, NO = "yes", "no"
CLASSES: Mapping[Judged, tuple[str, ...]] = {
    "language": (),  # any code of ISO 639-1
    "sentiment": SENTIMENTS,
    "toxicity": (YES, NO),
    "spam": (YES, NO),
    "intent": INTENTS,
}
HALF = 0.5  # from here on a text counts as toxic, or as spam
SCORES = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}  # of a sentiment that a person named
_CODE = re.compile("[a-z]{2,3}")


class Label(Struct, frozen=True):
    """One field of a judgement. `value` is "" where it was not judged, "yes" or "no" for toxicity and spam."""

    value: str
    sure: float = 0.0  # 0 to 1
    score: float | None = None  # of sentiment -1 to 1, of toxicity and spam 0 to 1


def fits(field: Judged, value: str) -> bool:
    """Whether a person can say this of that field."""
    return value in CLASSES[field] if CLASSES[field] else _CODE.fullmatch(value) is not None


def label(judgement: Judgement, field: Judged) -> Label:
    """What the judgement says of one field."""
    match field:
        case "language":
            return Label(judgement.language, judgement.language_sure)
        case "sentiment":
            return Label(judgement.sentiment or "", judgement.sentiment_sure, judgement.sentiment_score)
        case "intent":
            return Label(judgement.intent or "", judgement.intent_sure)
        case "toxicity" | "spam":
            score: float | None = getattr(judgement, field)
            if score is None:
                return Label("")
            return Label(YES if score >= HALF else NO, max(score, 1 - score), score)


def of_person(field: Judged, value: str) -> Label:
    """A person's word as a label: nothing is surer."""
    match field:
        case "sentiment":
            return Label(value, 1.0, SCORES[value])
        case "toxicity" | "spam":
            return Label(value, 1.0, 1.0 if value == YES else 0.0)
        case _:
            return Label(value, 1.0)


def put(judgement: Judgement, field: Judged, said: Label) -> Judgement:
    """The judgement with this label in that field; what `label` gave changes nothing."""
    match field:
        case "language":
            return structs.replace(judgement, language=said.value, language_sure=said.sure)
        case "sentiment":
            return structs.replace(
                judgement, sentiment=said.value or None, sentiment_score=said.score, sentiment_sure=said.sure
            )
        case "intent":
            return structs.replace(judgement, intent=said.value or None, intent_sure=said.sure)
        case "toxicity":
            return structs.replace(judgement, toxicity=said.score)
        case "spam":
            return structs.replace(judgement, spam=said.score)
