"""What Disqus says and takes: the shapes of its API (version 3.0), asking it, its error codes in words."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken, Retry
from hubbub.core.post import Author, Media, Post, PostState

from ._answer import Answer
from ._connector import Report, Settings
from ._http import Http
from ._newest import Entry, entry
from ._text import images_in, links_in, plain

Shape = TypeVar("Shape")

API = "https://disqus.com/api/3.0"
PAGE = 100
STATES = ("approved", "unapproved", "spam", "deleted", "flagged")  # what a moderator may ask for
VISITOR = "visitor "  # what the ids of people without an account begin with
SPENT = timedelta(hours=1)  # how long a limit of requests counts
# what its error codes mean; the others are refusals without a name of their own
SIGN_IN, BUSY, LIMITED = frozenset({4, 5, 9, 11, 18}), frozenset({15, 16, 20}), frozenset({13, 14})
NOT_ALLOWED = frozenset({12, 17})


class Writer(Struct, frozen=True, rename="camel"):
    """A visitor without an account has a name alone."""

    name: str | None = None
    username: str = ""
    id: str = ""
    profile_url: str = ""
    joined_at: str = ""


class Thread(Struct, frozen=True, rename="camel"):
    """The comments under one page."""

    id: str
    link: str | None = None
    clean_title: str = ""
    is_closed: bool = False


class Comment(Struct, frozen=True, rename="camel"):
    """A comment; its message is HTML."""

    id: str
    thread: Thread
    created_at: str
    message: str = ""  # HTML
    parent: int | None = None
    author: Writer | None = None
    url: str = ""
    likes: int = 0
    is_edited: bool = False
    is_deleted: bool = False
    is_spam: bool = False
    is_approved: bool = True
    num_reports: int = 0

    @property
    def state(self) -> PostState:
        if self.is_deleted:
            return "removed"
        if self.is_spam:
            return "spam"
        return "visible" if self.is_approved else "pending"

    def as_post(self) -> Post:
        return Post(
            id=self.id,
            text=plain(self.message),
            url=self.url or self.thread.link or "",
            type="comment",
            author=as_author(self.author) if self.author else None,
            published=_when(self.created_at),
            parent=str(self.parent) if self.parent else "",
            thread=self.thread.id,
            edited=self.is_edited,
            state=self.state,
            likes=self.likes,
            links=links_in(self.message),
            media=tuple(Media("image", url) for url in images_in(self.message)),
        )


class _Cursor(Struct, frozen=True, rename="camel"):
    next: str | None = None
    has_next: bool = False


class Posts(Struct, frozen=True):
    """A page of comments, and where the next begins."""

    response: tuple[Comment, ...]
    cursor: _Cursor = _Cursor()


class OnePost(Struct, frozen=True):
    """The wrapper around a comment."""

    response: Comment


class Forum(Struct, frozen=True):
    """A site, as Disqus calls it."""

    id: str
    name: str = ""


class OneForum(Struct, frozen=True):
    """The wrapper around a site."""

    response: Forum


class OneUser(Struct, frozen=True):
    """The wrapper around an account."""

    response: Writer


class OneThread(Struct, frozen=True):
    """The wrapper around a thread."""

    response: Thread


class _Refusal(Struct, frozen=True):
    code: int = 0
    response: msgspec.Raw = msgspec.Raw(b'""')


class Site:
    """One site's comments. Raises Retry and Broken alone."""

    def __init__(self, settings: Settings, http: Http) -> None:
        self.name = settings.get("forum", "").strip().partition(".disqus.com")[0].removeprefix("https://")
        self._key = settings.get("key", "").strip()
        if not self.name or not self._key:
            raise Broken("The short name of the site or the API key is missing. Enter both.")
        self._secret, self._token = settings.get("secret", "").strip(), settings.get("token", "").strip()
        self._address = (settings.get("address", "").strip() or API).rstrip("/")
        self._http = http
        self._next: dict[int, str] = {}  # page → the network's own word for where it begins
        self.reports: list[Report] = []

    @property
    def signed_in(self) -> bool:
        """Whether there is all that writing needs."""
        return bool(self._secret and self._token)

    @property
    def moderates(self) -> bool:
        """Whether we may see what visitors do not: then we may do something about it, too. Asked once."""
        if not self.signed_in:
            return False
        known_as = f"disqus {self.name} {hashlib.sha256(self._token.encode()).hexdigest()}"
        if known_as not in self._http.known:
            try:
                self.get("posts/list", msgspec.Raw, {"forum": self.name, "limit": 1}, include=("unapproved",))
            except NotAllowed:
                self._http.known[known_as] = ""
            else:
                self._http.known[known_as] = "yes"
        return bool(self._http.known[known_as])

    def page(self, number: int, edge: float | None) -> tuple[Sequence[Entry], bool]:
        """Newest first. `edge`: when the last comment before that page was written, where nothing else tells."""
        asked: dict[str, str | int] = {"forum": self.name, "limit": PAGE, "order": "desc", "related": "thread"}
        if number in self._next:
            asked["cursor"] = self._next[number]
        elif number > 1 and edge is not None:
            asked["end"] = int(edge) + 1
        said = self.get("posts/list", Posts, asked, include=STATES if self.moderates else ())
        if said.cursor.has_next and said.cursor.next:
            self._next[number + 1] = said.cursor.next
        self.reports += [
            Report(f"flags:{one.id}", one.id, f"flagged by {one.num_reports} on the site")
            for one in said.response
            if one.num_reports and self.moderates
        ]
        return [entry(one.as_post()) for one in said.response], not said.cursor.has_next

    def stands(self, post: str) -> bool:
        """Whether a comment is still there for us."""
        try:
            return not self.one(post).is_deleted or self.moderates
        except NotThere:
            return False

    def one(self, post: str) -> Comment:
        """A comment as it stands now."""
        return self.get("posts/details", OnePost, {"post": post, "related": "thread"}).response

    def get(self, path: str, shape: type[Shape], params: Mapping[str, str | int], include: Sequence[str] = ()) -> Shape:
        """Read."""
        more = "&".join(f"include={one}" for one in include)
        url = f"{self._address}/{path}.json{'?' if more else ''}{more}"
        return self._taken(self._http.get(url, params={**params, **self._keys()}, accept=(400, 401, 403, 404))).json(
            shape
        )

    def tell(self, path: str, form: Mapping[str, str | int], shape: type[Shape]) -> Shape:
        """Write."""
        answer = self._http.post(
            f"{self._address}/{path}.json", form={**form, **self._keys()}, accept=(400, 401, 403, 404)
        )
        return self._taken(answer).json(shape)

    def _keys(self) -> dict[str, str]:
        if self.signed_in:
            return {"api_key": self._key, "api_secret": self._secret, "access_token": self._token}
        return {"api_key": self._key}

    @staticmethod
    def _taken(answer: Answer) -> Answer:
        if answer.status < 400:
            return answer
        try:
            code = msgspec.json.decode(answer.body, type=_Refusal).code
        except msgspec.DecodeError:
            code = 0
        host = answer.host
        if code in LIMITED:
            raise Retry(f"{host} had as many requests as it allows within an hour.", after=SPENT)
        if code in BUSY:
            raise Retry(f"{host} has trouble of its own.")
        if code in SIGN_IN or answer.status == 401:
            raise Broken(
                f"{host} does not accept the key, the secret or the token (which is a password). Enter them anew.",
                sign_in=True,
            )
        if answer.status == 403 or code in NOT_ALLOWED:
            raise NotAllowed(
                f"{host} does not allow this. Check that the account moderates the site, and that the application may "
                "manage forums."
            )
        if answer.status == 404 or code in {2, 8}:
            raise NotThere(f"{host} knows nothing of that name or number. Check the short name (not the address).")
        raise Broken(f"{host} refuses this (error {code}).")


class NotAllowed(Broken):
    """The account or the application may not do this."""


class NotThere(Broken):
    """There is no such comment, thread or site."""


def as_author(author: Writer) -> Author:
    """A visitor without an account is known by the name alone, which others may take, too."""
    name = author.name or author.username
    joined = _when(author.joined_at) if author.joined_at else None
    known = author.id or author.username or f"{VISITOR}{name}"
    return Author(known, author.username or name, name, author.profile_url, joined)


def _when(text: str) -> datetime:
    """UTC, without a zone."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise Broken("Disqus writes dates in a form that Hubbub does not know. Check the address.") from None
