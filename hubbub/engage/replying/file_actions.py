"""Files for an answer: kept when they are attached, told about before they leave."""

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
def tell(row: Attachment, alt: str, *, by: Member) -> None:
    """Say what can be seen in it. Raises Refusal."""
    try:
        words = attachments.told(alt, row.name)
    except attachments.Unfit as no:
        raise Refusal(str(no)) from no
    if words != row.alt:
        before, row.alt = len(row.alt), words
        row.save(update_fields=["alt"])
        audit(row, "tell", by=by, before={"length": before}, after={"length": len(words)})
