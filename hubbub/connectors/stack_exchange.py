"""Stack Exchange: questions on one of its sites (Stack Overflow, Super User …) and the answers to them."""

import hashlib
import html
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken, Retry
from hubbub.core.post import Author, Media, Post

from ._connector import Batch, Brand, Field, Found, Limits, ReadOnly, Reads, Settings, Tested
from ._http import Http
from ._newest import Entry, Line, entry, follow
from ._text import images_in, links_in, plain

API = "https://api.stackexchange.com"
PAGE = 100
DEEPEST = 5  # pages at the first reading; three hundred questions to the API are all that a day gives without a key
ASKED_ABOUT = 100  # questions whose answers are followed, the newest: as many as one call may name
SHORT = 10  # seconds that are waited in place
REST = timedelta(hours=1)  # after a violation of the limits that does not say how long it lasts


class _Owner(Struct, frozen=True):
    display_name: str = ""
    user_id: int | None = None  # None: the account is deleted
    link: str = ""


class _Item(Struct, frozen=True):
    """A question or an answer. Names, titles and bodies are HTML."""

    creation_date: int
    question_id: int
    answer_id: int | None = None
    title: str = ""
    body: str = ""
    link: str = ""
    tags: tuple[str, ...] = ()
    owner: _Owner | None = None
    score: int | None = None
    view_count: int | None = None
    answer_count: int | None = None
    last_edit_date: int | None = None


class _Items(Struct, frozen=True):
    """The wrapper around every answer of the API."""

    items: tuple[_Item, ...] = ()
    has_more: bool = False
    quota_remaining: int | None = None
    backoff: int = 0  # seconds before the same is asked again
    error_id: int = 0
    error_name: str = ""
    error_message: str = ""


class _Place(Struct, frozen=True):
    """The cursor."""

    asked: str = ""
    questions: Line = Line()
    answers: Line = Line()


class StackExchange(ReadOnly):
    """A connector that reads; a key of one's own makes it read more often."""

    kind = "stack_exchange"
    label = "Stack Exchange"
    about = "Questions and answers on Stack Overflow and its sister sites. No account is needed."
    family = "news"
    fields = (
        Field("site", "Site", "As its address begins: stackoverflow, superuser, cooking.", placeholder="stackoverflow"),
        Field("words", "Words", "That stand in the question; empty: see tags.", required=False, placeholder="acme"),
        Field("tags", "Tags", "Separated by spaces; a question needs all of them.", required=False),
        Field("key", "Key", "Without one, 300 requests a day serve about one source.", kind="secret", required=False),
        Field("address", "Address of the API", kind="url", required=False, placeholder=API),
    )
    every = 1200
    reads: ClassVar[frozenset[Reads]] = frozenset({"poll", "search", "replies"})
    limits = Limits(rate="300 requests a day for one address, 10,000 with a key")
    keys = (
        "Nothing is needed for one or two sources. For more, register an application at "
        "[stackapps.com](https://stackapps.com/apps/oauth/register): any name will do, and no sign-in is asked for. "
        "Copy its **Key** (not the client secret)."
    )
    keyless = True
    notes = "Answers are followed for the newest hundred questions that were found; comments are not read."
    tested = (Tested("answers written after the public reference of the API, version 2.3"),)

    def suggest(self, brand: Brand) -> Settings | None:
        """The name, on the largest of the sites."""
        return {"site": "stackoverflow", "words": brand.name}

    def check(self, settings: Settings, http: Http) -> Found:
        """Search once."""
        site = _Site(settings, http)
        page = site.questions(1)
        newest = [_post(item) for item in page.items[:5]]
        says = f"{site.name}: {len(page.items)}{'+' if page.has_more else ''} questions"
        if newest and newest[0].published:
            says += f", the newest of {newest[0].published:%-d %B %Y}"
        if page.quota_remaining is not None:
            says += f". {page.quota_remaining:,} requests are left for today"
        return Found(f"{says}.", f"{site.name}: {site.looked_for}"[:100], sample=newest)

    def fetch(self, settings: Settings, cursor: str, http: Http) -> Batch:
        """New, edited and deleted questions; then the answers to the newest of those that are known."""
        site = _Site(settings, http)
        place = msgspec.json.decode(cursor, type=_Place) if cursor else _Place()
        if place.asked != site.asked:
            place = _Place(site.asked)
        questions = follow(place.questions, lambda page: _page(site.questions(page)), deepest=DEEPEST, watched=500)
        posts, gone, answers, more = list(questions.posts), list(questions.gone), place.answers, questions.more
        newest = list(questions.line.seen)[-ASKED_ABOUT:]
        if newest and not more:  # an answer comes after its question
            found = follow(
                answers, lambda page: _page(site.answers(newest, page), site.home), deepest=DEEPEST, watched=500
            )
            posts += found.posts
            gone += found.gone
            answers, more = found.line, found.more
        cursor = msgspec.json.encode(_Place(site.asked, questions.line, answers)).decode()
        gone = site.not_there(gone)
        return Batch(posts, cursor, more and site.rested(), gone=gone)


CONNECTOR = StackExchange()


class _Site:
    """One site, and what is looked for there."""

    def __init__(self, settings: Settings, http: Http) -> None:
        self.name = settings.get("site", "").strip().removeprefix("https://").partition("/")[0].removesuffix(".com")
        words, tags = settings.get("words", "").strip(), settings.get("tags", "").split()
        if not self.name:
            raise Broken("The name of the site is missing. Enter it, for example stackoverflow.")
        if not words and not tags:
            raise Broken("What to look for is missing. Enter words or tags.")
        self.looked_for = " ".join([words, *(f"[{tag}]" for tag in tags)]).strip()
        self._search = {**({"q": words} if words else {}), **({"tagged": ";".join(tags)} if tags else {})}
        self._key = settings.get("key", "").strip()
        self._address = (settings.get("address", "").strip() or API).rstrip("/")
        self._http = http
        self._rest: dict[str, int] = {}  # method → seconds that it asked to be left alone
        self.home = ""  # the address of the site itself, as links to its questions begin
        self.asked = hashlib.sha256(f"{self._address} {self.name} {self.looked_for}".encode()).hexdigest()[:16]

    def questions(self, page: int) -> _Items:
        """What the search finds, newest first."""
        found = self._ask("search/advanced", {**self._search, "sort": "creation", "order": "desc", "page": page})
        link = next((urlsplit(item.link) for item in found.items if item.link), None)
        self.home = f"{link.scheme}://{link.netloc}" if link else self.home
        return found

    def answers(self, questions: Sequence[str], page: int) -> _Items:
        """To these questions, newest first."""
        numbers = _numbers(questions)
        return self._ask(f"questions/{numbers}/answers", {"sort": "creation", "order": "desc", "page": page})

    def not_there(self, posts: Iterable[str]) -> list[str]:
        """Those that are no longer there: what a search or a list of questions no longer brings may well stand."""
        gone = list(posts)[:PAGE]
        there: set[str] = set()
        for kind in ("question", "answer"):
            if asked := [one for one in gone if one.startswith(kind)]:
                there |= {_id(item) for item in self._ask(f"{kind}s/{_numbers(asked)}", {}).items}
        return [one for one in gone if one not in there]

    def rested(self) -> bool:
        """Wait as long as it asked for, if that is short; False where going on must wait for the next poll."""
        longest = max(self._rest.values(), default=0)
        if longest > SHORT:
            return False
        self._http.pause(longest)
        return True

    def _ask(self, path: str, params: Mapping[str, str | int]) -> _Items:
        method = path.partition("/")[0]
        if self._rest.get(method):
            self._http.pause(self._rest.pop(method))
        key = {"key": self._key} if self._key else {}
        answer = self._http.get(
            f"{self._address}/2.3/{path}",
            params={**params, **key, "site": self.name, "pagesize": PAGE, "filter": "withbody"},
            accept=(400,),
        )
        said = answer.json(_Items)
        if answer.status == 400:
            raise _refusal(said, answer.host)
        self._rest[method] = said.backoff
        return said


def _refusal(said: _Items, host: str) -> Retry | Broken:
    """The API's own errors, all of which it answers with 400."""
    if said.error_name == "throttle_violation":
        seconds = [int(word) for word in said.error_message.split() if word.isdecimal()]
        after = timedelta(seconds=seconds[-1]) if seconds else REST
        return Retry(f"{host} had too many requests from here for today or for now.", after=after)
    if said.error_name in {"temporarily_unavailable", "internal_error"}:
        return Retry(f"{host} has trouble of its own ({said.error_name}).")
    if "key" in said.error_message.lower():
        return Broken(f"{host} does not accept the key. Enter it anew, or leave it empty.", sign_in=True)
    if "site" in said.error_message.lower():
        return Broken(f"{host} knows no site of this name. Check it: stackoverflow, superuser, cooking …")
    return Broken(f"{host} refuses the request ({said.error_name or 'no reason given'}).")


def _numbers(posts: Iterable[str]) -> str:
    return ";".join(post.partition(":")[2] for post in posts)


def _page(said: _Items, home: str = "") -> tuple[Sequence[Entry], bool]:
    return [entry(_post(item, home)) for item in said.items], not said.has_more


def _id(item: _Item) -> str:
    return f"question:{item.question_id}" if item.answer_id is None else f"answer:{item.answer_id}"


def _post(item: _Item, home: str = "") -> Post:
    """`home`: the site's address, for answers, of which the API gives no link unless it is asked in other ways."""
    question = item.answer_id is None
    owner = item.owner or _Owner()
    name = html.unescape(owner.display_name)
    return Post(
        id=_id(item),
        title=html.unescape(item.title) if question else "",
        text=plain(item.body),
        url=item.link or (f"{home}/a/{item.answer_id}" if home and not question else ""),
        type="post" if question else "comment",
        author=Author(str(owner.user_id), handle=name, name=name, url=owner.link) if owner.user_id else None,
        published=datetime.fromtimestamp(item.creation_date, UTC),
        parent="" if question else f"question:{item.question_id}",
        thread=f"question:{item.question_id}",
        edited=item.last_edit_date is not None,
        likes=None if item.score is None else max(0, item.score),
        replies=item.answer_count,
        views=item.view_count,
        links=links_in(item.body),
        media=tuple(Media("image", url) for url in images_in(item.body)),
    )
