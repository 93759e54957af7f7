"""How a Mastodon server is asked: the public API, as Mastodon documents it, as far as it is used."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlsplit

from msgspec import Struct

from hubbub.core.failures import Broken

from ._answer import Answer
from ._asking import Body
from ._connector import Settings
from ._http import Http
from ._mastodon_posts import Account, Notification, Status, order

PAGE = 40  # the most that a timeline hands out at once
MODERATING = 0x1 | 0x10 | 0x400  # of a role's permissions: administrator, manage reports, manage users
# what is read → where it is asked; a hashtag has an address of its own
TIMELINES: Mapping[str, str] = {
    "public": "/api/v1/timelines/public",
    "local": "/api/v1/timelines/public",
    "home": "/api/v1/timelines/home",
    "notifications": "/api/v1/notifications",
    "search": "/api/v2/search",
    "reports": "/api/v1/admin/reports",
}
NEEDS_TOKEN = frozenset({"home", "notifications", "search", "reports"})


class _Search(Struct, frozen=True):
    statuses: tuple[Status, ...] = ()


class _Counts(Struct, frozen=True):
    max_characters: int | None = None
    max_media_attachments: int | None = None


class _Files(Struct, frozen=True):
    supported_mime_types: tuple[str, ...] = ()
    description_limit: int | None = None
    image_size_limit: int | None = None
    video_size_limit: int | None = None


class _Urls(Struct, frozen=True):
    streaming: str | None = None


class _Configuration(Struct, frozen=True):
    statuses: _Counts = _Counts()
    media_attachments: _Files = _Files()
    urls: _Urls = _Urls()


class Instance(Struct, frozen=True):
    """The server about itself."""

    title: str = ""
    configuration: _Configuration = _Configuration()
    max_toot_chars: int | None = None  # Pleroma's word


class _App(Struct, frozen=True):
    scopes: tuple[str, ...] = ()


class Item(Struct, frozen=True):
    """A line of what is read: its own number there, and the post."""

    key: str
    status: Status


class Server:
    """A server, asked with the token that the settings hold, if any."""

    def __init__(self, settings: Settings, http: Http) -> None:
        """Raises Broken where the address is missing or none."""
        given = settings.get("site", "").strip()
        parts = urlsplit(given if "://" in given else f"https://{given}")
        if not given or not parts.netloc:
            raise Broken("The address of the server is missing. It looks like https://mastodon.social.")
        self.host = parts.netloc.rpartition("@")[2]
        self.address = f"{parts.scheme}://{self.host}"
        self.reads = settings.get("read") or "hashtag"
        self.what = settings.get("what", "").strip()
        self._token = settings.get("token", "").strip()
        self._http = http

    @property
    def signed_in(self) -> bool:
        """Whether there is a token."""
        return bool(self._token)

    @property
    def headers(self) -> dict[str, str]:
        """What says who we are."""
        return {"authorization": f"Bearer {self._token}"} if self._token else {}

    @property
    def tag(self) -> str:
        """The hashtag that is read. Raises Broken where it is missing."""
        tag = self.what.lstrip("#").strip()
        if not tag or re.search(r"\s", tag):
            raise Broken(f"Which hashtag is to be read on {self.host}? Enter one word, for example acme.")
        return tag

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        params: Mapping[str, str | int] | None = None,
        json: object = None,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
        accept: frozenset[int] = frozenset(),
    ) -> Answer:
        """The answer. Raises Retry or Broken."""
        closed = frozenset() if self._token else frozenset({401, 422})
        answer = self._http.request(
            method,
            self.address + path,
            params=params,
            json=json,
            body=body,
            headers={**self.headers, **(headers or {})},
            accept=accept | closed,
        )
        if answer.status in closed - accept:
            raise Broken(
                f"{self.host} shows this only to those who sign in there. Sign in, or enter an access token.",
                sign_in=True,
            )
        return answer

    def instance(self) -> Instance:
        """The server about itself; older ones know only the first form of that page."""
        answer = self.ask("/api/v2/instance", accept=frozenset({404}))
        return (answer if answer.status == 200 else self.ask("/api/v1/instance")).json(Instance)

    def me(self) -> Account:
        """Our own account. Raises Broken where it has moved away: nothing can be said as it any more."""
        me = self.ask("/api/v1/accounts/verify_credentials").json(Account)
        if me.moved is not None:
            raise Broken(
                f"@{me.username}@{self.host} has moved to another account. Sign in with that one, on its server.",
                sign_in=True,
            )
        return me

    def moderates(self, me: Account) -> bool:
        """Whether we may use the moderators' part of the API: by the account's role, and by what the token is for."""
        bits = str(me.role.permissions if me.role else 0)
        if not bits.isdecimal() or not int(bits) & MODERATING:
            return False
        closed = frozenset({401, 403, 404})
        return self.ask(TIMELINES["reports"], params={"limit": 1}, accept=closed).status not in closed

    def may_write(self) -> bool:
        """Whether the app that the token belongs to may write; True where the server does not say."""
        answer = self.ask("/api/v1/apps/verify_credentials", accept=frozenset({401, 403, 404}))
        scopes = answer.json(_App).scopes if answer.status == 200 else ()
        return not scopes or any(scope.partition(":")[0] == "write" for scope in scopes)

    def page(self, before: str = "", limit: int = PAGE) -> Sequence[Item]:
        """A page of what is read, newest first: the newest, or what stands before that number.

        It may hold fewer than it could, because servers leave out what was muted; only an empty one is the end.
        """
        if self.reads in NEEDS_TOKEN and not self._token:
            raise Broken(
                f"Without an account only hashtags and the public timeline of {self.host} can be read. Sign in, or "
                "enter an access token.",
                sign_in=True,
            )
        params: dict[str, str | int] = {"limit": limit}
        if before:
            params["max_id"] = before
        items = self._items(params)
        # a server that does not know max_id here gives the newest again: then there is nothing before
        return [item for item in items if not before or order(item.key) < order(before)]

    def _items(self, params: dict[str, str | int]) -> Sequence[Item]:
        if self.reads == "notifications":
            told = self.ask(TIMELINES["notifications"], params={**params, "types[]": "mention"})
            return [
                Item(one.id, one.status)
                for one in told.json(tuple[Notification, ...])
                if one.status and one.type == "mention"
            ]
        if self.reads == "search":
            found = self.ask(TIMELINES["search"], params={**params, "q": self.words, "type": "statuses"})
            return [Item(one.id, one) for one in found.json(_Search).statuses]
        path = TIMELINES.get(self.reads) or f"/api/v1/timelines/tag/{quote(self.tag, safe='')}"
        if self.reads == "local":
            params["local"] = "true"
        return [Item(one.id, one) for one in self.ask(path, params=params).json(tuple[Status, ...])]

    @property
    def words(self) -> str:
        """What is searched for. Raises Broken where it is missing."""
        if not self.what:
            raise Broken(f"Which words are to be searched for on {self.host}? Enter them.")
        return self.what

    def status(self, number: str) -> Status | None:
        """A post; None where it is gone, or closed to us."""
        answer = self.ask(f"/api/v1/statuses/{quote(number, safe='')}", accept=frozenset({404, 410}))
        return answer.json(Status) if answer.status == 200 else None
