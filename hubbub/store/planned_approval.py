"""Approval of planned posts: what is shown for it, and what follows from a yes or a no."""

import re
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from hubbub.core.labelled import apart, joined

from . import approvals
from .audit import audit
from .models import (
    Actor,
    Approval,
    ApprovalState,
    Approving,
    Member,
    NotificationKind,
    Planned,
    PlannedState,
    PlannedVersion,
    VersionState,
)
from .notifying import notify
from .planned import LOOP, held, minders

NOUN = "planned"


def rule_for(item: Planned, by: Member) -> Approving | None:
    """The rule by which it needs approval on at least one of its networks; None: it goes out as it is."""
    found = (approvals.needed(by, version.source, "planned") for version in versions_of(item))
    return next((rule for rule in found if rule is not None), None)


def versions_of(item: Planned) -> list[PlannedVersion]:
    """In their order."""
    return list(item.versions.select_related("source__our_account").order_by("pk"))


def fingerprint(item: Planned) -> str:
    """The same as long as the same words and files go to the same places. Moments are not in it: another hour needs no
    second approval."""
    parts: list[object] = [item.text, sorted(item.attachments.values_list("sha256", "alt"))]
    for version in versions_of(item):
        files = sorted(version.attachments.values_list("sha256", "alt")) if version.own_files else None
        own = () if version.same and files is None else (version.text, files)
        parts.append((version.source_id, version.place, version.title, own))
    return sha256(repr(parts).encode()).hexdigest()


def shown(item: Planned) -> str:
    """All words that would leave, as approvers read and may change them: once where all networks get the same."""
    versions = versions_of(item)
    if _one_text(versions):
        return item.text.replace("\r\n", "\n")
    pieces = [(_label(one), item.text if one.same else one.text) for one in versions]
    return joined(pieces, _mark(versions))


def _one_text(versions: Sequence[PlannedVersion]) -> bool:
    return all(version.same and not version.title for version in versions)


def _mark(versions: Sequence[PlannedVersion]) -> str:
    return "|".join(re.escape(_label(one)) for one in versions)


def _label(version: PlannedVersion) -> str:
    named = f"{version.source}, {version.place}" if version.place else str(version.source)
    return f"[{named}: {version.title}]" if version.title else f"[{named}]"


def ask(item: Planned, rule: Approving, *, by: Member) -> Approval:
    """Hold it until it is approved. The item is locked. Raises `approvals.Unapprovable`."""
    says = f"Planned post {item.pk} for {', '.join(dict.fromkeys(str(one.source) for one in versions_of(item)))}"
    return approvals.ask(item, rule, by=by, text=shown(item), says=says)


def _hold(approval: Approval) -> bool:
    return held(approval.noun_id) is not None


def _ended(approval: Approval, by: Actor) -> None:
    item = held(approval.noun_id)
    if item is None or item.state != PlannedState.APPROVAL:
        return
    before = {"state": item.state}
    if approval.state == ApprovalState.APPROVED:
        if approval.edited:
            take_over(item, approval.words)
        item.state, item.approved = PlannedState.PLANNED, fingerprint(item)
        _leave_now(item)
    else:
        item.state, item.approved = PlannedState.DRAFT, ""
    item.changed, item.revision = timezone.now(), item.revision + 1
    item.save(update_fields=["text", "state", "approved", "due", "changed", "revision"])
    verb = "approved" if item.state == PlannedState.PLANNED else "not approved"
    audit(item, verb, by=by, why=approval.why, before=before, after={"state": item.state})


def _leave_now(item: Planned) -> None:
    """What was to be posted at once has no moment while it waits: it leaves now."""
    now = timezone.now()
    if item.versions.filter(state=VersionState.READY, due__isnull=True).update(due=now):
        item.due = min(item.due or now, now)


def take_over(item: Planned, words: str) -> None:
    """Words as an approver changed them. Raises `approvals.Unapprovable` where it cannot be told which are whose."""
    for version in reworded(item, words):
        version.save(update_fields=["text", "same"])


def reworded(item: Planned, words: str) -> list[PlannedVersion]:
    """The item and its versions with these words, unsaved. Raises `approvals.Unapprovable`."""
    versions = versions_of(item)
    for version in versions:
        version.planned = item
    if _one_text(versions):
        item.text = words
        return versions
    found = apart(words, _mark(versions))
    if found is None or [label for label, _ in found] != [_label(one) for one in versions]:
        raise approvals.Unapprovable(
            "The lines in square brackets say which words go where: leave them as they are, and change what is "
            "between. A line of your own that looks like one begins with \\."
        )
    for version, (_, text) in zip(versions, found, strict=True):
        if text != (item.text if version.same else version.text).replace("\r\n", "\n"):
            version.text, version.same = text, False
    return versions


def _fits(approval: Approval, words: str) -> None:
    """Whoever changes them hears of it, not the next who agrees."""
    item = Planned.everywhere.filter(workspace=approval.workspace_id, pk=approval.noun_id).first()
    if item is not None:
        reworded(item, words)


def expire_one(now: datetime) -> bool:
    """An item whose moment passed before somebody approved it is a draft again, and its owner is told. False: there is
    none."""
    late = Planned.everywhere.filter(state=PlannedState.APPROVAL, due__lt=now)
    pk = late.order_by("due", "pk").values_list("pk", flat=True).first()
    if pk is None:
        return False
    with transaction.atomic():
        item = held(pk)
        if item is None or not late.filter(pk=pk).exists():
            return True
        approvals.withdraw(item, by=LOOP, why="its moment passed")
        before, item.state, item.changed = {"state": item.state}, PlannedState.DRAFT, now
        item.revision += 1
        item.save(update_fields=["state", "changed", "revision"])
        why = "nobody had approved it at its moment"
        audit(item, "draft", by=LOOP, why=why, before=before, after={"state": item.state})
        says = f"“{item.title}” was not approved in time: it is a draft again, choose another moment"
        notify(minders(item), NotificationKind.APPROVAL, says, about=item, key=f"late {item.revision}")
    return True


approvals.HANDLERS[NOUN] = approvals.Handler(hold=_hold, ended=_ended, fits=_fits)
