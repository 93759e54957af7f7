"""Which conversation a post belongs to, and what a new post does to it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field

from hubbub.core.opening import kind_of
from hubbub.core.post import Post as Shape

from . import bulk
from .answers import SNIPPET, STANDING
from .audit import audit_all, entry
from .fresh import Fresh
from .models import Conversation, ConversationStatus, Outbox, OutboxState, Post, Source, System

LOOP = System("Hubbub")
SUBJECT = 300
CHANGING = (
    *("status", "author", "last_post", "post_count", "snippet", "answered", "closed", "snoozed_until", "unanswered"),
    "stirred",
)
OPENING = ("id", "workspace", "source", "thread", "subject", "opened", "assignee", "kind", "kind_sure", *CHANGING)
TAKES_AWAY = frozenset({"remove", "hide", "ban", "mute"})  # outcomes of rules after which nobody waits for an answer

HIGHEST = 50  # posts above one that are looked at, of which none is in a conversation

Key = str | int  # of a conversation that is there: its id; else the thread that the network knows


class Thread(Struct, gc=False):
    """A conversation while posts are added to it."""

    id: int
    key: str
    merged_into: int | None
    status: str
    author: int | None
    last_post: datetime
    post_count: int
    snippet: str
    answered: datetime | None
    closed: datetime | None
    snoozed_until: datetime | None
    unanswered: datetime | None
    opened: datetime | None = None
    subject: str = ""  # of a new one, as the next two
    kind: str = ""
    kind_sure: float | None = None
    waiting: dict[int, datetime] = field(default_factory=dict)  # stored posts that wait, where we may answer them
    fresh: list[Fresh] = field(default_factory=list)  # new posts that wait
    stood: str = ""  # the status that a new post took it out of; "": none did


def follow_words(post: Post, title: str, text: str) -> None:
    """A post is about to have these words: a conversation that shows how the old ones begin shows the new ones."""
    if post.conversation_id is not None:
        rows = Conversation.everywhere.filter(pk=post.conversation_id)
        if text != post.text and not post.ours:
            # of the newest post alone: two may say the same
            newest = rows.filter(last_post=post.published, author=post.author_id, snippet=post.text[:SNIPPET])
            newest.update(snippet=text[:SNIPPET], stirred=True)  # open pages are told
        if post.title and title != post.title:
            rows.filter(subject=post.title[:SUBJECT]).update(subject=title[:SUBJECT], stirred=True)


def join_conversations(source: Source, rows: Sequence[Fresh], *, stored: bool = False) -> int:
    """Set `conversation` and `waits` on new posts: they join the one of their thread, or open one if they deserve it.
    Gives how many were opened.

    Saves the conversations, not the posts. Rows come oldest first. Equal to doing it one by one. `stored`: they were
    read before; one that does not deserve it then joins only what was opened before it was published.
    """
    ways = _ways(source, rows)
    known = _known(source, ways)
    ours = [way for row, way in zip(rows, ways, strict=True) if row.ours]
    told = _prepare(source, [known[key] for way in ours for key in way if key in known])
    opened: dict[Key, Thread] = {}
    touched: dict[int, Thread] = {}
    joined: list[tuple[Fresh, Thread]] = []
    at: dict[str, Thread] = {}  # where posts of this batch went
    for row, way in zip(rows, ways, strict=True):
        thread = at.get(row.outcome.post.parent) or _first(way, known, opened)
        if thread is None:
            if row.ours or not row.outcome.deserves_answer:
                continue
            thread = opened[way[-1]] = _open(row, way[-1])
        elif stored and not row.outcome.deserves_answer and thread.opened and row.published < thread.opened:
            continue
        else:
            _add(thread, row, told)
        if thread.id:
            touched[thread.id] = thread
        at[row.outcome.post.id] = thread
        joined.append((row, thread))
    for pk, thread in zip(bulk.reserve(Conversation, len(opened)), opened.values(), strict=True):
        thread.id = pk
    for row, thread in joined:
        row.conversation = thread.id
    _save(source, list(opened.values()), list(touched.values()))
    _answer(told, known.values())
    return len(opened)


class _Told(Struct, gc=False):
    """What is known before our own posts are added."""

    echoes: frozenset[str] = frozenset()  # replies that left from here and now come back: they answered when they left
    waited: frozenset[int] = frozenset()  # stored posts that waited before


def _prepare(source: Source, threads: Sequence[Thread]) -> _Told:
    """`threads`: those that posts of ours may join."""
    answering = {thread.id: thread for thread in threads}
    if not answering:
        return _Told()
    replies = Outbox.of(source.workspace).filter(
        post__conversation__in=bulk.numbered(list(answering)), verb="reply", state=OutboxState.SENT
    )
    waiting = Post.everywhere.filter(conversation__in=bulk.numbered(list(answering)), waits=True)
    for pk, talk, published in waiting.values_list("pk", "conversation", "published"):
        answering[talk].waiting[pk] = published
    waited = frozenset(pk for thread in answering.values() for pk in thread.waiting)
    return _Told(frozenset(replies.exclude(result_id="").values_list("result_id", flat=True)), waited)


def _answer(told: _Told, threads: Collection[Thread]) -> None:
    """Posts that waited and were answered by posts of ours wait no longer."""
    left = {pk for thread in threads for pk in thread.waiting}
    if answered := told.waited - left:
        Post.everywhere.filter(pk__in=bulk.numbered(sorted(answered))).update(waits=None)


def _first(way: Sequence[Key], known: Mapping[Key, Thread], opened: Mapping[Key, Thread]) -> Thread | None:
    return next((thread for key in way if (thread := known.get(key) or opened.get(key)) is not None), None)


def _known(source: Source, ways: Sequence[Sequence[Key]]) -> dict[Key, Thread]:
    """The conversations that are there; of one that was merged, the one that it was merged into."""
    mine = Conversation.of(source.workspace)
    keys = {key for way in ways for key in way}
    names = {key for key in keys if isinstance(key, str)}
    found = mine.filter(source=source, thread__in=bulk.among(names)).values_list("thread", "pk", "merged_into")
    at: dict[Key, int] = {key: key for key in keys if isinstance(key, int)}
    for thread, pk, into in found:
        at[thread] = _end(into) if into else pk
    while True:
        # held: what people do with them meanwhile comes before or after what new posts do, and is not written over
        fields = ("pk", "thread", "merged_into", *CHANGING[:-1], "opened")  # "stirred" is only written
        rows = bulk.held(mine.filter(pk__in=bulk.numbered(sorted(set(at.values())))))
        threads = {row[0]: Thread(*row) for row in rows.values_list(*fields)}
        merged = {pk: thread.merged_into for pk, thread in threads.items() if thread.merged_into}
        if not merged:  # nearly always; else somebody merged them while they were waited for
            return {key: threads[pk] for key, pk in at.items() if pk in threads}
        at = {key: _end(merged[pk] or pk) if pk in merged else pk for key, pk in at.items()}


def _end(pk: int) -> int:
    """Where a chain of merges ends."""
    while into := Conversation.everywhere.filter(pk=pk).values_list("merged_into", flat=True).first():
        pk = into
    return pk


def _save(source: Source, opened: Sequence[Thread], touched: Sequence[Thread]) -> None:
    moment = bulk.moments()
    bulk.insert(
        Conversation,
        OPENING,
        [
            (
                *(thread.id, source.workspace_id, source.pk, thread.key, thread.subject),
                *(thread.opened and moment(thread.opened), None, thread.kind, thread.kind_sure),
                *_changing(thread, moment),
            )
            for thread in opened
        ],
    )
    bulk.update(Conversation, CHANGING, [(*_changing(thread, moment), thread.id) for thread in touched])
    # a batch of an old archive may reopen thousands
    audit_all(
        entry(
            Conversation(pk=thread.id, workspace_id=source.workspace_id), "reopen", by=LOOP, why="A new post of theirs",
            before={"status": thread.stood}, after={"status": thread.status},
        )
        for thread in touched
        if thread.stood
    )  # fmt: skip


def _changing(thread: Thread, moment: Callable[[datetime], bulk.Cell]) -> tuple[bulk.Cell, ...]:
    return (
        thread.status,
        thread.author,
        moment(thread.last_post),
        thread.post_count,
        thread.snippet,
        thread.answered and moment(thread.answered),
        thread.closed and moment(thread.closed),
        thread.snoozed_until and moment(thread.snoozed_until),
        thread.unanswered and moment(thread.unanswered),
        True,
    )


def _ways(source: Source, rows: Sequence[Fresh]) -> list[Sequence[Key]]:
    """Where each post may belong, the nearest first; the last is the thread that it opens where none of them is there.

    A comment's is that of the comment at its root, because answers go to people, not to articles; a post's is the
    network's own thread. What answers a post follows that post, into whatever conversation people have moved it. Where
    that is in none (it is ours, or deserved no answer), it follows what that one answers, up to the root: whether they
    came at once or one by one.
    """
    parents = {row.outcome.post.parent for row in rows if row.outcome.post.parent}
    placed, loose = _stored(source, parents)
    posts = [row.outcome.post for row in rows]
    loose |= {post.id: _Loose(post.parent, _root(post)) for post in posts if post.id in parents}
    return [_way(post.parent, placed, loose) if post.parent else (_root(post),) for post in posts]


class _Loose(Struct, gc=False):
    """A post that is in no conversation yet."""

    parent: str
    root: str  # the thread that it opens where it answers nothing


def _way(parent: str, placed: Mapping[str, int], loose: Mapping[str, _Loose]) -> Sequence[Key]:
    way: dict[Key, None] = {}  # in order; a network may say that two posts answer each other
    above: _Loose | None = _Loose(parent, "")
    while above is not None and above.parent not in way:
        if above.parent in placed:
            way[placed[above.parent]] = None
        else:
            way[above.parent or above.root] = None
        above = loose.get(above.parent)
    return tuple(way)


def _root(post: Shape) -> str:
    return post.id if post.type in {"comment", "review"} else post.thread or post.id


def _stored(source: Source, parents: Collection[str]) -> tuple[dict[str, int], dict[str, _Loose]]:
    """Of stored posts that are answered: the conversations of those that are in one; the others, and what those
    answer."""
    placed: dict[str, int] = {}
    loose: dict[str, _Loose] = {}
    asked = set(parents)
    for _ in range(HIGHEST):
        if not asked:
            break
        there = Post.of(source.workspace).filter(source=source, native_id__in=bulk.among(asked))
        asked = set()
        for native, talk, parent, kind, thread in there.values_list(
            "native_id", "conversation_id", "parent", "type", "thread"
        ):
            if talk:
                placed[native] = talk
            else:
                loose[native] = _Loose(parent, native if kind in {"comment", "review"} else thread or native)
                asked |= {parent} - loose.keys() - {""}
    return placed, loose


def _open(row: Fresh, key: Key) -> Thread:
    post, judgement = row.outcome.post, row.outcome.judgement
    kind, sure = kind_of(post.type, judgement.intent, judgement.intent_sure)
    waits = _stands(row)
    thread = Thread(
        id=0,
        key=str(key),
        merged_into=None,
        status=ConversationStatus.OPEN.value,
        author=row.author,
        last_post=row.published,
        post_count=1,
        snippet=post.text[:SNIPPET],
        answered=None,
        closed=None,
        snoozed_until=None,
        unanswered=row.published if waits else None,
        opened=row.published,
        subject=post.title[:SUBJECT],
        kind=kind,
        kind_sure=sure,
    )
    if waits:
        row.waits = True
        thread.fresh.append(row)
    return thread


def _add(thread: Thread, row: Fresh, told: _Told) -> None:
    thread.post_count += 1
    if row.ours:
        thread.answered = row.published if thread.answered is None else min(thread.answered, row.published)
        if row.outcome.post.id not in told.echoes:
            _answered(thread, row.published)
        return
    newest = row.published >= thread.last_post
    if newest:
        thread.last_post = row.published
        thread.author = row.author
        thread.snippet = row.outcome.post.text[:SNIPPET]
    if not _stands(row):
        return
    # what comes late, older than all that we knew of, was seen by whoever answered or closed
    if newest or (thread.unanswered is not None and row.published >= thread.unanswered):
        row.waits = True
        thread.fresh.append(row)
        thread.unanswered = row.published if thread.unanswered is None else min(thread.unanswered, row.published)
    if newest:
        if thread.status != ConversationStatus.OPEN.value:
            thread.stood = thread.status
        thread.status = ConversationStatus.OPEN.value  # a new post reopens what waited, slept or was done
        thread.closed = thread.snoozed_until = None


def _answered(thread: Thread, published: datetime) -> None:
    """We said something then, on the network itself: what they said until then is answered."""
    thread.waiting = {pk: when for pk, when in thread.waiting.items() if when > published}
    for row in thread.fresh:
        row.waits = row.published > published
    thread.fresh = [row for row in thread.fresh if row.waits]
    thread.unanswered = min((*thread.waiting.values(), *(row.published for row in thread.fresh)), default=None)


def _stands(row: Fresh) -> bool:
    """Whether it is there for all to see, or soon will be: what a rule takes away asks for no answer."""
    decided = row.outcome.decided
    return row.state in STANDING and (decided is None or decided.outcome not in TAKES_AWAY)
