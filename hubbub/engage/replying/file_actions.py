"""Files for a reply or a planned post: kept when they are attached, told about before they leave."""

from collections.abc import Collection, Mapping, Sequence

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from hubbub.store import attachments
from hubbub.store.audit import audit
from hubbub.store.models import Attachment, Member, Workspace
from hubbub.ui.api import Refusal

GONE = "A file that was attached is not there any more: attach it again"


@transaction.atomic
def attach(workspace: Workspace, name: str, file: UploadedFile | bytes, *, by: Member, alt: str = "") -> Attachment:
    """Keep it. Raises Refusal."""
    try:
        size = len(file) if isinstance(file, bytes) else file.size or 0
        attachments.check_size(name, size)  # before it is read as a whole
        data = file if isinstance(file, bytes) else file.read()
        row = attachments.keep(workspace, name, data, by=by, alt=alt)
    except attachments.Unfit as no:
        raise Refusal(str(no)) from no
    _attached(row, by)
    return row


def _attached(row: Attachment, by: Member) -> None:
    audit(row, "attach", by=by, after={"mime": row.mime, "size": row.size, "sha256": row.sha256})


@transaction.atomic
def tell(rows: Sequence[Attachment], alts: Mapping[int, str], *, by: Member) -> Sequence[Attachment]:
    """Say what can be seen in them, by their ids; see `attachments.tell`. Raises Refusal."""
    before = {row.pk: row.alt for row in rows}
    told = attachments.tell(rows, {row.pk: _told(row, alts.get(row.pk, row.alt)) for row in rows})
    for row in told:
        if row.pk not in before:
            _attached(row, by)
        elif row.alt != before[row.pk]:
            audit(row, "tell", by=by, before={"length": len(before[row.pk])}, after={"length": len(row.alt)})
    return told


def note(workspace: Workspace, files: Collection[int], given: Mapping[str, str], *, by: Member) -> None:
    """What is told of files while it is typed: a part of the draft, which is in no log. What does not fit is refused
    when it is sent."""
    for row in Attachment.of(workspace).filter(pk__in=files, by=by):
        alt = " ".join(given.get(f"alt-{row.pk}", row.alt).split())[: attachments.LONGEST_ALT]
        if alt != row.alt and not attachments.leaving([row]):
            Attachment.of(workspace).filter(pk=row.pk).update(alt=alt)


def _told(row: Attachment, alt: str) -> str:
    try:
        return attachments.told(alt, row.name)
    except attachments.Unfit as no:
        raise Refusal(str(no)) from no
