"""What members have written and chosen, and not sent: kept with every pause in their typing, and never lost to another
window.

Whoever saves says which version of which draft they had before them. Where that is still the newest, it is changed;
where another window has changed it meanwhile, both stand: what was saved becomes a draft of its own. Only what
stands whole in what takes its place is let go. Drafts are not in the log: nobody but their writer may read them.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from msgspec import Struct

from . import bulk
from .models import Attachment, Conversation, Draft, Member, Outbox, OutboxState, Post
from .outbox import LOST

KEPT_SENT = timedelta(days=2)  # what was sent can be had back so long
KEPT = timedelta(days=90)  # and what was not, since it was touched last
LATE = timedelta(minutes=1)  # an autosave can come after the reply that holds its words
LONGEST = 20_000  # characters; more than can be sent, so that nothing is cut while it is shortened
MOST_FILES = 50  # of one draft
MOST = 20  # of one member in one conversation
SWEPT = 500  # old ones deleted at a time


class TooLong(ValueError):
    """More characters than a draft holds."""


class Kept(Struct, frozen=True):
    """What stands after saving."""

    draft: int  # 0: nothing
    version: int
    apart: bool = False  # another window had changed it: its words stand beside these


def save(
    conversation: Conversation,
    member: Member,
    text: str,
    *,
    now: datetime,
    draft: int = 0,
    version: int = 0,
    post: Post | None = None,
    files: Collection[int] | None = None,
) -> Kept:
    """Keep `text` and `files`. `draft`, `version`: what the writer's window held when they went on writing; 0 for a new
    one. `files`: ids of attachments of theirs, those that are not are passed over; None: as they were.

    Empty text without files takes that draft away, unless another window has changed it since.
    Raises TooLong.
    """
    text = text.replace("\r\n", "\n")  # as a form ends lines; the reply is compared with what stands here
    if len(text) > LONGEST:
        raise TooLong(f"A draft holds {LONGEST:,} characters; this one has {len(text):,}")
    conversation = _now(conversation)
    with transaction.atomic():
        mine = Draft.of(conversation.workspace).filter(conversation=conversation, member=member)
        held = mine.select_for_update().filter(pk=draft, sent=None).first() if draft else None
        there = _files(held) if held else frozenset()
        wanted = there if files is None else _theirs(member, files)
        blank = not text.strip() and not wanted
        if held is None:
            return Kept(0, 0) if blank else _new(conversation, member, text, wanted, now, post)
        if held.text == text and there == wanted:
            return Kept(held.pk, held.version)
        if held.version == version or (not blank and text.startswith(held.text) and there <= wanted):
            if blank:
                held.delete()
                return Kept(0, 0)
            held.text, held.version, held.at = text, held.version + 1, now
            if post is not None:
                held.post = post
            held.save(update_fields=["text", "version", "at", "post"])
            held.attachments.set(wanted)
            return Kept(held.pk, held.version)
        if blank or (held.text.startswith(text) and wanted <= there):
            # the version that this window saw: it has not seen the newest words, and must not write over them
            return Kept(held.pk, version, apart=True)
        return _new(conversation, member, text, wanted, now, post, apart=True)


def _files(row: Draft) -> frozenset[int]:
    return frozenset(one.pk for one in row.attachments.all())


def _theirs(member: Member, files: Collection[int]) -> frozenset[int]:
    asked = Attachment.of(member.workspace).filter(pk__in=list(files)[:MOST_FILES], by=member)
    return frozenset(asked.values_list("pk", flat=True))


def _now(conversation: Conversation) -> Conversation:
    """The conversation, or where it was merged into while a page of it was open."""
    while conversation.merged_into is not None:
        conversation = conversation.merged_into
    return conversation


def move(gave: Conversation, took: Conversation, posts: Collection[int] | None = None) -> None:
    """Drafts go with what they answer, to where their writers will look. `posts`: those that answer one of these
    alone; None: all. In the transaction that moves the posts."""
    rows = Draft.of(gave.workspace).filter(conversation=gave)
    (rows if posts is None else rows.filter(post__in=bulk.numbered(list(posts)))).update(conversation=took)


def _new(
    conversation: Conversation,
    member: Member,
    text: str,
    files: frozenset[int],
    now: datetime,
    post: Post | None,
    *,
    apart: bool = False,
) -> Kept:
    mine = Draft.of(conversation.workspace).filter(conversation=conversation, member=member)
    same = next((one for one in mine.filter(text=text, sent=None) if _files(one) == files), None)
    if same is not None:  # the same twice is one draft
        return Kept(same.pk, same.version, apart)
    # the very first autosave may still be on its way while the reply leaves
    just_sent = mine.filter(sent__gte=now - LATE)
    if any(said.text.strip().startswith(text.strip()) and files <= _files(said) for said in just_sent):
        return Kept(0, 0)
    made = Draft.everywhere.create(
        workspace_id=conversation.workspace_id, conversation=conversation, member=member, post=post, text=text, at=now
    )
    made.attachments.set(files)
    return Kept(made.pk, made.version, apart)


def of(conversation: Conversation, member: Member) -> Sequence[Draft]:
    """What this member can go on with there, the newest first: drafts, then words that were sent and came back."""
    rows = Draft.of(conversation.workspace).filter(conversation=conversation, member=member)
    back = Q(outbox__state__in=LOST)
    found = list(rows.filter(Q(sent=None) | back).prefetch_related("attachments").order_by("-at", "-id")[:MOST])
    return sorted(found, key=lambda row: row.sent is not None)


def left(
    conversation: Conversation, member: Member, text: str, row: Outbox, *, draft: int = 0, version: int = 0
) -> None:
    """A reply goes out: in its own transaction its draft is gone. It is kept aside, should the reply come back.

    `draft`, `version`: what the form held. Other drafts stay, unless all their words stand at the beginning of the
    reply, and their files go with it. Once for each row of the outbox.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a draft leaves in the transaction of its reply")
    mine = Draft.of(conversation.workspace).filter(conversation=conversation, member=member)
    if mine.filter(outbox=row).exists():
        return
    files, unsent = frozenset(row.attachments.values_list("pk", flat=True)), mine.filter(sent=None).select_for_update()
    gone = [one.pk for one in unsent if _stands_in(one, text.strip(), files, draft, version)]
    mine.filter(pk__in=gone).exclude(pk=draft).delete()
    kept = mine.filter(pk=draft).first() if draft in gone else None
    if kept is None:
        kept = Draft(workspace_id=conversation.workspace_id, conversation=conversation, member=member)
        kept.post_id = row.post_id
    kept.text, kept.sent, kept.at, kept.outbox = text, row.created, row.created, row
    kept.save()
    kept.attachments.set(files)


def _stands_in(one: Draft, text: str, files: frozenset[int], draft: int, version: int) -> bool:
    within = text.startswith(one.text.strip()) and _files(one) <= files
    return within or (one.pk == draft and one.version == version)


def forget(conversation: Conversation, member: Member, draft: int) -> tuple[str, Collection[int]]:
    """Throw one away; gives its words and files, so that it can be saved again. ("", ()) where there is none."""
    found = Draft.of(conversation.workspace).filter(conversation=conversation, member=member, pk=draft).first()
    if found is None:
        return "", ()
    said = found.text, sorted(_files(found))
    found.delete()
    return said


def sweep(now: datetime) -> bool:
    """For the loop: old ones go. False: there are none."""
    old = Q(sent__isnull=False, at__lt=now - KEPT_SENT, outbox__state=OutboxState.SENT) | Q(at__lt=now - KEPT)
    pks = list(Draft.everywhere.filter(old, at__lt=now - KEPT_SENT).values_list("pk", flat=True)[:SWEPT])
    if pks:
        Draft.everywhere.filter(pk__in=pks).delete()
    return bool(pks)
