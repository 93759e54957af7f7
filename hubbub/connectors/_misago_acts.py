"""What can be done in a Misago forum, each so that a second try does nothing twice."""

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct

from hubbub.core.failures import Broken

from ._connector import Act, Destination, Done, Verb
from ._marks import mark, unmarked
from ._media import MediaLimits, fits
from ._misago_forum import Forum, ForumPost, RefusedError, Thread, Threads, User, flooded, number

TAKES = MediaLimits(many=16, kinds={"*": None}, verbs=frozenset({"post", "reply", "message"}))
PAGES = 15  # of a thread, that are looked through for an answer of ours
TITLE = 90  # characters of a title that is made from the first line
# what a post is told to become; a thread's first post stands for the thread, which is told instead
SWITCHES: Mapping[Verb, tuple[str, bool]] = {
    "hide": ("is-hidden", True),
    "restore": ("is-hidden", False),
    "approve": ("is-unapproved", False),
    "like": ("is-liked", True),
    "unlike": ("is-liked", False),
}
Root = Literal["threads", "private-threads"]
TOPICS: Mapping[Verb, Root] = {"post": "threads", "message": "private-threads", "warn": "private-threads"}


class _Started(Struct, frozen=True):
    id: int
    url: str = ""


class _Original(Struct, frozen=True):
    post: str = ""


class _Category(Struct, frozen=True):
    id: int
    name: str = ""
    level: int = 0
    post: object = True  # False: only shown because those below it are open to us


def do(forum: Forum, act: Act, category: str) -> Done:
    """Do it. `category` is where a new thread goes if the act names none."""
    if not forum.signed_in:
        raise Broken(f"Without an account {forum.host} can only be read. Enter the user name of a moderator.")
    if act.verb in {"reply", "edit", "redact", *TOPICS} and not act.text.strip():
        raise Broken(f"There are no words to send to {forum.host}. Write something.")
    fits(act.media, TAKES, network=forum.host, verb=act.verb)
    if act.verb == "reply":
        return _reply(forum, act)
    if act.verb in TOPICS:
        return _start(forum, act, category)
    if act.verb in {"edit", "redact"}:
        answer = forum.write("PUT", _path(act), {"post": act.text})
        return _done(forum, answer.json(ForumPost))
    if act.verb in {"lock", "unlock"}:
        forum.write("PATCH", f"threads/{number(act.thread)}/", _switch("is-closed", act.verb == "lock"))
        return Done(act.post)
    if act.verb in {"remove", "delete"}:
        return _remove(forum, act)
    return _tell(forum, act)


def look(forum: Forum, act: Act) -> Done | None:
    """Whether it is done already."""
    if act.verb == "reply":
        return _find_reply(forum, act)
    if act.verb in TOPICS:
        return _find_start(forum, act)
    if act.verb in {"lock", "unlock"}:
        closed = forum.page(act.thread).is_closed
        return Done(act.post) if closed is (act.verb == "lock") else None
    found = forum.find_post(act.thread, act.post)
    if act.verb in {"remove", "delete"}:
        return Done(act.post, state="removed") if found is None else None
    if found is None:
        return None
    return _done(forum, found[1]) if _stands(forum, act, found[1]) else None


def _stands(forum: Forum, act: Act, post: ForumPost) -> bool:
    if act.verb in {"edit", "redact"}:
        words = forum.ask(f"{_path(act)}post_editor/", _Original).post
        return unmarked(words).strip() == act.text.strip()
    if act.verb in {"like", "unlike"}:
        return post.is_liked is (act.verb == "like")
    if act.verb == "approve":
        return not post.is_unapproved
    return post.is_hidden is (act.verb == "hide")


# --- what we say


def _reply(forum: Forum, act: Act) -> Done:
    thread = number(act.thread)
    body = {"post": f"{act.text.rstrip()}{mark(act.key)}"} | _files(forum, act)
    try:
        return _done(forum, forum.write("POST", f"threads/{thread}/posts/", body).json(ForumPost))
    except RefusedError as refused:
        if refused.status == 403 and forum.page(thread).acl.can_reply:
            raise flooded(refused.says) from None
        raise


def _files(forum: Forum, act: Act) -> dict[str, object]:
    """What hangs on the post; what hangs on none is cleared away there."""
    return {"attachments": [forum.upload(one) for one in act.media]} if act.media else {}


def _find_reply(forum: Forum, act: Act) -> Done | None:
    """Among our posts in the thread that are newer than the one we answered, newest first."""
    me, due = forum.me().id, mark(act.key)
    for post in _backward(forum, act):
        if post.poster is not None and post.poster.id == me and due in (post.content or ""):
            return _done(forum, post)
    return None


def _backward(forum: Forum, act: Act) -> Iterator[ForumPost]:
    try:
        last = forum.page(act.thread).post_set.pages
        for page in range(last, max(0, last - PAGES), -1):
            posts = forum.page(act.thread, page).post_set.posts
            yield from reversed(posts)
            if posts and act.post.isdecimal() and posts[0].id < int(act.post):
                return
    except RefusedError as refused:
        if refused.status != 404:
            raise


def _start(forum: Forum, act: Act, category: str) -> Done:
    root = TOPICS[act.verb]
    body: dict[str, object] = {"title": _title(act), "post": f"{act.text.rstrip()}{mark(act.key)}"}
    body |= _files(forum, act)
    if root == "threads":
        body["category"] = number(act.thread or category or _only_category(forum))
    else:
        body["to"] = [forum.ask(f"users/{number(act.author)}/", User).username]
    try:
        started = forum.write("POST", f"{root}/", body).json(_Started)
    except RefusedError as refused:
        if refused.status == 403 and _may_start(forum, root, body.get("category")):
            raise flooded(refused.says) from None
        raise
    first = forum.page(started.id, root=root).post_set.posts[0]
    return _done(forum, first)


def places(forum: Forum) -> list[Destination]:
    """The categories in which our account may begin threads, those below another indented."""
    found = forum.ask("threads/editor/", list[_Category])
    return [Destination(str(one.id), "\u2003" * one.level + one.name) for one in found if one.post is not False]


def _only_category(forum: Forum) -> str:
    found = [one for one in forum.ask("threads/editor/", list[_Category]) if one.post is not False]
    if len(found) != 1:
        raise Broken(f"{forum.host} has several categories. Say in the source's settings which one new threads go to.")
    return str(found[0].id)


def _may_start(forum: Forum, root: str, category: object) -> bool:
    if root == "threads":
        return any(one.id == category for one in forum.ask("threads/editor/", list[_Category]))
    return bool(forum.me().acl.can_start_private_threads)


def _title(act: Act) -> str:
    title = act.title.strip() or act.text.strip().split("\n")[0].strip()
    return title if len(title) <= TITLE else title[: TITLE - 1].rstrip() + "…"


def _find_start(forum: Forum, act: Act) -> Done | None:
    """Among the threads that we began, newest first; only those under this title are opened."""
    root, due = TOPICS[act.verb], mark(act.key)
    mine = forum.ask(f"{root}/", Threads, params={"list": "my"})
    for thread in mine.results:
        if thread.title != _title(act):
            continue
        first = next(iter(forum.page(thread.id, root=root).post_set.posts), None)
        if first is not None and due in (first.content or ""):
            return _done(forum, first)
    return None


# --- what we do to what others said


def _tell(forum: Forum, act: Act) -> Done:
    what, value = SWITCHES[act.verb]
    try:
        forum.write("PATCH", _path(act), _switch(what, value))
    except RefusedError as refused:
        if (first := _as_first(forum, act, refused)) is None:
            raise
        if what == "is-liked":
            raise
        forum.write("PATCH", f"threads/{first.id}/", _switch(what, value))
    found = forum.find_post(act.thread, act.post)
    if found is None:
        raise Broken(f"The post is no longer there on {forum.host}.")
    return _done(forum, found[1])


def _remove(forum: Forum, act: Act) -> Done:
    try:
        forum.write("DELETE", _path(act))
    except RefusedError as refused:
        if refused.status != 404:  # gone already is what was asked for
            if (first := _as_first(forum, act, refused)) is None:
                raise
            if first.replies and act.verb == "delete":
                raise Broken(
                    "Others have answered in this thread, and deleting its first post would delete all that they "
                    "wrote. Hide it instead."
                ) from None
            forum.write("DELETE", f"threads/{first.id}/")
    return Done(act.post, state="removed")


def _as_first(forum: Forum, act: Act, refused: RefusedError) -> Thread | None:
    """The thread where the post is its first one, which Misago moderates only together with the thread."""
    if refused.status not in {400, 403}:
        return None
    thread = forum.page(act.thread)
    return thread if thread.post_set.posts and str(thread.post_set.posts[0].id) == act.post else None


def _switch(what: str, value: bool) -> list[dict[str, object]]:
    return [{"op": "replace", "path": what, "value": value}]


def _path(act: Act) -> str:
    return f"threads/{number(act.thread)}/posts/{number(act.post)}/"


def _done(forum: Forum, post: ForumPost) -> Done:
    link = post.url.get("index") or ""
    return Done(str(post.id), f"{forum.address}{link}" if link else "", post.state)
