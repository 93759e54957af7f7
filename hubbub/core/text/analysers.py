"""All analysers behind one call: the texts are cut once, and every analyser reads the same cutting."""

from collections.abc import Sequence
from copy import copy
from itertools import islice
from typing import Literal

import numpy as np
from msgspec import Struct, structs

from hubbub.core.text import intent, model, sentiment, toxicity
from hubbub.core.text.features import READ, Reading, lots, read
from hubbub.core.text.judgement import Column, Judgement, Reason
from hubbub.core.text.language import Languages
from hubbub.core.text.lexicon import Felt, Lexicon
from hubbub.core.text.marks import marks
from hubbub.core.text.model import Floats
from hubbub.core.text.reasons import moving, stretches, strongest_first, without
from hubbub.core.text.spam import Spam

Judged = Literal["sentiment", "toxicity", "spam", "intent"]

CODE = 1  # counts up when the code answers differently with the same model file
READ_WHOLE = ("", "en")  # languages whose words are read; "" (too short to say) is taken for English
FOREIGN = 0.75  # how sure we must be of another language before a text is not judged
GIVEN_SURE = 0.75  # how far a network's word on the language is trusted, where the text does not tell
WORDLESS_SURE = 0.9  # that a text without words is neutral and wants nothing; by judgement, not measured


class Found(Struct, frozen=True, eq=False):
    """What was found in a batch, before "not judged" is decided."""

    feelings: sentiment.Feelings
    toxicity: Floats
    wants: intent.Wants


class Analysers:
    """Every analyser, with the shipped model. Cheap to call with many texts, quick with one; safe to share."""

    def __init__(self, shipped: model.Shipped) -> None:
        self.version = f"{shipped.version}.{CODE}"
        self._feeling = sentiment.Feeling(shipped.sentiment)
        self._rudeness = toxicity.Rudeness(shipped.toxicity)
        self._wanting = intent.Wanting(shipped.intent)
        self._tables = model.Tables(shipped)
        self._lexicon = Lexicon(shipped.entries)
        self._languages, self._spam = Languages(), Spam()
        self._listed: Languages | None = None  # where a workspace lists its own
        self.version += f"-{self._languages.version}-{self._spam.version}"

    @classmethod
    def from_bytes(cls, model_file: bytes) -> "Analysers":
        """From the bytes of a model file. Raises msgspec.DecodeError where they are none."""
        return cls(model.from_bytes(model_file))

    def expecting(self, languages: Sequence[str]) -> "Analysers":
        """The same analysers for who lists the languages of its posts: the choice is among these, or unknown."""
        narrowed = copy(self)
        narrowed._listed = Languages(languages)
        return narrowed

    def judge(self, texts: Sequence[str], given: Sequence[str] = ()) -> list[Judgement]:
        """One judgement a text. `given`: the language of each as its network says, "" where it does not.
        Of a long text the first features.READ characters are judged. Never raises for what a text holds."""
        judgements: list[Judgement] = []
        known = iter(given or [""] * len(texts))
        for batch in lots(texts):
            judgements += self._judge(batch, list(islice(known, len(batch))))
        return judgements

    def chances(self, texts: Sequence[str], field: Judged) -> list[list[float]]:
        """For each text the chance of each class, as shipped: sentiment.CLASSES, intent.CLASSES; of toxicity and
        spam that it is fine and that it is not."""
        rows: list[list[float]] = []
        for batch in lots(texts):
            rows += self._chances(batch, field).tolist()
        return rows

    def why(self, text: str, field: Judged) -> tuple[Reason, ...]:
        """The stretches that moved a judgement, strongest first: how much surer it is with them than without.
        Empty where the field is not judged."""
        judgement = self.judge([text])[0]
        if getattr(judgement, field) is None:
            return ()
        parts = stretches(text)
        chances = np.array(self.chances([text, *without(text[:READ], parts)], field))
        answer = int(chances[0].argmax())
        if field in ("toxicity", "spam"):
            answer = 1
        return strongest_first(moving(parts, chances[0, answer] - chances[1:, answer]))

    def _judge(self, texts: Sequence[str], given: Sequence[str]) -> list[Judgement]:
        reading = read(texts)
        felt = self._lexicon.feel(reading)
        found = self._found(reading, felt)
        feelings, wants = found.feelings, found.wants
        languages, language_sure = _spoken((self._listed or self._languages).of(reading), given)
        numbers = np.array((feelings.score, feelings.sure, found.toxicity, wants.sure)).round(4).tolist()
        judgements = [
            Judgement(
                code, code_sure, sentiment.CLASSES[answer], score, sure, rude, spam, intent.CLASSES[want], want_sure
            )
            for code, code_sure, answer, score, sure, rude, spam, want, want_sure in zip(
                languages,
                language_sure,
                feelings.chances.argmax(axis=1).tolist(),
                *numbers[:3],
                self._spam.of(reading, texts).values,
                wants.chances.argmax(axis=1).tolist(),
                numbers[3],
                strict=True,
            )
        ]
        wordless = np.bincount(reading.rows[reading.words], minlength=len(texts)) == 0
        signs: Floats | None = None
        foreigners = _foreign(languages, language_sure)
        if self._listed and not all(languages):  # what is in none of the listed ones may be in one that we do not read
            anywhere = _foreign(*_spoken(self._languages.of(reading), given))
            foreigners = [
                away if code else there for code, away, there in zip(languages, foreigners, anywhere, strict=True)
            ]
        for place, (bare, foreign) in enumerate(zip(wordless.tolist(), foreigners, strict=True)):
            if bare or foreign:
                signs = sentiment.signs(reading, felt) if signs is None else signs
                judgements[place] = _by_signs(judgements[place], float(signs[place]), foreign=foreign)
        return judgements

    def _found(self, reading: Reading, felt: Felt) -> Found:
        sums = self._tables.sums(reading)
        dense = marks(reading, felt)
        feelings = self._feeling(sums, dense, felt)
        rude = self._rudeness(sums, toxicity.with_feelings(dense, feelings.chances), felt)
        wants = self._wanting(sums, intent.with_others(dense, feelings.chances, rude))
        return Found(feelings, rude, wants)

    def _chances(self, texts: Sequence[str], field: Judged) -> Floats:
        reading = read(texts)
        found = self._found(reading, self._lexicon.feel(reading))
        if field == "sentiment":
            return found.feelings.chances
        if field == "intent":
            return found.wants.chances
        if field == "spam":
            spam = np.array([chance or 0.0 for chance in self._spam.of(reading, texts).values])
            return np.stack([1 - spam, spam], axis=1)
        return np.stack([1 - found.toxicity, found.toxicity], axis=1)


def _spoken(found: Column[str], given: Sequence[str]) -> tuple[list[str], list[float]]:
    """The language of each text, "" where it is unknown. What the network says counts where we are not sure."""
    codes = [value or "" for value in found.values]
    sure = [chance if code else 0.0 for code, chance in zip(codes, found.sure, strict=True)]
    for place, said in enumerate(given) if any(given) else ():
        code = said[:2].lower()
        if code and code != codes[place] and sure[place] < FOREIGN:
            codes[place], sure[place] = code, GIVEN_SURE
    return codes, sure


def _foreign(codes: Sequence[str], sure: Sequence[float]) -> list[bool]:
    """Which texts are plainly in a language whose words we do not read."""
    return [code not in READ_WHOLE and chance >= FOREIGN for code, chance in zip(codes, sure, strict=True)]


def _by_signs(judgement: Judgement, signs: float, *, foreign: bool) -> Judgement:
    """What is left to say without words that we can read: what pictures say; the rest is not judged, or nothing."""
    answer, score, sure = sentiment.by_signs(signs)
    if foreign:
        return structs.replace(
            judgement, sentiment=answer, sentiment_score=score, sentiment_sure=sure,
            toxicity=None, intent=None, intent_sure=0.0,
        )  # fmt: skip
    return structs.replace(
        judgement, sentiment=answer or "neutral", sentiment_score=score or 0.0, sentiment_sure=sure or WORDLESS_SURE,
        toxicity=0.0, intent="other", intent_sure=WORDLESS_SURE,
    )  # fmt: skip
