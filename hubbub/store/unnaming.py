"""Taking an erased person's names out of what others wrote: our answers to them, notes, notifications, planned posts.

Their own words are erased as a whole (`store/erasing.py`); what we said stays, without saying whom to. Names are looked
for as whole words, in any case of letters; very short ones only after an @, as they are words of their own."""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from . import bulk
from .audit import audit
from .bulk import Row, numbered
from .models import (
    Actor,
    Appeal,
    Approval,
    ApprovalVote,
    Author,
    Conversation,
    Correction,
    ImportedLine,
    LineFate,
    Note,
    Notice,
    Notification,
    Opinion,
    Outbox,
    Person,
    Planned,
    PlannedState,
    PlannedVersion,
    Post,
    Proposal,
    Redaction,
    Sanction,
    Statement,
    Strike,
    Workspace,
)

GONE = "[erased]"
SHORT = 3  # characters of a name that is looked for without an @ before it


class Names:
    """What somebody was called."""

    def __init__(self, people: Iterable[Person], authors: Iterable[Author]) -> None:
        handles = {one.handle.strip().lstrip("@") for one in authors}
        called = {one.name.strip() for one in people} | {one.name.strip() for one in authors}
        mails = {one.native_id for one in authors if "@" in one.native_id}
        self.handles = sorted((one for one in handles if one), key=len, reverse=True)
        self.words = sorted(
            (one for one in {*handles, *called, *mails} if len(one) >= SHORT), key=lambda one: (-len(one), one)
        )
        self._anywhere = _pattern([*self.words, *(f"@{one}" for one in self.handles)])
        self._mentioned = _pattern([f"@{one}" for one in self.handles])

    def out_of(self, text: str, *, mentioned: bool = False) -> str:
        """The text without them. `mentioned`: only as an @ names them."""
        pattern = self._mentioned if mentioned else self._anywhere
        return pattern.sub(GONE, text) if pattern else text


def _pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    longest = sorted(words, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)", re.IGNORECASE) if words else None


def unname(workspace: Workspace, names: Names, authors: Collection[int], *, by: Actor) -> None:
    """Take them out of all that stands about these identities; a planned post that loses a name is a draft again. Call
    it in the transaction that erases them."""
    theirs = numbered(sorted(authors))
    talks = Conversation.of(workspace).filter(Q(author__in=theirs) | Q(posts__author__in=theirs))
    their_talks = numbered(sorted(set(talks.values_list("pk", flat=True))))
    sent = Outbox.of(workspace).filter(
        Q(post__author__in=theirs) | Q(author__in=theirs) | Q(post__conversation__in=their_talks)
    )
    outbox = numbered(sorted(set(sent.values_list("pk", flat=True))))
    asked = Approval.of(workspace).filter(noun="outbox", noun_id__in=outbox)
    echoes = Post.of(workspace).filter(ours=True, conversation__in=their_talks)
    for rows, fields in (
        (Conversation.of(workspace).filter(pk__in=their_talks), ("subject", "snippet")),
        (Note.of(workspace).filter(conversation__in=their_talks), ("text",)),
        (Outbox.of(workspace).filter(pk__in=outbox), ("text", "title", "why", "error")),
        (asked, ("says", "text", "edited", "why")),
        (ApprovalVote.of(workspace).filter(approval__in=asked), ("text", "why")),
        (echoes, ("text", "title")),
        (Sanction.of(workspace).filter(author__in=theirs), ("why", "ended_why", "error")),
        (Proposal.of(workspace).filter(author__in=theirs), ("why",)),
        (Opinion.of(workspace).filter(post__author__in=theirs), ("note",)),
        (Correction.of(workspace).filter(post__author__in=theirs), ("why",)),
        (Redaction.of(workspace).filter(post__author__in=theirs), ("why",)),
        (Statement.of(workspace).filter(author__in=theirs), ("why", "facts")),
        (Notice.of(workspace).filter(statement__author__in=theirs), ("text", "why_kept")),
        (Appeal.of(workspace).filter(statement__author__in=theirs), ("reason",)),
        # a line of a file that was refused quotes what stood there
        (ImportedLine.of(workspace).filter(fate__in=[LineFate.LEFT, LineFate.KEPT]), ("says",)),
        (Strike.of(workspace).filter(author__in=theirs), ("why", "withdrawn_why")),
        (_saying(Notification.of(workspace), names.words, ("says",)), ("says",)),
    ):
        _rewrite(rows, fields, names)
    _unname_planned(workspace, names, authors, by)


def _unname_planned(workspace: Workspace, names: Names, authors: Collection[int], by: Actor) -> None:
    """All names where it answers what they said; elsewhere where it mentions them."""
    about = Planned.of(workspace).filter(about__author__in=numbered(sorted(authors)))
    pks = numbered(sorted(set(about.values_list("pk", flat=True))))
    at = [f"@{one}" for one in names.handles]
    own, fields = ("text", "title", "notes"), ("text", "title", "sent_text")
    changed = {
        *_rewrite(Planned.of(workspace).filter(pk__in=pks), own, names),
        *_rewrite(_saying(Planned.of(workspace), at, own), own, names, mentioned=True),
    }
    versions = [
        *_rewrite(PlannedVersion.of(workspace).filter(planned__in=pks), fields, names),
        *_rewrite(_saying(PlannedVersion.of(workspace), at, fields), fields, names, mentioned=True),
    ]
    changed |= set(PlannedVersion.of(workspace).filter(pk__in=versions).values_list("planned", flat=True))
    _rewrite(Approval.of(workspace).filter(noun="planned", noun_id__in=sorted(changed)), ("text", "edited"), names)
    coming = Planned.of(workspace).filter(pk__in=sorted(changed), state=PlannedState.PLANNED)
    for item in bulk.held(coming):
        item.state, item.approved, item.revision = PlannedState.DRAFT, "", item.revision + 1
        item.save(update_fields=["state", "approved", "revision"])
        why = "it named a person who was erased"
        audit(item, "draft", by=by, why=why, before={"state": PlannedState.PLANNED}, after={"state": item.state})


def _saying(rows: QuerySet[Row], words: Sequence[str], fields: Sequence[str]) -> QuerySet[Row]:
    said = [Q(**{f"{field}__icontains": word}) for word in words for field in fields]
    return rows.filter(reduce(or_, said)) if said else rows.none()


def _rewrite(rows: QuerySet[Row], fields: Sequence[str], names: Names, *, mentioned: bool = False) -> list[int]:
    """The ids of the rows that said one."""
    found = []
    for row in rows.only("pk", *fields):
        fresh = {name: names.out_of(getattr(row, name), mentioned=mentioned) for name in fields}
        changed = {name: text for name, text in fresh.items() if text != getattr(row, name)}
        if changed:
            type(row)._base_manager.filter(pk=row.pk).update(**changed)
            found.append(row.pk)
    return found
