"""What the room's calls answer with."""

from datetime import datetime

from ninja import Schema

from hubbub.store.models import Author, Conversation, Note, Post
from hubbub.ui.api import RowId

from .person import Card
from .replying.shapes import OutboxOut


class ConversationOut(Schema):
    """One conversation. Times are in UTC."""

    id: int
    source: str
    thread: str
    subject: str
    snippet: str
    status: str
    assignee: str | None  # an e-mail address
    author: str | None  # who spoke last, not us
    person: int | None  # who that is
    opened: datetime
    last_post: datetime
    post_count: int
    answered: datetime | None
    closed: datetime | None
    priority: str
    kind: str
    kind_sure: float | None  # how sure the guess is; null: a person said it, or nobody did
    team: str | None
    tags: list[str]
    snoozed_until: datetime | None
    unanswered: datetime | None  # since when they wait for us
    merged_into: int | None  # the conversation that has its posts now

    @classmethod
    def of(cls, row: Conversation) -> "ConversationOut":
        """Needs `source`, `author` and `assignee__user` loaded."""
        return cls(
            id=row.pk,
            source=str(row.source),
            thread=row.thread,
            subject=row.subject,
            snippet=row.snippet,
            status=row.status,
            assignee=row.assignee.user.email if row.assignee else None,
            author=str(row.author) if row.author else None,
            person=row.author.person_id if row.author else None,
            opened=row.opened,
            last_post=row.last_post,
            post_count=row.post_count,
            answered=row.answered,
            closed=row.closed,
            priority=row.priority,
            kind=row.kind,
            kind_sure=row.kind_sure,
            team=row.team.name if row.team else None,
            tags=sorted((tag.name for tag in row.tags.all()), key=str.casefold),
            snoozed_until=row.snoozed_until,
            unanswered=row.unanswered,
            merged_into=row.merged_into_id,
        )


class ConversationsOut(Schema):
    """A page, newest first; `before` asks for the next one, null at the end."""

    items: list[ConversationOut]
    before: str | None
    looked_at: int  # conversations that a filter was held against for this page


class ThreadPostOut(Schema):
    """One post of a conversation; `spans` are the words that a topic or the filter caught."""

    id: int
    native_id: str
    author: str | None
    person: int | None
    title: str
    text: str
    url: str
    published: datetime
    state: str
    decision: str
    ours: bool
    spans: list[tuple[str, int, int]]

    @classmethod
    def of(cls, post: Post, spans: list[tuple[str, int, int]]) -> "ThreadPostOut":
        """Needs `author` loaded."""
        return cls(
            id=post.pk,
            native_id=post.native_id,
            author=str(post.author) if post.author else None,
            person=post.author.person_id if post.author else None,
            title=post.title,
            text=post.text,
            url=post.url,
            published=post.published,
            state=post.state,
            decision=post.decision,
            ours=post.ours,
            spans=spans,
        )


class NoteOut(Schema):
    """A remark for colleagues."""

    id: int
    by: str
    text: str
    at: datetime

    @classmethod
    def of(cls, note: Note) -> "NoteOut":
        """From the row."""
        return cls(id=note.pk, by=note.by_name, text=note.text, at=note.at)


class ThreadOut(Schema):
    """A conversation with a page of its posts, oldest first; `until` asks for those before them."""

    conversation: ConversationOut
    posts: list[ThreadPostOut]
    notes: list[NoteOut]
    replies: list[OutboxOut]  # those that do not stand among the posts yet
    until: str | None


class StatusIn(Schema):
    """open, waiting or done."""

    status: str
    why: str = ""


class StatusesIn(StatusIn):
    """The same for many conversations, at most 200."""

    conversations: list[RowId]


class AssignIn(Schema):
    """An e-mail address, "me", or null for nobody."""

    assignee: str | None
    why: str = ""


class AssignsIn(AssignIn):
    """The same for many conversations, at most 200."""

    conversations: list[RowId]


class ChangedOut(Schema):
    """How many conversations changed, and the entries of the log by which it can be taken back."""

    changed: int
    entries: list[int]


class EntriesIn(Schema):
    """The entries of the log to take back."""

    entries: list[RowId]


class UndoneOut(Schema):
    """How many were taken back; what was changed again since is left alone."""

    undone: int


class CountsOut(Schema):
    """How many conversations and outbox rows stand where, counted up to "999+"."""

    conversations: dict[str, str]  # open, waiting, mine, unassigned
    outbox: dict[str, str]  # waiting, failed, broken


class IdentityOut(Schema):
    """A person's name on one network."""

    network: str
    native_id: str
    handle: str
    name: str
    url: str
    followers: int | None
    first_seen: datetime

    @classmethod
    def of(cls, row: Author) -> "IdentityOut":
        """From the row."""
        return cls(
            network=row.network,
            native_id=row.native_id,
            handle=row.handle,
            name=row.name,
            url=row.url,
            followers=row.followers,
            first_seen=row.first_seen,
        )


class PersonOut(Schema):
    """A person; `posts` and `removed` (of the newest thousand posts) are counted up to "999+"."""

    id: int
    name: str
    about: str
    posts: str
    removed: str
    first_seen: datetime | None
    identities: list[IdentityOut]

    @classmethod
    def of(cls, card: Card) -> "PersonOut":
        """From what the page shows."""
        return cls(
            id=card.person.pk,
            name=str(card.person),
            about=card.person.about,
            posts=card.posts,
            removed=card.removed,
            first_seen=card.first_seen,
            identities=[IdentityOut.of(row) for row in card.identities],
        )


class PersonPostsOut(Schema):
    """A page, newest first; `before` asks for the next one, null at the end."""

    items: list[ThreadPostOut]
    before: str | None
    looked_at: int


class NoteIn(Schema):
    """A remark for colleagues."""

    text: str
