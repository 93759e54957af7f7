"""The orders of the inbox, each along an index, and places in them: a page begins where the one before it ended."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from django.db.models import Q, QuerySet
from msgspec import Struct

from hubbub.store.models import Conversation, Sort


class Stretch(Struct, frozen=True):
    """A part of an order: what fulfils a condition, by one column."""

    condition: Q
    field: str
    down: bool  # the highest first
    when: bool  # the column holds moments


_SCORE = Stretch(Q(), "score", down=True, when=False)
_LATEST = Stretch(Q(), "last_post", down=True, when=True)

ORDERS: Mapping[Sort, Sequence[Stretch]] = {
    Sort.PRIORITY: (_SCORE,),
    Sort.NEWEST: (_LATEST,),
    Sort.OLDEST: (
        Stretch(Q(unanswered__isnull=False), "unanswered", down=False, when=True),
        Stretch(Q(unanswered__isnull=True), "last_post", down=True, when=True),
    ),
    Sort.PROMISE: (
        Stretch(Q(due__isnull=False), "due", down=False, when=True),
        Stretch(Q(due__isnull=True), "score", down=True, when=False),
    ),
}


class Place(Struct, frozen=True):
    """Where a conversation stands in an order."""

    stretch: int
    value: float | datetime
    id: int


def place(conversation: Conversation, sort: Sort) -> Place:
    """Of a conversation as it was read."""
    for at, stretch in enumerate(ORDERS[sort]):
        value = getattr(conversation, stretch.field)
        if value is not None:
            return Place(at, value, conversation.pk)
    raise ValueError(sort)  # the last stretch takes all


def key(conversation: Conversation, sort: Sort) -> tuple[int, float, int]:
    """To sort by in Python, as the database sorts."""
    at = place(conversation, sort)
    number = at.value.timestamp() if isinstance(at.value, datetime) else at.value
    sign = -1 if ORDERS[sort][at.stretch].down else 1
    return at.stretch, sign * number, sign * at.id


def write_place(at: Place) -> str:
    """As it stands in an address."""
    value = at.value.astimezone(UTC).isoformat() if isinstance(at.value, datetime) else repr(at.value)
    return f"{at.stretch}~{value}~{at.id}"


def read_place(text: str, sort: Sort) -> Place | None:
    """The other way; nonsense counts as the start."""
    parts = text.split("~")
    if len(parts) != 3 or not parts[0].isdecimal() or not parts[2].isdecimal():
        return None
    at, number = int(parts[0]), int(parts[2])
    if at >= len(ORDERS[sort]) or number >= 2**63:
        return None
    try:
        if not ORDERS[sort][at].when:
            return Place(at, float(parts[1]), number)
        when = datetime.fromisoformat(parts[1].replace(" ", "+"))  # a plus that an address made a space
    except ValueError:
        return None
    return Place(at, when if when.tzinfo else when.replace(tzinfo=UTC), number)


def stretches(
    rows: QuerySet[Conversation], sort: Sort, after: Place | None
) -> Iterator[tuple[int, QuerySet[Conversation]]]:
    """The rest of a list from a place on, one ordered queryset a stretch, with the stretch's number."""
    for at, stretch in enumerate(ORDERS[sort]):
        if after is not None and at < after.stretch:
            continue
        sign = "-" if stretch.down else ""
        part = rows.filter(stretch.condition).order_by(f"{sign}{stretch.field}", f"{sign}id")
        if after is not None and at == after.stretch:
            part = part.filter(_beyond(stretch, after))
        yield at, part


def _beyond(stretch: Stretch, after: Place) -> Q:
    past = "lt" if stretch.down else "gt"
    value, pk = Q(**{f"{stretch.field}__{past}": after.value}), Q(**{f"id__{past}": after.id})
    return Q(**{f"{stretch.field}__{past}e": after.value}) & (value | pk)


def until(stretch: int, sort: Sort, last: Place) -> Q:
    """What stands in that stretch no further than `last`, itself included."""
    one = ORDERS[sort][stretch]
    short = "gt" if one.down else "lt"
    value, pk = Q(**{f"{one.field}__{short}": last.value}), Q(**{f"id__{short}e": last.id})
    return Q(**{f"{one.field}__{short}e": last.value}) & (value | pk)
