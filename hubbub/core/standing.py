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
- `strikes`: the points that had been given before the post at hand was read and had not expired; what is given while a
  batch of posts is read counts for those of the next one.

Who has no earlier post has a history of zeros: that is known. A post without an author is by somebody new.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
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
TAKES_AWAY: frozenset[RuleOutcome] = frozenset({"hide", "remove", "mute", "ban"})  # what hides or removes the post here
FIRST = 1 << 62  # orders of posts that are not stored yet begin here: they come after all that are


class Strike(Struct, frozen=True):
    """Points that count against a person from one moment until another; None: for good."""

    points: int
    given: datetime
    until: datetime | None = None


class Past:
    """One post of a person, as far as it counts for later ones."""

    __slots__ = ("_about", "_links", "_sites", "decided", "order", "post", "praises", "published", "ruled",
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
        self._about: tuple[tuple[str, ...], bool] | None = None

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

    def about(self, theirs: tuple[str, ...]) -> bool:
        """Whether it links to one of these sites, or praises one."""
        if self._about is None or self._about[0] != theirs:  # what is theirs changes seldom
            self._about = (theirs, self._is_about(theirs))
        return self._about[1]

    def _is_about(self, theirs: tuple[str, ...]) -> bool:
        if self.sites and any(one == site or below(site, one) for one in self.sites for site in theirs):
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

    __slots__ = ("_keys", "_promoted", "linked", "marked", "posts", "praising", "strikes")

    def __init__(self, posts: Iterable[Past] = (), strikes: Sequence[Strike] = ()) -> None:
        self.posts: list[Past] = []
        self._keys: list[tuple[datetime, int]] = []
        self._promoted: tuple[int, int, datetime, datetime, int] | None = None
        self.strikes = strikes
        # the few that some counts look at, in no order: what links or names a site, what praises, what was taken away
        self.linked: list[Past] = []
        self.praising: list[Past] = []
        self.marked: list[Past] = []
        for past in sorted(posts, key=_BY_TIME):
            self.add(past)

    def add(self, past: Past) -> None:
        """One post more, at its place."""
        key = (past.published, past.order)
        if not self._keys or key > self._keys[-1]:
            self.posts.append(past)
            self._keys.append(key)
        else:
            place = bisect_right(self._keys, key)
            self.posts.insert(place, past)
            self._keys.insert(place, key)
        if past.links or past.profile:
            self.linked.append(past)
        if past.praises:
            self.praising.append(past)
        if past.taken_away:
            self.marked.append(past)

    def rule(self, past: Past, undone: datetime | None = None) -> None:
        """The rules that are being tried take this post away; `undone`: when people took that back."""
        if not past.ruled and not past.taken_away:
            self.marked.append(past)
        past.ruled, past.undone = True, undone

    def promoted(self, post: Past) -> int:
        """How many of the posts before this one link to what is theirs or praise it.

        It stays from post to post while nothing comes that links or praises, and none of those leaves the window.
        """
        known, sizes = self._promoted, (len(self.linked), len(self.praising))
        if known and known[:2] == sizes and known[2] <= post.published < known[3] and not post.profile:
            return known[4]
        number = len(promoting(self, post))
        if not (post.links or post.profile or post.praises):
            some = [past.published for past in (*self.linked, *self.praising)]
            since = _since(WINDOW, post.published)
            within = [moment for moment in some if since is None or moment > since]
            if within and max(within) < post.published and max(within) < datetime.max.replace(tzinfo=UTC) - WINDOW:
                self._promoted = (*sizes, post.published, min(within) + WINDOW, number)
        return number

    def at(self, published: datetime, order: int) -> Past | None:
        """The post of that place, if it is here."""
        if not self._keys or self._keys[-1] < (published, order):
            return None
        place = bisect_left(self._keys, (published, order))
        found = self.posts[place] if place < len(self.posts) else None
        return found if found and (found.published, found.order) == (published, order) else None

    def within(self, window: timedelta, published: datetime, order: int) -> tuple[int, int]:
        """From which to before which of the posts are those of the time before a post."""
        keys, here = self._keys, (published, order)
        # nearly always it is the newest
        last = len(keys) - 1 if keys and keys[-1] == here else bisect_left(keys, here)
        since = _since(window, published)
        if since is None or not last or keys[0][0] > since:
            return 0, last
        return bisect_right(keys, (since, FIRST << 1), 0, last), last

    def before(self, window: timedelta, published: datetime, order: int) -> list[Past]:
        """The posts of the time before a post."""
        first, last = self.within(window, published, order)
        return self.posts[first:last]


def _since(window: timedelta, published: datetime) -> datetime | None:
    try:
        return published - window
    except OverflowError:
        return None


def _of_time(some: Iterable[Past], window: timedelta, before: Past) -> list[Past]:
    """Those of some posts that are of the time before a post."""
    since, published = _since(window, before.published), before.published
    return [
        past
        for past in some
        if (since is None or past.published > since)
        and (past.published < published or (past.published == published and past.order < before.order))
    ]


class Counted:
    """The standing of a post's author; what needs counting is counted when it is first asked for."""

    __slots__ = ("_at", "_kept", "_number", "_past", "_record", "account_age", "level", "relationship")

    def __init__(self, record: Record, past: Past, at: datetime, account_age: timedelta | None) -> None:
        """`past`: the post at hand; `at`: when it was read."""
        self._record = record
        self._past = past
        self._at = at
        self._kept: dict[str, int | float] = {}
        self._number: int | None = None
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
            if one.given < self._at and (one.until is None or self._at < one.until)
        )

    @property
    def removed_share(self) -> float:
        """See above."""
        marked = self._record.marked
        if not marked:  # of nearly everybody nothing was
            return 0.0
        if "removed_share" not in self._kept:
            gone = sum(past.gone(self._at) for past in _of_time(marked, WINDOW, self._past))
            self._kept["removed_share"] = gone / self._earlier() if gone else 0.0
        return self._kept["removed_share"]

    @property
    def same_links(self) -> int:
        """See above."""
        ours = self._past.links
        if not ours:
            return 0
        if "same_links" not in self._kept:
            linked = _of_time(self._record.linked, WINDOW, self._past)
            self._kept["same_links"] = sum(not ours.isdisjoint(past.links) for past in linked)
        return int(self._kept["same_links"])

    @property
    def self_promotion(self) -> float:
        """See above."""
        if not self._record.linked and not self._past.profile:
            return 0.0
        if "self_promotion" not in self._kept:
            earlier = self._earlier()
            about = self._record.promoted(self._past) if earlier >= LEAST else 0
            self._kept["self_promotion"] = about / earlier if about else 0.0
        return self._kept["self_promotion"]

    def _earlier(self) -> int:
        """How many posts there were in the window."""
        if self._number is None:
            first, last = self._record.within(WINDOW, self._past.published, self._past.order)
            self._number = last - first
        return self._number


def theirs(linked: Iterable[Past], post: Past | None = None) -> tuple[str, ...]:
    """The sites that are a person's, as their posts show it: what their profiles name, and what they link to most."""
    declared = set[str]()
    counts: dict[str, int] = {}
    for past in linked:
        if past.profile:
            declared.add(past.profile)
        for site in past.sites:
            counts[site] = counts.get(site, 0) + 1
    if post is not None and post.profile:
        declared.add(post.profile)
    most = max(counts.values(), default=0)
    if most >= OFTEN:
        declared.update(site for site, number in counts.items() if number == most)
    return tuple(sorted(declared))


def promoting(record: Record, post: Past) -> list[Past]:
    """Those of a person's earlier posts that link to what is theirs or praise it, in order of time."""
    linked = _of_time(record.linked, WINDOW, post)
    own = theirs(linked, post)
    if not own:
        return []
    praising = _of_time(record.praising, WINDOW, post) if record.praising else []
    some = {id(past): past for past in (*linked, *praising)}
    return sorted((past for past in some.values() if past.about(own)), key=_BY_TIME)


def praises(sentiment: Sentiment | None, intent: Intent | None) -> bool:
    """Whether a post that was judged so is one that praises."""
    return sentiment == "positive" or intent == "promotion"
