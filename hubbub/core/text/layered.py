"""Who judges in one workspace: the shipped analysers, its own layer over them, its languages, and copies seen."""

from collections.abc import Mapping, Sequence
from math import exp, log, log1p

from msgspec import structs

from hubbub.core.text import own
from hubbub.core.text.analysers import Analysers
from hubbub.core.text.judgement import Judgement, Reason
from hubbub.core.text.labels import Judged, Label, label, put
from hubbub.core.text.reasons import moving, stretches, strongest_first, without

# What many people paste is spam a little more likely; news that many sites carry is no spam, so it is only a little:
# ten copies by others lift 0.3 to 0.7, and 0.05 to 0.2. By judgement, not learned: no data at hand tells of copies.
COPIED = 0.7
_EDGE = 1e-4


class Layered:
    """What judges a workspace's posts. Safe to share between threads, as the analysers are."""

    def __init__(
        self, shipped: Analysers, layers: Mapping[own.Field, own.Layer] | None = None, languages: Sequence[str] = ()
    ) -> None:
        self._shipped = shipped.expecting(languages) if languages else shipped
        self._layers = dict(layers or {})

    def judge(self, texts: Sequence[str], given: Sequence[str] = (), seen: Sequence[int] = ()) -> list[Judgement]:
        """One judgement a text; `given` and `seen` as `hubbub.core.stages.Judging` has them."""
        said = self._shipped.judge(texts, given)
        for field, layer in self._layers.items():
            chances = own.apply(layer, texts, self._shipped.chances(texts, field))
            said = [
                _laid_over(judgement, field, row, texts[place])
                for place, (judgement, row) in enumerate(zip(said, chances, strict=True))
            ]
        if any(seen):
            said = [_copied(judgement, number) for judgement, number in zip(said, seen, strict=True)]
        return said

    def why(self, text: str, field: Judged) -> tuple[Reason, ...]:
        """The stretches that moved a judgement, strongest first. Empty where the field is not judged, or is the
        language, which all letters speak of alike."""
        if field == "language":
            return ()
        layer = self._layers.get(field)
        if layer is None:
            return self._shipped.why(text, field)
        parts = stretches(text)
        texts = [text, *without(text, parts)]
        rows = own.apply(layer, texts, self._shipped.chances(texts, field))
        answer = 1 if field in {"toxicity", "spam"} else max(range(len(rows[0])), key=rows[0].__getitem__)
        return strongest_first(moving(parts, [rows[0][answer] - row[answer] for row in rows[1:]]))


def _laid_over(judgement: Judgement, field: own.Field, chances: Sequence[float], text: str) -> Judgement:
    """The layer's answer where the shipped model judges at all."""
    if not label(judgement, field).value or not text.strip():
        return judgement
    value, sure = own.choose(field, chances)
    if field in {"toxicity", "spam"}:
        return put(judgement, field, Label("", score=round(chances[1], 4)))
    score = round(chances[2] - chances[0], 4) if field == "sentiment" else None
    return put(judgement, field, Label(value, round(sure, 4), score))


def _copied(judgement: Judgement, seen: int) -> Judgement:
    """The judgement of a text that so many others have said before."""
    if not seen or judgement.spam is None:
        return judgement
    chance = min(max(judgement.spam, _EDGE), 1 - _EDGE)
    lifted = 1 / (1 + exp(-(log(chance / (1 - chance)) + COPIED * log1p(seen))))
    return structs.replace(judgement, spam=round(max(lifted, judgement.spam), 4))
