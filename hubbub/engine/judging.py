"""Judging in the background: stored posts under a new judge, and the training of workspaces' own layers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from hubbub.core.stages import Judging
from hubbub.core.text import labels, own
from hubbub.core.text.judgement import Judgement
from hubbub.core.text.trust import Trust
from hubbub.core.text.whole import whole
from hubbub.store import rejudging, sameness
from hubbub.store.models import Correction, CorrectionEnd, OwnModel, OwnModelState, Post
from hubbub.ui.judging import is_there, pack, shipped

from . import plans

TIDY_EVERY = timedelta(hours=1)
MOST_LABELS = 20_000  # of a field, the newest; more teach hardly anything
# of fields with two classes: how a label is called there
TWO = {"toxicity": {labels.YES: "toxic", labels.NO: "fine"}, "spam": {labels.YES: "spam", labels.NO: "fine"}}

_tidied: list[datetime] = []  # when bands were swept last, by this process


def rejudge_one(now: datetime) -> bool:
    """Judge one batch of stored posts anew, where another judge came into force. False: none waits for that."""
    plans.follow()
    for judge in rejudging.waiting():
        ready = plans.ready(judge.workspace)
        if ready.judging is None or ready.plan.judge != judge.pk:
            continue  # another version of Hubbub serves this database, too: what it began is its own to end
        rejudging.step(judge, partial(say, ready.judging), now=now)
        return True
    return False


def say(judging: Judging, posts: Sequence[Post], seen: Sequence[int]) -> Sequence[Judgement]:
    """What `judging` says of stored posts; `seen`: how many by others say the same as each."""
    return judging.judge([whole(post.title, post.text) for post in posts], [post.lang for post in posts], seen)


def train_one(now: datetime) -> bool:
    """Train one workspace's own layer. False: none was asked for."""
    waiting = OwnModel.everywhere.filter(state=OwnModelState.WAITING).order_by("at").select_related("workspace").first()
    if waiting is None or not is_there():
        return False
    trained = train(waiting)
    trained["done"] = now
    # not if it was called off meanwhile
    OwnModel.everywhere.filter(pk=waiting.pk, state=OwnModelState.WAITING).update(**trained)
    return True


def train(model: OwnModel) -> dict[str, object]:
    """The fields of the row once it is trained: layers of those judgements that became better, results of all."""
    layers: list[own.Layer] = []
    results: list[dict[str, object]] = []
    used = 0
    for field in own.CLASSES:
        examples = _examples(model, field)
        if own.refusal(field, [example.label for example in examples]):
            continue
        measured = own.measure(field, examples)
        results.append(_result(measured))
        used += len(examples)
        if measured.better:
            layers.append(own.train(field, examples, model=shipped().version))
    if layers:
        state, error = OwnModelState.READY, ""
    else:
        state = OwnModelState.FAILED
        error = "On labels that were held out it would judge no better than the shipped model. Label more posts."
    return {
        "state": state,
        "error": error,
        "layer": pack(layers),
        "version": shipped().version,
        "trained_on": used,
        "results": results,
    }


def _examples(model: OwnModel, field: own.Field) -> list[own.Example]:
    words = Correction.of(model.workspace).filter(field=field, end=CorrectionEnd.STANDS).order_by("-at", "-pk")
    rows = list(words.values_list("post__title", "post__text", "value")[:MOST_LABELS])
    texts = [whole(title, text) for title, text, _ in rows]
    chances = shipped().chances(texts, field)
    names = TWO.get(field, {})
    return [
        own.Example(text, tuple(chance), names.get(value, value))
        for text, chance, (_, _, value) in zip(texts, chances, rows, strict=True)
    ]


def _result(measured: own.Measured) -> dict[str, object]:
    return {
        "field": measured.field,
        "labels": measured.labels,
        "better": measured.better,
        "mended": measured.mended,
        "broken": measured.broken,
        "chance": measured.chance,
        "before": _share(measured.before),
        "after": _share(measured.after),
    }


def _share(of: Trust) -> dict[str, object]:
    return {
        "right": of.right.share,
        "low": of.right.low,
        "high": of.right.high,
        "macro_recall": of.macro_recall,
        "classes": [
            {"name": one.name, "right": one.right.share, "found": one.found.share, "of": one.found.of}
            for one in of.classes
        ],
    }


def tidy(now: datetime) -> bool:
    """Delete bands that are too old to be found, once an hour. False: there is nothing more to do."""
    if _tidied and now - _tidied[0] < TIDY_EVERY:
        return False
    if sameness.sweep(now):
        return True
    _tidied[:] = [now]
    return False
