"""Lemmy: posts and comments of a community or a whole server, answered and moderated with an account."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import ClassVar

import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken
from hubbub.core.post import Post

from ._connector import (
    Act,
    Batch,
    Brand,
    Declared,
    Destination,
    Done,
    Field,
    Found,
    Limits,
    Reads,
    Report,
    Settings,
    Tested,
    Verb,
)
from ._http import Http
from ._lemmy_refusals import TakenBefore
from ._lemmy_shapes import (
    CommentReports,
    Comments,
    CommentView,
    OneComment,
    OneCommunity,
    OnePost,
    PostReports,
    Posts,
    PostView,
    report_of,
)
from ._lemmy_site import PAGE, Shape, Site, apart
from ._markup import picture, same_words, with_pictures
from ._media import MediaLimits, fits
from ._newest import DEEPEST, Entry, Line, entry, follow

SPEAKING: frozenset[Verb] = frozenset({"reply", "post", "edit", "delete", "like", "unlike", "report"})
MODERATING: frozenset[Verb] = frozenset({"remove", "restore", "lock", "unlock", "ban", "unban", "resolve"})
TAKES = MediaLimits(
    many=8,
    kinds=dict.fromkeys(("image/jpeg", "image/png", "image/gif", "image/webp"), 40_000_000),
    alt=1500,
)
FOUND = 5  # pages of a search that one fetch reads; sixty in ten minutes are all that servers usually allow
SLACK = timedelta(minutes=10)  # by which two clocks may differ
MINE = 5  # pages of our own newest comments that are looked through for an earlier try


class _Place(Struct, frozen=True):
    """The cursor: one line of posts, one of comments, which Lemmy lists apart."""

    asked: str = ""
    posts: Line = Line()
    comments: Line = Line()


class Lemmy(Declared):
    """A connector that reads without an account, and answers and moderates with one."""

    kind = "lemmy"
    label = "Lemmy"
    about = "Posts and comments of a Lemmy community, or of all that a Lemmy server shows. Reading needs no account."
    fields = (
        Field("site", "Address of the server", kind="url", placeholder="https://lemmy.world"),
        Field("community", "Community", "One alone; empty: all of them.", required=False, placeholder="technology"),
        Field("words", "Words", "Only what holds them; empty: everything.", required=False),
        Field("user", "User name", "To answer and moderate; leave both empty to read only.", required=False),
        Field("password", "Password", "Of that account.", kind="secret", required=False),
    )
    can: ClassVar[frozenset[Verb]] = SPEAKING | MODERATING
    family = "forums"
    every = 120
    reads: ClassVar[frozenset[Reads]] = frozenset({"poll", "search", "replies", "reports"})
    names: ClassVar[Mapping[Verb, str]] = {"ban": "Ban from the community", "like": "Upvote", "lock": "Lock the thread"}
    limits = Limits(
        length=10_000, markup="markdown", title="must", title_length=200, media=TAKES,
        rate="60 searches, 6 posts and 6 comments in 10 minutes, usually",
    )  # fmt: skip
    place = "Community"
    ends = frozenset({"ban"})
    keys = (
        "Nothing is needed to read. To answer or moderate, enter the user name and the password of an account on that "
        "server; one of its own for Hubbub is best, because accounts with a second factor cannot be used. To moderate, "
        "its owner makes it a moderator of the community."
    )
    keyless = True
    notes = (
        "A comment that its author deleted, or whose place is closed to us, is deleted here. Lemmy has no mark by "
        "which an answer is known again: before a second try the same words under the same post are looked for."
    )
    tested = (Tested("answers written after the types of Lemmy's own client (lemmy-js-client 0.19)"),)

    def suggest(self, brand: Brand) -> Settings | None:
        """The name, searched for on the largest server: it sees what is said on most of the others."""
        return {"site": "https://lemmy.world", "words": brand.name}

    def check(self, settings: Settings, http: Http) -> Found:
        """Ask the server who it is and who we are, and read the newest posts."""
        site = Site(settings, http)
        about = site.about()
        posts = _posts_page(site, 1)[0]
        name = about.site_view.site.name
        where = f"!{site.community} on {name}" if site.community else name
        says = f"{where}: " + (f"the newest post is “{posts[0].post.title[:60]}”" if posts else "nothing there yet")
        can: frozenset[Verb] = frozenset()
        account = ""
        if site.signed_in and about.my_user:
            moderates = about.my_user.local_user_view.local_user.admin or any(
                one.community.name == site.community.partition("@")[0] for one in about.my_user.moderates
            )
            can, account = SPEAKING | (MODERATING if moderates else frozenset()), about.my_user.id
            says += f". Signed in as {about.my_user.local_user_view.person.name}"
            says += ", who moderates here" if moderates else ", who can answer but does not moderate here"
        return Found(f"{says}.", where, can, account, [one.post for one in posts[:5]])

    def fetch(self, settings: Settings, cursor: str, http: Http) -> Batch:
        """What is new, edited or gone; posts first, so that a comment finds its post."""
        site = Site(settings, http)
        place = msgspec.json.decode(cursor, type=_Place) if cursor else _Place()
        asked = f"{site.address} {site.community} {site.words}"
        if place.asked != asked:
            place = _Place(asked)
        deepest = FOUND if site.words else DEEPEST
        posts = follow(place.posts, lambda page: _posts_page(site, page), there=site.stands, deepest=deepest)
        comments = follow(place.comments, lambda page: _comments_page(site, page), there=site.stands, deepest=deepest)
        # other words than those looked for, somebody blocked, a post that counts as read: off the list is not gone
        gone = [one for one in (*posts.gone, *comments.gone) if not site.stands(one)]
        after = _Place(asked, posts.line, comments.line)
        return Batch(
            [*posts.posts, *comments.posts],
            msgspec.json.encode(after).decode(),
            posts.more or comments.more,
            gone=gone,
            reports=_reports(site) if site.signed_in else (),
        )

    def act(self, settings: Settings, act: Act, http: Http) -> Done:
        """Answer, or bring about what the verb asks for; done already is done."""
        site = _signed_in(settings, http)
        if act.verb in {"reply", "edit"} and not act.text.strip():
            raise Broken("The text is empty. Write something.")
        fits(act.media, TAKES, network=site.host, verb=act.verb)
        return _ACTS[act.verb](site, act)

    def find(self, settings: Settings, act: Act, http: Http) -> Done | None:
        """Our comment with these words under that post, or the state that was asked for."""
        site = _signed_in(settings, http)
        if act.verb in {"reply", "post"}:
            return _find_said(site, act)
        if act.verb in {"report", "resolve"}:
            it = site.one(act.post)
            open_still = act.verb == "report" or any(one.post == act.post and one.open for one in _reports(site))
            return None if open_still else _done(it)  # what we reported cannot be asked for; a server takes it once
        locks = act.verb in {"lock", "unlock"} and act.thread  # what is locked is the thread, whatever stands in it
        stands = _stands(site.one(act.thread if locks else act.post), act)
        return _done(site.one(act.post)) if stands else None

    def places(self, settings: Settings, http: Http) -> Sequence[Destination]:
        """The one community that is read; else those that our account follows or moderates, by their names."""
        site = _signed_in(settings, http)
        if site.community:
            return [Destination(site.community, f"!{site.community}")]
        me = site.about().my_user
        known = [one.community for one in (*me.follows, *me.moderates)] if me else []
        return [Destination(name, f"!{name}") for name in sorted({one.named(site.host) for one in known})]


CONNECTOR = Lemmy()


# --- reading


def _posts_page(site: Site, page: int) -> tuple[Sequence[Entry], bool]:
    views = _list(site, "Posts", "post/list", page, Posts).posts
    kept = [entry(one.as_post(site.host), pinned=one.pinned) for one in views if not one.post.deleted]
    return kept, len(views) < PAGE


def _comments_page(site: Site, page: int) -> tuple[Sequence[Entry], bool]:
    views = _list(site, "Comments", "comment/list", page, Comments).comments
    kept = [one.as_post(site.host) for one in views if not one.comment.deleted]
    return [entry(post) for post in kept], len(views) < PAGE


def _list(site: Site, kind: str, path: str, page: int, shape: type[Shape]) -> Shape:
    asked: dict[str, str | int] = {"sort": "New", "limit": PAGE, "page": page}
    if site.community:
        asked["community_name"] = site.community
    if site.words:
        return site.get("search", shape, {**asked, "q": site.words, "type_": kind, "listing_type": "All"})
    return site.get(path, shape, {**asked, "type_": "All"})


def _reports(site: Site) -> Sequence[Report]:
    """The open reports that this account may see, and the newest that were dealt with; none for one that moderates
    nothing."""
    about = site.about().my_user
    if about is None or not (about.moderates or about.local_user_view.local_user.admin):
        return ()
    found: dict[str, Report] = {}
    for unresolved in ("false", "true"):
        asked: dict[str, str | int] = {"unresolved_only": unresolved, "limit": PAGE}
        of_posts = site.get("post/report/list", PostReports, asked).post_reports
        of_comments = site.get("comment/report/list", CommentReports, asked).comment_reports
        told = [report_of(f"post:{one.post.id}", one.post_report, one.creator, site.host) for one in of_posts]
        told += [
            report_of(f"comment:{one.comment.id}", one.comment_report, one.creator, site.host) for one in of_comments
        ]
        found |= {report.id: report for report in told}
    return list(found.values())


# --- acting


def _signed_in(settings: Settings, http: Http) -> Site:
    site = Site(settings, http)
    if not site.signed_in:
        raise Broken(f"Without an account {site.host} can only be read. Enter a user name and a password.")
    return site


def _done(it: PostView | CommentView) -> Done:
    post = it.as_post("")
    return Done(post.id, post.url, post.state)


def _reply(site: Site, act: Act) -> Done:
    kind, number = apart(act.post)
    of_post = number if kind == "post" else apart(act.thread)[1]
    body = {"content": _words(site, act), "post_id": of_post, **({"parent_id": number} if kind == "comment" else {})}
    return _done(site.post("comment", OneComment, body).comment_view)


def _post(site: Site, act: Act) -> Done:
    name = act.thread.removeprefix("!") or site.community
    if not name:
        raise Broken("A post goes into a community. Say into which one.")
    if not act.title.strip():
        raise Broken("A post on Lemmy needs a title. Write one.")
    community = site.get("community", OneCommunity, {"name": name}).community_view.community.id
    body = {"name": act.title, "body": _words(site, act), "community_id": community}
    return _done(site.post("post", OnePost, body).post_view)


def _words(site: Site, act: Act) -> str:
    return with_pictures(act.text, [picture(one.alt, site.upload(one)) for one in act.media])


def _edit(site: Site, act: Act) -> Done:
    kind, number = apart(act.post)
    if kind == "post":
        return _done(site.post("post", OnePost, {"post_id": number, "body": act.text}, method="PUT").post_view)
    body = {"comment_id": number, "content": act.text}
    return _done(site.post("comment", OneComment, body, method="PUT").comment_view)


def _change(what: str, **more: object) -> Callable[[Site, Act], Done]:
    """One of the calls that posts and comments have alike."""

    def change(site: Site, act: Act) -> Done:
        kind, number = apart(act.post)
        body = {f"{kind}_id": number, **more, **({"reason": act.why} if what == "remove" and act.why else {})}
        if kind == "post":
            return _done(site.post(f"post/{what}", OnePost, body).post_view)
        return _done(site.post(f"comment/{what}", OneComment, body).comment_view)

    return change


def _lock(locked: bool) -> Callable[[Site, Act], Done]:
    def lock(site: Site, act: Act) -> Done:
        kind, number = apart(act.post)
        thread = number if kind == "post" else apart(act.thread)[1]
        site.post("post/lock", OnePost, {"post_id": thread, "locked": locked})
        return _done(site.one(act.post))

    return lock


def _ban(ban: bool) -> Callable[[Site, Act], Done]:
    def change(site: Site, act: Act) -> Done:
        it = site.one(act.post)
        body: dict[str, object] = {"community_id": it.community.id, "person_id": int(act.author), "ban": ban}
        if ban and act.until:
            body["expires"] = int(act.until.timestamp())
        if act.why:
            body["reason"] = act.why
        site.post("community/ban_user", msgspec.Raw, body)
        return _done(it)

    return change


def _report(site: Site, act: Act) -> Done:
    kind, number = apart(act.post)
    body = {f"{kind}_id": number, "reason": act.why or act.text or "Reported"}
    with suppress(TakenBefore):  # an earlier try arrived
        site.post(f"{kind}/report", msgspec.Raw, body)
    return _done(site.one(act.post))


def _resolve(site: Site, act: Act) -> Done:
    kind, _ = apart(act.post)
    for report in _reports(site):
        if report.post == act.post and report.open:
            number = int(report.id.partition(":")[2])
            site.post(f"{kind}/report/resolve", msgspec.Raw, {"report_id": number, "resolved": True}, method="PUT")
    return _done(site.one(act.post))


_ACTS: Mapping[Verb, Callable[[Site, Act], Done]] = {
    "reply": _reply,
    "post": _post,
    "edit": _edit,
    "delete": _change("delete", deleted=True),
    "like": _change("like", score=1),
    "unlike": _change("like", score=0),
    "remove": _change("remove", removed=True),
    "restore": _change("remove", removed=False),
    "lock": _lock(True),
    "unlock": _lock(False),
    "ban": _ban(True),
    "unban": _ban(False),
    "report": _report,
    "resolve": _resolve,
}
if set(_ACTS) != Lemmy.can:
    raise AssertionError("what Lemmy declares and what is written here differ")


# --- what arrived already


def _find_said(site: Site, act: Act) -> Done | None:
    """Lemmy keeps no mark of ours: the same words, by us, in the same place."""
    me = site.about().my_user
    if me is None:
        return None
    for page in range(1, MINE + 1):
        mine = _mine(site, act, page)
        for post in mine:
            if post.author and post.author.id == me.id and _same(post, act):
                return Done(post.id, post.url, post.state)
        if len(mine) < PAGE:
            break
    return None


def _mine(site: Site, act: Act, page: int) -> Sequence[Post]:
    asked: dict[str, str | int] = {"sort": "New", "limit": PAGE, "page": page, "type_": "All"}
    if act.verb == "post":
        name = act.thread.removeprefix("!") or site.community
        posts = site.get("post/list", Posts, {**asked, "community_name": name}).posts
        return [one.as_post(site.host) for one in posts]
    thread = apart(act.thread or act.post)[1]
    comments = site.get("comment/list", Comments, {**asked, "post_id": thread}).comments
    return [one.as_post(site.host) for one in comments]


def _same(post: Post, act: Act) -> bool:
    if act.since is not None and post.published is not None and post.published < act.since - SLACK:
        return False  # said before the first try: the same words at another time
    placed = post.title == " ".join(act.title.split()) if act.verb == "post" else post.parent == act.post
    return placed and same_words(post.text, act.text, len(act.media))


def _stands(it: PostView | CommentView, act: Act) -> bool:
    """Whether it is as the verb wants it."""
    thing = it.post if isinstance(it, PostView) else it.comment
    match act.verb:
        case "remove" | "restore":
            return thing.removed is (act.verb == "remove")
        case "delete":
            return thing.deleted
        case "like" | "unlike":
            return (it.my_vote or 0) == (1 if act.verb == "like" else 0)
        case "ban" | "unban":
            return it.creator_banned_from_community is (act.verb == "ban")
        case "lock" | "unlock":
            return isinstance(it, PostView) and it.post.locked is (act.verb == "lock")
        case "edit":
            words = it.post.body or "" if isinstance(it, PostView) else it.comment.content
            return words.split() == act.text.split()
    return False
