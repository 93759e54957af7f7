"""Comments of sites that use Isso: read in all states, answered, approved, edited, removed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hubbub.core.failures import Broken, Retry
from hubbub.core.post import Post

from ._connector import Act, Batch, Declared, Done, Family, Field, Found, Limits, Settings, Tested, Verb
from ._http import Http
from ._isso_server import ADMIN_PAGE, PENDING, STATES, VALID, Comment, Server, author_id, pages_in
from ._marks import mark, unmarked

WATCHED = 5000  # comments whose changes we follow
MOST = 300  # posts in one batch
STEPS = 10  # pages in one batch
LATEST = 500  # comments that are asked for where there is no password
DOUBTS = 50  # comments that one batch asks for one by one, since they were not where they should be
VERBS: frozenset[Verb] = frozenset({"reply", "approve", "remove", "delete", "edit", "redact"})


class _Place(Struct, frozen=True):
    """The cursor: where a round through all comments stands, and what we saw."""

    site: str = ""
    step: int = 0  # which list is read: a state with the password, a page of the site without
    page: int = 0  # of that list
    met: tuple[int, ...] = ()  # what this round came across
    doubts: tuple[int, ...] = ()  # what the last round did not come across; asked for one by one
    seen: dict[int, str] = {}
    floor: int = 0  # the highest number whose fingerprint was let go


class Isso(Declared):
    """A connector for Isso. Without the admin password it reads what visitors see."""

    kind = "isso"
    label = "Isso comments"
    called = "Isso"
    about = "Comments on sites that use Isso, also those that wait for approval; answer and moderate them here."
    family: ClassVar[Family] = "comments"
    fields = (
        Field("site", "Address of the Isso server", kind="url", placeholder="https://comments.example.com"),
        Field(
            "password",
            "Admin password",
            "Of the section [admin] of the server's configuration. Leave it empty to read only what visitors see.",
            "secret",
            required=False,
        ),
        Field(
            "pages",
            "Pages to read",
            "Only without the admin password: the pages' addresses, separated by blanks. Empty: the whole site, if the "
            "server lists its latest comments.",
            required=False,
        ),
        Field("home", "Address of the site itself", "So that posts link to the page.", required=False),
        Field("name", "Name under which answers appear", required=False, placeholder="Acme"),
        Field(
            "email",
            "E-mail address of the answers",
            "Isso shows it to nobody but admins; by it our own comments are told apart.",
            required=False,
        ),
    )
    can: ClassVar[frozenset[Verb]] = VERBS
    every = 120
    names: ClassVar[Mapping[Verb, str]] = {"approve": "Validate", "remove": "Delete for good", "redact": "Edit"}
    limits = Limits(length=65_535 - 24, markup="markdown", rate="as the server's [guard] section says")
    keys = (
        "1. In the configuration of the Isso server, write in the section `[admin]`: `enabled = true` and "
        "`password = …` with a long password.\n"
        "2. Restart Isso.\n"
        "3. Enter the password here. It lets Hubbub see what waits for approval, approve, edit and remove."
    )
    notes = (
        "Isso's admin list is read page by page, with every comment in it at each round; it is made for sites with up "
        "to a few thousand comments. What is removed is gone for good. Of a comment that still waits for approval Isso "
        "tells neither the exact time nor which one it answers. Our own answers are approved at once; they end in 24 "
        "characters that no reader sees, since Isso keeps no key."
    )
    keyless = True
    tested = (Tested("Isso 0.14", real=True), Tested("recorded answers of that server"))

    def check(self, settings: Settings, http: Http) -> Found:
        """Sign in where there is a password, and count what is on the first pages."""
        server = Server(settings, http)
        if not server.signed_in:
            found = [one for uri in pages_in(settings.get("pages", "")) for one in server.talk(uri)]
            found = found if settings.get("pages", "").strip() else server.latest(LATEST)
            says = f"{server.host}: {len(found):,} comments that visitors see. Without the admin password Hubbub can "
            return Found(f"{says}only read them.", server.host, sample=_sample(server, found))
        waiting, valid = server.admin(PENDING, 0), server.admin(VALID, 0)
        more = " or more" if len(valid) == ADMIN_PAGE else ""
        says = f"{server.host}: {len(valid):,}{more} comments, {len(waiting):,} wait for approval. Signed in as admin."
        email, name = settings.get("email", "").strip(), settings.get("name", "").strip()
        account = author_id(server.address, email, "", name) if email or name else ""
        return Found(says, server.host, VERBS, account, _sample(server, [*valid, *waiting]))

    def fetch(self, settings: Settings, cursor: str, http: Http) -> Batch:
        """The next lists of comments: what in them is new or changed. At the end of a round, what is gone."""
        server = Server(settings, http)
        place = msgspec.json.decode(cursor, type=_Place) if cursor else _Place()
        pages = pages_in(settings.get("pages", ""))
        known_as = f"{server.address} {'admin' if server.signed_in else ' '.join(pages)}"
        if place.site != known_as:
            place = _Place(site=known_as)
        if place.doubts:
            return _resolve(server, place)
        return _read(server, place, pages)

    def act(self, settings: Settings, act: Act, http: Http) -> Done:
        """Answer, or do what the admin page does; done already is done."""
        server = Server(settings, http)
        if not server.signed_in:
            raise Broken(f"Without its admin password {server.host} can only be read. Enter the password.")
        if act.verb == "reply":
            return _reply(server, settings, act)
        comment = server.comment(act.post)
        if act.verb in {"remove", "delete"}:
            if comment is not None:
                _moderate(server, comment, "delete")
            return Done(act.post, state="removed")
        if comment is None:
            raise Broken(f"The comment is no longer there on {server.host}.")
        if act.verb == "approve":
            if comment.mode != VALID:
                _moderate(server, comment, "activate")
            return _done(server, comment, VALID)
        if not act.text.strip():
            raise Broken("The new words are missing. Write something.")
        _moderate(server, comment, "edit", {"text": act.text})
        return _done(server, comment, comment.mode)

    def find(self, settings: Settings, act: Act, http: Http) -> Done | None:
        """Our answer by its mark once it is published, or the comment if it is as asked for."""
        server = Server(settings, http)
        if act.verb == "reply":
            found = _find_reply(server, act)
            return _done(server, found, VALID) if found is not None and found.mode == VALID else None
        comment = server.comment(act.post)
        if act.verb in {"remove", "delete"}:
            return Done(act.post, state="removed") if comment is None else None
        if comment is None:
            return None
        there = comment.mode == VALID if act.verb == "approve" else unmarked(comment.text).strip() == act.text.strip()
        return _done(server, comment, comment.mode) if there else None


CONNECTOR = Isso()


def _sample(server: Server, comments: Iterable[Comment]) -> tuple[Post, ...]:
    newest = sorted(comments, key=lambda one: -one.id)[:5]
    return tuple(one.as_post(server.address, server.home) for one in newest)


# --- reading


def _read(server: Server, place: _Place, pages: Sequence[str]) -> Batch:
    lists = 2 if server.signed_in else max(1, len(pages))
    here: dict[int, Comment] = {}
    step, page, asked = place.step, place.page, 0
    new: list[Comment] = []
    while step < lists and asked < STEPS and len(new) < MOST:
        listed, ended = _list(server, pages, step, page)
        asked += 1
        here |= {one.id: one for one in listed}  # the later word counts: what waited is published meanwhile
        step, page = (step + 1, 0) if ended else (step, page + 1)
        new = [one for one in here.values() if one.id > place.floor and place.seen.get(one.id) != one.print]
    new = sorted(new, key=lambda one: one.id)
    if len(new) > MOST:  # the rest stays new, and is met again at the same place
        left = {one.id for one in new[MOST:]}
        here = {number: one for number, one in here.items() if number not in left}
        new, step, page = new[:MOST], place.step, place.page
    seen = {**place.seen, **{one.id: one.print for one in here.values()}}
    met = {*place.met, *here}
    after = replace(place, step=step, page=page, met=tuple(sorted(met)), seen=seen)
    gone: Sequence[str] = ()
    if step >= lists:
        missing = sorted(number for number in seen if number not in met)
        if not server.signed_in and not pages:  # the list of the latest ends somewhere
            missing = [number for number in missing if met and number > min(met)]
        after = replace(after, step=0, page=0, met=(), doubts=tuple(missing) if server.signed_in else ())
        if not server.signed_in:
            gone = tuple(map(str, missing))
            after = replace(after, seen={number: seen[number] for number in seen if number not in set(missing)})
    posts = [one.as_post(server.address, server.home) for one in _with_parents(server, new)]
    return Batch(posts, _cursor(after), more=step < lists or bool(after.doubts), gone=gone)


def _list(server: Server, pages: Sequence[str], step: int, page: int) -> tuple[list[Comment], bool]:
    """One list of comments, and whether nothing follows it."""
    if server.signed_in:
        listed = server.admin((PENDING, VALID)[step], page)
        return listed, len(listed) < ADMIN_PAGE
    return (server.talk(pages[step]) if pages else server.latest(LATEST)), True


def _with_parents(server: Server, comments: Sequence[Comment]) -> list[Comment]:
    """What the admin page does not tell, from the public list of the same page: time, and which comment it answers."""
    if not server.signed_in:
        return list(comments)
    told: dict[int, Comment] = {}
    for uri in dict.fromkeys(one.uri for one in comments if one.mode == VALID):
        told |= {one.id: one for one in server.talk(uri)}
    return [
        replace(one, parent=more.parent, created=more.created, modified=more.modified, likes=more.likes)
        if (more := told.get(one.id))
        else one
        for one in comments
    ]


def _resolve(server: Server, place: _Place) -> Batch:
    """A comment that a round did not come across may have moved from a page to the next: ask for it."""
    asked, later = place.doubts[:DOUBTS], place.doubts[DOUBTS:]
    gone = {number for number in asked if server.comment(str(number)) is None}
    seen = {number: mark for number, mark in place.seen.items() if number not in gone}
    after = replace(place, doubts=later, seen=seen)
    return Batch((), _cursor(after), more=bool(later), gone=tuple(map(str, sorted(gone))))


def _cursor(place: _Place) -> str:
    if len(place.seen) > WATCHED:
        numbers = sorted(place.seen)
        kept = {number: place.seen[number] for number in numbers[-WATCHED:]}
        place = replace(place, seen=kept, floor=numbers[-WATCHED - 1])
    return msgspec.json.encode(place).decode()


# --- acting


def _reply(server: Server, settings: Settings, act: Act) -> Done:
    if not act.text.strip():
        raise Broken("The answer is empty. Write something.")
    if not act.thread:
        raise Broken("It is not known on which page the comment stands, so it cannot be answered.")
    comment = _find_reply(server, act)
    if comment is None:
        body = {
            "text": f"{act.text.rstrip()}{mark(act.key)}",
            "author": settings.get("name", "").strip() or None,
            "email": settings.get("email", "").strip() or None,
            "website": settings.get("home", "").strip() or None,
            "parent": int(act.post) if act.post.isdecimal() else None,
        }
        answer = server.say(act.thread, body)
        if answer.status == 403:
            raise Retry(f"{server.host} lets nobody write so much at once: its [guard] section says how much.")
        if answer.status not in {201, 202}:
            raise Broken(f"{server.host} refused the answer: {answer.text()[:200].strip()}")
        comment = server.comment(str(answer.json(Comment).id))
    if comment is None:
        raise Retry(f"{server.host} took the answer, but does not show it yet.")
    if comment.mode != VALID:
        _moderate(server, comment, "activate")
    return _done(server, comment, VALID)


def _find_reply(server: Server, act: Act) -> Comment | None:
    """By its mark: among what waits, then among what is published, in this order, as it moves from one to the other.

    The page itself does not show the answers to a comment that is not published; only the admin's list has those.
    """
    due = mark(act.key)
    if (waiting := _newest(server, PENDING, act)) is not None:
        return waiting
    shown = server.talk(act.thread)
    if published := [one for one in shown if due in one.text]:
        return server.comment(str(published[0].id))
    return None if act.post in {str(one.id) for one in shown} else _newest(server, VALID, act)


def _newest(server: Server, mode: int, act: Act) -> Comment | None:
    """By its mark in the admin's list; an answer is newer than what it answers, so older pages need no look."""
    due, page, since = mark(act.key), 0, int(act.post) if act.post.isdecimal() else 0
    while True:
        listed = server.admin(mode, page, newest=True)
        if found := [one for one in listed if due in one.text]:
            return found[0]
        if len(listed) < ADMIN_PAGE or min(one.id for one in listed) <= since:
            return None
        page += 1


def _moderate(server: Server, comment: Comment, what: str, body: object = None) -> None:
    answer = server.moderate(comment, what, body)
    if answer.status == 404 and what == "delete":
        return  # gone already is what was asked for
    if answer.status in {400, 403, 404}:
        says = answer.text()[:200].strip() if answer.kind == "text/plain" else ""
        raise Broken(f"{server.host} refused to {what} the comment (it answered {answer.status}). {says}".strip())


def _done(server: Server, comment: Comment, mode: int) -> Done:
    url = f"{server.home}{comment.uri}#isso-{comment.id}" if server.home else ""
    return Done(str(comment.id), url, STATES.get(mode, "hidden"))
