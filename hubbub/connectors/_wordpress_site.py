"""A WordPress site's REST API: where it is, how it is asked, what its comments look like, what its refusals mean."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser

from hubbub.core.failures import Broken, Retry
from hubbub.core.post import Author, Post, PostState

from ._answer import Answer, shown
from ._connector import Settings
from ._http import Http, Query
from ._text import links_in, plain, tidy

Shape = TypeVar("Shape")

PAGE = 100  # the most that WordPress gives at once
API = "https://api.w.org/"  # the name under which pages link to the API
FIELDS = (
    "id,post,parent,author,author_name,author_url,author_email,author_user_agent,author_avatar_urls,date_gmt,content,"
    "link,status,_links.up,_embedded"
)
REFUSED = frozenset({400, 401, 403, 404, 409, 410, 501})  # WordPress explains these in JSON
FLOOD = timedelta(seconds=15)  # WordPress's own pause between two comments of one person
MAKE_ONE = (
    "In wp-admin, under Users → Profile → Application Passwords, make one for Hubbub and enter it here together with "
    "your user name"
)
STATES: Mapping[str, PostState] = {
    "approved": "visible",
    "hold": "pending",
    "spam": "spam",
    "trash": "removed",
    "post-trashed": "removed",
}
# A comment's author can write what they like into these; shown as text, they are cut to what a name can be.
NAME_LENGTH = 250


class Text(Struct, frozen=True):
    """HTML as WordPress shows it, and, for editors, as it was written."""

    rendered: str = ""
    raw: str | None = None


class _Article(Struct, frozen=True):
    title: Text = Text()


class _Embedded(Struct, frozen=True):
    up: tuple[_Article, ...] = ()


class Comment(Struct, frozen=True, rename={"embedded": "_embedded"}):
    """A comment as the API gives it. The e-mail address serves to tell guests apart and is not kept; the avatar's,
    which holds a hash of it, is the author's picture."""

    id: int
    post: int
    link: str = ""
    status: str = "approved"
    parent: int = 0
    author: int = 0
    author_name: str = ""
    author_url: str = ""
    author_email: str = ""
    author_user_agent: str = ""
    author_avatar_urls: dict[str, str] | list[str] = {}
    date_gmt: str = ""
    content: Text = Text()
    embedded: _Embedded = _Embedded()

    @property
    def state(self) -> PostState:
        """As our posts have it; a state that a plugin made up is not shown to visitors."""
        return STATES.get(self.status, "hidden")

    def as_post(self, site: str) -> Post:
        """The comment as a post; `site` keeps the same guest on two sites apart."""
        html = self.content.raw if self.content.raw is not None else self.content.rendered
        text = plain(html.replace("\n", "<br>") if self.content.raw is not None else html)
        return Post(
            id=str(self.id),
            text=text,
            title=plain(self.embedded.up[0].title.rendered) if self.embedded.up else "",
            url=self.link,
            type="comment",
            author=self._author(site),
            published=utc(self.date_gmt),
            parent=str(self.parent) if self.parent else "",
            thread=str(self.post),
            state=self.state,
            links=links_in(self.content.rendered),
        )

    def _author(self, site: str) -> Author:
        name = tidy(plain(self.author_name))[:NAME_LENGTH]
        url = self.author_url if self.author_url.startswith(("http://", "https://")) else ""
        picture = _picture(self.author_avatar_urls)
        if self.author:
            return Author(id=f"user:{self.author}", name=name, url=url, picture=picture)
        told_by = self.author_email.strip().lower() or _avatar(self.author_avatar_urls) or f"{name}\0{url}"
        guest = hashlib.sha256(f"{site}\0{told_by}".encode()).hexdigest()[:20]
        return Author(id=f"guest:{guest}", name=name, url=url, picture=picture)


class Me(Struct, frozen=True):
    """The account that the credentials belong to."""

    id: int
    name: str = ""
    capabilities: dict[str, bool] | list[str] = {}

    @property
    def moderates(self) -> bool:
        """Whether it may read comments in all states and change them."""
        return isinstance(self.capabilities, dict) and self.capabilities.get("moderate_comments", False)

    @property
    def publishes(self) -> bool:
        """Whether it may publish articles."""
        return isinstance(self.capabilities, dict) and self.capabilities.get("publish_posts", False)


class Index(Struct, frozen=True):
    """What the API says about the site."""

    name: str = ""
    namespaces: tuple[str, ...] = ()


class _Refusal(Struct, frozen=True):
    code: str = ""
    message: str = ""


class RefusedError(Exception):
    """WordPress refused, and said why: its own code, and the failure that follows unless a caller knows better."""

    def __init__(self, code: str, failure: Broken | Retry) -> None:
        super().__init__(code)
        self.code = code
        self.failure = failure


class Site:
    """One site with the credentials to ask it with. Methods raise Retry, Broken or RefusedError."""

    def __init__(self, settings: Settings, http: Http) -> None:
        """Raises Broken where the settings cannot be right."""
        self.address = _address(settings.get("site", ""))
        user, password = settings.get("user", "").strip(), settings.get("password", "").strip()
        if bool(user) != bool(password):
            raise Broken(f"User name and application password belong together: enter both, or none. {MAKE_ONE}.")
        self._auth = (user, password) if user else None
        self._http = http

    @property
    def signed_in(self) -> bool:
        """Whether there are credentials."""
        return self._auth is not None

    @property
    def host(self) -> str:
        """The site, for showing."""
        return shown(self.address)

    def index(self) -> Index:
        """What the site says about itself."""
        return self.ask("", Index, {"_fields": "name,namespaces"})[0]

    def me(self) -> Me:
        """Whose the credentials are."""
        return self.ask("wp/v2/users/me", Me, {"context": "edit", "_fields": "id,name,capabilities"})[0]

    def comments(
        self,
        *,
        order: Literal["asc", "desc"],
        offset: int = 0,
        many: int = PAGE,
        more: Mapping[str, str | int] | None = None,
    ) -> tuple[list[Comment], int]:
        """Comments by their number, and how many there are in all; with credentials those in every state."""
        asked: dict[str, str | int] = {"orderby": "id", "order": order, "offset": offset, "per_page": many}
        asked |= {"_fields": FIELDS, "_embed": "up"}
        if self.signed_in:
            asked |= {"context": "edit", "status": "any"}
        found, answer = self.ask("wp/v2/comments", list[Comment], {**asked, **(more or {})})
        total = answer.headers.get("x-wp-total", "")
        return found, int(total) if total.isdecimal() else offset + len(found)

    def comment(self, ident: str) -> Comment:
        """One comment."""
        return self.ask(f"wp/v2/comments/{_number(ident)}", Comment, {"context": "edit", "_fields": FIELDS})[0]

    def ask(
        self, path: str, shape: type[Shape], params: Query | None = None, *, method: str = "GET", body: object = None
    ) -> tuple[Shape, Answer]:
        """Ask the API for something of this shape."""
        known = self._http.known.get(self._key)
        answer = self._request(known or self._find_root(), path, method, body, params or {})
        if known and answer.status == 404 and _refusal(answer) is None:  # the API is no longer where it was
            del self._http.known[self._key]
            answer = self._request(self._find_root(), path, method, body, params or {})
        if answer.status in REFUSED:
            raise self._refused(answer)
        return answer.json(shape), answer

    def upload(self, path: str, shape: type[Shape], params: Query, data: bytes, headers: Mapping[str, str]) -> Shape:
        """Send a file. WordPress explains what it does not take with a 500, too."""
        root = self._http.known.get(self._key) or self._find_root()
        answer = self._http.request(
            "POST", root + path, body=data, headers=headers, params=params, auth=self._auth, accept=REFUSED | {500}
        )
        if answer.status == 500 and _refusal(answer) is None:
            raise Retry(f"{self.host} has trouble of its own with this file (it answered 500).")
        if answer.status in REFUSED or answer.status == 500:
            raise self._refused(answer)
        return answer.json(shape)

    @property
    def _key(self) -> str:
        return f"wordpress {self.address}"

    def _request(self, root: str, path: str, method: str, body: object, params: Query) -> Answer:
        return self._http.request(method, root + path, json=body, params=params, auth=self._auth, accept=REFUSED)

    def _find_root(self) -> str:
        """The API's address: as the site's own page names it, else where it usually is."""
        page = self._http.get(self.address, accept=REFUSED)
        tried = [named] if (named := _named_root(page)) else []
        tried += [f"{self.address}/wp-json/", f"{self.address}/?rest_route=/"]
        for root in tried:
            answer = self._http.get(root, params={"_fields": "name,namespaces"}, accept=REFUSED)
            if _is_api(answer):
                # after redirects, so that what is written later need not be redirected
                found = root if "rest_route" in root else answer.url.partition("?")[0]
                self._http.known[self._key] = found
                return found
            if _refusal(answer) is not None:
                raise self._refused(answer)
        raise Broken(
            f"No WordPress answers at {self.host}. Enter the address of the site as visitors see it. If it is right, a "
            "plugin may have switched the REST API off; Hubbub needs it."
        )

    def _refused(self, answer: Answer) -> RefusedError:
        refusal = _refusal(answer) or _Refusal()
        said = f" WordPress says: {plain(refusal.message)[:200]}" if refusal.message else ""
        return RefusedError(refusal.code, self._failure(answer.status, refusal.code, said))

    def _failure(self, status: int, code: str, said: str) -> Broken | Retry:
        if code == "comment_flood":
            return Retry(f"{self.host} takes one comment at a time and asks us to wait a little.", after=FLOOD)
        if status == 401 and self.signed_in:
            return Broken(
                f"{self.host} does not accept the user name and application password. {MAKE_ONE}. WordPress offers "
                f"them only over https, and some servers keep the password from WordPress.{said}"
            )
        if status == 401:
            return Broken(f"{self.host} shows this only to those who sign in. {MAKE_ONE}.{said}")
        if status == 403:
            return Broken(
                f"{self.host} does not allow this account to do it. To moderate, it needs the role Editor or "
                f"Administrator; make the application password for such an account.{said}"
            )
        if status in {404, 410}:
            return Broken(f"What was asked for is no longer there on {self.host}.{said}")
        return Broken(f"{self.host} refused (it answered {status}).{said}")


def _address(entered: str) -> str:
    """The site's address without what people copy along with it."""
    entered = entered.strip()
    if not entered:
        raise Broken("The address of the site is missing. Enter it, such as https://example.com.")
    address = entered if "://" in entered else f"https://{entered}"
    address = address.partition("#")[0].partition("?")[0]
    return re.sub(r"/(wp-admin|wp-login\.php|wp-json|index\.php)(/.*)?$", "", address).rstrip("/")


def _named_root(page: Answer) -> str:
    """The API's address in a page's headers or head; "" where it names none."""
    header = re.search(rf'<([^<>]+)>;\s*rel="?{re.escape(API)}"?', page.headers.get("link", ""))
    if header:
        return header[1]
    link = LexborHTMLParser(page.text()).css_first(f'link[rel="{API}"]')
    return (link.attributes.get("href") or "").strip() if link else ""


def _is_api(answer: Answer) -> bool:
    try:
        return "wp/v2" in msgspec.json.decode(answer.body, type=Index).namespaces
    except msgspec.MsgspecError:
        return False


def _refusal(answer: Answer) -> _Refusal | None:
    """WordPress's own explanation; None where the answer is not WordPress's."""
    try:
        refusal = msgspec.json.decode(answer.body, type=_Refusal)
    except msgspec.MsgspecError:
        return None
    return refusal if refusal.code else None


def _picture(urls: dict[str, str] | Sequence[str]) -> str:
    """The largest avatar that WordPress names."""
    return list(urls.values())[-1] if isinstance(urls, dict) and urls else ""


def _avatar(urls: dict[str, str] | Sequence[str]) -> str:
    """The part of an avatar's address that is the same whenever the same guest writes."""
    first = next(iter(urls.values()), "") if isinstance(urls, dict) else ""
    found = re.search(r"/avatar/([0-9a-f]{32,64})", first)
    return found[1] if found else ""


def utc(text: str) -> datetime | None:
    """A time as WordPress writes it; None where none stands there."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:  # "0000-00-00T00:00:00" stands at imported comments
        return None


def _number(ident: str) -> int:
    if not ident.isdecimal():
        raise Broken(f"“{ident[:40]}” is not the number of a WordPress comment.")
    return int(ident)
