"""A judge for tests: what it says hangs on the text's words and on its version, so that nothing has to be learned."""

from collections.abc import Sequence
from zlib import crc32

import pytest

from hubbub.core.facts import Intent, Sentiment
from hubbub.core.text.judgement import Judgement, Reason
from hubbub.core.text.labels import CLASSES
from hubbub.engine import plans
from hubbub.store.models import Judge
from hubbub.ui import judging

SENTIMENTS: tuple[Sentiment, ...] = ("negative", "neutral", "positive")
INTENTS: tuple[Intent, ...] = ("complaint", "compliment", "question", "request", "promotion", "other")


class Fake:
    """One version of it."""

    def __init__(self, version: str) -> None:
        self.version = version

    def judge(self, texts: Sequence[str], given: Sequence[str] = (), seen: Sequence[int] = ()) -> list[Judgement]:
        return [self._one(text, number) for text, number in zip(texts, seen or [0] * len(texts), strict=True)]

    def _one(self, text: str, seen: int) -> Judgement:
        if not text:
            return Judgement()
        chance = crc32(f"{self.version} {text}".encode())
        return Judgement(
            language=("en", "de", "")[chance % 3],
            language_sure=0.5,
            sentiment=SENTIMENTS[chance % 3],
            sentiment_score=(chance % 200 - 100) / 100,
            sentiment_sure=0.5,
            toxicity=(chance >> 3) % 100 / 100,
            spam=min(1.0, (chance >> 5) % 100 / 100 + seen / 10),
            intent=INTENTS[(chance >> 7) % 6],
            intent_sure=0.5,
        )

    def why(self, text: str, field: str) -> tuple[Reason, ...]:
        return (Reason(0, len(text), 0.5),) if CLASSES else ()


def use(monkeypatch: pytest.MonkeyPatch, version: str) -> Fake:
    """Let this version judge from now on, as after a restart."""
    fake = Fake(version)
    monkeypatch.setattr(judging, "is_there", lambda: True)
    monkeypatch.setattr(judging, "shipped", lambda: fake)
    monkeypatch.setattr(judging, "judging", lambda judge: Fake(Judge.everywhere.get(pk=judge.pk).made_of))
    monkeypatch.setattr(plans, "_ready", {})
    monkeypatch.setattr(plans, "_followed", {})
    return fake
