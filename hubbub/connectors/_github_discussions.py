"""GitHub's discussions, which only GraphQL tells of: read as a whole, the latest touched first, and answered."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import Struct, field

from hubbub.core.post import Post

from ._github_api import Api, User
from ._marks import comment, uncommented
from ._newest import Entry, entry
from ._text import tidy

DISCUSSIONS, COMMENTS, ANSWERS = 30, 50, 30  # the latest touched, and of each the newest
WATCHED = 2000

_BY = "author { login url ... on User { databaseId } ... on Bot { databaseId } }"
_SAID = f"id body url createdAt lastEditedAt isMinimized upvoteCount {_BY}"
_READ = f"""query($owner: String!, $name: String!) {{ repository(owner: $owner, name: $name) {{
  discussions(first: {DISCUSSIONS}, orderBy: {{field: UPDATED_AT, direction: DESC}}) {{ nodes {{
    id title body url createdAt lastEditedAt upvoteCount {_BY}
    comments(last: {COMMENTS}) {{ totalCount nodes {{ {_SAID}
      replies(last: {ANSWERS}) {{ totalCount nodes {{ {_SAID} }} }} }} }} }} }} }} }}"""
_ADD = """mutation($to: ID!, $under: ID, $body: String!) {
  addDiscussionComment(input: {discussionId: $to, replyToId: $under, body: $body}) { comment { id url } } }"""
_MINE = """query($id: ID!) { node(id: $id) { ... on Discussion { comments(last: 100) {
  nodes { id url body replies(last: 50) { nodes { id url body } } } } } } }"""
_HIDE = """mutation($id: ID!, $because: ReportedContentClassifiers!) {
  minimizeComment(input: {subjectId: $id, classifier: $because}) { clientMutationId } }"""
_SHOW = "mutation($id: ID!) { unminimizeComment(input: {subjectId: $id}) { clientMutationId } }"
_HIDDEN = "query($id: ID!) { node(id: $id) { ... on Minimizable { isMinimized } } }"
_EDIT = "mutation($id: ID!, $body: String!) {{ {}(input: {{{}: $id, body: $body}}) {{ clientMutationId }} }}"
_REMOVE = "mutation($id: ID!) {{ {}(input: {{id: $id}}) {{ clientMutationId }} }}"
_LOCK = "mutation($id: ID!) {{ {}(input: {{lockableId: $id}}) {{ clientMutationId }} }}"
_LIKE = "mutation($id: ID!) {{ {}(input: {{subjectId: $id, content: THUMBS_UP}}) {{ clientMutationId }} }}"
_STANDS = "query($id: ID!) { node(id: $id) { ... on Discussion { body locked } ... on DiscussionComment { body } } }"
_THERE = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"


class _Writer(Struct, frozen=True, rename="camel"):
    login: str = ""
    url: str = ""
    database_id: int | None = None


class _Said(Struct, frozen=True, rename="camel"):
    id: str
    body: str = ""
    url: str = ""
    created_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    last_edited_at: datetime | None = None
    is_minimized: bool = False
    upvote_count: int = 0
    author: _Writer | None = None
    replies: "_SaidList | None" = None


class _SaidList(Struct, frozen=True, rename="camel"):
    nodes: tuple[_Said, ...] = ()
    total_count: int = 0


class _Discussion(Struct, frozen=True, rename="camel"):
    id: str
    title: str
    body: str
    url: str
    created_at: datetime
    comments: _SaidList
    last_edited_at: datetime | None = None
    upvote_count: int = 0
    author: _Writer | None = None


class _Discussions(Struct, frozen=True):
    nodes: tuple[_Discussion, ...]


class _Repository(Struct, frozen=True):
    discussions: _Discussions


class _Read(Struct, frozen=True):
    repository: _Repository


class _Node(Struct, frozen=True):
    comments: _SaidList = _SaidList()
    body: str = ""
    locked: bool = False
    is_minimized: bool = field(name="isMinimized", default=False)


class _One(Struct, frozen=True):
    node: _Node | None = None


class _Id(Struct, frozen=True):
    id: str


class _Ids(Struct, frozen=True):
    nodes: tuple[_Id | None, ...] = ()


class _Added(Struct, frozen=True):
    comment: _Said


class _Add(Struct, frozen=True, rename="camel"):
    add_discussion_comment: _Added


class Talk(Struct, frozen=True):
    """How far discussions were followed: id → mark of what was taken, the newest at the end."""

    seen: dict[str, str] = {}


def read(api: Api, talk: Talk, most: int) -> tuple[Sequence[Post], Sequence[str], Talk, bool]:
    """What is new or edited, what is gone, how far we are now, and whether there is more at once.

    What was seen and does not come again may only have been pushed out by newer ones: then GitHub is asked for it.
    """
    owner, _, name = api.repository.partition("/")
    read = api.graph(_READ, {"owner": owner, "name": name}, _Read)
    entries = sorted(
        (one for discussion in read.repository.discussions.nodes for one in _all(discussion)),
        key=lambda one: (one.when, one.post.parent != "", one.post.id),
    )
    here = {one.post.id for one in entries}
    new = [one for one in entries if talk.seen.get(one.post.id) != one.mark]
    taken = new[:most]
    gone = _gone(api, [key for key in list(talk.seen)[-100:] if key not in here])
    seen = {key: value for key, value in talk.seen.items() if key not in gone}
    for one in taken:
        seen.pop(one.post.id, None)
        seen[one.post.id] = one.mark
    kept = dict(list(seen.items())[-WATCHED:])
    return [one.post for one in taken], gone, Talk(kept), len(new) > most


def add(api: Api, thread: str, parent: str, text: str) -> tuple[str, str]:
    """Answer a discussion, or a comment in it; id and address of what stands there then."""
    under = None if parent == thread else _node(parent)
    said = api.graph(_ADD, {"to": _node(thread), "under": under, "body": text}, _Add).add_discussion_comment.comment
    return f"said:{said.id}", said.url


def added(api: Api, thread: str, key: str) -> tuple[str, str] | None:
    """An answer of ours that bears this key; None: there is none."""
    node = api.graph(_MINE, {"id": _node(thread)}, _One).node
    for said in node.comments.nodes if node else ():
        for one in (said, *(said.replies.nodes if said.replies else ())):
            if one.body.endswith(comment(key).strip()):
                return f"said:{one.id}", one.url
    return None


def hide(api: Api, node: str, because: str) -> None:
    """Fold a comment away: readers see that it was, and why."""
    api.graph(_HIDE, {"id": node, "because": because}, msgspec.Raw)


def show(api: Api, node: str) -> None:
    """Unfold it."""
    api.graph(_SHOW, {"id": node}, msgspec.Raw)


def hidden(api: Api, node: str) -> bool:
    """Whether it is folded away."""
    there = api.graph(_HIDDEN, {"id": node}, _One).node
    return there is not None and there.is_minimized


def edit(api: Api, post: str, text: str) -> None:
    """Give a discussion or a comment in one other words."""
    call = ("updateDiscussion", "discussionId") if _begins(post) else ("updateDiscussionComment", "commentId")
    api.graph(_EDIT.format(*call), {"id": _node(post), "body": text}, msgspec.Raw)


def remove(api: Api, post: str) -> None:
    """Delete it for good; a discussion with all that is said in it."""
    call = "deleteDiscussion" if _begins(post) else "deleteDiscussionComment"
    api.graph(_REMOVE.format(call), {"id": _node(post)}, msgspec.Raw, missing=True)  # gone already is gone


def lock(api: Api, thread: str, *, locked: bool) -> None:
    """Let only those who may write to the repository say more in a discussion, or all again."""
    api.graph(_LOCK.format("lockLockable" if locked else "unlockLockable"), {"id": _node(thread)}, msgspec.Raw)


def like(api: Api, post: str, *, on: bool) -> None:
    """React with a thumb up, or take ours back; a second time changes nothing."""
    api.graph(_LIKE.format("addReaction" if on else "removeReaction"), {"id": _node(post)}, msgspec.Raw)


def stands(api: Api, post: str) -> tuple[str, bool] | None:
    """The words of a discussion or comment as they are now, and whether it is locked; None where it is gone."""
    node = api.graph(_STANDS, {"id": _node(post)}, _One, missing=True).node
    return None if node is None else (node.body, node.locked)


def _begins(post: str) -> bool:
    return post.startswith("discussion:")


def _gone(api: Api, keys: Sequence[str]) -> list[str]:
    if not keys:
        return []
    asked = {"ids": [_node(key) for key in keys]}
    there = {one.id for one in api.graph(_THERE, asked, _Ids, missing=True).nodes if one}
    return [key for key in keys if _node(key) not in there]


def _node(post: str) -> str:
    return post.partition(":")[2]


def _all(discussion: _Discussion) -> list[Entry]:
    top = f"discussion:{discussion.id}"
    begins = _Said(
        discussion.id, discussion.body, discussion.url, discussion.created_at, discussion.last_edited_at,
        upvote_count=discussion.upvote_count, author=discussion.author,
    )  # fmt: skip
    found = [entry(_post(begins, top, "", top, tidy(discussion.title)))]
    for said in discussion.comments.nodes:
        found.append(entry(_post(said, f"said:{said.id}", top, top)))
        answers = said.replies.nodes if said.replies else ()
        found += [entry(_post(one, f"said:{one.id}", f"said:{said.id}", top)) for one in answers]
    return found


def _post(said: _Said, name: str, parent: str, thread: str, title: str = "") -> Post:
    writer = said.author
    author = User(writer.login, writer.database_id or 0, writer.url).as_author() if writer else None
    return Post(
        id=name,
        title=title,
        text=tidy(uncommented(said.body)),
        url=said.url,
        type="comment" if parent else "post",
        author=author,
        published=said.created_at.astimezone(UTC),
        parent=parent,
        thread=thread,
        edited=said.last_edited_at is not None,
        state="hidden" if said.is_minimized else "visible",
        likes=said.upvote_count,
    )
