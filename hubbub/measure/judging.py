"""How posts are judged here: the model in use, the workspace's own layers, how far re-reading is."""

from collections.abc import Mapping, Sequence
from itertools import chain, repeat

import msgspec
from django.db.models import Count
from msgspec import Struct

from hubbub.core.text import own
from hubbub.store.judges import current
from hubbub.store.models import Correction, CorrectionEnd, Judge, JudgedField, OwnModel, OwnModelState, Workspace

LISTED = 20  # trainings, newest first


class ClassResult(Struct, frozen=True):
    """One class on the held-out labels."""

    name: str
    right: float | None
    found: float | None
    of: int


class Side(Struct, frozen=True):
    """The shipped model's answers, or the layer's."""

    right: float | None
    low: float | None
    high: float | None
    macro_recall: float | None
    classes: Sequence[ClassResult] = ()


class Result(Struct, frozen=True):
    """Before and after, on labels that were held out."""

    field: str
    labels: int
    before: Side
    after: Side
    better: bool = True
    mended: int = 0
    broken: int = 0
    chance: float = 1.0

    @property
    def name(self) -> str:
        """The field's, as pages call it."""
        return str(JudgedField(self.field).label)


class Training(Struct, frozen=True):
    """One training of an own layer."""

    model: OwnModel
    results: Sequence[Result]
    usable: bool  # it is trained, stands on the shipped model of today, and is not in use


class Readiness(Struct, frozen=True):
    """Whether a layer can be trained for one field."""

    name: str
    labels: int
    because: str  # what is missing, in words; "" where nothing is


class Judging(Struct, frozen=True):
    """All of it."""

    judge: Judge | None
    readings: Sequence[Judge]  # that stopped before the end, or go on: the one in force first
    trainings: Sequence[Training]
    fields: Sequence[Readiness]
    waiting: bool  # a training was asked for

    @property
    def ready(self) -> bool:
        """Whether one field at least has enough labels."""
        return any(not one.because for one in self.fields)

    @property
    def own(self) -> OwnModel | None:
        """The layer in use."""
        return next((one.model for one in self.trainings if one.model.in_use), None)


def judging(workspace: Workspace) -> Judging:
    """How posts are judged in this workspace."""
    judge = current(workspace)
    rows = list(OwnModel.of(workspace).order_by("-in_use", "-at", "-pk").defer("layer")[:LISTED])
    trainings = [_training(row, judge) for row in sorted(rows, key=lambda row: (row.at, row.pk), reverse=True)]
    under_way = [judge] if judge is not None and judge.reading_below is not None else []
    return Judging(
        judge=judge,
        readings=under_way,
        trainings=trainings,
        fields=readiness(workspace),
        waiting=any(row.state == OwnModelState.WAITING for row in rows),
    )


def _training(row: OwnModel, judge: Judge | None) -> Training:
    usable = row.state == OwnModelState.READY and not row.in_use and judge is not None and judge.version == row.version
    return Training(row, msgspec.convert(row.results, list[Result]), usable)


def readiness(workspace: Workspace) -> list[Readiness]:
    """Field by field, what is missing for a layer."""
    standing = Correction.of(workspace).filter(end=CorrectionEnd.STANDS, field__in=list(own.CLASSES)).order_by()
    counts: dict[str, dict[str, int]] = {field: {} for field in own.CLASSES}
    for field, value, number in standing.values_list("field", "value").annotate(number=Count("pk")):
        counts[field][_class(field, value)] = number
    return [
        Readiness(str(JudgedField(field).label), sum(counts[field].values()), own.refusal(field, _each(counts[field])))
        for field in own.CLASSES
    ]


def _class(field: str, value: str) -> str:
    """A label as own layers call it."""
    return {("toxicity", "yes"): "toxic", ("spam", "yes"): "spam"}.get(
        (field, value), "fine" if value == "no" else value
    )


def _each(counts: Mapping[str, int]) -> list[str]:
    return list(chain.from_iterable(repeat(name, number) for name, number in counts.items()))
