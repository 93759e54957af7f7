"""Disqus: comments of a site's forum, those that wait and those of visitors; answered and moderated with a token."""

from collections.abc import Callable, Mapping
from datetime import UTC, timedelta
from typing import ClassVar

import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken
from hubbub.core.post import PostState

from ._connector import Act, Batch, Declared, Done, Field, Found, Limits, Reads, Settings, Tested, Verb
from ._disqus_site import (
    API,
    PAGE,
    STATES,
    VISITOR,
    Comment,
    OneForum,
    OneThread,
    OneUser,
    Posts,
    Site,
    as_author,
)
from ._http import Http
from ._newest import Line, follow
from ._text import plain

SLACK = timedelta(minutes=10)  # by which two clocks may differ
NOTES = 50  # characters that the note of a ban may have
SPEAKING: frozenset[Verb] = frozenset({"reply", "edit", "like", "unlike", "report"})
MODERATING: frozenset[Verb] = frozenset(
    {"approve", "spam", "remove", "delete", "restore", "lock", "unlock", "ban", "unban"}
)
# verb → the call, and the state that it leads to
MOVES: Mapping[Verb, tuple[str, PostState]] = {
    "approve": ("posts/approve", "visible"),
    "spam": ("posts/spam", "spam"),
    "remove": ("posts/remove", "removed"),
    "delete": ("posts/remove", "removed"),
    "restore": ("posts/restore", "visible"),
}


class _Place(Struct, frozen=True):
    """The cursor."""

    asked: str = ""
    line: Line = Line()


class Disqus(Declared):
    """A connector for the comments that Disqus keeps for a site."""

    kind = "disqus"
    label = "Disqus comments"
    called = "Disqus"
    about = "Comments under the pages of a site that uses Disqus. Reading needs a free key."
    family = "comments"
    fields = (
        Field("forum", "Short name", "Of the site, as Disqus knows it.", placeholder="acme-blog"),
        Field("key", "API key", "The public one.", kind="secret"),
        Field("secret", "API secret", "To answer and moderate.", kind="secret", required=False),
        Field("token", "Access token", "Of the account that shall speak.", kind="secret", required=False),
        Field("address", "Address of the API", kind="url", required=False, placeholder=API),
    )
    can: ClassVar[frozenset[Verb]] = SPEAKING | MODERATING
    ends = frozenset({"ban"})
    every = 180
    reads: ClassVar[frozenset[Reads]] = frozenset({"poll", "replies", "reports"})
    names: ClassVar[Mapping[Verb, str]] = {
        "spam": "Mark as spam", "remove": "Delete", "lock": "Close the thread", "ban": "Ban from the site",
        "like": "Vote up", "report": "Flag",
    }  # fmt: skip
    limits = Limits(length=25_000, markup="html", rate="1,000 requests an hour for one key")
    keys = (
        "1. Signed in at Disqus, open [the list of applications](https://disqus.com/api/applications/) and register "
        "one; as its access choose *Read, write, and manage forums*.\n"
        "2. Copy its **API key**. To read what visitors see nothing else is needed.\n"
        "3. To answer and moderate copy **API secret** and **Access token**, too. The token speaks for your own "
        "account, which must be a moderator of the site."
    )
    tested = (Tested("answers written after the public reference of the API, version 3.0"),)
    notes = "Members' flags come as reports, without their words: Disqus tells only how many there are."

    def check(self, settings: Settings, http: Http) -> Found:
        """Ask for the site and who we are, and read the newest comments."""
        forum = Site(settings, http)
        name = forum.get("forums/details", OneForum, {"forum": forum.name}).response.name or forum.name
        entries, _ = forum.page(1, None)
        says = f"{name}: {len(entries)}{'' if len(entries) < PAGE else ' or more'} comments"
        can: frozenset[Verb] = frozenset()
        account = ""
        if forum.signed_in:
            me = forum.get("users/details", OneUser, {}).response
            can = SPEAKING | (MODERATING if forum.moderates else frozenset())
            account = as_author(me).id
            says += f". Signed in as {me.name or me.username}, who can answer"
            says += " and moderate" if can > SPEAKING else "; a moderator could moderate"
        return Found(f"{says}.", name, can, account, [one.post for one in entries[:5]])

    def fetch(self, settings: Settings, cursor: str, http: Http) -> Batch:
        """New, edited and moderated comments, oldest first."""
        forum = Site(settings, http)
        place = msgspec.json.decode(cursor, type=_Place) if cursor else _Place()
        asked = f"{forum.name}{' as a moderator' if forum.moderates else ''}"
        if place.asked != asked:
            place = _Place(asked)
        found = follow(place.line, lambda page: forum.page(page, place.line.edge), there=forum.stands)
        after = msgspec.json.encode(_Place(asked, found.line)).decode()
        return Batch(found.posts, after, found.more, gone=found.gone, reports=forum.reports)

    def act(self, settings: Settings, act: Act, http: Http) -> Done:
        """Answer, or bring the comment into the state that the verb asks for."""
        forum = _signed_in(settings, http)
        if act.verb in {"reply", "edit"} and not act.text.strip():
            raise Broken("The text is empty. Write something.")
        return _ACTS[act.verb](forum, act)

    def find(self, settings: Settings, act: Act, http: Http) -> Done | None:
        """Our answer by its words and place, for Disqus keeps no mark; or the comment if it stands so already."""
        return _find(_signed_in(settings, http), act)


CONNECTOR = Disqus()


# --- acting


def _signed_in(settings: Settings, http: Http) -> Site:
    forum = Site(settings, http)
    if not forum.signed_in:
        raise Broken("Without API secret and access token Disqus can only be read. Enter both.")
    return forum


def _done(post: Comment) -> Done:
    return Done(post.id, post.url, post.state)


def _reply(forum: Site, act: Act) -> Done:
    made = forum.tell("posts/create", {"parent": act.post, "message": act.text}, _Created).response
    return Done(made.id, made.url)


class _Made(Struct, frozen=True):
    id: str
    url: str = ""


class _Created(Struct, frozen=True):
    response: _Made


def _edit(forum: Site, act: Act) -> Done:
    forum.tell("posts/update", {"post": act.post, "message": act.text}, msgspec.Raw)
    return _done(forum.one(act.post))


def _move(forum: Site, act: Act) -> Done:
    path, state = MOVES[act.verb]
    forum.tell(path, {"post": act.post}, msgspec.Raw)
    return Done(act.post, state=state)


def _vote(forum: Site, act: Act) -> Done:
    forum.tell("posts/vote", {"post": act.post, "vote": 1 if act.verb == "like" else 0}, msgspec.Raw)
    return _done(forum.one(act.post))


def _flag(forum: Site, act: Act) -> Done:
    forum.tell("posts/report", {"post": act.post}, msgspec.Raw)
    return _done(forum.one(act.post))


def _lock(forum: Site, act: Act) -> Done:
    forum.tell("threads/close" if act.verb == "lock" else "threads/open", {"thread": act.thread}, msgspec.Raw)
    return Done(act.post)


def _ban(forum: Site, act: Act) -> Done:
    if act.author.startswith(VISITOR):
        raise Broken("A visitor without an account is known by a name alone, and cannot be banned by it.")
    who: dict[str, str | int] = {"forum": forum.name, "user": act.author}
    if act.verb == "ban":
        who["notes"] = (act.why or "Rules of the community")[:NOTES]
        if act.until:
            who["dateExpires"] = act.until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    forum.tell("blacklists/add" if act.verb == "ban" else "blacklists/remove", who, msgspec.Raw)
    return Done(act.post)


_ACTS: Mapping[Verb, Callable[[Site, Act], Done]] = {
    "reply": _reply, "edit": _edit, "approve": _move, "spam": _move, "remove": _move, "delete": _move,
    "restore": _move, "like": _vote, "unlike": _vote, "report": _flag, "lock": _lock, "unlock": _lock, "ban": _ban,
    "unban": _ban,
}  # fmt: skip
if set(_ACTS) != Disqus.can:
    raise AssertionError("what the Disqus connector declares and what is written here differ")


def _find(forum: Site, act: Act) -> Done | None:
    post = forum.one(act.post)
    if act.verb == "reply":
        states = STATES[:2] if forum.moderates else ()
        me = as_author(forum.get("users/details", OneUser, {}).response).id
        asked: dict[str, str | int] = {"thread": post.thread.id, "limit": PAGE, "order": "desc", "related": "thread"}
        for one in forum.get("posts/list", Posts, asked, include=states).response:
            ours = one.author is not None and as_author(one.author).id == me
            at = one.as_post().published
            if act.since is not None and at is not None and at < act.since - SLACK:
                continue  # said before the first try: the same words at another time
            if ours and str(one.parent) == act.post and plain(one.message).split() == plain(act.text).split():
                return _done(one)
        return None
    if act.verb in MOVES:
        return _done(post) if post.state == MOVES[act.verb][1] else None
    if act.verb == "edit":
        return _done(post) if plain(post.message).split() == plain(act.text).split() else None
    if act.verb in {"lock", "unlock"}:
        closed = forum.get("threads/details", OneThread, {"thread": act.thread}).response.is_closed
        return Done(act.post) if closed is (act.verb == "lock") else None
    return None  # votes, flags and bans are told again without harm: the last one holds
