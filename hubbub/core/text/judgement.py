"""What the analysers say of one text, and what each analyser has to offer. "Not judged" is None, never a guess."""

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from hubbub.core.facts import Intent, Sentiment

Value_co = TypeVar("Value_co", covariant=True)


class Column(Struct, Generic[Value_co], frozen=True):
    """One analyser's answers over a batch, in the order of its texts."""

    values: Sequence[Value_co | None]  # None: not judged
    sure: Sequence[float]  # 0 to 1, calibrated: of the answers given with 0.8, four in five are right


class Analyser(Protocol[Value_co]):
    """Reads a batch of texts at once."""

    name: str
    version: str  # another version may answer differently; the same one never does

    def judge(self, texts: Sequence[str]) -> Column[Value_co]:
        """One answer a text. Never raises for what a text holds, however odd or long."""
        ...


class Reason(Struct, frozen=True):
    """A stretch of the original text that moved a judgement."""

    start: int
    end: int
    weight: float  # above 0: spoke for the judgement; below: against it


class Judgement(Struct, frozen=True, gc=False):
    """All that was found in one text. Scores run from 0 to 1, `sentiment_score` from -1 to 1."""

    language: str = ""  # ISO 639-1; "" is "unknown"
    language_sure: float = 0.0
    sentiment: Sentiment | None = None
    sentiment_score: float | None = None
    sentiment_sure: float = 0.0
    toxicity: float | None = None
    spam: float | None = None
    intent: Intent | None = None
    intent_sure: float = 0.0


NOT_JUDGED = Judgement()
