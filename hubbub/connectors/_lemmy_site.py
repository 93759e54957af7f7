"""What a Lemmy server says and takes: the shapes of its API (version 3), signing in, how things become posts."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken
from hubbub.core.post import Author, Media, Post, PostState

from ._connector import Report, Settings
from ._http import Http
from ._lemmy_refusals import BUSY, SIGN_IN, WORDS, NotThere, refused
from ._text import tidy

Shape = TypeVar("Shape")
Kind = Literal["post", "comment"]

PAGE = 50  # the most that a server hands out at once


class Person(Struct, frozen=True):
    id: int
    name: str
    actor_id: str
    display_name: str | None = None
    published: str = ""

    def as_author(self, home: str) -> Author:
        """A handle names its server where that is not the one we read."""
        host = urlsplit(self.actor_id).hostname or ""
        handle = self.name if host in {"", home} else f"{self.name}@{host}"
        name = self.display_name or self.name
        return Author(str(self.id), handle, name, self.actor_id, when(self.published) if self.published else None)


class Community(Struct, frozen=True):
    id: int
    name: str


class ThePost(Struct, frozen=True):
    """A post, which begins a thread."""

    id: int
    name: str
    published: str
    ap_id: str
    creator_id: int = 0
    community_id: int = 0
    url: str | None = None
    body: str | None = None
    removed: bool = False
    deleted: bool = False
    locked: bool = False
    featured_community: bool = False
    featured_local: bool = False
    updated: str | None = None
    thumbnail_url: str | None = None


class TheComment(Struct, frozen=True):
    """A comment; its path names all that stand above it: "0.12.34" answers comment 12."""

    id: int
    post_id: int
    content: str
    published: str
    ap_id: str
    path: str
    creator_id: int = 0
    removed: bool = False
    deleted: bool = False
    updated: str | None = None


class Counts(Struct, frozen=True):
    upvotes: int = 0
    comments: int | None = None
    child_count: int | None = None


class PostView(Struct, frozen=True):
    post: ThePost
    creator: Person
    community: Community
    counts: Counts = Counts()
    my_vote: int | None = None
    creator_banned_from_community: bool = False

    @property
    def pinned(self) -> bool:
        """Lists show it above the others, however old it is."""
        return self.post.featured_community or self.post.featured_local

    def as_post(self, home: str) -> Post:
        """Of the post, its thread's beginning."""
        it = self.post
        return Post(
            id=f"post:{it.id}",
            title=tidy(it.name),
            text=tidy(it.body or ""),
            url=it.ap_id,
            author=self.creator.as_author(home),
            published=when(it.published),
            thread=f"post:{it.id}",
            edited=it.updated is not None,
            state=_state(it.removed),
            likes=self.counts.upvotes,
            replies=self.counts.comments,
            links=(it.url,) if it.url else (),
            media=(Media("image", it.thumbnail_url),) if it.thumbnail_url else (),
        )


class CommentView(Struct, frozen=True):
    comment: TheComment
    creator: Person
    community: Community
    counts: Counts = Counts()
    my_vote: int | None = None
    creator_banned_from_community: bool = False

    def as_post(self, home: str) -> Post:
        """Of the comment."""
        it = self.comment
        above = it.path.split(".")[1:-1]
        return Post(
            id=f"comment:{it.id}",
            text=tidy(it.content),
            url=it.ap_id,
            type="comment",
            author=self.creator.as_author(home),
            published=when(it.published),
            parent=f"comment:{above[-1]}" if above else f"post:{it.post_id}",
            thread=f"post:{it.post_id}",
            edited=it.updated is not None,
            state=_state(it.removed),
            likes=self.counts.upvotes,
            replies=self.counts.child_count,
        )


class _CommunityView(Struct, frozen=True):
    community: Community


class OneCommunity(Struct, frozen=True):
    community_view: _CommunityView


class Posts(Struct, frozen=True):
    posts: tuple[PostView, ...]


class Comments(Struct, frozen=True):
    comments: tuple[CommentView, ...]


class OnePost(Struct, frozen=True):
    post_view: PostView


class OneComment(Struct, frozen=True):
    comment_view: CommentView


class TheReport(Struct, frozen=True):
    id: int
    reason: str
    published: str
    resolved: bool = False


class PostReportView(Struct, frozen=True):
    post_report: TheReport
    post: ThePost
    creator: Person


class CommentReportView(Struct, frozen=True):
    comment_report: TheReport
    comment: TheComment
    creator: Person


class PostReports(Struct, frozen=True):
    post_reports: tuple[PostReportView, ...]


class CommentReports(Struct, frozen=True):
    comment_reports: tuple[CommentReportView, ...]


class _LocalUser(Struct, frozen=True):
    admin: bool = False


class _LocalUserView(Struct, frozen=True):
    local_user: _LocalUser
    person: Person


class _Moderates(Struct, frozen=True):
    community: Community


class Me(Struct, frozen=True):
    local_user_view: _LocalUserView
    moderates: tuple[_Moderates, ...] = ()

    @property
    def id(self) -> str:
        """Our author id there."""
        return str(self.local_user_view.person.id)


class _TheSite(Struct, frozen=True):
    name: str


class _SiteView(Struct, frozen=True):
    site: _TheSite


class About(Struct, frozen=True):
    """The server, and who is signed in."""

    site_view: _SiteView
    version: str = ""
    my_user: Me | None = None


class _Login(Struct, frozen=True):
    jwt: str | None = None


class _Refusal(Struct, frozen=True):
    error: str = ""


class Site:
    """One server, asked with or without an account. Raises Retry and Broken alone."""

    def __init__(self, settings: Settings, http: Http) -> None:
        address = settings.get("site", "").strip().rstrip("/")
        if not address:
            raise Broken("The address of the Lemmy server is missing. Enter it, for example https://lemmy.world.")
        self.address = address if "://" in address else f"https://{address}"
        self.host = urlsplit(self.address).hostname or ""
        self.community = settings.get("community", "").strip().removeprefix("!")
        self.words = settings.get("words", "").strip()
        self._user, self._password = settings.get("user", "").strip(), settings.get("password", "")
        self._http = http

    @property
    def signed_in(self) -> bool:
        """Whether the settings name an account."""
        return bool(self._user and self._password)

    def get(self, path: str, shape: type[Shape], params: Mapping[str, str | int] | None = None) -> Shape:
        """Read."""
        return self._ask("GET", path, shape, params=params)

    def post(self, path: str, shape: type[Shape], body: Mapping[str, object], *, method: str = "POST") -> Shape:
        """Write."""
        return self._ask(method, path, shape, body=body)

    def about(self) -> About:
        """The server and we ourselves."""
        return self.get("site", About)

    def one(self, native: str) -> PostView | CommentView:
        """A post or a comment as it stands now."""
        kind, number = apart(native)
        if kind == "post":
            return self.get("post", OnePost, {"id": number}).post_view
        return self.get("comment", OneComment, {"id": number}).comment_view

    def stands(self, native: str) -> bool:
        """Whether a post or a comment is still there for readers."""
        try:
            it = self.one(native)
        except NotThere:
            return False
        return not (it.post if isinstance(it, PostView) else it.comment).deleted

    def _ask(
        self,
        method: str,
        path: str,
        shape: type[Shape],
        *,
        params: Mapping[str, str | int] | None = None,
        body: Mapping[str, object] | None = None,
        again: bool = True,
    ) -> Shape:
        token = self._token() if self.signed_in else ""
        answer = self._http.request(
            method,
            f"{self.address}/api/v3/{path}",
            params=params,
            json=body,
            headers={"authorization": f"Bearer {token}"} if token else {},
            accept=(400, 401, 403, 404),
        )
        if answer.status < 400:
            return answer.json(shape)
        error = self._error(answer.body)
        if answer.status == 401 or error in SIGN_IN:
            if token and again:  # it may have ended; the password makes another one
                self._http.known.pop(self._known_as, None)
                return self._ask(method, path, shape, params=params, body=body, again=False)
            raise self._sign_in()
        if not error and answer.status == 404:
            raise self._elsewhere(answer.host)
        raise refused(answer.host, error, answer.status)

    @property
    def _known_as(self) -> str:
        return f"lemmy token {self.address} {self._user}"

    def _token(self) -> str:
        if known := self._http.known.get(self._known_as):
            return known
        answer = self._http.post(
            f"{self.address}/api/v3/user/login",
            json={"username_or_email": self._user, "password": self._password},
            accept=(400, 401, 404),
        )
        if answer.status in {400, 401}:
            error = self._error(answer.body)
            if error in WORDS or error in BUSY:
                raise refused(answer.host, error, answer.status)
            raise self._sign_in()
        if answer.status == 404:
            raise self._elsewhere(answer.host)
        token = answer.json(_Login).jwt
        if not token:
            raise Broken(f"{answer.host} lets this account in only after its application or address is confirmed.")
        self._http.known[self._known_as] = token
        return token

    def _sign_in(self) -> Broken:
        says = f"{urlsplit(self.address).netloc.rpartition('@')[2]} does not accept the user name or the password"
        return Broken(f"{says}. Enter them anew.", sign_in=True)

    @staticmethod
    def _elsewhere(host: str) -> Broken:
        return Broken(f"{host} answered 404: there is no Lemmy at this address. Check the address.")

    @staticmethod
    def _error(body: bytes) -> str:
        try:
            return msgspec.json.decode(body, type=_Refusal).error
        except msgspec.DecodeError:
            return ""


def apart(native: str) -> tuple[Kind, int]:
    """The two halves of our id of a post or comment. Raises Broken."""
    kind, _, number = native.partition(":")
    if kind not in {"post", "comment"} or not number.isdecimal():
        raise Broken("This was not read from Lemmy: its id names neither a post nor a comment.")
    return ("post" if kind == "post" else "comment"), int(number)


def when(text: str) -> datetime:
    """Lemmy's time, which older versions write without a zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Broken("The Lemmy server writes dates in a form that Hubbub does not know.") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def report_of(native: str, report: TheReport, by: Person, home: str) -> Report:
    """A member's report. Its id tells reports of posts from those of comments."""
    kind = native.partition(":")[0]
    return Report(f"{kind}:{report.id}", native, report.reason, by.as_author(home), when(report.published))


def _state(removed: bool) -> PostState:
    return "removed" if removed else "visible"
