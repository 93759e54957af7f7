"""How posts are judged here, as the trust page shows it: the model in use, trainings with their results, what is
missing for one."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from hubbub.core.text import own
from hubbub.store.judges import current
from hubbub.store.models import Judge, JudgedField, OwnModel, OwnModelState, Workspace

from .model_actions import missing_labels

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
    """Before and after, on labels that were held out; written by the training."""

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

    @property
    def classes(self) -> list[tuple[str, ClassResult, ClassResult]]:
        """Name, before, after."""
        return [(one.name, one, two) for one, two in zip(self.before.classes, self.after.classes, strict=False)]


class Training(Struct, frozen=True):
    """One training of an own layer."""

    model: OwnModel
    results: Sequence[Result]
    usable: bool  # it is trained, stands on the shipped model of today, and is not in use


class Judging(Struct, frozen=True):
    """All of it."""

    judge: Judge | None
    reading: bool  # it reads stored posts anew
    trainings: Sequence[Training]  # newest first
    missing: Sequence[tuple[str, str]]  # field, what is missing for a layer, in words; "" where nothing is
    needed: int = own.NEEDED

    @property
    def waiting(self) -> bool:
        """A training was asked for."""
        return any(one.model.state == OwnModelState.WAITING for one in self.trainings)

    @property
    def ready(self) -> bool:
        """Whether one field at least has enough labels."""
        return any(not because for _, because in self.missing)

    @property
    def own(self) -> OwnModel | None:
        """The layer that is to be used."""
        return next((one.model for one in self.trainings if one.model.in_use), None)

    @property
    def coming(self) -> bool:
        """Whether another judge than the one in force was chosen, and comes into force in a moment."""
        return self.judge is not None and self.judge.own_id != (self.own.pk if self.own else None)


def judging(workspace: Workspace) -> Judging:
    """How posts are judged in this workspace."""
    judge = current(workspace)
    rows = OwnModel.of(workspace).order_by("-at", "-pk").defer("layer")[:LISTED]
    missing = missing_labels(workspace)
    return Judging(
        judge=judge,
        reading=judge is not None and judge.reading_below is not None,
        trainings=[_training(row, judge) for row in rows],
        missing=[(str(JudgedField(field).label), because) for field, because in missing.items()],
    )


def _training(row: OwnModel, judge: Judge | None) -> Training:
    usable = row.state == OwnModelState.READY and not row.in_use and (judge is None or judge.version == row.version)
    return Training(row, msgspec.convert(row.results, list[Result]), usable)
