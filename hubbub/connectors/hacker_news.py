"""Hacker News: stories and comments that hold certain words, by the search that Algolia keeps of it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken
from hubbub.core.post import Author, Post

from ._connector import Batch, Brand, Field, Found, Limits, ReadOnly, Settings, Tested
from ._http import Http
from ._text import links_in, plain

SEARCH = "https://hn.algolia.com"
ITEMS = "https://hacker-news.firebaseio.com"
SITE = "https://news.ycombinator.com"
PAGE = 100
REACHED = 1000  # hits that one search hands out in all, however many there are
WINDOWS = 10  # searches one after the other that one fetch may make to close a long gap
BATCH = 500
# Authors may edit and delete for two hours, and the search learns of it later: so long the newest are read again.
WATCHED = 4 * 3600  # seconds
LOOKED_AFTER = 20  # missing items that one fetch asks the site itself about
KINDS = {"both": "(story,comment)", "stories": "story", "comments": "comment"}


class _Hit(Struct, frozen=True, rename={"id": "objectID"}):
    """A story or a comment. What the search does not give is None or missing."""

    id: str
    created_at_i: int
    author: str = ""
    title: str | None = None
    url: str | None = None
    story_text: str | None = None
    comment_text: str | None = None
    story_id: int | None = None
    parent_id: int | None = None
    points: int | None = None
    num_comments: int | None = None


class _Hits(Struct, frozen=True, rename={"pages": "nbPages", "total": "nbHits"}):
    """A page of what was found."""

    hits: tuple[_Hit, ...]
    pages: int = 1
    total: int = 0


class _Item(Struct, frozen=True):
    """What the site itself says of an item; null where there is none."""

    deleted: bool = False
    dead: bool = False


class _Place(Struct, frozen=True):
    """The cursor: numbers that the search gave, no clock of ours."""

    asked: str = ""  # what was looked for; another question begins anew
    since: int = 0  # when the newest item that was taken was written, in seconds
    seen: dict[str, tuple[int, str]] = {}  # id → when, fingerprint; of those that may still change


class HackerNews(ReadOnly):
    """A connector that searches; it needs no key."""

    kind = "hacker_news"
    label = "Hacker News"
    about = "Stories and comments on Hacker News that hold your words. No account is needed."
    fields = (
        Field(
            "words",
            "Words",
            'All of them must stand there; "two words" in quotation marks stand in a row. Topics sort out the rest.',
            placeholder="acme",
        ),
        Field(
            "what",
            "Read",
            kind="choice",
            required=False,
            choices=(("both", "Stories and comments"), ("stories", "Stories"), ("comments", "Comments")),
        ),
        Field("address", "Address of the search", kind="url", required=False, placeholder=SEARCH),
    )
    family = "news"
    every = 300
    reads = frozenset({"poll", "search"})
    limits = Limits(rate="10,000 requests an hour for one address, by the search's terms")
    keyless = True
    notes = "The search knows an item a few minutes after it was written, and hands out the newest thousand at first."
    tested = (Tested("answers written after the public reference of the search and of the site's own API"),)

    def suggest(self, brand: Brand) -> Settings | None:
        """The name, as a phrase."""
        return {"words": f'"{brand.name}"'}

    def check(self, settings: Settings, http: Http) -> Found:
        """Search once."""
        search = _Search(settings, http)
        found = search.page(0, "")
        says = f"Hacker News: {found.total:,} stories and comments hold these words"
        newest = [_post(hit) for hit in found.hits[:5]]
        if newest and newest[0].published:
            says += f", the newest of {newest[0].published:%-d %B %Y}"
        return Found(says=f"{says}.", name=f"Hacker News: {search.words}"[:100], sample=newest)

    def fetch(self, settings: Settings, cursor: str, http: Http) -> Batch:
        """What is new, or was edited or taken away within its first hours."""
        search = _Search(settings, http)
        place = msgspec.json.decode(cursor, type=_Place) if cursor else _Place()
        if place.asked != search.asked:
            place = _Place(search.asked)
        hits = search.since(place.since - WATCHED if place.since else 0)
        prints = {hit.id: _fingerprint(hit) for hit in hits}
        new = [hit for hit in hits if place.seen.get(hit.id, (0, ""))[1] != prints[hit.id]]
        taken, more = new[:BATCH], len(new) > BATCH
        gone = [] if more else search.gone([number for number in place.seen if number not in prints])
        since = max([place.since, *(hit.created_at_i for hit in taken)])
        seen = place.seen | {hit.id: (hit.created_at_i, prints[hit.id]) for hit in taken}
        watched = {
            number: (when, mark)
            for number, (when, mark) in seen.items()
            if when >= since - WATCHED and number not in gone
        }
        after = _Place(search.asked, since, watched)
        return Batch([_post(hit) for hit in taken], msgspec.json.encode(after).decode(), more, gone=gone)


CONNECTOR = HackerNews()


class _Search:
    """One question to the search, and the site behind it."""

    def __init__(self, settings: Settings, http: Http) -> None:
        self.words = settings.get("words", "").strip()
        if not self.words:
            raise Broken("The words to look for are missing. Enter at least one.")
        self._address = (settings.get("address", "").strip() or SEARCH).rstrip("/")
        self._kind = KINDS.get(settings.get("what", ""), KINDS["both"])
        self._http = http
        self.asked = hashlib.sha256(f"{self._address}\0{self._kind}\0{self.words}".encode()).hexdigest()[:16]

    def page(self, number: int, between: str) -> _Hits:
        """Newest first. `between`: the search's own filter by time; "": all."""
        asked: Mapping[str, str | int] = {
            "query": self.words,
            "tags": self._kind,
            "page": number,
            "hitsPerPage": PAGE,
            "typoTolerance": "false",
            "advancedSyntax": "true",  # words in quotation marks
            **({"numericFilters": between} if between else {}),
        }
        return self._http.get(f"{self._address}/api/v1/search_by_date", params=asked).json(_Hits)

    def since(self, when: int) -> list[_Hit]:
        """All from `when` on, oldest first. One search reaches no further than its newest thousand, so that a longer
        gap is read in several, each of what stands before the one before; 0: the newest thousand are enough."""
        found: dict[str, _Hit] = {}
        before: int | None = None
        for _ in range(WINDOWS if when else 1):
            bounds = [f"created_at_i>={when}"] if when else []
            if before is not None:
                bounds.append(f"created_at_i<={before}")  # the same second again: it may have been cut
            window = self._window(",".join(bounds))
            fresh = [hit for hit in window if hit.id not in found]
            found |= {hit.id: hit for hit in window}
            if len(window) < REACHED or not fresh:
                break
            before = min(hit.created_at_i for hit in window)
        return sorted(found.values(), key=lambda hit: (hit.created_at_i, int(hit.id)))

    def _window(self, between: str) -> Sequence[_Hit]:
        hits: list[_Hit] = []
        for number in range(REACHED // PAGE):
            page = self.page(number, between)
            hits += page.hits
            if number + 1 >= page.pages or not page.hits:
                break
        return hits

    def gone(self, numbers: Iterable[str]) -> list[str]:
        """Those that are no longer there, as the site itself says: what the search lost for a while is not gone."""
        items = ITEMS if self._address == SEARCH else self._address
        gone = []
        for number in sorted(numbers, key=int)[-LOOKED_AFTER:]:
            answer = self._http.get(f"{items}/v0/item/{number}.json")
            if answer.body.strip() == b"null" or (item := answer.json(_Item)).deleted or item.dead:
                gone.append(number)
        return gone


def _fingerprint(hit: _Hit) -> str:
    """The same as long as nobody edits it; points do not matter."""
    said = "\0".join([hit.title or "", hit.url or "", hit.story_text or "", hit.comment_text or ""])
    return hashlib.sha256(said.encode()).hexdigest()[:8]


def _post(hit: _Hit) -> Post:
    html = hit.comment_text or hit.story_text or ""
    answer = hit.comment_text is not None
    links = links_in(html)
    return Post(
        id=hit.id,
        title="" if answer else plain(hit.title or ""),
        text=plain(html),
        url=f"{SITE}/item?id={hit.id}",
        type="comment" if answer else "post",
        author=Author(hit.author, handle=hit.author, url=f"{SITE}/user?id={hit.author}") if hit.author else None,
        published=datetime.fromtimestamp(hit.created_at_i, UTC),
        parent=str(hit.parent_id) if answer and hit.parent_id else "",
        thread=str(hit.story_id or hit.id),
        likes=hit.points,
        replies=None if answer else hit.num_comments,
        links=(hit.url, *links) if hit.url and not answer else links,
    )
