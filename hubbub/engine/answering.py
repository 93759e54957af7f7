"""Our answers on their way: held where the conversation went on; and where they fail, nobody is forgotten."""

from hubbub.connectors import Attached
from hubbub.core.failures import Broken
from hubbub.engage.people import queries as people
from hubbub.store import answers, attachments, parts
from hubbub.store.audit import audit
from hubbub.store.models import (
    ConversationStatus,
    Member,
    NotificationKind,
    Outbox,
    OutboxState,
    Post,
    Role,
    System,
)
from hubbub.store.notifying import notify
from hubbub.store.outbox import ANSWERS, LOST
from hubbub.store.threads import follow_words

LOOP = System("Hubbub")
FIRST_FAILED = "The part before it could not be sent"


def overtaken(row: Outbox) -> str:
    """Why an answer that waited for its moment is not sent as it is; "" where nothing came between.

    Only what waited long is asked: an answer with a time, or one that was approved. Its conversation is locked.
    """
    if row.seen is None or row.verb not in ANSWERS or row.tries or row.post is None or not row.post.conversation_id:
        return ""
    if row.post.state not in answers.STANDING:
        return "What it answers was taken away after this was written"
    if not _may_still(row):
        return f"{row.by_name}, who wrote this, can no longer reply here"
    talk = row.post.conversation_id
    later = Outbox.of(row.workspace).filter(post__conversation=talk, verb__in=ANSWERS, pk__gt=row.pk)
    own = later.exclude(state__in=LOST).exclude(follows__isnull=False, by_member=row.by_member_id)
    other = own.order_by("-pk").first()
    if other is not None:
        return f"{other.by_name} replied after this was written"
    posts = Post.of(row.workspace).filter(conversation=talk, pk__gt=row.seen)
    if posts.filter(ours=False).exists():
        return "They wrote again after this was written"
    sent = Outbox.of(row.workspace).filter(post__conversation=talk, state=OutboxState.SENT).exclude(result_id="")
    if posts.filter(ours=True).exclude(native_id__in=sent.values("result_id")).exists():
        return "A reply of yours appeared on the network after this was written"
    if _asked_not_to(row):
        return "They asked not to be written to after this was written"
    return ""


def _may_still(row: Outbox) -> bool:
    """Whether its writer could still send it, or somebody who can stands for it."""
    writer = row.by_member
    there = writer is not None and writer.user.is_active and writer.may(Role.RESPONDER)
    return there or parts.of(row).approved


def _asked_not_to(row: Outbox) -> bool:
    """Whether its reader refused to be written to since."""
    person = row.post.author.person_id if row.post and row.post.author else 0
    said = people.no_contact([person]).get(person)
    return said is not None and said.noted > row.created


def tell(row: Outbox, says: str, key: str) -> None:
    """The writer; where they are gone, whoever looks after the conversation, else those who lead."""
    talk = row.post.conversation if row.post else None
    minders: list[Member] = [one for one in (row.by_member, talk.assignee if talk else None) if one and one.active]
    if not minders:
        minders = list(Member.of(row.workspace).filter(active=True, role__in=[Role.MANAGER, Role.ADMIN]))
    notify(minders[:1] if row.by_member else minders, NotificationKind.FAILED, says, about=talk or row, key=key)


def failed(row: Outbox) -> None:
    """It will not be sent by itself: its writer is told, what follows it is not sent either, and the conversation is
    open again, unless another answer of ours is on its way or arrived since."""
    for one in parts.stand(row, OutboxState.BROKEN, error=FIRST_FAILED):
        audit(one, "broken", by=LOOP, why=one.error)
    tell(row, f"{_what(row)} on {row.source} could not be sent", f"outbox {row.pk} {row.tries}")
    if row.verb not in ANSWERS or row.post is None or row.post.conversation_id is None:
        return
    mine = Outbox.of(row.workspace).filter(post__conversation=row.post.conversation_id, verb__in=ANSWERS)
    if mine.filter(pk__gt=row.pk).exclude(state__in=LOST).exists():
        return
    _reopen(row, row.post)


def _reopen(row: Outbox, post: Post) -> None:
    talk = answers.lock(post.conversation_id or 0)
    if talk is None:
        return
    before = talk.status
    answers.wait_again(talk, [post.pk] if not post.ours else [])
    talk.status, talk.closed, talk.snoozed_until, talk.stirred = ConversationStatus.OPEN, None, None, True
    talk.save(update_fields=["status", "closed", "snoozed_until", "unanswered", "stirred"])
    if before != ConversationStatus.OPEN:
        after: dict[str, str | int] = {"status": "open", "outbox": row.pk}
        audit(talk, "reopen", by=LOOP, why="our reply could not be sent", before={"status": before}, after=after)


def _what(row: Outbox) -> str:
    return {"reply": "Your reply", "message": "Your private reply", "edit": "Your change to a reply"}.get(
        row.verb, f"“{row.verb}”"
    )


def edited(row: Outbox) -> None:
    """What we said stands there with other words now; it stands so here, too."""
    post = row.post
    if post is not None and post.ours and post.text != row.text:
        follow_words(post, post.title, row.text)
        Post.of(row.workspace).filter(pk=post.pk).update(text=row.text, edited=True)


def attached(row: Outbox) -> tuple[Attached, ...]:
    """Its files, whole. Raises Broken where one is gone."""
    try:
        return tuple(
            Attached(one.name, one.mime, attachments.read(one), one.alt) for one in row.attachments.order_by("pk")
        )
    except attachments.Unfit as gone:
        raise Broken(str(gone)) from gone
