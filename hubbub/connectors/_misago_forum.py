"""A Misago forum's API: signing in as its pages do, how threads and posts look, what its refusals mean."""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken, Retry
from hubbub.core.post import Author, Media, Post, PostState

from ._answer import Answer, shown
from ._asking import Query
from ._connector import Settings
from ._http import Http, Parts
from ._marks import unmarked
from ._media import Attached
from ._text import images_in, links_in, plain

Shape = TypeVar("Shape")

REFUSED = frozenset({400, 403, 404})  # Misago explains these in JSON
FLOOD = timedelta(seconds=4)  # Misago wants three seconds between two posts of one person


class User(Struct, frozen=True):
    """A member."""

    id: int
    username: str = ""
    url: str = ""

    def as_author(self, address: str) -> Author:
        """The member as the author of a post."""
        url = f"{address}{self.url}" if self.url else ""
        return Author(id=str(self.id), handle=self.username, name=self.username, url=url)


class Attachment(Struct, frozen=True):
    """A file that hangs on a post."""

    id: int = 0
    filename: str = ""
    is_image: bool = False
    url: dict[str, str | None] = {}


class ForumPost(Struct, frozen=True):
    """A post as the API gives it; `content` is HTML, None where we may not see it."""

    id: int
    posted_on: datetime
    poster: User | None = None
    poster_name: str = ""
    content: str | None = None
    attachments: tuple[Attachment, ...] | None = None
    edits: int = 0
    is_unapproved: bool = False
    is_hidden: bool = False
    is_event: bool = False
    is_liked: bool | None = None
    likes: int | None = None
    url: dict[str, str | None] = {}

    @property
    def state(self) -> PostState:
        """As our posts have it."""
        return "pending" if self.is_unapproved else "hidden" if self.is_hidden else "visible"

    @property
    def print(self) -> str:
        """The same as long as nobody edits or moderates the post."""
        said = f"{self.state}\0{self.edits}\0{self.poster_name}\0{self.content}"
        return hashlib.sha256(said.encode()).hexdigest()[:8]

    def as_post(self, thread: int, title: str, address: str, *, first: bool) -> Post:
        """The post as every network's posts are."""
        html = self.content or ""
        files = tuple(
            Media("image" if one.is_image else "file", f"{address}{link}")
            for one in self.attachments or ()
            if (link := one.url.get("index"))
        )
        pictures = tuple(Media("image", link) for link in images_in(html))
        link = self.url.get("index") or ""
        return Post(
            id=str(self.id),
            text=unmarked(plain(html)),
            title=title,
            url=f"{address}{link}" if link else "",
            type="post" if first else "comment",
            author=self.poster.as_author(address)
            if self.poster
            else Author(id=f"name:{self.poster_name}", name=self.poster_name),
            published=self.posted_on.astimezone(UTC),
            thread=str(thread),
            edited=self.edits > 0,
            state=self.state,
            likes=self.likes,
            links=links_in(html),
            media=files + pictures,
        )


class Page(Struct, frozen=True):
    """One page of a thread's posts, oldest first; events (closed, moved …) stand among them."""

    results: tuple[ForumPost, ...]
    page: int = 1
    pages: int = 1

    @property
    def posts(self) -> Sequence[ForumPost]:
        """What people wrote."""
        return [post for post in self.results if not post.is_event]


class Allowed(Struct, frozen=True):
    """What the account may do with a thread. Misago answers with numbers or truth values."""

    can_reply: int | bool = False
    can_approve: int | bool = False
    can_hide: int | bool = False
    can_delete: int | bool = False
    can_close: int | bool = False


class Thread(Struct, frozen=True):
    """A thread as lists show it; a page of it carries its posts, too."""

    id: int
    title: str = ""
    replies: int = 0
    weight: int = 0  # over 0: pinned above the others
    last_post: int | None = None
    is_closed: bool = False
    is_hidden: bool = False
    is_unapproved: bool = False
    has_unapproved_posts: bool | int | None = False
    acl: Allowed = Allowed()
    post_set: Page = Page(())

    @property
    def print(self) -> str:
        """The same as long as nothing happens that a list would show."""
        flags = f"{self.is_hidden:d}{self.is_unapproved:d}{bool(self.has_unapproved_posts):d}"
        return f"{self.last_post}.{self.replies}.{flags}"


class Threads(Struct, frozen=True):
    """One page of a list of threads, the one with the newest post first."""

    results: tuple[Thread, ...]
    next: int | None = None


class Rights(Struct, frozen=True):
    """What the account may do everywhere."""

    can_see_unapproved_content_lists: int | bool = False
    can_start_private_threads: int | bool = False


class Me(Struct, frozen=True):
    """Who is signed in; `id` is None where nobody is."""

    id: int | None = None
    username: str = ""
    acl: Rights = Rights()


class _Refusal(Struct, frozen=True):
    detail: str | list[str] = ""


class _SignIn(Struct, frozen=True):
    detail: str | list[str] = ""
    code: str = ""


class RefusedError(Exception):
    """Misago refused: with which status, in which words, and the failure that follows unless a caller knows better."""

    def __init__(self, status: int, says: str, failure: Broken) -> None:
        super().__init__(status)
        self.status = status
        self.says = says
        self.failure = failure


class Forum:
    """One forum with the account to ask it with. Methods raise Retry, Broken or RefusedError."""

    def __init__(self, settings: Settings, http: Http) -> None:
        """Raises Broken where the settings cannot be right."""
        self.address = _address(settings.get("site", ""))
        self.user, self._password = settings.get("user", "").strip(), settings.get("password", "")
        if bool(self.user) != bool(self._password):
            raise Broken("User name and password belong together: enter both, or none to read what visitors see.")
        self._http = http

    @property
    def signed_in(self) -> bool:
        """Whether there is an account."""
        return bool(self.user)

    @property
    def host(self) -> str:
        """The forum, for showing."""
        return shown(self.address)

    def me(self) -> Me:
        """Who we are there, signed in anew where the forum forgot us. Without an account it finds out whether a
        forum is there at all."""
        me = self.ask("auth/", Me)
        if self.signed_in and me.id is None:
            self._http.known.pop(self._key, None)
            me = self.ask("auth/", Me)
            if me.id is None:
                raise Broken(f"{self.host} took the password but does not keep us signed in.", sign_in=True)
        return me

    def threads(self, **asked: str | int) -> Threads:
        """A list of threads: `list` (all, my, unapproved), `category`, `start`."""
        return self.ask("threads/", Threads, params=asked)

    def page(self, thread: int | str, page: int = 1, root: str = "threads") -> Thread:
        """A thread with one page of its posts."""
        return self.ask(f"{root}/{number(thread)}/posts/", Thread, params={"page": page})

    def ask(self, path: str, shape: type[Shape], *, params: Query | None = None) -> Shape:
        """Read something of this shape."""
        return self._asked("GET", f"api/{path}", None, params).json(shape)

    def write(self, method: str, path: str, body: object = None) -> Answer:
        """Change something. Raises Broken without an account."""
        if not self.signed_in:
            raise Broken(f"Without an account {self.host} can only be read. Enter the user name of a moderator.")
        return self._asked(method, f"api/{path}", body, None)

    def upload(self, file: Attached) -> int:
        """Keep a file there, until it hangs on a post; its number."""
        body = Parts("upload", file.name, file.mime, file.data)
        return self._asked("POST", "api/attachments/", None, None, upload=body).json(Attachment).id

    def page_of(self, thread: str, post: str) -> int:
        """On which page of its thread a post stands. RefusedError where it is no longer there."""
        path = f"t/x/{number(thread)}/post/{number(post)}/"
        target = self._asked("GET", path, None, None, accept={302}).headers.get("location", "")
        found = re.search(r"/(\d+)/(\d+)/(?:#|$)", target)
        return int(found[2]) if found and found[1] == thread else 1

    def find_post(self, thread: str, post: str) -> tuple[Thread, ForumPost] | None:
        """A post as it stands there now, with its thread; None where it is gone."""
        try:
            page = self.page_of(thread, post)
            around = self.page(thread, page)
        except RefusedError as refused:
            if refused.status == 404:
                return None
            raise
        return next(((around, one) for one in around.post_set.posts if str(one.id) == post), None)

    @property
    def _key(self) -> str:
        secret = hashlib.sha256(f"{self.user}\0{self._password}".encode()).hexdigest()
        return f"misago {self.address} {secret}"

    def _asked(
        self,
        method: str,
        path: str,
        body: object,
        params: Query | None,
        accept: Collection[int] = (),
        upload: Parts | None = None,
    ) -> Answer:
        fresh = self.signed_in and self._key not in self._http.known
        answer = self._request(method, path, body, params, accept, upload)
        if answer.status == 403 and self.signed_in and not fresh and not self._still_known():
            del self._http.known[self._key]
            answer = self._request(method, path, body, params, accept, upload)
        if answer.status in REFUSED:
            raise self._refused(answer)
        return answer

    def _still_known(self) -> bool:
        return self._request("GET", "api/auth/", None, None, ()).json(Me).id is not None

    def _request(
        self,
        method: str,
        path: str,
        body: object,
        params: Query | None,
        accept: Collection[int],
        upload: Parts | None = None,
    ) -> Answer:
        headers = {"accept": "application/json"}
        if self.signed_in:
            headers |= self._session()
        url = f"{self.address}/{path}"
        return self._http.request(
            method, url, json=body, body=upload, params=params, headers=headers, accept=REFUSED | {*accept}
        )

    def _session(self) -> Mapping[str, str]:
        """What shows the forum that it is us."""
        if self._key not in self._http.known:
            self._http.known[self._key] = self._sign_in()
        token, session = self._http.known[self._key].split(" ")
        return self._headers(token, f"; sessionid={session}")

    def _headers(self, token: str, more: str = "") -> Mapping[str, str]:
        # over https Django wants to know that the request comes from its own pages
        return {"cookie": f"csrftoken={token}{more}", "x-csrftoken": token, "referer": f"{self.address}/"}

    def _sign_in(self) -> str:
        page = self._http.get(f"{self.address}/")
        token = _cookie(page, "csrftoken")
        if not token:
            raise Broken(f"No Misago forum answers at {self.host}. Check the address: enter that of its front page.")
        body = {"username": self.user, "password": self._password}
        answer = self._http.post(f"{self.address}/api/auth/", json=body, headers=self._headers(token), accept=REFUSED)
        if answer.status in REFUSED:
            refusal = _read(answer, _SignIn)
            if refusal is not None and refusal.code == "invalid_login":
                raise Broken(f"{self.host} does not accept the user name and password. Enter them anew.", sign_in=True)
            raise self._refused(answer).failure
        token, session = _cookie(answer, "csrftoken") or token, _cookie(answer, "sessionid")
        if not session:
            raise Broken(f"{self.host} took the password but does not keep us signed in.", sign_in=True)
        return f"{token} {session}"

    def _refused(self, answer: Answer) -> RefusedError:
        refusal = _read(answer, _Refusal) or _Refusal()
        detail = refusal.detail if isinstance(refusal.detail, str) else " ".join(refusal.detail)
        says = plain(detail)[:200] or _first_words(answer)
        said = f" Misago says: {says}" if says else ""
        if answer.status == 404:
            failure = Broken(f"{self.host}: there is nothing at this address, or not any more. Check it.{said}")
        elif answer.status == 403:
            failure = Broken(f"{self.host} does not allow this. Check what the account may do there.{said}")
        else:
            failure = Broken(f"{self.host} refused (it answered {answer.status}).{said}")
        return RefusedError(answer.status, says, failure)


def number(ident: int | str) -> int:
    """The number of a post or thread, from what acts carry. Raises Broken."""
    text = str(ident)
    if not text.isdecimal():
        raise Broken(f"“{text[:40]}” is not the number of a post or thread in a Misago forum.")
    return int(text)


def flooded(says: str) -> Retry:
    """The wait that follows where the account may post, only not now. Misago says it in the forum's language."""
    wait = timedelta(hours=1) if "hour" in says or "daily" in says else FLOOD
    return Retry("Misago takes one post at a time and asks us to wait a little.", after=wait)


def _address(entered: str) -> str:
    """The forum's address without what people copy along with it."""
    entered = entered.strip()
    if not entered:
        raise Broken("The address of the forum is missing. Enter it, such as https://forum.example.com.")
    address = entered if "://" in entered else f"https://{entered}"
    address = address.partition("#")[0].partition("?")[0]
    return re.sub(r"/(t|c|u|threads|api)/.*$", "", address).rstrip("/")


def _cookie(answer: Answer, name: str) -> str:
    """A cookie that the answer sets; "" where it sets none. Cookies stand side by side in one header here."""
    found = re.search(rf"(?:^|[,\s]){name}=([^;,\s]+)", answer.headers.get("set-cookie", ""))
    return found[1] if found else ""


def _read(answer: Answer, shape: type[Shape]) -> Shape | None:
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except msgspec.MsgspecError:
        return None


def _first_words(answer: Answer) -> str:
    """Of a refusal that names the field at fault: {"post": ["Too short."]}."""
    fields = _read(answer, dict[str, list[str]]) or {}
    return plain(" ".join(words[0] for words in fields.values() if words))[:200]
