"""Who waits for us: the posts of theirs that nobody of us has answered or closed, and what follows for a conversation.

Each such post carries `waits`. Whoever answers or closes takes the marks away; the columns of the conversation are what
its posts say (`recompute`). So no order in which posts arrive, are split off, merged or taken back can lose anybody.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Max, Min, Q
from django.utils import timezone

from . import bulk
from .audit import audit
from .models import Actor, Audit, Conversation, ConversationStatus, Outbox, OutboxState, Post
from .outbox import ANSWERS, LOST

SNIPPET = 200
STANDING = ("visible", "pending")  # what is hidden or gone waits for no answer
DERIVED = ("post_count", "last_post", "author", "snippet", "answered", "unanswered", "stirred")
KEPT = 100  # ids of posts that an entry of the log names, so that closing can be taken back


def sent(row: Outbox, *, now: datetime) -> None:
    """A reply has reached its network: what they had said when it was written is answered by it. Call it in the
    transaction that marks the row as sent. What is no reply, or answers no conversation, changes nothing."""
    if row.verb not in ANSWERS or row.post is None or row.post.conversation_id is None:
        return
    talk = lock(row.post.conversation_id)
    if talk is None:
        return
    talk.posts.filter(waits=True, taken__lte=row.created).update(waits=None)
    first = min(talk.answered, now) if talk.answered else now
    recompute(talk)
    if talk.answered != first:  # the row itself may not be saved as sent yet
        talk.answered = min(talk.answered, first) if talk.answered else first
        talk.save(update_fields=["answered"])


def lock(pk: int) -> Conversation | None:
    """The conversation, nobody else's to change until the transaction ends."""
    return Conversation.everywhere.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()


def hold(posts: Collection[int]) -> None:
    """Lock the conversations of these posts, before the posts themselves: so do all who change both, and nobody waits
    for another in a ring."""
    if posts:
        theirs = Post.everywhere.filter(pk__in=posts, conversation__isnull=False).values("conversation")
        list(bulk.held(Conversation.everywhere.filter(pk__in=theirs)).values_list("pk"))


def close(conversation: Conversation) -> list[int]:
    """Nobody waits there any more. Sets `unanswered`, unsaved; gives the posts that waited, `KEPT` at most."""
    waiting = list(
        conversation.posts.filter(waits=True).order_by("published", "id").values_list("pk", flat=True)[:KEPT]
    )
    if waiting:
        conversation.posts.filter(waits=True).update(waits=None)
    conversation.unanswered = None
    return waiting


def wait_again(conversation: Conversation, posts: Collection[int]) -> None:
    """What `close` did is taken back. Sets `unanswered`, unsaved. A post that went elsewhere stays as it is."""
    conversation.posts.filter(pk__in=posts, ours=False).update(waits=True)
    conversation.unanswered = _unanswered(conversation)


def unsaid(row: Outbox, *, by: Actor, why: str) -> None:
    """An answer is not sent after all: the state that its writer gave the conversation with it is taken back, so that
    whoever waits is not forgotten; unless somebody set another one since, or another answer was written since.

    In the transaction that calls it back, which holds the conversation."""
    if row.verb not in ANSWERS or row.post is None or row.post.conversation_id is None:
        return
    talk = lock(row.post.conversation_id)
    if talk is None:
        return
    acts = Audit.of(row.workspace).filter(noun="conversation", noun_id=talk.pk, verb="status", after__outbox=row.pk)
    act = acts.order_by("-pk").first()
    later = Outbox.of(row.workspace).filter(post__conversation=talk, verb__in=ANSWERS, pk__gt=row.pk)
    others = later.exclude(follows__isnull=False, by_member=row.by_member_id)
    others = others.exclude(state__in=LOST)
    if act is None or talk.status != act.after["status"] or others.exists():
        return
    stood = act.before["status"]
    was = ConversationStatus.OPEN if stood == ConversationStatus.SNOOZED else ConversationStatus(stood)
    wait_again(talk, [int(pk) for pk in str(act.after.get("waited", "")).split()])
    talk.status, talk.snoozed_until, talk.stirred = was, None, True
    talk.closed = timezone.now() if was == ConversationStatus.DONE else None
    talk.save(update_fields=["status", "closed", "snoozed_until", "unanswered", "stirred"])
    audit(talk, "status", by=by, why=why, before={"status": act.after["status"]}, after={"status": str(was)})


def recompute(conversation: Conversation) -> None:
    """Set and save what the conversation's posts say of it: how many, the newest of theirs, who waits since when, when
    we answered first. Equal to what their arrival one after the other makes of it."""
    posts = conversation.posts
    newest = posts.filter(ours=False).order_by("-published", "-id").values("published", "author", "text").first()
    if newest:
        conversation.last_post, conversation.author_id = newest["published"], newest["author"]
        conversation.snippet = newest["text"][:SNIPPET]
    conversation.post_count = posts.count()
    ours = posts.filter(ours=True).aggregate(first=Min("published"))["first"]
    replies = Outbox.everywhere.filter(post__conversation=conversation, verb__in=ANSWERS, state=OutboxState.SENT)
    first_sent = replies.aggregate(first=Min("sent"))["first"]
    conversation.answered = min((one for one in (ours, first_sent) if one), default=None)
    conversation.unanswered = _unanswered(conversation)
    conversation.stirred = True
    conversation.save(update_fields=list(DERIVED))


def _unanswered(conversation: Conversation) -> datetime | None:
    waiting = conversation.posts.filter(waits=True, state__in=STANDING)
    first: datetime | None = waiting.aggregate(first=Min("published"))["first"]
    return first


def stir(posts: Collection[int]) -> None:
    """Something about these posts changed (they were hidden, shown, deleted): their conversations are settled anew."""
    if posts:
        Conversation.everywhere.filter(posts__in=posts).update(stirred=True)


def settle(rows: Sequence[Conversation], now: datetime) -> None:
    """Since when somebody waits, where what waited was hidden or shown since; and for the first time, in conversations
    that are older than this column. One of `settling.SETTLERS`."""
    del now
    _fill([row for row in rows if row.settled is None and row.unanswered is None and row.status == "open"])
    marked = (
        Post.everywhere.filter(conversation__in=[row.pk for row in rows], waits=True)
        .values("conversation")
        .order_by()
        .annotate(first=Min("published", filter=Q(state__in=STANDING)))
        .values_list("conversation", "first")
    )
    since = dict(marked)
    for row in rows:
        row.unanswered = since.get(row.pk, row.unanswered)


def _fill(rows: Sequence[Conversation]) -> None:
    ids = [row.pk for row in rows if row.status == ConversationStatus.OPEN]
    if not ids:
        return
    posts = Post.everywhere.filter(conversation__in=ids)
    ours = posts.filter(ours=True).values("conversation").order_by().annotate(last=Max("published"))
    last = dict(ours.values_list("conversation", "last"))
    theirs = posts.filter(ours=False, state__in=STANDING).values_list("pk", "conversation", "published")
    waiting = [pk for pk, talk, when in theirs if talk not in last or when > last[talk]]
    Post.everywhere.filter(pk__in=waiting).update(waits=True)
