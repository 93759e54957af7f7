"""Reading a Misago forum: every post once, and what became of it since.

Lists begin with the thread whose newest post is the newest. A walk goes down from there to where the last walk began
and reads each thread on its way; threads that were written in meanwhile stand higher up, where the next walk finds
them. How far each thread was read is kept, so that a walk that was cut off goes on where it was.
"""

import re
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hubbub.core.failures import Broken
from hubbub.core.post import Post

from ._connector import Batch
from ._misago_forum import Forum, ForumPost, RefusedError, Thread, Threads

WATCHED = 1000  # the newest posts, whose changes we follow
KNOWN = 3000  # threads of which we keep how far they were read
ENOUGH = 200  # posts in one batch
PAGES = 10  # of one thread in one go
ASKS = 40  # pages in one batch
TURN = 5  # threads looked at again at each poll, of the newest and of the others in turn
RESULTS = 5  # pages that Misago's search has at most


class Known(Struct, frozen=True, array_like=True):
    """How far a thread was read."""

    last: int = 0  # the highest number of a post that was taken
    page: int = 1  # where it stood
    print: str = ""  # the thread as its list showed it then
    whole: bool = False  # to its end


class Place(Struct, frozen=True):
    """The cursor. It knows no time, only numbers that the forum gave."""

    site: str = ""  # with the account: what was read without one is read anew with it
    base: int = 0  # the newest post when the walk before the last began: threads read since then are known
    top: int = 0  # the newest post when the last walk began
    rising: int = 0  # the newest post when this walk began; 0: none is on its way
    start: int = 0  # the place in the list where this walk goes on; 0: at its end
    todo: tuple[tuple[int, str], ...] = ()  # threads to read before that, and how the list showed them
    threads: dict[int, Known] = {}
    seen: dict[int, dict[int, str]] = {}  # the newest posts of each thread and their fingerprints
    floor: int = 0  # the highest number whose fingerprint was let go; up to here nothing is watched any more
    turn: int = 0  # the thread that was looked at again last


class _Found(Struct):
    """What was read so far, while a batch is put together."""

    threads: dict[int, Known]
    seen: dict[int, dict[int, str]]
    posts: dict[int, Post]
    gone: set[int]
    asks: int = 0


def read(forum: Forum, place: Place, category: str) -> Batch:
    """The next batch."""
    if not place.todo:
        place = _go_on(forum, place, category)
    found = _Found(dict(place.threads), {one: dict(prints) for one, prints in place.seen.items()}, {}, set())
    todo = list(place.todo)
    while todo and len(found.posts) < ENOUGH and found.asks < ASKS:
        thread, shown = todo[0]
        if _look(forum, place, found, thread, shown):
            todo.pop(0)
    after = replace(place, todo=tuple(todo), threads=_newest_threads(found.threads))
    if not todo and not place.start:  # the walk is over
        after = replace(after, base=place.top, top=max(place.top, place.rising), rising=0)
    after = _watching(after, found.seen)
    still = {post for prints in found.seen.values() for post in prints}  # moved to another thread is not gone
    gone = tuple(str(post) for post in sorted(found.gone - still - set(found.posts)))
    return _batch([found.posts[number] for number in sorted(found.posts)], after, bool(todo or after.rising), gone)


def _batch(posts: Sequence[Post], after: Place, more: bool, gone: Sequence[str] = ()) -> Batch:
    return Batch(posts, msgspec.json.encode(after).decode(), more, gone=gone)


# --- which threads


def _go_on(forum: Forum, place: Place, category: str) -> Place:
    """The place with the threads of the list's next page that have something new."""
    where: dict[str, str | int] = {"category": category} if category else {}
    if place.rising:
        listed = _listed(forum, where | {"start": place.start})
    else:
        me = forum.me()  # signs in anew where the forum forgot us: it would show us what visitors see
        listed = forum.threads(**where)
        newest = max((thread.last_post or 0 for thread in listed.results), default=0)
        waiting = forum.threads(**where, list="unapproved") if me.acl.can_see_unapproved_content_lists else None
        place = replace(place, rising=max(newest, place.top, 1))
        place = _to_look_at_again(place, listed.results, waiting.results if waiting else ())
    below = any((one.last_post or 0) <= place.top for one in listed.results if not one.weight)
    todo = dict(place.todo)
    for thread in listed.results:
        known = place.threads.get(thread.id, Known())
        if (thread.last_post or 0) > max(place.top, known.last) or (known.last and known.print != thread.print):
            todo[thread.id] = thread.print
    start = 0 if below and place.top else listed.next or 0
    return replace(place, start=start, todo=tuple(todo.items()))


def _listed(forum: Forum, asked: dict[str, str | int]) -> Threads:
    try:
        return forum.threads(**asked)
    except RefusedError as refused:
        if refused.status != 404:  # nothing is left that far down
            raise
        return Threads(())


def _to_look_at_again(place: Place, listed: Iterable[Thread], waiting: Iterable[Thread]) -> Place:
    """Threads where posts wait for approval, the newest ones, and some of the others in turn."""
    shown = {thread.id: thread.print for thread in (*listed, *waiting)}
    watched = sorted(place.seen)
    others = [thread for thread in watched if thread > place.turn][:TURN] or watched[:TURN]
    newest = [thread.id for thread in listed if thread.id in place.seen][:TURN]
    again = dict.fromkeys([*(thread.id for thread in waiting), *newest, *others])
    todo = tuple((one, shown.get(one, place.threads.get(one, Known()).print)) for one in again)
    return replace(place, todo=todo, turn=others[-1] if others else 0)


# --- one thread


def _look(forum: Forum, place: Place, found: _Found, thread: int, shown: str) -> bool:
    """Read what is new or changed in a thread into `found`. Whether its end was reached."""
    known = found.threads.get(thread) or Known(last=place.base)
    watched = {post for post in found.seen.get(thread, {}) if post > place.floor}
    low = min([known.last, *watched]) if known.whole else known.last
    try:
        pages = _pages(forum, thread, known, low)
        found.asks += len(pages)
        here = {post.id: post for page in pages for post in page.post_set.posts}
        ended = pages[-1].post_set.page >= pages[-1].post_set.pages
        lowest = 0 if pages[0].post_set.page == 1 else min(here, default=0)
        missing = {post for post in watched if post not in here and lowest <= post and (ended or post <= max(here))}
        if missing:  # a post that was let in between two pages moves the others: look twice
            again = _pages(forum, thread, known, low)
            missing -= {post.id for page in again for post in page.post_set.posts}
    except RefusedError as refused:
        if refused.status not in {403, 404}:
            raise
        found.gone |= set(found.seen.pop(thread, {}))
        found.threads.pop(thread, None)
        return True
    prints = {number: here[number].print for number in here}
    old = found.seen.get(thread, {})
    first = min(here, default=0) if lowest == 0 else 0
    for number, post in here.items():
        if number > known.last or (number > place.floor and old.get(number) != prints[number]):
            found.posts[number] = post.as_post(thread, pages[0].title, forum.address, first=number == first)
    found.gone |= missing
    kept = {number: mark for number, mark in {**old, **prints}.items() if number not in missing}
    found.seen[thread] = kept
    last = max([known.last, *here])
    found.threads[thread] = Known(last, pages[-1].post_set.page, shown if ended else "", ended)
    return ended


def _pages(forum: Forum, thread: int, known: Known, low: int) -> list[Thread]:
    """The pages from where the thread was read to, `PAGES` at most; and those before, down to the post `low`."""
    pages = [_page(forum, thread, known.page)]
    while pages[0].post_set.page > 1 and _first(pages[0]) > known.last:  # posts went, others moved up
        pages.insert(0, forum.page(thread, pages[0].post_set.page - 1))
    while pages[-1].post_set.page < pages[-1].post_set.pages and len(pages) < PAGES:
        pages.append(forum.page(thread, pages[-1].post_set.page + 1))
    while pages[0].post_set.page > 1 and _first(pages[0]) > low:
        pages.insert(0, forum.page(thread, pages[0].post_set.page - 1))
    return pages


def _page(forum: Forum, thread: int, page: int) -> Thread:
    """That page of a thread, or its last one where it became shorter."""
    try:
        return forum.page(thread, page)
    except RefusedError as refused:
        if refused.status != 404 or page == 1:
            raise
        return forum.page(thread, forum.page(thread).post_set.pages)


def _first(page: Thread) -> int:
    return min((post.id for post in page.post_set.posts), default=0)


# --- what is kept


def _watching(place: Place, seen: dict[int, dict[int, str]]) -> Place:
    """The place with these fingerprints, as many as we watch."""
    numbers = sorted((post for prints in seen.values() for post in prints if post > place.floor), reverse=True)
    floor = max(numbers[WATCHED], place.floor) if len(numbers) > WATCHED else place.floor
    kept = {thread: {post: mark for post, mark in prints.items() if post > floor} for thread, prints in seen.items()}
    return replace(place, floor=floor, seen={thread: prints for thread, prints in kept.items() if prints})


def _newest_threads(threads: dict[int, Known]) -> dict[int, Known]:
    if len(threads) <= KNOWN:
        return threads
    return dict(sorted(threads.items(), key=lambda one: one[1].last)[-KNOWN:])


# --- by words


class _Where(Struct, frozen=True):
    title: str = ""
    url: str = ""


class _Hit(ForumPost, frozen=True):
    thread: _Where = _Where()


class _Hits(Struct, frozen=True):
    results: tuple[_Hit, ...] = ()
    page: int = 1
    pages: int = 1


class _Provider(Struct, frozen=True):
    id: str = ""
    results: _Hits | None = None


def search(forum: Forum, place: Place, words: str) -> Batch:
    """What the forum's own search finds and we did not have in this form."""
    forum.me()
    hits: dict[int, _Hit] = {}
    for page in range(1, RESULTS + 1):
        answer = forum.ask("search/threads/", list[_Provider], params={"q": words, "page": page})
        results = next((one.results for one in answer if one.id == "threads" and one.results), None)
        if results is None:
            raise Broken(f"{forum.host} has no search that this account may use. Leave the words empty.")
        hits |= {hit.id: hit for hit in results.results}
        if page >= results.pages:
            break
    old = place.seen.get(0, {})
    new = [hits[number] for number in sorted(hits) if old.get(number) != hits[number].print]
    posts = [hit.as_post(_thread_of(hit), hit.thread.title, forum.address, first=False) for hit in new]
    seen = {**old, **{hit.id: hit.print for hit in hits.values()}}
    newest = {number: seen[number] for number in sorted(seen)[-WATCHED:]}
    return _batch(posts, replace(place, seen={0: newest}), more=False)


def _thread_of(hit: _Hit) -> int:
    found = re.search(r"/(\d+)/?$", hit.thread.url)
    return int(found[1]) if found else 0
