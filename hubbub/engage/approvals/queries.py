"""What waits for approval, and what became of what waited."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from hubbub.store import approvals, capped, planned_approval
from hubbub.store.models import Approval, ApprovalState, Approving, Attachment, Member, Outbox, Planned, Post, Workspace
from hubbub.store.search import Before

TABS = {"mine": "For you", "asked": "Asked by you", "open": "All that wait", "done": "Decided"}
PAGE = 50


class Approvals(Struct, frozen=True):
    """One page."""

    rows: Sequence[Approval]
    older: Before | None


def listed(member: Member, tab: str, before: Before | None = None, size: int = PAGE) -> Approvals:
    """Of a tab: what waits oldest first, what is decided newest first."""
    rows = Approval.of(member.workspace).select_related("workspace", "asked_by__user")
    match tab:
        case "mine":
            return Approvals(list(approvals.waiting_for(member).select_related("workspace")[:PAGE]), None)
        case "asked":
            found = rows.filter(asked_by=member)
        case "open":
            return Approvals(list(rows.filter(state=ApprovalState.OPEN).order_by("pk")[:PAGE]), None)
        case _:
            found = rows.exclude(state=ApprovalState.OPEN)
    if before:
        found = found.filter(pk__lt=before.id)
    shown = list(found.order_by("-pk")[: size + 1])
    last = shown[size - 1] if len(shown) > size else None
    return Approvals(shown[:size], Before(last.at, last.pk) if last else None)


def counts(member: Member) -> Mapping[str, str]:
    """Tab → how many wait."""
    waiting = Approval.of(member.workspace).filter(state=ApprovalState.OPEN)
    asked = {"mine": approvals.waiting_for(member), "open": waiting, "asked": waiting.filter(asked_by=member)}
    return {tab: capped.shown(capped.count(rows)) for tab, rows in asked.items()}


def subjects(rows: Sequence[Approval]) -> Mapping[int, Outbox]:
    """Approval → the row of the outbox that it is about, for those that are about one."""
    if not rows:
        return {}
    wanted = {row.noun_id: row.pk for row in rows if row.noun == "outbox"}
    found = Outbox.of(rows[0].workspace).filter(pk__in=wanted).select_related("source", "post__author")
    found = found.prefetch_related("attachments")
    by_noun = {row.pk: row for row in found}
    return {row.pk: by_noun[row.noun_id] for row in rows if row.noun == "outbox" and row.noun_id in by_noun}


def files(row: Approval, about: Outbox | None) -> Sequence[Attachment]:
    """What would go along with the words, in its order. `about`: its row of the outbox."""
    if about is not None:
        return list(about.attachments.order_by("pk"))
    item = Planned.of(row.workspace).filter(pk=row.noun_id).first() if row.noun == planned_approval.NOUN else None
    if item is None:
        return ()
    named = [*item.attachments.all(), *(one for version in item.versions.all() for one in version.attachments.all())]
    return sorted(set(named), key=lambda one: one.pk)


def since(row: Outbox | None) -> Sequence[Post]:
    """What came into the conversation after it was written, oldest first, ten at most."""
    if row is None or row.post is None or row.post.conversation_id is None or row.seen is None:
        return []
    posts = Post.of(row.workspace).filter(conversation=row.post.conversation_id, pk__gt=row.seen)
    return list(posts.select_related("author").order_by("pk")[:10])


def rules(workspace: Workspace) -> Sequence[Approving]:
    """All rules, those for one member first."""
    rows = Approving.of(workspace).select_related("member__user", "source", "team").prefetch_related("approvers__user")
    return sorted(rows, key=lambda row: (row.member_id is None, row.source_id is None, row.pk))
