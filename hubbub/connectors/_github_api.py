"""GitHub's two interfaces, as far as issues and discussions go: REST for issues, GraphQL for discussions and hiding."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct, field

from hubbub.core.failures import Broken, Retry
from hubbub.core.post import Author, Post

from ._answer import Answer
from ._connector import Settings
from ._http import Http
from ._marks import uncommented
from ._pace import spent_until
from ._text import tidy

Shape = TypeVar("Shape")

API = "https://api.github.com"
PAGE = 100
VERSION = "2022-11-28"
SPENT = timedelta(minutes=5)  # where a limit is spent and nobody says for how long


class User(Struct, frozen=True):
    """Whoever writes. `id` is missing for some in GraphQL."""

    login: str = ""
    id: int = 0
    html_url: str = ""
    type: str = ""  # "User", "Organization", "Bot"
    avatar_url: str = ""

    def as_author(self) -> Author:
        """Known by number: a login can be changed."""
        return Author(str(self.id or self.login), self.login, self.login, self.html_url, picture=self.avatar_url)


class _Label(Struct, frozen=True):
    name: str = ""


class Reactions(Struct, frozen=True):
    """How many reacted, by kind."""

    up: int = field(name="+1", default=0)
    heart: int = 0
    hooray: int = 0
    rocket: int = 0


class Issue(Struct, frozen=True):
    """An issue or a pull request."""

    number: int
    title: str
    created_at: datetime
    html_url: str
    node_id: str = ""
    body: str | None = None
    user: User | None = None
    comments: int = 0
    locked: bool = False
    labels: tuple[_Label, ...] = ()
    reactions: Reactions = Reactions()
    repository_url: str = ""

    def as_post(self, whole_network: bool) -> Post:
        """`whole_network`: found by a search in all repositories, where a number alone tells nothing."""
        name = issue_id(self.number, self.repository_url if whole_network else "")
        return Post(
            id=name,
            title=tidy(self.title),
            text=tidy(uncommented(self.body or "")),
            url=self.html_url,
            author=self.user.as_author() if self.user else None,
            published=self.created_at.astimezone(UTC),
            thread=name,
            likes=_likes(self.reactions),
            replies=self.comments,
        )


class Comment(Struct, frozen=True):
    """A comment under an issue or a pull request."""

    id: int
    created_at: datetime
    html_url: str
    issue_url: str
    node_id: str = ""
    body: str | None = None
    user: User | None = None
    updated_at: datetime | None = None
    reactions: Reactions = Reactions()

    def as_post(self) -> Post:
        """Its parent is the issue: GitHub knows no answers to comments there."""
        issue = issue_id(int(self.issue_url.rpartition("/")[2]), "")
        return Post(
            id=f"comment:{self.id}",
            text=tidy(uncommented(self.body or "")),
            url=self.html_url,
            type="comment",
            author=self.user.as_author() if self.user else None,
            published=self.created_at.astimezone(UTC),
            parent=issue,
            thread=issue,
            edited=self.updated_at not in {None, self.created_at},
            likes=_likes(self.reactions),
        )


class Found(Struct, frozen=True):
    """A page of what a search found."""

    items: tuple[Issue, ...]
    total_count: int = 0


class Permissions(Struct, frozen=True):
    """What the token may do in the repository."""

    triage: bool = False
    push: bool = False
    admin: bool = False


class Repository(Struct, frozen=True):
    """A repository, and what we may do there."""

    full_name: str
    owner: User
    has_issues: bool = True
    has_discussions: bool = False
    open_issues_count: int = 0
    permissions: Permissions = Permissions()


class _Says(Struct, frozen=True):
    """GraphQL's wrapper; an error's type is a word such as NOT_FOUND."""

    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: tuple["_Wrong", ...] = ()


class _Wrong(Struct, frozen=True):
    message: str = ""
    type: str = ""


class Api:
    """GitHub, asked about one repository or all. Raises Retry and Broken alone."""

    def __init__(self, settings: Settings, http: Http) -> None:
        self.repository = settings.get("repository", "").strip().removeprefix("https://github.com/").strip("/")
        self.words = settings.get("words", "").strip()
        if not self.repository and not self.words:
            raise Broken("What to read is missing. Enter a repository such as acme/rocket, or words to look for.")
        if self.repository and self.repository.count("/") != 1:
            raise Broken("A repository is written as its owner and its name: acme/rocket.")
        self._address = (settings.get("address", "").strip() or API).rstrip("/")
        self._token = settings.get("token", "").strip()
        self._http = http

    @property
    def signed_in(self) -> bool:
        """Whether there is a token."""
        return bool(self._token)

    @property
    def host(self) -> str:
        """For showing."""
        return urlsplit(self._address).netloc.rpartition("@")[2]

    def in_repository(self, path: str) -> str:
        """An address below the repository. Raises Broken where posts come from all of them."""
        if not self.repository:
            raise Broken("A search in all repositories can only be read. Add the repository as a source of its own.")
        return f"repos/{self.repository}/{path}" if path else f"repos/{self.repository}"

    def get(self, path: str, shape: type[Shape], params: Mapping[str, str | int] | None = None) -> Shape:
        """Read."""
        return self._ask("GET", path, params=params).json(shape)

    def send(self, method: str, path: str, body: object, shape: type[Shape]) -> Shape:
        """Write, and read what stands there then."""
        return self._ask(method, path, body=body).json(shape)

    def tell(self, method: str, path: str, body: object = None, *, accept: Collection[int] = ()) -> None:
        """Write where the answer says nothing that we need; it must be GitHub's all the same."""
        answer = self._ask(method, path, body=body, accept=accept)
        if answer.status != 204:
            answer.json(msgspec.Raw)

    def there(self, path: str) -> bool:
        """Whether something stands at an address: not where it was deleted or moved away."""
        answer = self._ask("GET", path, accept=(301, 404, 410))
        if answer.status == 200:
            answer.json(msgspec.Raw)
        return answer.status in {200, 204}

    def graph(self, query: str, variables: Mapping[str, object], shape: type[Shape], *, missing: bool = False) -> Shape:
        """Ask GraphQL. Its errors come with 200. `missing`: what is not there is null, and no failure."""
        root = self._address.removesuffix("/api/v3")
        path = "/api/graphql" if root != self._address else "/graphql"
        answer = self._ask("POST", f"{root}{path}", body={"query": query, "variables": variables})
        said = answer.json(_Says)
        if wrong := [one for one in said.errors if not (missing and one.type == "NOT_FOUND")]:
            raise self._wrong(wrong[0], answer.host)
        return msgspec.json.decode(said.data, type=shape)

    def _ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: object = None,
        accept: Collection[int] = (),
    ) -> Answer:
        headers = {"accept": "application/vnd.github+json", "x-github-api-version": VERSION}
        if self._token:
            headers["authorization"] = f"Bearer {self._token}"
        url = path if "://" in path else f"{self._address}/{path}"
        taken = {401, 403, 404, 422, *accept}
        answer = self._http.request(method, url, params=params, json=body, headers=headers, accept=taken)
        if answer.status < 400 or answer.status in accept:
            return answer
        raise self._refused(answer)

    def _refused(self, answer: Answer) -> Retry | Broken:
        host, headers = answer.host, answer.headers
        if answer.status == 403 and ("retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"):
            after, now = headers.get("retry-after", ""), datetime.now(UTC)
            anew = (spent_until(headers, now) or now + SPENT) - now
            return Retry(
                f"{host} had as many requests as it allows for now."
                + ("" if self._token else " With a token it allows eighty times as many."),
                after=timedelta(seconds=int(after)) if after.isdecimal() else anew,
            )
        if answer.status == 401:
            return Broken(f"{host} does not accept the token (or password): make a new one and enter it.", sign_in=True)
        if answer.status == 403:
            return Broken(f"{host} does not allow this. Check what the token may do: it needs write access to issues.")
        if answer.status == 404:
            return Broken(
                f"{host} shows nothing at this address. Check the repository's name; a private one needs a token."
            )
        return Broken(f"{host} refuses this as not valid: the words, the label or the name may not be right.")

    @staticmethod
    def _wrong(error: _Wrong, host: str) -> Retry | Broken:
        if error.type == "RATE_LIMITED":
            return Retry(f"{host} had as many requests as it allows for now.", after=SPENT)
        if error.type == "NOT_FOUND":
            return Broken(f"{host} shows nothing there: it was deleted, or the token may not see it.")
        if error.type in {"FORBIDDEN", "INSUFFICIENT_SCOPES"}:
            return Broken(f"{host} does not allow this. Check what the token may do.")
        return Broken(f"{host} refuses this ({error.type or 'no reason given'}).")


def issue_id(number: int, repository: str) -> str:
    """Our id of an issue: with its repository where several are read."""
    return f"issue:{'/'.join(repository.split('/')[-2:])}#{number}" if repository else f"issue:{number}"


def _likes(reactions: Reactions) -> int:
    return reactions.up + reactions.heart + reactions.hooray + reactions.rocket
