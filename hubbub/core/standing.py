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
- `level`: how far they have come, from what they did in our places in the 90 days before: see `levels.py`;
- `relationship`: in which relationships to us they stood when the post at hand was read; "none": in none;
- `strikes`: the points that had been given before the post at hand was read and had not expired; what is given while a
  batch of posts is read counts for those of the next one.

Who has no earlier post has a history of zeros and is a newcomer: that is known. A post without an author is by
somebody new, whom we do not know.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from msgspec import Struct

from . import recount
from .facts import Intent, Sentiment
from .levels import STARTING, Doing, Level, Thresholds, level_of
from .past import Past as Past
from .plan import RuleOutcome
from .recount import DAY as DAY
from .recount import LEAST, MONTH
from .recount import WINDOW as WINDOW
from .recount import earliest as _since
from .relations import Stands, kinds_at
from .windows import Done, Linked, Promoted, Span, Taken, Window, place_of, put

HISTORY = frozenset({"level", "posts_24h", "relationship", "removed_share", "same_links", "self_promotion", "strikes"})
SHORT = frozenset({"posts_24h", "relationship", "strikes"})  # what a day of posts is enough for
TAKES_AWAY: frozenset[RuleOutcome] = frozenset({"hide", "remove", "mute", "ban"})  # what hides or removes the post here
FIRST = 1 << 62  # orders of posts that are not stored yet begin here: they come after all that are


Count: TypeAlias = int | float | str | frozenset[str]


class Strike(Struct, frozen=True):
    """Points that count against a person from one moment until another; None: for good."""

    points: int
    given: datetime
    until: datetime | None = None


class Record:
    """One person's posts, in order of time. Posts are added as they are judged.

    What nobody asks for is not counted: a count begins when it is first asked for, and is kept from then on.
    """

    __slots__ = (
        "_done", "_linked", "_promoted", "_taken", "day", "levels", "marked", "posts", "stands", "strikes", "window"
    )  # fmt: skip

    def __init__(
        self,
        posts: Iterable[Past] = (),
        strikes: Sequence[Strike] = (),
        stands: Sequence[Stands] = (),
        levels: Thresholds = STARTING,
    ) -> None:
        self.posts: list[Past] = sorted(posts, key=place_of)
        self.strikes = strikes
        self.stands = stands
        self.levels = levels
        self.marked: list[Past] = [past for past in self.posts if past.taken_away or past.ruled]  # what was taken away
        self.day = Span(self.posts)
        self.window = Span(self.posts)
        self._taken: Taken | None = None
        self._linked: Linked | None = None
        self._promoted: Promoted | None = None
        self._done: Done | None = None

    def add(self, past: Past) -> None:
        """One post more, at its place."""
        place = put(self.posts, past)
        if place + 1 < len(self.posts):  # it comes late
            self.day.put_in(place)
            self.window.put_in(place)
        if past.taken_away or past.ruled:
            self._mark(past)
        if self._linked is not None and past.links:
            _put(self._linked, past)
        if self._promoted is not None and past.telling:
            _put(self._promoted, past)
        if self._done is not None and past.own:
            _put(self._done, past)

    def _mark(self, past: Past) -> None:
        if self._taken is None:
            put(self.marked, past)
        else:
            _put(self._taken, past)

    def rule(self, past: Past, undone: datetime | None = None) -> None:
        """The rules that are being tried take this post away; `undone`: when people took that back."""
        known = past.ruled or bool(past.taken_away)
        past.ruled, past.undone = True, undone
        if not known:
            self._mark(past)
        elif self._taken is not None:
            self._taken.forget()

    def taken(self, past: Past, at: datetime) -> int:
        """How many posts of the window before this one had been taken away by then."""
        if self._taken is None:
            self._taken = Taken(self.marked)
        return self._taken.number(_since(WINDOW, past.published), past, at)

    def linking(self, past: Past) -> int:
        """How many posts of the window before this one carry a link of it."""
        if self._linked is None:
            self._linked = Linked([one for one in self.posts if one.links])
        return self._linked.number(_since(WINDOW, past.published), past)

    def promoted(self, past: Past) -> int:
        """How many posts of the window before this one link to what is theirs or praise it."""
        if self._promoted is None:
            self._promoted = Promoted([one for one in self.posts if one.telling])
        return self._promoted.number(_since(WINDOW, past.published), past)

    def doing(self, past: Past, at: datetime) -> Doing:
        """What they had done in our places before this post, as known by then."""
        if self._done is None:
            self._done = Done([one for one in self.posts if one.own])
        done = self._done
        done.move(_since(WINDOW, past.published), past)
        done.recent.move(_since(MONTH, past.published), past)
        return Doing(
            posts_30=done.recent.last - done.recent.first,
            posts_90=done.span.last - done.span.first,
            weeks=len(done.weeks),
            answers=done.answers,
            replied=done.replied,
            praises=done.praises,
            removed_share=_removed_share(self, past, at),
        )

    def at(self, published: datetime, order: int) -> Past | None:
        """The post of that place, if it is here."""
        if not self.posts or (newest := self.posts[-1]).published < published:
            return None
        if newest.order < order and newest.published == published:
            return None
        near = self.window.last
        for place in (near, near + 1):  # nearly always it is the next
            if place < len(self.posts):
                found = self.posts[place]
                if found.order == order and found.published == published:
                    return found
        place = self.window.before(published, order)
        found = self.posts[place]
        return found if (found.published, found.order) == (published, order) else None


def _put(window: Window, past: Past) -> None:
    place = put(window.posts, past)
    if place + 1 < len(window.posts):
        window.put_in(place)


class Counted:
    """The standing of a post's author; what needs counting is counted when it is first asked for."""

    __slots__ = (
        "_at", "_past", "_record", "account_age", "earlier", "level", "posts_24h", "relationship", "removed_share",
        "same_links", "self_promotion", "strikes"
    )  # fmt: skip

    account_age: timedelta | None
    relationship: frozenset[str]
    level: Level
    earlier: int  # posts of the window
    posts_24h: int  # this and the others: see above
    removed_share: float
    same_links: int
    self_promotion: float
    strikes: int

    def __init__(self, record: Record, past: Past, at: datetime, account_age: timedelta | None) -> None:
        """`past`: the post at hand; `at`: when it was read."""
        self._record = record
        self._past = past
        self._at = at
        self.account_age = account_age
        if not record.marked:  # of nearly everybody nothing was
            self.removed_share = 0.0
        if not record.strikes:
            self.strikes = 0

    def __getattr__(self, name: str) -> Count:
        """A count that is asked for the first time; afterwards it stands in its slot."""
        if name not in _COUNTS:
            raise AttributeError(name)
        count = _COUNTS[name](self._record, self._past, self._at)
        setattr(self, name, count)
        return count


def _posts_24h(record: Record, past: Past, _at: datetime) -> int:
    record.day.move(_since(DAY, past.published), past)
    return record.day.last - record.day.first


def _earlier(record: Record, past: Past, _at: datetime) -> int:
    record.window.move(_since(WINDOW, past.published), past)
    return record.window.last - record.window.first


def _strikes(record: Record, _past: Past, at: datetime) -> int:
    return sum(one.points for one in record.strikes if one.given < at and (one.until is None or at < one.until))


def _removed_share(record: Record, past: Past, at: datetime) -> float:
    gone = record.taken(past, at)
    return gone / _earlier(record, past, at) if gone else 0.0


def _same_links(record: Record, past: Past, _at: datetime) -> int:
    return record.linking(past) if past.links else 0


def _self_promotion(record: Record, past: Past, at: datetime) -> float:
    earlier = _earlier(record, past, at)
    if earlier < LEAST:
        return 0.0
    return record.promoted(past) / earlier


def _level(record: Record, past: Past, at: datetime) -> Level:
    return level_of(record.doing(past, at), record.levels)


def _relationship(record: Record, _past: Past, at: datetime) -> frozenset[str]:
    return kinds_at(record.stands, at)


_COUNTS: dict[str, Callable[[Record, Past, datetime], Count]] = {
    "earlier": _earlier,
    "posts_24h": _posts_24h,
    "strikes": _strikes,
    "removed_share": _removed_share,
    "same_links": _same_links,
    "self_promotion": _self_promotion,
    "level": _level,
    "relationship": _relationship,
}


def promoting(record: Record, post: Past) -> list[Past]:
    """Those of a person's earlier posts that link to what is theirs or praise it, in order of time."""
    return recount.promoting(record.posts, post)


def praises(sentiment: Sentiment | None, intent: Intent | None) -> bool:
    """Whether a post that was judged so is one that praises."""
    return sentiment == "positive" or intent == "promotion"
