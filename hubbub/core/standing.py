"""A person's history as a rule sees it: what they posted before, counted as of the post at hand.

All of it is counted over the person's earlier posts in one workspace, by all their identities: those published before
the post at hand, and those published in the same moment and read before it. What we write ourselves is nobody's
history. Windows are open at their far end: a post of exactly 24 hours ago is not among those of the last 24 hours.

- `posts_24h`: how many in the 24 hours before;
- `removed_share`: of those in the 90 days before, the share that a decision hid or removed by the time the post at
  hand was read; a decision that was taken back never was;
- `same_links`: how many of those in the 90 days before carry a link of the post at hand, whatever follows for
  tracking; 0 where it has none;
- `self_promotion`: of those in the 90 days before, at least four, the share that links to what is theirs, or praises it
  (a promotion, or in a positive mood, that names it). Theirs is the site that their profile names, unless it is the
  network's own, and the site that they linked to most often, at least twice; of several as often, each. A site that is
  everybody's (a video platform, a shortener) is nobody's; there a channel or account counts. With fewer posts: 0;
- `strikes`: the points that had been given by the time the post at hand was read and had not expired.

Who has no earlier post has a history of zeros: that is known. A post without an author is by somebody new.
"""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter

from msgspec import Struct

from .facts import Intent, Sentiment
from .owns import link_of, named_by, site_of
from .plan import RuleOutcome
from .post import Post
from .query import tokens
from .query.lookup import below
from .query.reading import host, urls

DAY = timedelta(hours=24)
WINDOW = timedelta(days=90)
LEAST = 4  # posts from which on a share of self-promotion says something
OFTEN = 2  # posts that link to a site before it may be theirs
HISTORY = frozenset({"posts_24h", "removed_share", "same_links", "self_promotion", "strikes"})
SHORT = frozenset({"posts_24h", "strikes"})  # what a day of posts is enough for
TAKES_AWAY: frozenset[RuleOutcome] = frozenset({"hide", "remove"})  # what a decision hides or removes here
FIRST = 1 << 62  # orders of posts that are not stored yet begin here: they come after all that are


class Strike(Struct, frozen=True):
    """Points that count against a person from one moment until another; None: for good."""

    points: int
    given: datetime
    until: datetime | None = None


class Past:
    """One post of a person, as far as it counts for later ones."""

    __slots__ = ("_links", "_sites", "decided", "order", "post", "praises", "published", "ruled",
                 "taken_away", "undone")  # fmt: skip

    def __init__(
        self,
        post: Post,
        published: datetime,
        order: int,
        *,
        taken_away: bool | None = None,
        decided: datetime | None = None,
        praises: bool = False,
    ) -> None:
        """`order`: of two posts of one moment the smaller was read first. `taken_away`: whether a decision hid or
        removed it; None: nothing was decided. `praises`: it is a promotion, or in a positive mood."""
        self.post = post
        self.published = published
        self.order = order
        self.taken_away = taken_away
        self.decided = decided
        self.praises = praises
        self.ruled = False  # whether the rules that are being tried take it away,
        self.undone: datetime | None = None  # until people took that back
        self._links: frozenset[str] | None = None
        self._sites: frozenset[str] | None = None

    def gone(self, at: datetime) -> bool:
        """Whether it had been taken away by then."""
        if self.taken_away is not None and self.decided is not None and self.decided <= at:
            return self.taken_away
        return self.ruled and (self.undone is None or at < self.undone)

    @property
    def links(self) -> frozenset[str]:
        """What it links to."""
        if self._links is None:
            self._links = frozenset(link_of(url) for url in _urls(self.post))
        return self._links

    @property
    def sites(self) -> frozenset[str]:
        """The sites that it links to, but for the one that it stands on."""
        if self._sites is None:
            home = site_of(self.post.url) if self.post.url else ""
            self._sites = frozenset(site for url in _urls(self.post) if (site := site_of(url)) and site != home)
        return self._sites

    @property
    def profile(self) -> str:
        """The site that its author's profile names; "" where that is the network's own."""
        author = self.post.author
        if author is None or not author.url:
            return ""
        home = host(self.post.url) if self.post.url else ""
        theirs = host(author.url)
        return site_of(author.url) if home and theirs and theirs != home else ""

    def about(self, theirs: Sequence[str]) -> bool:
        """Whether it links to one of these sites, or praises one."""
        if any(below(site, one) for one in self.sites for site in theirs):
            return True
        if not self.praises:
            return False
        said = f" {' '.join(tokens(self.post.title))} | {' '.join(tokens(self.post.text))} "
        return any((name := named_by(site)) and f" {name} " in said for site in theirs)


_NO_URLS: tuple[str, ...] = ()


def _urls(post: Post) -> Sequence[str]:
    text = [post.text[start:end] for start, end in urls(post.text)]
    if post.title:
        text += [post.title[start:end] for start, end in urls(post.title)]
    return (*post.links, *text) if post.links or text else _NO_URLS


_BY_TIME = attrgetter("published", "order")


class Record:
    """One person's posts, in order of time. Posts are added as they are judged."""

    __slots__ = ("_keys", "posts", "strikes")

    def __init__(self, posts: Iterable[Past] = (), strikes: Sequence[Strike] = ()) -> None:
        self.posts = sorted(posts, key=_BY_TIME)
        self._keys = [_BY_TIME(past) for past in self.posts]
        self.strikes = strikes

    def add(self, past: Past) -> None:
        """One post more, at its place."""
        key = _BY_TIME(past)
        if not self._keys or key > self._keys[-1]:
            self.posts.append(past)
            self._keys.append(key)
            return
        insort(self.posts, past, key=_BY_TIME)
        insort(self._keys, key)

    def at(self, published: datetime, order: int) -> Past | None:
        """The post of that place, if it is here."""
        place = bisect_left(self._keys, (published, order))
        found = self.posts[place] if place < len(self.posts) else None
        return found if found and (found.published, found.order) == (published, order) else None

    def within(self, window: timedelta, published: datetime, order: int) -> tuple[int, int]:
        """From which to before which of the posts are those of the time before a post."""
        try:
            since = published - window
        except OverflowError:
            return 0, bisect_left(self._keys, (published, order))
        return bisect_right(self._keys, (since, FIRST << 1)), bisect_left(self._keys, (published, order))

    def before(self, window: timedelta, published: datetime, order: int) -> list[Past]:
        """The posts of the time before a post."""
        first, last = self.within(window, published, order)
        return self.posts[first:last]


class Counted:
    """The standing of a post's author; what needs counting is counted when it is first asked for."""

    __slots__ = ("_at", "_kept", "_past", "_record", "account_age", "level", "relationship")

    def __init__(self, record: Record, past: Past, at: datetime, account_age: timedelta | None) -> None:
        """`past`: the post at hand; `at`: when it was read."""
        self._record = record
        self._past = past
        self._at = at
        self._kept: dict[str, int | float] = {}
        self.account_age = account_age
        self.relationship: str | None = None
        self.level: str | None = None

    @property
    def posts_24h(self) -> int:
        """See above."""
        first, last = self._record.within(DAY, self._past.published, self._past.order)
        return max(0, last - first)

    @property
    def strikes(self) -> int:
        """See above."""
        return sum(
            one.points
            for one in self._record.strikes
            if one.given <= self._at and (one.until is None or self._at < one.until)
        )

    @property
    def removed_share(self) -> float:
        """See above."""
        if "removed_share" not in self._kept:
            earlier = self._earlier()
            gone = sum(past.gone(self._at) for past in earlier)
            self._kept["removed_share"] = gone / len(earlier) if earlier else 0.0
        return self._kept["removed_share"]

    @property
    def same_links(self) -> int:
        """See above."""
        if "same_links" not in self._kept:
            ours = self._past.links
            earlier = self._earlier() if ours else []
            self._kept["same_links"] = sum(not ours.isdisjoint(past.links) for past in earlier)
        return int(self._kept["same_links"])

    @property
    def self_promotion(self) -> float:
        """See above."""
        if "self_promotion" not in self._kept:
            earlier = self._earlier()
            about = len(promoting(earlier, self._past)) if len(earlier) >= LEAST else 0
            self._kept["self_promotion"] = about / len(earlier) if about else 0.0
        return self._kept["self_promotion"]

    def _earlier(self) -> list[Past]:
        return self._record.before(WINDOW, self._past.published, self._past.order)


def theirs(earlier: Sequence[Past], post: Past | None = None) -> list[str]:
    """The sites that are a person's, as their posts show it: what their profiles name, and what they link to most."""
    declared = {past.profile for past in (*earlier, *([post] if post else ())) if past.profile}
    linked = Counter(site for past in earlier for site in past.sites)
    most = max(linked.values(), default=0)
    often = {site for site, number in linked.items() if number == most} if most >= OFTEN else set[str]()
    return sorted(declared | often)


def promoting(earlier: Sequence[Past], post: Past | None = None) -> list[Past]:
    """Those of a person's posts that link to what is theirs or praise it."""
    own = theirs(earlier, post)
    return [past for past in earlier if past.about(own)] if own else []


def praises(sentiment: Sentiment | None, intent: Intent | None) -> bool:
    """Whether a post that was judged so is one that praises."""
    return sentiment == "positive" or intent == "promotion"
