"""A conversation as it is read: posts, notes and replies under way in the order of time, a page at a time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from django.db.models import QuerySet
from msgspec import Struct

from hubbub.core import query as language
from hubbub.store.models import Conversation, Mention, Note, Outbox, OutboxState, Post
from hubbub.store.outbox import ANSWERS
from hubbub.store.search import Before, matching, older_than

PAGE = 50
PENDING = (OutboxState.HELD, OutboxState.WAITING, OutboxState.FAILED, OutboxState.BROKEN)
MOST_REPLIES = 100

Place = Sequence[object]  # (field, start, end) in the post's own text


class Item(Struct, frozen=True):
    """One thing in the thread; the field named by `kind` is set."""

    kind: Literal["post", "note", "reply"]
    at: datetime
    post: Post | None = None
    spans: Sequence[Place] = ()  # of a post: the words that a topic or the filter caught
    move: Outbox | None = None  # of a post: what its network was told last, where that has not arrived yet
    note: Note | None = None
    reply: Outbox | None = None
    answer: Outbox | None = None  # of a post of ours: what it was when it left from here


class Stretch(Struct, frozen=True):
    """Posts of a conversation that follow each other, newest first."""

    posts: Sequence[Post]
    earlier: Before | None  # where the stretch before this one ends; None: this begins the conversation
    until: Before | None  # where it ends; None: with the conversation
    answer_to: Post | None  # whom a reply answers unless another is chosen


class Thread(Struct, frozen=True):
    """One page of a conversation, oldest first."""

    items: Sequence[Item]
    earlier: Before | None  # where the page before this one ends; None: this begins the conversation
    newest: bool  # whether this is the conversation's end
    answer_to: Post | None  # whom a reply answers unless another is chosen
    seen_row: int  # the newest of our replies in the outbox, as its id
    seen_post: int  # the newest of our posts, as its id
    seen: int  # the newest post, whose it may be, as its id
    came_back: Outbox | None = None  # the newest of our replies, where it was not sent, and why


def thread(
    conversation: Conversation,
    *,
    now: datetime,
    until: Before | None = None,
    query: language.Query | None = None,
    size: int = PAGE,
) -> Thread:
    """The newest `size` posts, or those before `until`, with the notes and replies that belong between them."""
    return threaded(conversation, stretch(conversation, until, size), now=now, query=query)


def stretch(conversation: Conversation, until: Before | None = None, size: int = PAGE) -> Stretch:
    """The newest `size` posts, or those before `until`."""
    # by the conversation alone: its index then serves, whatever the planner thinks of the workspace's
    posts = conversation.posts.select_related("author__person", "source")
    found = list(older_than(posts, until).order_by("-published", "-id")[: size + 1])
    shown = found[:size]
    earlier = Before(shown[-1].published, shown[-1].pk) if len(found) > size else None
    return Stretch(shown, earlier, until, _answer_to(conversation, shown, until))


def threaded(
    conversation: Conversation,
    of: Stretch,
    *,
    now: datetime,
    query: language.Query | None = None,
    around: Mapping[str, int] | None = None,
) -> Thread:
    """A stretch with the notes and replies that belong between its posts. `around`: what `store.around` counted; what
    is not there is not asked for."""
    shown, earlier, until = of.posts, of.earlier, of.until
    there = {"outbox": 1, "notes": 1, "mentions": 1, **(around or {})}
    whole = until is None and earlier is None
    low = earlier.published if earlier else None
    high = until.published if until else None
    outbox = _outbox(conversation) if there["outbox"] else []
    answers = {row.result_id: row for row in outbox if row.verb in ANSWERS and row.result_id}
    moves = {row.post_id: row for row in reversed(outbox) if row.verb not in ANSWERS and row.state in PENDING}
    spans = _spans(conversation, shown, query, now, caught=bool(there["mentions"]))
    items = [
        Item(
            "post",
            post.published,
            post=post,
            spans=spans[post.pk],
            move=moves.get(post.pk),
            answer=answers.get(post.native_id) if post.ours else None,
        )
        for post in shown
    ]
    if there["notes"]:
        items += [Item("note", note.at, note=note) for note in _notes(conversation, low, high)]
    if until is None:
        items += [Item("reply", row.created, reply=row) for row in _under_way(conversation, outbox)]
    return Thread(
        items=sorted(items, key=lambda item: item.at),
        earlier=earlier,
        newest=until is None,
        answer_to=of.answer_to,
        seen_row=max((row.pk for row in outbox if row.verb in ANSWERS), default=0),
        # where the whole conversation was read, nobody has to be asked
        seen_post=_newest([one for one in shown if one.ours]) if whole else newest_own(conversation),
        seen=_newest(shown) if whole else newest_post(conversation),
        came_back=_came_back(outbox),
    )


def _came_back(outbox: Sequence[Outbox]) -> Outbox | None:
    """`outbox`: newest first. Parts that were left out of one say nothing of it."""
    newest = next((row for row in outbox if row.verb in ANSWERS and row.follows_id is None), None)
    return newest if newest and newest.state == OutboxState.DROPPED and newest.error else None


def _newest(posts: Sequence[Post]) -> int:
    return max((one.pk for one in posts), default=0)


def conversation_outbox(conversation: Conversation) -> QuerySet[Outbox]:
    """What was or is to be sent about its posts."""
    return Outbox.of(conversation.workspace).filter(post__conversation=conversation)


def newest_own(conversation: Conversation) -> int:
    """The id of the newest of our posts in it; 0 where there is none."""
    return conversation.posts.filter(ours=True).order_by("-id").values_list("id", flat=True).first() or 0


def newest_post(conversation: Conversation) -> int:
    """The id of its newest post; 0 where there is none."""
    return conversation.posts.order_by("-pk").values_list("pk", flat=True).first() or 0


def _outbox(conversation: Conversation) -> list[Outbox]:
    leaving = conversation_outbox(conversation).select_related("source", "workspace", "follows")
    return list(leaving.prefetch_related("attachments").order_by("-id")[:MOST_REPLIES])


def _notes(conversation: Conversation, low: datetime | None, high: datetime | None) -> list[Note]:
    notes = conversation.notes.order_by("-at", "-id")
    if low:
        notes = notes.filter(at__gte=low)
    if high:
        notes = notes.filter(at__lt=high)
    return list(notes[:MOST_REPLIES])


def _under_way(conversation: Conversation, outbox: Sequence[Outbox]) -> list[Outbox]:
    """Replies that do not yet stand in the thread as posts of ours."""
    replies = [row for row in outbox if row.verb in ANSWERS and row.state != OutboxState.DROPPED]
    sent = [row.result_id for row in replies if row.state == OutboxState.SENT and row.result_id]
    if not sent:
        return replies
    arrived = set(
        Post.of(conversation.workspace)
        .filter(source_id=conversation.source_id, native_id__in=sent)
        .values_list("native_id", flat=True)
    )
    return [row for row in replies if row.state != OutboxState.SENT or row.result_id not in arrived]


def _spans(
    conversation: Conversation, posts: Sequence[Post], query: language.Query | None, now: datetime, *, caught: bool
) -> Mapping[int, Sequence[Place]]:
    """`caught`: whether a topic caught any of them."""
    found: dict[int, list[Place]] = defaultdict(list)
    if posts and caught:
        mentions = Mention.of(conversation.workspace).filter(post__in=[post.pk for post in posts])
        for post_id, spans in mentions.values_list("post_id", "spans"):
            found[post_id] += spans
    if query:
        for post_id, places in matching(posts, query, now=now).items():
            found[post_id] += [(place.field, place.start, place.end) for place in places]
    return found


def _answer_to(conversation: Conversation, shown: Sequence[Post], until: Before | None) -> Post | None:
    newest_first = (
        shown
        if until is None
        else conversation.posts.select_related("author", "source").order_by("-published", "-id")[:PAGE]
    )
    strangers = [post for post in newest_first if not post.ours]
    standing = [post for post in strangers if post.state in ("visible", "pending")]
    return next(iter(standing or strangers), None)
