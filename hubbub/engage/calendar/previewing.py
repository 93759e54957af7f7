"""What would leave, of words that are not saved: written, looked at, and taken back again."""

from django.db import transaction
from django.utils import timezone

from hubbub.store.models import Member, Planned, Workspace
from hubbub.store.planned import link_rules

from . import writing
from .checking import Checked, checked
from .drafts import Draft


def preview(workspace: Workspace, item: Planned | None, draft: Draft, *, by: Member) -> list[Checked]:
    """Each version as it would leave, in the way that everything leaves; nothing is kept of it. Raises Refusal."""
    now = timezone.now()
    with transaction.atomic():
        row = Planned.of(workspace).select_related("workspace").filter(pk=item.pk).first() if item else None
        row = row or Planned.everywhere.create(workspace=workspace, title="preview", owner=by, created=now, changed=now)
        writing.write(row, draft)
        rules, versions = link_rules(workspace), list(row.versions.select_related("source").order_by("pk"))
        for version in versions:
            version.planned = row
        shown = [checked(version, rules) for version in versions]
        transaction.set_rollback(True)
    return shown
