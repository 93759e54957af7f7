"""Files for an answer: kept when they are attached, told about before they leave."""

from collections.abc import Collection, Mapping, Sequence

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from hubbub.store import attachments
from hubbub.store.audit import audit
from hubbub.store.models import Attachment, Member, Workspace
from hubbub.ui.api import Refusal


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
    audit(row, "attach", by=by, after={"mime": row.mime, "size": row.size, "sha256": row.sha256})
    return row


@transaction.atomic
def tell(rows: Sequence[Attachment], alts: Mapping[int, str], *, by: Member) -> Sequence[Attachment]:
    """Say what can be seen in them, by their ids. Gives them: where one has left, or is on its way, that keeps what was
    told of it, and was perhaps approved; these are copies then, all of them, so that they stay in their order. Raises
    Refusal."""
    words = {row.pk: _told(row, alts.get(row.pk, row.alt)) for row in rows}
    other = [row for row in rows if row.alt != words[row.pk]]
    if attachments.leaving(other):
        rows = [attachments.copy(row, words[row.pk]) for row in rows]
        for row in rows:
            audit(row, "attach", by=by, after={"mime": row.mime, "size": row.size, "sha256": row.sha256})
        return rows
    for row in other:
        before, row.alt = len(row.alt), words[row.pk]
        row.save(update_fields=["alt"])
        audit(row, "tell", by=by, before={"length": before}, after={"length": len(row.alt)})
    return rows


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
