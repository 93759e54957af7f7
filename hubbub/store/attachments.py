"""Pictures, films and files that go out with our words: kept under the data folder, named by what they are.

Pictures and films lose what their camera wrote into them before they are kept; other files stay as they are.
"""

import os
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, ManyToOneRel, OuterRef, QuerySet
from django.utils import timezone

from hubbub.core.files import Unreadable, bare, mime_of

from .models import Attachment, Draft, Member, Outbox, OutboxState, Planned, PlannedVersion, Workspace

KEPT = timedelta(days=1)  # what was uploaded and then went out with nothing
EVERY = timedelta(minutes=10)  # unused ones are looked for
AT_ONCE = 50
LONGEST_ALT = 1500  # characters
LOCK = 20_661  # of PostgreSQL's numbered locks, with a part of the digest
PRIVATE = (Draft, Draft.attachments.through)
_LOOKED: dict[str, datetime] = {}  # when this process did last


class Unfit(ValueError):
    """A file that cannot be kept, in words."""


def keep(workspace: Workspace, name: str, data: bytes, *, by: Member | None, alt: str = "") -> Attachment:
    """Keep a file. `name` is what a person called it. Raises Unfit.

    What it is is told by its content, not by its name.
    """
    shown = shown_name(name)
    if not data:
        raise Unfit(f"“{shown}” is empty. Choose it again once it holds something.")
    check_size(shown, len(data))
    mime = mime_of(data, shown)
    try:
        data = bare(data, mime)
    except Unreadable as damaged:
        raise Unfit(f"“{shown}” cannot be read: {damaged}. Save it again, and attach that.") from damaged
    digest = sha256(data).hexdigest()
    with transaction.atomic():
        _keeping(digest)
        row = Attachment.everywhere.create(
            workspace=workspace, name=shown, mime=mime, size=len(data), sha256=digest, alt=told(alt, shown), by=by,
            at=timezone.now(),
        )  # fmt: skip
        _write(path_of(row), data)
    return row


def _keeping(digest: str, *, alone: bool = False) -> None:
    """Until the transaction ends nobody takes the bytes of a file away while a row of them is being made; `alone`: nor
    makes one while they go. Who writes to SQLite is alone anyway."""
    if connection.vendor == "postgresql":
        lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {lock}(%s, %s)", [LOCK, int(digest[:8], 16) - 2**31])


def check_size(name: str, size: int) -> None:
    """Raises Unfit where it is larger than this Hubbub takes."""
    if size > settings.UPLOAD_MAX:
        most = settings.UPLOAD_MAX / 1_000_000
        says = f"“{shown_name(name)}” has {size / 1_000_000:,.3g} MB; at most {most:,.3g} MB are taken here."
        raise Unfit(f"{says} Make it smaller.")


def told(alt: str, name: str) -> str:
    """What is to be seen, as it is kept. Raises Unfit."""
    words = " ".join(alt.split())
    if len(words) > LONGEST_ALT:
        raise Unfit(
            f"What “{name}” shows is told in {len(words):,} characters; {LONGEST_ALT:,} is the most. Shorten it."
        )
    return words


def shown_name(given: str) -> str:
    """A file's name as a person called it: without folders, without characters that cannot be seen."""
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in last if char.isprintable()).strip(". ")[:100] or "file"


def path_of(row: Attachment) -> Path:
    """Where its bytes lie."""
    return Path(settings.DATA) / "attachments" / str(row.workspace_id) / row.sha256[:2] / row.sha256


def read(row: Attachment) -> bytes:
    """Its bytes. Raises Unfit where they are gone from the disk."""
    try:
        return path_of(row).read_bytes()
    except FileNotFoundError as gone:
        raise Unfit(f"The file “{row.name}” is gone from Hubbub's data folder. Attach it again.") from gone


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all; the same content is there already or is written over by itself."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with part.open("xb") as file:
        part.chmod(0o600)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def unused(*, by_others: bool = False) -> QuerySet[Attachment]:
    """Those that no row anywhere names; `by_others`: none but drafts, which only their writer may read."""
    rows = Attachment.everywhere.all()
    for relation in Attachment._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and not (by_others and relation.field.model in PRIVATE):
            named = relation.field.model._default_manager.filter(**{relation.field.name: OuterRef("pk")})
            rows = rows.filter(~Exists(named))
    return rows


def shown_to(member: Member, pks: Collection[int]) -> QuerySet[Attachment]:
    """Those of them that a member may see: what is only in a draft is its writer's."""
    drafted = unused(by_others=True).filter(pk__in=pks).exclude(by=member)
    return Attachment.of(member.workspace).filter(pk__in=pks).exclude(pk__in=drafted.values("pk"))


def leaving(rows: Sequence[Attachment], within: Planned | None = None) -> bool:
    """Whether one of them has left, waits for it, or stands in the calendar (elsewhere than in `within`): it is to stay
    as it is."""
    pks = [row.pk for row in rows]
    sent = Outbox.everywhere.filter(attachments__in=pks).exclude(state=OutboxState.DROPPED)
    items, versions = (
        Planned.everywhere.filter(attachments__in=pks),
        PlannedVersion.everywhere.filter(attachments__in=pks),
    )
    if within is not None:
        items, versions = items.exclude(pk=within.pk), versions.exclude(planned=within)
    return bool(pks) and any(found.exists() for found in (sent, items, versions))


def tell(rows: Sequence[Attachment], alts: Mapping[int, str], within: Planned | None = None) -> Sequence[Attachment]:
    """Keep what can be seen in them, by their ids. Gives them: where one of those that change is `leaving`, that keeps
    what was told of it, and was perhaps approved; these are copies then, all of them, so that they stay in their
    order. In a transaction."""
    other = [row for row in rows if row.alt != alts[row.pk]]
    if leaving(other, within):
        return [_copy(row, alts[row.pk]) for row in rows]
    for row in other:
        row.alt = alts[row.pk]
        row.save(update_fields=["alt"])
    return rows


def _copy(row: Attachment, alt: str) -> Attachment:
    _keeping(row.sha256)
    same = ("workspace_id", "name", "mime", "size", "sha256", "by_id")
    kept = {name: getattr(row, name) for name in same}
    return Attachment.everywhere.create(**kept, alt=alt, at=timezone.now())


def sweep(now: datetime) -> bool:
    """For the loop, which asks often: now and then, forget files that went out with nothing. False: there are none."""
    if "at" in _LOOKED and now - EVERY < _LOOKED["at"] <= now:
        return False
    old = list(unused().filter(at__lt=now - KEPT).order_by("pk")[:AT_ONCE])
    if len(old) < AT_ONCE:
        _LOOKED["at"] = now
    forget(old)
    return bool(old)


def forget(rows: Sequence[Attachment]) -> None:
    """Delete them, and their bytes where no other row has the same."""
    for row in rows:
        with transaction.atomic():
            _keeping(row.sha256, alone=True)
            if not unused().filter(pk=row.pk).delete()[0]:
                continue
            if not Attachment.everywhere.filter(workspace=row.workspace_id, sha256=row.sha256).exists():
                path_of(row).unlink(missing_ok=True)
