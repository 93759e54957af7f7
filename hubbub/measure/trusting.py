"""How far judgements can be trusted: counted from what people said of this workspace's own posts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from zlib import crc32

from django.db.models import Count, F, QuerySet
from msgspec import Struct

from hubbub.core.text import labels
from hubbub.core.text.labels import Judged
from hubbub.core.text.trust import Askable, Share, Trust, more_labels, share, teaching, trust
from hubbub.store import capped
from hubbub.store.judges import current
from hubbub.store.models import Correction, CorrectionEnd, Judge, JudgedField, Post, Workspace
from hubbub.store.search import Before, older_than
from hubbub.ui import judged

ENOUGH = 30  # labels that nobody asked for, before those that were asked for are left out
DRAWN = 2_000  # newest posts among which posts to label are looked for
PAGE = 30
WITHIN = 0.05


class ClassRow(Struct, frozen=True):
    """One class, seen from both sides."""

    value: str
    word: str
    right: Share  # of the posts judged so, those that are so
    found: Share  # of the posts that are so, those judged so


class Cell(Struct, frozen=True):
    """How many posts were judged one way and are another."""

    judged: str
    true: str
    posts: int
    wrong: bool


class Confusion(Struct, frozen=True):
    """What was judged (a row each, "" is "not judged") against what people say it is (a column each)."""

    columns: Sequence[str]  # words
    rows: Sequence[tuple[str, Sequence[Cell]]]  # the word, its cells


class FieldTrust(Struct, frozen=True):
    """One field's trust on this workspace's labels."""

    field: Judged
    name: str
    labels: int  # that stand
    judged: int  # of them, those where the model judged
    asked: int  # of them, those that were asked for because the model was unsure
    asked_left_out: bool
    trust: Trust
    answered: Share  # right answers among the answers that were given: "not judged" is no wrong answer
    classes: Sequence[ClassRow]
    confusion: Confusion
    more: int | None  # labels until the interval is ±5 points


def overview(workspace: Workspace) -> Mapping[str, int]:
    """Field → how many labels there are."""
    rows = Correction.of(workspace).filter(end=CorrectionEnd.STANDS).order_by()
    counted = dict(rows.values_list("field").annotate(number=Count("pk")))
    return {field: counted.get(field, 0) for field in judged.ORDER}


def field_trust(workspace: Workspace, field: Judged) -> FieldTrust:
    """What the labels of one field show of the model in force."""
    against = measured(workspace)
    rows = against.labels.filter(field=field).order_by()
    counted = list(rows.values_list(against.said, "value", "asked").annotate(number=Count("pk")))
    all_ = sum(number for *_, number in counted)
    asked = sum(number for _, _, was_asked, number in counted if was_asked)
    left_out = bool(asked) and all_ - asked >= ENOUGH
    pairs = [((says, value), n) for says, value, was_asked, n in counted if not (left_out and was_asked)]
    classes = labels.CLASSES[field] or sorted(
        {value for (_, value), _ in pairs} | {says for (says, _), _ in pairs if says}
    )
    found = trust(_each(pairs), classes)
    given = [((says, value), n) for (says, value), n in pairs if says]
    answered = share(sum(n for (says, value), n in given if says == value), sum(n for _, n in given))
    return FieldTrust(
        field=field,
        name=JudgedField(field).label,
        labels=all_,
        judged=answered.of,
        asked=asked,
        asked_left_out=left_out,
        trust=found,
        answered=answered,
        classes=[ClassRow(row.name, judged.word(field, row.name), row.right, row.found) for row in found.classes],
        confusion=_confusion(field, found, classes),
        more=more_labels(answered, WITHIN),
    )


def _each(pairs: Iterable[tuple[tuple[str, str], int]]) -> Iterator[tuple[str, str]]:
    return chain.from_iterable(repeat(pair, number) for pair, number in pairs)


def _confusion(field: Judged, found: Trust, classes: Sequence[str]) -> Confusion:
    rows = [*classes, *([""] if any(says == "" for says, _ in found.confusion) else [])]
    return Confusion(
        columns=[judged.word(field, name) for name in classes],
        rows=[
            (
                judged.word(field, says) if says else "not judged",
                [Cell(says, true, found.confusion.get((says, true), 0), says != true) for true in classes],
            )
            for says in rows
        ],
    )


class Measured(Struct, frozen=True):
    """Which labels measure the model in force, and which column of theirs holds what it says."""

    judge: Judge | None
    labels: QuerySet[Correction]
    said: str
    behind: str = ""  # how many labelled posts it has not read yet, as shown; "" where none


def measured(workspace: Workspace) -> Measured:
    """The shipped model is measured by all labels that stand, with what it says of the posts now. An own layer was
    fitted on labels, and these say nothing about it: it is measured by those given after it had judged the post."""
    judge = current(workspace)
    standing = Correction.of(workspace).filter(end=CorrectionEnd.STANDS)
    if judge is not None and judge.own_id is not None:
        return Measured(judge, standing.filter(was_judge=judge), "was")
    return Measured(judge, standing, "says")


def versions(workspace: Workspace) -> Measured:
    """The same, with how many labels still rest on an earlier model."""
    found = measured(workspace)
    if found.judge is None or found.said == "was":
        return found
    behind = capped.count(found.labels.exclude(post__judge=found.judge.pk))
    return Measured(found.judge, found.labels, found.said, capped.shown(behind) if behind else "")


class Wrong(Struct, frozen=True):
    """A post that the model got wrong."""

    word: Correction
    says: str  # the model, in words
    sure: float
    value: str  # the person, in words


def _wrong(word: Correction, field: Judged, said: str) -> Wrong:
    says: str = getattr(word, said)
    told = judged.word(field, says) if says else "not judged"
    return Wrong(word, told, getattr(word, f"{said}_sure"), judged.word(field, word.value))


class WrongPage(Struct, frozen=True):
    """Some of them, newest first."""

    rows: Sequence[Wrong]
    older: Before | None


def wrong(
    workspace: Workspace,
    field: Judged,
    *,
    says: str | None = None,
    value: str | None = None,
    before: Before | None = None,
    size: int = PAGE,
) -> WrongPage:
    """The posts that the model got wrong; `says` and `value` leave one kind of mistake ("" says: not judged)."""
    against = measured(workspace)
    rows = against.labels.filter(field=field).exclude(value=F(against.said))
    rows = rows.select_related("post__author", "post__source")
    if says is not None:
        rows = rows.filter(**{against.said: says})
    if value is not None:
        rows = rows.filter(value=value)
    found = list(older_than(rows.order_by("-at", "-pk"), before, when="at", key="pk")[: size + 1])
    shown = [_wrong(one, field, against.said) for one in found[:size]]
    last = found[size - 1] if len(found) > size else None
    return WrongPage(shown, Before(last.at, last.pk) if last else None)


class Next(Struct, frozen=True):
    """The post to label next."""

    post: Post | None  # None: there is none left among the newest
    left: int  # how many more there are among those that were looked at


def next_post(workspace: Workspace, field: Judged, *, by_chance: bool, skipped: Sequence[int]) -> Next:
    """Of the newest mentions (posts, where there are none) one without a label: where it teaches most, or by chance."""
    posts = _drawn(workspace, field, set(skipped))
    if by_chance:  # in an order of its own that stays as it is, so that nobody chooses
        order = sorted((crc32(str(post.id).encode()), post.id) for post in posts)
        first = order[0][1] if order else None
    else:
        standing = Correction.of(workspace).filter(field=field, end=CorrectionEnd.STANDS).order_by()
        counts = dict(standing.values_list("value").annotate(number=Count("pk")))
        first = next(iter(teaching(posts, counts, 1)), None)
    row = Post.of(workspace).select_related("author", "source").filter(pk=first).first() if first else None
    return Next(row, len(posts))


def _drawn(workspace: Workspace, field: Judged, skipped: set[int]) -> list[Askable]:
    newest = Post.of(workspace).filter(mentioned=True, ours=False).order_by("-published", "-id")
    if not newest.exists():
        newest = Post.of(workspace).filter(ours=False).order_by("-published", "-id")
    columns = {
        "sentiment": ("sentiment", "sentiment_sure"),
        "intent": ("intent", "intent_sure"),
        "language": ("language", "language_sure"),
        "toxicity": ("toxicity", "toxicity"),
        "spam": ("spam", "spam"),
    }[field]
    found = []
    for pk, corrected, alike, value, number in newest.values_list("pk", "corrected", "alike", *columns)[:DRAWN]:
        if pk in skipped or field in (corrected or "").split():
            continue
        found.append(Askable(pk, *_answer(field, value, number), alike))
    return found


def _answer(field: Judged, value: str | float | None, number: float | None) -> tuple[str, float]:
    if field in ("toxicity", "spam"):
        if number is None:
            return "", 0.0
        return (labels.YES if number >= labels.HALF else labels.NO), max(number, 1 - number)
    return str(value or ""), number or 0.0


def name(field: Judged) -> str:
    """As the pages call it."""
    return {"toxicity": "Toxicity", "spam": "Spam"}.get(field, JudgedField(field).label)


def choices(field: Judged) -> list[tuple[str, str, str]]:
    """(key, value, word) of the answers to a question; none for languages, which are too many for keys."""
    given = next((choices for known, choices in judged.CHOICES if known == field), ())
    return [(str(number), value, judged.word(field, value)) for number, (_, value) in enumerate(given, 1)]
