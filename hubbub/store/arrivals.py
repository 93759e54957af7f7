"""What places send us: kept as it comes, in one insert, so that a crash loses nothing; taken in by the loop.

Rows lie until the same message can be sent no more; so long they also say who sent how much lately.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from .models import Arrival, Source

KEPT = timedelta(hours=1)  # after it was taken; longer than a signature is believed and than any limit looks back


def place(pk: int, kind: str) -> Source | None:
    """The source that a public address names; None: there is none of that kind."""
    return Source.everywhere.select_related("workspace").filter(pk=pk, kind=kind).first()


def keep(
    source: Source, body: bytes, *, key: str, items: int, now: datetime, public: bool = False, sender: str = ""
) -> bool:
    """Keep a message for the loop, which is woken. False: this one came already."""
    row = Arrival(
        workspace_id=source.workspace_id,
        source=source,
        key=key,
        body=body,
        items=items,
        public=public,
        sender=sender,
        at=now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            Source.everywhere.filter(pk=source.pk, due__gt=now).update(due=now)
    except IntegrityError:
        if not Arrival.of(source.workspace).filter(source=source, key=key).exists():
            raise
        return False
    return True


def lately(source: Source, since: datetime, *, most: int, public: bool, sender: str = "") -> int:
    """How many messages came since then, from visitors or from the site itself; counted no further than `most`."""
    rows = Arrival.of(source.workspace).filter(source=source, at__gte=since, public=public)
    return (rows.filter(sender=sender) if sender else rows)[:most].count()


def waiting(source: Source, most: int) -> Sequence[Arrival]:
    """What is to be taken in, in the order in which it came."""
    return list(Arrival.of(source.workspace).filter(source=source, taken__isnull=True).order_by("pk")[:most])


def settle(source: Source, rows: Collection[Arrival], *, now: datetime) -> None:
    """They were taken in: their bodies go, and after a while the rest."""
    Arrival.of(source.workspace).filter(pk__in=[row.pk for row in rows]).update(taken=now, body=b"")
    Arrival.of(source.workspace).filter(source=source, taken__lt=now - KEPT).delete()
