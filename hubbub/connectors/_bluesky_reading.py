"""Reading Bluesky: lists page by page, the posts that they name, threads, and what became of the posts we took."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from hubbub.core.post import Post

from ._atproto import Account, Params, RefusedError, utc
from ._bluesky_place import (
    UNFOLLOWED,
    Place,
    Walk,
    Watched,
    address_of,
    hint_of,
    keep_newest,
    key_of,
    mark_of,
    name_of,
    overlapping,
)
from ._bluesky_posts import Actor, PostView, nodes, parts
from ._connector import Batch, Refused

PAGE = 100  # posts that a list gives at once
AT_ONCE = 25  # posts or accounts that one question may name
FULL = 150  # posts after which a batch ends
MOST = 400  # posts of one batch, threads included
LOOKED_AT = 300  # watched posts that one fetch looks at: the newest, and others in turn
NEWEST = 100
DEEP = 20  # answers to answers that one question brings
FOUND = 1000  # posts of a search that are read the first time
NAMING = ["mention", "reply", "quote"]  # what of all that we are notified about is somebody's words
GONE = frozenset({"AccountTakedown", "AccountDeactivated", "AccountSuspended", "NotFound", "ProfileNotFound"})

Read = Literal["people", "search", "account"]
LISTS: Mapping[Read, tuple[str, ...]] = {
    "people": ("notifications", "own"),
    "search": ("search",),
    "account": ("account",),
}


class Item(Struct, frozen=True):
    """What stands on a list: a post, or only where it is."""

    uri: str
    when: int  # ms
    view: PostView | None = None
    counts: bool = True  # False: stands there for its moment only


class _Notification(Struct, frozen=True, rename={"indexed_at": "indexedAt"}):
    uri: str
    indexed_at: str = ""


class _Notifications(Struct, frozen=True):
    notifications: tuple[_Notification, ...] = ()
    cursor: str = ""


class _Reason(Struct, frozen=True, rename={"indexed_at": "indexedAt"}):
    indexed_at: str = ""


class _FeedPost(Struct, frozen=True):
    post: msgspec.Raw
    reason: _Reason | None = None


class _Feed(Struct, frozen=True):
    feed: tuple[_FeedPost, ...] = ()
    cursor: str = ""


class _Posts(Struct, frozen=True):
    posts: tuple[msgspec.Raw, ...] = ()
    cursor: str = ""


class _Profiles(Struct, frozen=True):
    profiles: tuple[Actor, ...] = ()


class _Thread(Struct, frozen=True):
    thread: msgspec.Raw


class Reading:
    """One fetch. Methods raise Retry, Broken or RefusedError."""

    def __init__(self, account: Account, read: Read, what: str, cursor: str) -> None:
        """`what`: the words to search for, or the account to read."""
        self._account = account
        self._read: Read = read
        self._what = what
        self._me = account.did
        source = f"{self._me} {read} {what}"
        kept = msgspec.json.decode(cursor, type=Place) if cursor else Place()
        self._place = kept if kept.source == source else Place(source=source)
        self._seen = dict(self._place.seen)
        self._threads = dict(self._place.threads)
        self._posts: dict[str, Post] = {}
        self._when: dict[str, float] = {}
        self._gone: list[str] = []
        self._gone_authors: list[str] = []
        self._refused: list[Refused] = []

    def fetch(self) -> Batch:
        """What is new or has changed; a batch ends early where there is much."""
        lists, at, walks, turn = LISTS[self._read], self._place.at, dict(self._place.lists), self._place.turn
        while at < len(lists) and len(self._posts) < FULL:
            name = lists[at]
            walks[name], over = self._walk(name, walks.get(name, Walk()))
            at += over
        if at == len(lists) and len(self._posts) < FULL:
            turn = self._look(turn)
            at += 1
        if at > len(lists):
            self._read_threads()
        seen, floor = keep_newest(self._seen, self._place.floor)
        threads = {name: since for name, since in self._threads.items() if name in seen}
        more = at <= len(lists) or bool(threads)
        for uri in self._gone:
            walks = {name: walk.without(key_of(uri)) for name, walk in walks.items()}
        place = Place(self._place.source, walks, at if more else 0, seen, floor, turn, threads)
        return Batch(
            sorted(self._posts.values(), key=lambda post: self._when[post.id]),
            msgspec.json.encode(place).decode(),
            more,
            refused=self._refused,
            gone=tuple(self._gone),
            gone_authors=tuple(self._gone_authors),
        )

    def newest(self) -> list[Post]:
        """The newest five posts of the first list that has any."""
        for name in LISTS[self._read]:
            items = [item for item in self._page(name, "")[0] if item.counts][:5]
            views = [item.view for item in items if item.view] or self._views([item.uri for item in items])
            if views:
                return [view.as_post() for view in sorted(views, key=lambda view: -view.when)]
        return []

    # --- lists

    def _walk(self, name: str, walk: Walk) -> tuple[Walk, bool]:
        """Take one page of the list. Returns where it goes on, and whether the walk is over."""
        items, following = self._page(name, overlapping(walk.page) if walk.page else "")
        if following and following == walk.page:  # a whole page of one and the same moment
            items, following = self._page(name, walk.page)
        page = [(key_of(item.uri), item.when) for item in items]
        new = [item for item, (key, when) in zip(items, page, strict=True) if item.counts and walk.is_new(key, when)]
        views = [item.view for item in new if item.view]
        views += self._views([item.uri for item in new if not item.view])
        if name == "notifications":
            views += self._views(self._named_by(views))
        for view in views:
            self._take(view)
        over = walk.is_over(page)
        walk = walk.onward(page, following)
        cut = name == "search" and not walk.recent and walk.taken >= FOUND
        if over or cut or not following:
            return walk.ended(whole=not following), True
        return walk, False

    def _page(self, name: str, page: str) -> tuple[list[Item], str]:
        more: dict[str, str | int | list[str]] = {"limit": PAGE}
        if page:
            more["cursor"] = page
        asked: Params
        if name == "notifications":
            asked = more | {"reasons": list(NAMING)}
            told = self._account.get("app.bsky.notification.listNotifications", _Notifications, asked)
            items = [Item(one.uri, _ms(one.indexed_at)) for one in told.notifications]
            return items, told.cursor
        if name == "search":
            asked = more | {"q": self._what, "sort": "latest"}
            found = self._account.get("app.bsky.feed.searchPosts", _Posts, asked)
            return [_item(view) for view in self._readable(found.posts)], found.cursor
        actor = self._me if name == "own" else self._what
        asked = more | {"actor": actor, "filter": "posts_with_replies"}
        feed = self._account.get("app.bsky.feed.getAuthorFeed", _Feed, asked)
        items = []
        for entry in feed.feed:
            for view in self._readable([entry.post]):
                shared = entry.reason.indexed_at if entry.reason else ""
                items.append(Item(view.uri, _ms(shared), counts=False) if shared else _item(view))
        return items, feed.cursor

    def _named_by(self, views: Iterable[PostView]) -> list[str]:
        """The posts that these answer, and those their threads begin with, as far as we do not have them."""
        answers = [view.record.reply for view in views if view.record.reply]
        named = [ref.uri for answer in answers for ref in (answer.parent, answer.root)]
        return [uri for uri in dict.fromkeys(named) if name_of(uri) not in self._seen and parts(uri)[0]]

    # --- threads

    def _read_threads(self) -> None:
        while self._threads and len(self._posts) < FULL:
            name, since = next(iter(self._threads.items()))
            del self._threads[name]
            rest = self._read_thread(name, since)
            if rest is not None:
                self._threads[name] = rest

    def _read_thread(self, name: str, since: int) -> int | None:
        """Take the answers below a post. Returns from which moment on to go on where there were too many."""
        asked: Params = {"uri": address_of(name), "depth": DEEP, "parentHeight": 0}
        try:
            answer = self._account.get("app.bsky.feed.getPostThread", _Thread, asked)
        except RefusedError as refused:
            if refused.code != "NotFound":
                raise
            return None  # looking at what we watch will tell what became of it
        first = name in self._seen and self._seen[name].answers <= 0
        found = sorted(nodes(answer.thread), key=lambda node: node[0].when)
        for view, expanded in found:
            moment, known = int(view.when * 1000), name_of(view.uri) in self._seen
            let_go = not first and moment // 60_000 < self._place.floor
            if moment < since or (let_go and not known):
                continue
            if len(self._posts) >= MOST and not known:
                return moment
            whole = expanded or name_of(view.uri) == name
            self._take(view, answers=view.reply_count if whole else None)
        return None

    # --- what became of the posts that we have

    def _look(self, turn: int) -> int:
        """Look at the newest posts again, and at others in turn. Returns where the next look goes on."""
        names = sorted(self._seen, key=lambda name: (self._seen[name].minute, name), reverse=True)
        older = names[NEWEST:]
        turn = turn if turn < len(older) else 0
        looked = names[:NEWEST] + older[turn : turn + LOOKED_AT - NEWEST]
        views = {view.uri: view for view in self._views([address_of(name) for name in looked])}
        missing = []
        for name in looked:
            view = views.get(address_of(name))
            if view is None:
                missing.append(address_of(name))
            elif name in self._seen:
                self._take(view)
        self._let_go(missing)
        return turn + LOOKED_AT - NEWEST

    def _let_go(self, missing: Sequence[str]) -> None:
        """Posts that are not shown: gone, unless one of us blocks the other; then nobody can tell."""
        authors = list(dict.fromkeys(parts(uri)[0] for uri in missing))
        known: dict[str, Actor] = {}
        for some in _chunks(authors):
            found = self._account.get("app.bsky.actor.getProfiles", _Profiles, {"actors": some})
            known |= {actor.did: actor for actor in found.profiles}
        for did in authors:
            if did in known:
                continue
            try:
                known[did] = self._account.get("app.bsky.actor.getProfile", Actor, {"actor": did})
            except RefusedError as refused:
                if refused.code not in GONE and "not found" not in refused.message.lower():
                    raise
                self._gone_authors.append(did)
        for uri in missing:
            actor = known.get(parts(uri)[0])
            if actor is None or not actor.blocked:
                self._gone.append(uri)
                self._forget(uri)
        for did in self._gone_authors:
            for name in [one for one in self._seen if parts(address_of(one))[0] == did]:
                self._gone.append(address_of(name))
                self._forget(address_of(name))

    def _forget(self, uri: str) -> None:
        """Where an answer is gone, the number of answers no longer tells whether others came: look at all of them."""
        before = self._seen.pop(name_of(uri), None)
        self._threads.pop(name_of(uri), None)
        if before and before.parent:
            for name in self._seen:
                if hint_of(address_of(name)) == before.parent:
                    self._threads.setdefault(name, 0)

    # --- posts

    def _take(self, view: PostView, *, answers: int | None = None) -> None:
        """Bring the post if it is new or another than we know; ask for its answers if there are others."""
        name, mark = name_of(view.uri), mark_of(view)
        before = self._seen.get(name)
        known, parent = UNFOLLOWED, ""
        if self._read == "people" and parts(view.root)[0] == self._me:
            parent = hint_of(view.record.reply.parent.uri) if view.record.reply else ""
            known = answers if answers is not None else max(before.answers, 0) if before else 0
            if known != view.reply_count:
                self._threads.setdefault(name, 0)
            else:
                self._threads.pop(name, None)
        self._seen[name] = Watched(int(view.when // 60), mark, known, parent)
        if before and before.mark == mark:
            return
        self._posts[view.uri] = view.as_post(edited=bool(before and before.mark[:6] != mark[:6]))
        self._when[view.uri] = view.when

    def _views(self, uris: Sequence[str]) -> list[PostView]:
        """Posts by their addresses, those that we are shown."""
        views: list[PostView] = []
        for some in _chunks(list(dict.fromkeys(uris))):
            views += self._readable(self._account.get("app.bsky.feed.getPosts", _Posts, {"uris": some}).posts)
        return views

    def _readable(self, given: Iterable[msgspec.Raw]) -> list[PostView]:
        """One post in a form that we do not know must not keep the others from us."""
        views = []
        for raw in given:
            try:
                views.append(msgspec.json.decode(raw, type=PostView))
            except msgspec.ValidationError as error:
                self._refused.append(Refused("a post", f"It has a form that Hubbub does not know: {error}"))
        return views


def _item(view: PostView) -> Item:
    return Item(view.uri, int(view.when * 1000), view)


def _ms(text: str) -> int:
    at = utc(text)
    return int(at.timestamp() * 1000) if at else 0


def _chunks(many: list[str]) -> Iterable[list[str]]:
    return (many[start : start + AT_ONCE] for start in range(0, len(many), AT_ONCE))
