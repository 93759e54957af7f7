"""An Isso server: its public API, and its admin page, which is the only place that shows what waits for approval."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser, LexborNode

from hubbub.core.failures import Broken
from hubbub.core.post import Author, Post, PostState

from ._answer import Answer, shown
from ._connector import Settings
from ._http import Http
from ._marks import unmarked
from ._text import links_in, plain, tidy

REFUSED = frozenset({400, 403, 404})
ADMIN_PAGE = 100  # comments on one page of the admin's list
VALID, PENDING, DELETED = 1, 2, 4
STATES: Mapping[int, PostState] = {VALID: "visible", PENDING: "pending", DELETED: "removed"}
WRONG = (
    "{host} does not accept the admin password. It stands in the server's configuration, in the section [admin]; "
    "there, “enabled = true” is needed, too"
)


class Comment(Struct, frozen=True):
    """A comment as the public API gives it, or as the admin page shows it (then with `key`, without `created`)."""

    id: int
    mode: int = VALID
    text: str = ""  # HTML in the public API, else as it was written
    author: str | None = None
    website: str | None = None
    email: str = ""
    hash: str = ""
    parent: int | None = None
    created: float | None = None
    modified: float | None = None
    likes: int | None = None
    uri: str = ""
    title: str = ""
    key: str = ""  # what the admin page lets one moderate it with
    replies: tuple["Comment", ...] = ()

    @property
    def print(self) -> str:
        """The same as long as nobody edits or moderates it; whether the public API or the admin page showed it."""
        text = self.text if self.key else plain(self.text)
        said = f"{self.mode}\0{self.author or ''}\0{self.uri}\0{tidy(text)}"
        return hashlib.sha256(said.encode()).hexdigest()[:8]

    def as_post(self, server: str, home: str) -> Post:
        """The comment as a post; `home` is the address of the site whose pages are commented, "" if not known."""
        name = tidy(plain(self.author or ""))[:250]
        url = self.website or ""
        text = tidy(unmarked(self.text)) if self.key else unmarked(plain(self.text))
        return Post(
            id=str(self.id),
            text=text,
            title=self.title,
            url=f"{home}{self.uri}#isso-{self.id}" if home else "",
            type="comment",
            author=Author(
                id=author_id(server, self.email, self.hash, name),
                name=name,
                url=url if url.startswith(("http://", "https://")) else "",
            ),
            published=datetime.fromtimestamp(self.created, UTC) if self.created else None,
            parent=str(self.parent) if self.parent else "",
            thread=self.uri,
            edited=self.modified is not None,
            state=STATES.get(self.mode, "hidden"),
            likes=self.likes,
            links=links_in(self.text) if not self.key else (),
        )


class Talk(Struct, frozen=True):
    """The comments on one page."""

    replies: tuple[Comment, ...] = ()
    total_replies: int = 0


def author_id(server: str, email: str, public_hash: str, name: str) -> str:
    """The same for the same guest: by e-mail address (which is not kept), else as the server tells them apart."""
    told_by = email.strip().lower() or public_hash or name
    digest = hashlib.sha256(f"{server}\0{told_by}".encode()).hexdigest()
    return f"guest:{digest[:20]}"


class Server:
    """One Isso server and, where there is a password, its admin. Methods raise Retry or Broken."""

    def __init__(self, settings: Settings, http: Http) -> None:
        """Raises Broken where the settings cannot be right."""
        self.address = _address(settings.get("site", ""))
        self.home = settings.get("home", "").strip().rstrip("/")
        self._password = settings.get("password", "").strip()
        self._http = http

    @property
    def host(self) -> str:
        """The server, for showing."""
        return shown(self.address)

    @property
    def signed_in(self) -> bool:
        """Whether there is an admin password."""
        return bool(self._password)

    def talk(self, uri: str) -> list[Comment]:
        """All published comments on a page of the site, each with its parent."""
        answer = self._http.get(f"{self.address}/", params={"uri": uri}, accept={404})
        if answer.status == 404:  # no comment there yet, or none any more
            return []
        found = [one for top in answer.json(Talk).replies for one in (top, *top.replies)]
        return [replace(one, uri=uri, replies=()) for one in found if one.mode == VALID]

    def latest(self, many: int) -> list[Comment]:
        """The newest published comments of the whole site. Raises Broken where the server does not offer them."""
        answer = self._http.get(f"{self.address}/latest", params={"limit": many}, accept={404})
        if answer.status == 404:
            raise Broken(
                f"{self.host} does not list its latest comments. Enter the admin password or the pages to read, or "
                "set “latest-enabled = true” in the server's configuration. If no Isso runs there, check the address."
            )
        return answer.json(list[Comment])

    def admin(self, mode: int, page: int, *, newest: bool = False) -> list[Comment]:
        """One page of the admin's list of comments in a state, oldest first, or newest first."""
        return self._listed({"mode": mode, "page": page, "order_by": "id", "asc": 0 if newest else 1})

    def comment(self, ident: str) -> Comment | None:
        """One comment in whatever state, with what is needed to moderate it; None where it is gone."""
        if not ident.isdecimal():
            raise Broken(f"“{ident[:40]}” is not the number of an Isso comment.")
        found = self._listed({"comment_search_url": f"{self.address}/#isso-{ident}"})
        return next((one for one in found if one.id == int(ident) and one.mode != DELETED), None)

    def moderate(self, comment: Comment, what: str, body: object = None) -> Answer:
        """Do "activate", "delete" or "edit" to a comment that the admin page showed."""
        url = f"{self.address}/id/{comment.id}/{what}/{comment.key}"
        return self._http.post(url, json=body, accept=REFUSED)

    def say(self, uri: str, body: Mapping[str, object]) -> Answer:
        """Write a comment, as visitors do."""
        return self._http.post(f"{self.address}/new", params={"uri": uri}, json=body, accept=REFUSED)

    def _listed(self, params: Mapping[str, str | int]) -> list[Comment]:
        if not self.signed_in:
            raise Broken(f"Without its admin password {self.host} can only be read. Enter the password.")
        key = f"isso {self.address} {hashlib.sha256(self._password.encode()).hexdigest()}"
        fresh = key not in self._http.known
        if fresh:
            self._http.known[key] = self._sign_in()
        page = self._admin_page(params, self._http.known[key])
        if page is None and not fresh:  # the session lasts a day
            self._http.known[key] = self._sign_in()
            page = self._admin_page(params, self._http.known[key])
        if page is None:
            self._http.known.pop(key, None)
            raise Broken(f"{WRONG.format(host=self.host)}.", sign_in=True)
        return [_shown(node) for node in page.css(".isso-comment")]

    def _admin_page(self, params: Mapping[str, str | int], session: str) -> LexborHTMLParser | None:
        headers = {"cookie": f"admin-session={session}"}
        page = LexborHTMLParser(self._http.get(f"{self.address}/admin/", params=params, headers=headers).text())
        return page if page.css_first("#isso-root") else None

    def _sign_in(self) -> str:
        door = LexborHTMLParser(self._http.get(f"{self.address}/admin/").text())
        if not any("Isso" in title.text() for title in door.css("title, h1")):
            raise Broken(
                f"No Isso answers at {self.host}. Check the address: enter that of the server, not the site's."
            )
        answer = self._http.post(f"{self.address}/login/", form={"password": self._password}, accept={302})
        found = re.search(r"(?:^|[,\s])admin-session=([^;,\s]+)", answer.headers.get("set-cookie", ""))
        if not found:
            raise Broken(f"{WRONG.format(host=self.host)}.", sign_in=True)
        return found[1]


def _shown(node: LexborNode) -> Comment:
    """A comment as the admin page shows it."""
    number = (node.attributes.get("id") or "").removeprefix("isso-")
    html = node.html or ""
    key = re.search(rf"send_edit\({number}, ?(?:'|&#39;)([^'&]+)", html)
    label = node.css_first(".label")
    text = node.css_first(f"#isso-text-{number}")
    name, email = node.css_first(f"#isso-author-{number}"), node.css_first(f"#isso-email-{number}")
    website, place = node.css_first(f"#isso-website-{number}"), node.css_first(".isso-comment-header a")
    title = place.parent.text(deep=False) if place is not None and place.parent is not None else ""
    kind = (label.attributes.get("class") or "") if label else ""
    author = name.text() if name else ""
    return Comment(
        id=int(number),
        mode=PENDING if "pending" in kind else DELETED if "staled" in kind else VALID,
        text=text.text() if text else "",
        author="" if author == "Anonymous" else author,
        website=website.text() if website else "",
        email=email.text() if email else "",
        uri=(place.attributes.get("href") or "") if place is not None else "",
        title=re.sub(r"^\s*Thread:\s*|\s*\(\s*\)\s*$", "", title).strip(),
        key=key[1] if key else "",
    )


def pages_in(entered: str) -> Sequence[str]:
    """The pages of a site as Isso names them, from addresses or paths, one a line or separated by blanks."""
    pages = (re.sub(r"^https?://[^/]+", "", one) or "/" for one in re.split(r"[\s,]+", entered.strip()) if one)
    return tuple(dict.fromkeys(pages))


def _address(entered: str) -> str:
    entered = entered.strip()
    if not entered:
        raise Broken("The address of the Isso server is missing. Enter it, such as https://comments.example.com.")
    address = entered if "://" in entered else f"https://{entered}"
    address = address.partition("#")[0].partition("?")[0]
    return re.sub(r"/(admin|login)/?$", "", address).rstrip("/")
