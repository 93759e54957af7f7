"""What people do with planned posts: write, plan, move, drop, mend. Each act leaves an audit row."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from hubbub.store import approvals
from hubbub.store.audit import audit
from hubbub.store.models import (
    Actor,
    Audit,
    Member,
    Outbox,
    OutboxState,
    Planned,
    PlannedState,
    PlannedVersion,
    VersionState,
    Workspace,
)
from hubbub.store.planned import MOVES, follow
from hubbub.store.planned_approval import ask, fingerprint, rule_for, versions_of
from hubbub.ui.api import Refusal

from . import writing
from .checking import Checked, checked
from .drafts import Draft

MOST = 200  # items in one bulk act
BEGUN = (PlannedState.SENDING, PlannedState.FAILED, PlannedState.POSTED)
WRITABLE = (PlannedState.DRAFT, PlannedState.APPROVAL, PlannedState.PLANNED, PlannedState.FAILED, PlannedState.PATTERN)


def held(item: Planned) -> Planned:
    """Its row, locked until the transaction ends."""
    rows = Planned.of(item.workspace).select_related("workspace", "owner__user", "series")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=item.pk)


@transaction.atomic
def create(workspace: Workspace, draft: Draft, *, by: Member, why: str = "") -> Planned:
    """A new draft. Raises Refusal."""
    now = timezone.now()
    item = Planned.everywhere.create(
        workspace=workspace, title=writing.named(draft), owner=draft.owner or by, created=now, changed=now
    )
    writing.write(item, draft)
    audit(item, "add", by=by, why=why, after={"due": item.due, "versions": len(draft.wordings)})
    return item


@transaction.atomic
def change(item: Planned, draft: Draft, *, by: Member, why: str = "") -> Planned:
    """Other words, places or moments. What has left stays as it is. What was approved, or waits for it, needs another
    approval where anything else would leave now. Raises Refusal."""
    row = held(item)
    if row.state not in WRITABLE and not row.versions.filter(state=VersionState.READY).exists():
        raise Refusal(f"It can no longer be changed: {PlannedState(row.state).label.lower()}. Make a copy instead.")
    was, moved = fingerprint(row), row.due
    writing.write(row, draft)
    row.revision, row.changed = row.revision + 1, timezone.now()
    row.own_words = row.own_words or (row.series_id is not None and row.state != PlannedState.PATTERN)
    row.save()
    other = fingerprint(row) != was
    audit(row, "change", by=by, why=why, before={"due": moved}, after={"due": row.due, "words": other})
    plan_again(row, by=by)
    if row.state in {PlannedState.APPROVAL, PlannedState.PLANNED}:
        _still_fine(row, other=other, by=by)
    elif row.state in BEGUN:
        _rest_still_fine(row, other=other, by=by)
    return row


def plan_again(row: Planned, *, by: Member) -> None:
    """What waited for a person before anything of it was on its way, and may go now, is planned as it was."""
    waits = row.versions.filter(Q(outbox__isnull=False) | Q(state__in=[VersionState.FAILED, VersionState.POSTED]))
    if row.state == PlannedState.FAILED and not waits.exists():
        _go(row, PlannedState.PLANNED, "plan", by=by)


def _still_fine(row: Planned, *, other: bool, by: Member) -> None:
    """After a change of something planned: it must still be able to leave, and be approved as it is now."""
    _refuse_troubles(row)
    _refuse_past(row, timezone.now())
    if not other:
        return
    rule = rule_for(row, by)
    if rule is None:
        if row.state == PlannedState.APPROVAL:
            approvals.withdraw(row, by=by, why="its words were changed by somebody who needs no approval")
            _go(row, PlannedState.PLANNED, "plan", by=by)
        return
    _ask(row, rule_member=by)


def _rest_still_fine(row: Planned, *, other: bool, by: Member) -> None:
    """After a change of something that has left in part: what remains leaves without being planned again."""
    if other and rule_for(row, by) is not None:
        raise Refusal(
            "Part of it has left already, and other words of yours need approval: make a copy, and have that approved"
        )
    _refuse_past(row, timezone.now())
    follow(row, timezone.now())  # nothing more may be left


def _ask(row: Planned, *, rule_member: Member, why: str = "") -> None:
    rule = rule_for(row, rule_member)
    if rule is None:
        return
    try:
        ask(row, rule, by=rule_member)
    except approvals.Unapprovable as no:
        raise Refusal(str(no)) from no
    row.approved = ""
    if row.state != PlannedState.APPROVAL:
        _go(row, PlannedState.APPROVAL, "ask approval", by=rule_member, why=why)


@transaction.atomic
def plan(item: Planned, *, by: Member, why: str = "", now: datetime | None = None) -> Planned:
    """From a draft to what goes out at its moment; or to those who must approve it first. Raises Refusal."""
    row = held(item)
    if row.state in {PlannedState.PLANNED, PlannedState.APPROVAL}:
        return row
    if row.state != PlannedState.DRAFT:
        raise Refusal(f"Only a draft can be planned; this one is: {PlannedState(row.state).label.lower()}")
    _refuse_troubles(row)
    _refuse_past(row, now or timezone.now())
    if _needs_approval(row, by):
        _ask(row, rule_member=by, why=why)
        return row
    _go(row, PlannedState.PLANNED, "plan", by=by, why=why)
    return row


def _refuse_troubles(row: Planned) -> None:
    versions = [one for one in versions_of(row) if one.state in {VersionState.READY, VersionState.FAILED}]
    if not versions:
        raise Refusal("Choose at least one network that it goes to")
    for version in versions:
        version.planned = row
    troubles = [trouble for version in versions for trouble in checked(version).troubles]
    if troubles:
        raise Refusal(" ".join(troubles))


def _refuse_past(row: Planned, now: datetime) -> None:
    ready = [one for one in versions_of(row) if one.state == VersionState.READY]
    if any(one.due is None for one in ready):
        raise Refusal("Say when it goes out: a day and a time, the queue, or at once")
    if any(one.due < writing.just_now(now) for one in ready if one.due):
        raise Refusal("Its moment lies in the past: choose another, or post it at once")


@transaction.atomic
def post_now(item: Planned, *, by: Member, why: str = "") -> Planned:
    """All that has not left goes out at once, after approval where that is needed. Raises Refusal."""
    row, now = held(item), timezone.now()
    if row.state not in {PlannedState.DRAFT, PlannedState.PLANNED}:
        raise Refusal(f"It cannot be posted now: {PlannedState(row.state).label.lower()}")
    asks = row.state == PlannedState.DRAFT and _needs_approval(row, by)
    before = row.due
    # what waits for approval has no moment that could pass meanwhile: it leaves once it is approved
    row.versions.filter(state=VersionState.READY).update(due=None if asks else now, queued=False)
    writing.settle_due(row)
    row.changed, row.revision = now, row.revision + 1
    row.save(update_fields=["changed", "revision"])
    audit(row, "move", by=by, why=why or "at once", before={"due": before}, after={"due": row.due})
    if not asks:
        return plan(row, by=by, why=why, now=now)
    _refuse_troubles(row)
    _ask(row, rule_member=by, why=why)
    return row


def _needs_approval(row: Planned, by: Member) -> bool:
    return rule_for(row, by) is not None and row.approved != fingerprint(row)


@transaction.atomic
def back_to_draft(item: Planned, *, by: Member, why: str = "") -> Planned:
    """It no longer goes out by itself. Raises Refusal once something has left."""
    row = held(item)
    if row.state == PlannedState.DRAFT:
        return row
    if row.state == PlannedState.APPROVAL:
        approvals.withdraw(row, by=by, why=why or "back to a draft")
    _go(row, PlannedState.DRAFT, "draft", by=by, why=why)
    return row


@transaction.atomic
def drop(item: Planned, *, by: Member, why: str = "") -> Audit | None:
    """It will not be said: what has not left stays here. None where it was dropped already. Raises Refusal."""
    row = held(item)
    if row.state == PlannedState.DROPPED:
        return None
    if row.state in {PlannedState.SENDING, PlannedState.POSTED, PlannedState.PATTERN}:
        raise Refusal(f"It cannot be dropped: {PlannedState(row.state).label.lower()}")
    if row.state == PlannedState.APPROVAL:
        approvals.withdraw(row, by=by, why=why or "dropped")
    if row.state == PlannedState.FAILED:
        for version in row.versions.filter(state__in=[VersionState.FAILED, VersionState.READY]):
            _let_go(version, by=by, why=why)
        follow(row, timezone.now())
        return Audit.of(row.workspace).filter(noun="planned", noun_id=row.pk).order_by("-pk").first()
    return _go(row, PlannedState.DROPPED, "drop", by=by, why=why)


def _let_go(version: PlannedVersion, *, by: Member, why: str) -> None:
    if version.outbox is not None:
        _refuse_on_its_way(version.outbox)
        Outbox.of(version.workspace).filter(pk=version.outbox.pk).update(state=OutboxState.DROPPED)
        audit(version.outbox, "drop", by=by, why=why, before={"state": version.outbox.state})
    version.state, version.error = VersionState.DROPPED, ""
    version.save(update_fields=["state", "error"])
    audit(version, "drop", by=by, why=why)


def _refuse_on_its_way(row: Outbox) -> None:
    if row.lease_until and row.lease_until > timezone.now():
        raise Refusal("It is being sent right now: look again in a moment")


@transaction.atomic
def bring_back(item: Planned, *, by: Member, why: str = "") -> Planned:
    """What was dropped is a draft again. Raises Refusal."""
    row = held(item)
    if row.state != PlannedState.DROPPED:
        raise Refusal("It was not dropped")
    if row.versions.filter(outbox__isnull=False).exists():  # it may arrive after all, and then stands there twice
        raise Refusal("Part of it was on its way once: make a copy instead")
    row.versions.filter(state=VersionState.DROPPED, outbox=None).update(state=VersionState.READY)
    _go(row, PlannedState.DRAFT, "bring back", by=by, why=why)
    return row


@transaction.atomic
def retry(version: PlannedVersion, *, by: Member, why: str = "") -> PlannedVersion:
    """Send what failed again, with the words as they are now. It is the same row of the outbox, so that a try that
    arrived after all is found and not repeated. Raises Refusal."""
    item = held(version.planned)
    row = PlannedVersion.of(item.workspace).select_related("source__our_account", "outbox").get(pk=version.pk)
    row.planned = item
    if row.state != VersionState.FAILED:
        raise Refusal(f"Only what failed can be tried again; this is: {VersionState(row.state).label.lower()}")
    if row.outbox is not None:
        _refuse_on_its_way(row.outbox)
    found = checked(row)
    if found.troubles:
        raise Refusal(" ".join(found.troubles))
    if rule_for(item, by) is not None and item.approved and item.approved != fingerprint(item):
        raise Refusal("Its words are others than those that were approved: copy it, and have the copy approved")
    now, out = timezone.now(), row.outbox
    if out is None:  # it never was on its way
        row.state, row.error, row.due = VersionState.READY, "", now
        row.save(update_fields=["state", "error", "due"])
    else:
        _send_again(row, out, found, now)
    audit(row, "retry", by=by, why=why, before={"state": VersionState.FAILED}, after={"outbox": out.pk if out else 0})
    follow(item, now)
    return row


def _send_again(row: PlannedVersion, out: Outbox, found: Checked, now: datetime) -> None:
    what = found.leaves
    out.text, out.title, out.thread = what.text, what.title, row.place
    out.state, out.due, out.first_try, out.lease_until = OutboxState.WAITING, now, None, None
    out.save(update_fields=["text", "title", "thread", "state", "due", "first_try", "lease_until"])
    out.attachments.set(found.files)
    row.state, row.error, row.sent_text = VersionState.SENDING, "", what.text
    row.save(update_fields=["state", "error", "sent_text"])


@transaction.atomic
def drop_version(version: PlannedVersion, *, by: Member, why: str = "") -> PlannedVersion:
    """It does not go to that network: before it leaves, or after it failed. Raises Refusal."""
    item = held(version.planned)
    row = PlannedVersion.of(item.workspace).select_related("source", "outbox").get(pk=version.pk)
    if row.state not in {VersionState.READY, VersionState.FAILED}:
        raise Refusal(f"It cannot be dropped: {VersionState(row.state).label.lower()}")
    others = item.versions.filter(state=VersionState.READY).exclude(pk=row.pk)
    if item.state not in BEGUN and not others.exists():
        raise Refusal("It goes to no other network: drop the whole post instead")
    _let_go(row, by=by, why=why)
    writing.settle_due(item)
    follow(item, timezone.now())
    return row


@transaction.atomic
def copy(item: Planned, *, by: Member, why: str = "") -> Planned:
    """The same words for the same networks, as a draft without a moment."""
    return create(item.workspace, writing.draft_of(item, due=None), by=by, why=why or f"copy of {item.pk}")


def _go(row: Planned, state: PlannedState, verb: str, *, by: Actor, why: str = "") -> Audit | None:
    if row.state == state:
        return None
    if state not in MOVES[PlannedState(row.state)]:
        was = PlannedState(row.state).label.lower()
        raise Refusal(f"That cannot be done with it: {was}")
    before, row.state = row.state, state
    row.changed, row.revision = timezone.now(), row.revision + 1
    row.save(update_fields=["state", "approved", "changed", "revision"])
    return audit(row, verb, by=by, why=why, before={"state": before}, after={"state": state})


def chosen(workspace: Workspace, pks: Sequence[int]) -> list[Planned]:
    """The items of a bulk act, in one order. Unknown ids are passed over. Raises Refusal."""
    if len(pks) > MOST:
        raise Refusal(f"{len(pks)} were chosen; {MOST} at a time is the most")
    rows = Planned.of(workspace).exclude(state=PlannedState.PATTERN).filter(pk__in=pks)
    return list(rows.select_related("workspace").order_by("pk"))


@transaction.atomic
def do_all(workspace: Workspace, pks: Sequence[int], act: Callable[[Planned], object]) -> list[int]:
    """The same with many, all or none of them; gives the ids of those that were changed."""
    return [item.pk for item in chosen(workspace, pks) if act(item) is not None]


@transaction.atomic
def undo_drop(workspace: Workspace, pks: Sequence[int], *, by: Member) -> int:
    """Bring back what was dropped in one go, each to what it was; gives how many. What changed since is left alone."""
    done = 0
    for item in chosen(workspace, pks):
        row = held(item)
        last = Audit.of(workspace).filter(noun="planned", noun_id=row.pk).order_by("-pk").first()
        if row.state != PlannedState.DROPPED or last is None or last.verb != "drop":
            continue
        bring_back(row, by=by, why=f"undo of entry {last.pk}")
        if last.before.get("state") in {PlannedState.PLANNED, PlannedState.APPROVAL}:
            try:
                with transaction.atomic():
                    plan(row, by=by, why=f"undo of entry {last.pk}")
            except Refusal:  # its moment has passed meanwhile: it stays a draft, which loses nothing
                pass
        done += 1
    return done
