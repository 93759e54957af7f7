"""Who judges in one workspace: the shipped analysers, its own layer over them, its languages, and copies seen."""

import re
from collections.abc import Mapping, Sequence
from math import exp, log, log1p

from msgspec import structs

from hubbub.core.text import own
from hubbub.core.text.analysers import Analysers
from hubbub.core.text.features import READ
from hubbub.core.text.judgement import Judgement, Reason
from hubbub.core.text.labels import Judged, Label, label, put

# What many people paste is spam a little more likely; news that many sites carry is no spam, so it is only a little:
# ten copies by others lift 0.3 to 0.7, and 0.05 to 0.2. By judgement, not learned: no data at hand tells of copies.
COPIED = 0.7
_EDGE = 1e-4
_STRETCHES = 60  # of a text, at most so many parts are tried for their weight
_FELT = 0.02  # a stretch that moves a judgement by less is not named


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
        stretches = _stretches(text)
        texts = [text, *(text[:start] + " " * (end - start) + text[end:] for start, end in stretches)]
        rows = own.apply(layer, texts, self._shipped.chances(texts, field))
        answer = 1 if field in {"toxicity", "spam"} else max(range(len(rows[0])), key=rows[0].__getitem__)
        moved = [rows[0][answer] - row[answer] for row in rows[1:]]
        reasons = [
            Reason(start, end, round(weight, 4))
            for (start, end), weight in zip(stretches, moved, strict=True)
            if abs(weight) >= _FELT
        ]
        return tuple(sorted(reasons, key=lambda reason: (-abs(reason.weight), reason.start)))


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


def _stretches(text: str) -> list[tuple[int, int]]:
    """The words of a text; of a long one, runs of neighbouring words."""
    words = [match.span() for match in re.finditer(r"\S+", text[:READ])]
    each = -(-len(words) // _STRETCHES)
    return [(words[at][0], words[min(at + each, len(words)) - 1][1]) for at in range(0, len(words), each or 1)]
